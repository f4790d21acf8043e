"""A title that says that an evening is off counts in every format, unless the source itself says more."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from scrapers.formats.detect import detect, read_as
from scrapers.formats.status import status_of
from scrapers.platform import Payload, ReadContext

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

PAYLOADS = {
    "calendar": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20270105T180000Z\r\nSUMMARY:{title}\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n",
    "feed": '<rss xmlns:ev="http://purl.org/rss/1.0/modules/event/"><channel><title>t</title><item><title>{title}</title>'
    "<guid>1</guid><ev:startdate>2027-01-05T18:00:00Z</ev:startdate></item></channel></rss>",
    "schema.org": '<script type="application/ld+json">{{"@context":"https://schema.org","@type":"Event","name":"{title}",'
    '"startDate":"2027-01-05T18:00:00Z"}}</script>',
    "h-event": '<div class="h-event"><span class="p-name">{title}</span>'
    '<time class="dt-start" datetime="2027-01-05T18:00:00Z">5 January</time></div>',
}  # fmt: skip


def only(body: bytes):
    form = detect(body)
    assert form is not None
    payload = Payload("https://example.org/events", body)
    [event] = read_as(form, payload, ReadContext("test", NOW), "page").events
    return event


@pytest.mark.parametrize("form", sorted(PAYLOADS))
@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("CANCELLED: Python night", "EventCancelled"),
        ("Python night (abgesagt)", "EventCancelled"),
        ("[ANNULÉ] Soirée Python", "EventCancelled"),
        ("Noche Python - APLAZADA", "EventPostponed"),
        ("Rescheduled: Python night", "EventRescheduled"),
        ("Python night", "EventScheduled"),
        ("How cancellations are handled in Python", "EventScheduled"),
    ],
)
def test_the_title_is_heard(form: str, title: str, status: str):
    assert only(PAYLOADS[form].format(title=title).encode()).event_status == status


@pytest.mark.parametrize("member", ["name", "title"])
def test_the_title_of_json_and_of_activitypub_is_heard(member: str):
    listed = [{"id": 1, member: "Cancelled: Python night", "start_date": "2027-01-05T18:00:00Z"}]
    assert only(json.dumps(listed).encode()).event_status == "EventCancelled"
    activity = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Event",
        "name": "Cancelled: Python night",
        "startTime": "2027-01-05T18:00:00Z",
    }
    assert only(json.dumps(activity).encode()).event_status == "EventCancelled"


def test_what_the_source_says_counts_before_the_title():
    assert status_of("Postponed: Python night", "EventCancelled") == "EventCancelled"
