"""What real calendars and hostile lists hold goes out and comes back the same; skipped without EVALUATION_DATA."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import icalendar
import pytest

from app.core.zones import zone
from app.outputs.feeds import FEEDS
from app.outputs.table import guarded
from scrapers.formats.detect import read_as
from scrapers.platform import Payload, ReadContext
from scrapers.records import ScrapedEvent
from tests.app.outputs.test_feeds import a_document, a_hostile_item, another, shown, strings, xml_of
from tests.app.outputs.test_formats import an_item

DATA = os.environ.get("EVALUATION_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="skipped: EVALUATION_DATA is not set")
CONTEXT = ReadContext(
    source="feed", now=datetime(2026, 1, 1, tzinfo=UTC), window=(None, None), max_events=3_000
)
CALENDARS = sorted(Path(DATA, "fixtures").rglob("*.ics")) if DATA else []


def texts() -> list[str]:
    """Everything that the hostile lists hold."""
    folder = Path(DATA, "hostile")
    found = folder.joinpath("hostile_names.txt").read_text("utf-8").split("\n")
    for name in ("subject_values", "api_query_values", "email_addresses", "ssrf_urls"):
        for line in folder.joinpath("lists", f"{name}.jsonl").read_text("utf-8").splitlines():
            found += strings(json.loads(line))
    # Half characters have no bytes: no answer of ours can hold one.
    return [each for each in found if each and each.encode("utf-8", "replace").decode() == each]


def item_of(event: ScrapedEvent, number: int) -> dict[str, Any]:
    """An event that was read, as the API would show it."""
    timezone = event.timezone or "UTC"
    start, end = (
        each if each is None or event.all_day else each.astimezone(zone(timezone))
        for each in (event.start_date, event.end_date)
    )
    return an_item(
        id=f"id{number}",
        page=f"https://nextcircle.test/events/id{number}",
        name=event.name,
        description=event.description,
        start_date=start.isoformat(),
        end_date=end.isoformat() if end else None,
        timezone=timezone,
        all_day=event.all_day,
        event_status=event.event_status,
        location=None,
        group=None,
        url=event.url,
        in_language=None,
    )


def calendar_events(raw: bytes) -> tuple[ScrapedEvent, ...]:
    return read_as("ical", Payload("https://example.org/a.ics", raw, "text/calendar"), CONTEXT, "ical").events


@pytest.mark.parametrize("path", CALENDARS, ids=lambda path: path.name)
def test_a_real_calendar_goes_out_and_comes_back_the_same(path):
    events = calendar_events(path.read_bytes())
    items = [item_of(event, number) for number, event in enumerate(events)]
    raw = FEEDS["ics"].write(a_document(*items))
    back = {event.uid: event for event in calendar_events(raw)}
    assert len(back) == len(items)
    for item, event in zip(items, events, strict=True):
        found = back[f"{item['id']}@nextcircle"]
        assert found.name == event.name
        assert (found.start_date, found.all_day) == (event.start_date, event.all_day)
        # RFC 5545 has no word for a single day without an end: it ends the same day.
        assert found.end_date == event.end_date or (event.end_date is None and event.all_day)
        assert (found.event_status == "EventCancelled") == (event.event_status == "EventCancelled")
    theirs = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    assert [str(each["UID"]) for each in theirs] == [f"{item['id']}@nextcircle" for item in items]
    for item, each in zip(items, theirs, strict=True):
        if not item["all_day"]:
            assert each.decoded("DTSTART") == datetime.fromisoformat(item["start_date"])


def test_every_hostile_text_survives_every_output_as_text():
    for text in texts():
        document = a_document(a_hostile_item(text), another(), title=text, description=text)
        first, second = icalendar.Calendar.from_ical(FEEDS["ics"].write(document)).walk("VEVENT")
        assert (str(first["SUMMARY"]), second["UID"]) == (shown(text), "05ae6g2qsgbv9@nextcircle"), text
        for ending in ("rss", "atom"):
            raw = FEEDS[ending].write(document)
            assert not feedparser.parse(raw).bozo, text
            assert b"<script" not in raw
            titles = [each.text or "" for each in xml_of(raw).iter() if each.tag.endswith("title")]
            assert titles[1].replace("\r", "\n") == _in_xml(text), text
        for ending in ("json-feed", "geojson", "jsonld"):
            assert text in strings(json.loads(FEEDS[ending].write(document))), text
        row, _ = csv.DictReader(io.StringIO(FEEDS["csv"].write(document).decode(), newline=""))
        assert row["name"] == guarded(text), text


def _in_xml(text: str) -> str:
    """The text as XML 1.0 can hold it."""
    return "".join(
        char
        for char in shown(text)
        if char in "\t\n\x85" or " " <= char <= "~" or (char >= "\xa0" and char not in "\ufffe\uffff")
    )
