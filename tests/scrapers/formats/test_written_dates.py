"""Dates of pages that no standard has, and that have one meaning all the same."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from scrapers.formats import ical, jsonld
from scrapers.formats.datetimes import moment_of
from scrapers.formats.text import name, paragraphs
from scrapers.platform import Payload
from tests.scrapers.formats.test_ical_format import calendar, context, event

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2027-03-01T24:00", "2027-03-02T00:00:00+01:00"),
        ("2027-03-01T24:00+01:00", "2027-03-02T00:00:00+01:00"),
        ("2027-03-01 19:00 JST", "2027-03-01T19:00:00+09:00"),
        ("2027-03-01T17:00:0009:00", "2027-03-01T17:00:00+09:00"),
        ("2027-03-01T19:00 CST", None),
        ("2027-03-01T24:30", None),
    ],
)
def test_a_date_with_one_meaning_is_read(written: str, meant: str | None) -> None:
    found = moment_of(written, BERLIN)
    assert (None if found is None else found.isoformat()) == meant


def test_several_dates_are_several_events_and_of_several_states_the_one_that_matters_counts() -> None:
    node = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Studio",
        "startDate": ["2027-01-09T14:00:00Z", "2027-01-16T14:00:00Z"],
        "endDate": ["2027-01-09T16:00:00Z", "2027-01-16T16:00:00Z"],
        "eventStatus": ["https://schema.org/EventScheduled", "https://schema.org/EventCancelled"],
    }
    page = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    found = jsonld.read(Payload("a.html", page.encode()), context()).events
    assert [(each.start_date.day, each.end_date.day) for each in found if each.end_date] == [(9, 9), (16, 16)]
    assert {each.event_status for each in found} == {"EventCancelled"}


def test_quoted_printable_is_decoded() -> None:
    line = "DESCRIPTION;ENCODING=QUOTED-PRINTABLE:Caf=C3=A9 um=\r\n die Ecke"
    found = ical.read(Payload("a.ics", calendar(event(line)).encode()), context()).events[0]
    assert found.description == "Café um die Ecke"


def test_what_was_escaped_twice_is_text() -> None:
    assert paragraphs("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two &amp;amp; three&lt;/p&gt;\\n") == "One\nTwo & three"
    assert name("Talk &amp;amp; drinks") == "Talk & drinks"
    assert paragraphs(r"Open C:\new and look") == r"Open C:\new and look"
