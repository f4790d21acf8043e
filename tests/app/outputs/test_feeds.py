"""Feeds read back as what went out: by our own readers, by others' libraries, and whatever people write into them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import feedparser
import icalendar
import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st

from app.outputs.feeds import FEEDS
from app.outputs.table import guarded
from app.outputs.timezones import vtimezone
from scrapers.formats.detect import detect, read_as
from scrapers.platform import Payload, ReadContext
from scrapers.records import ScrapedEvent
from tests.app.outputs.test_formats import an_item

HOSTILE = (
    "]]><script>alert(1)</script>",
    "</title></channel></rss>",
    '"quoted" & <b>bold</b> &amp; &lt;',
    "one line\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:x@example.org",
    "comma, semicolon; back\\slash \\n colon: end",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "<!-- comment",
    "bell\x07 null\x00 escape\x1b delete\x7f",
    "right to left \u202e and \ufeff mark",
    "émoji 👩‍💻 日本語",
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


def a_document(*items: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A feed as the service makes it."""
    given: dict[str, Any] = {
        "kind": "events",
        "title": "Events near Boston, Massachusetts",
        "description": "Meetup events found by NextCircle.",
        "self": "https://nextcircle.test/v1/events.rss?near=Boston%2C+MA&field=nursing",
        "page": "https://nextcircle.test/search?near=Boston%2C+MA",
        "updated": max((item["updated_at"] for item in items), default=None),
        "cut": False,
        "next": None,
        "items": list(items),
    }
    return given | members


def another(**members: Any) -> dict[str, Any]:
    """A second event, a day later."""
    later = {"start_date": "2026-12-02T18:30:00-05:00", "end_date": "2026-12-02T20:30:00-05:00"}
    return an_item(
        id="05ae6g2qsgbv9", page="https://nextcircle.test/events/05ae6g2qsgbv9", **{**later, **members}
    )


def written(ending: str, *items: dict[str, Any], **members: Any) -> bytes:
    return FEEDS[ending].write(a_document(*items, **members))


def read_back(raw: bytes, content_type: str) -> tuple[ScrapedEvent, ...]:
    context = ReadContext(
        source="feed", now=datetime(2026, 11, 1, tzinfo=UTC), base_url="https://nextcircle.test/"
    )
    kind = detect(raw, content_type)
    assert kind is not None
    reading = read_as(kind, Payload("https://nextcircle.test/feed", raw, content_type), context, "page")
    assert not reading.warnings, reading.warnings
    return tuple(reading.events)


def shown(text: str) -> str:
    """The text without what no feed can hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if (ord(char) >= 32 and ord(char) != 127) or char in "\t\n")


# --- calendars -------------------------------------------------------------------------------------------


def events_of(raw: bytes) -> list[Any]:
    return icalendar.Calendar.from_ical(raw).walk("VEVENT")


def test_a_calendar_says_what_it_is_and_how_often_to_ask():
    calendar = icalendar.Calendar.from_ical(written("ics", an_item()))
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar.decoded("REFRESH-INTERVAL") == timedelta(hours=1)
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == r"Events near Boston\, Massachusetts"
    assert calendar["SOURCE"] == a_document()["self"]


def test_times_are_local_and_their_zone_is_described():
    raw = written("ics", an_item())
    assert b"DTSTART;TZID=America/New_York:20261201T183000" in raw
    assert raw.index(b"BEGIN:VTIMEZONE") < raw.index(b"BEGIN:VEVENT")
    [event] = events_of(raw)
    assert event.decoded("DTSTART") == datetime(2026, 12, 1, 23, 30, tzinfo=UTC)


def test_a_change_raises_the_sequence_and_keeps_the_uid():
    before, after = (
        events_of(written("ics", an_item(updated_at=at)))[0]
        for at in ("2026-11-20T08:00:00+00:00", "2026-11-20T08:00:01+00:00")
    )
    assert before["UID"] == after["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"] < 2**31
    assert before.decoded("DTSTAMP") < after.decoded("DTSTAMP")


def test_our_own_reader_reads_a_calendar_as_what_went_out():
    timed = an_item(in_language="pt-BR")
    days = another(
        all_day=True, start_date="2026-12-05", end_date="2026-12-06", event_status="EventCancelled",
    )  # fmt: skip
    one, other = read_back(written("ics", timed, days), "text/calendar")
    assert one.uid == "05ae6g2qsgbv2@nextcircle"
    assert one.start_date == datetime.fromisoformat(timed["start_date"])
    assert one.end_date == datetime.fromisoformat(timed["end_date"])
    assert (one.timezone, one.name, one.url) == ("America/New_York", timed["name"], timed["url"])
    assert (one.in_language, one.event_status) == ("pt-BR", "EventScheduled")
    assert one.description is not None
    assert one.description.startswith("By Boston Python\n\nBring a laptop; pizza, too.")
    assert one.location is not None
    assert (one.location.lat, one.location.lon) == (42.36, -71.06)
    assert (other.start_date, other.end_date) == (date(2026, 12, 5), date(2026, 12, 6))
    assert other.all_day
    assert other.event_status == "EventCancelled"


def test_recurring_ical_events_finds_each_on_its_day():
    raw = written("ics", an_item(), another())
    calendar = icalendar.Calendar.from_ical(raw)
    assert len(recurring_ical_events.of(calendar).at((2026, 12, 1))) == 1
    assert len(recurring_ical_events.of(calendar).between((2026, 12, 1), (2026, 12, 3))) == 2


@pytest.mark.parametrize("fold", [0, 1])
def test_an_hour_that_clocks_show_twice_is_the_right_one(fold):
    start = datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=ZoneInfo("America/New_York"))
    [event] = events_of(written("ics", an_item(start_date=start.isoformat(), end_date=None)))
    assert event.decoded("DTSTART").astimezone(UTC) == start.astimezone(UTC)


@pytest.mark.parametrize(
    "name",
    [
        "America/New_York", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu",
        "Asia/Tokyo", "America/St_Johns", "Pacific/Apia", "Asia/Gaza",
    ],
)  # fmt: skip
def test_a_zone_by_its_rules_has_the_offsets_of_the_zone(name):
    lines = vtimezone(name, 2026, 2027)
    onsets = []
    block: dict[str, list[str]] = {}
    for line in lines:
        key, _, value = line.partition(":")
        if line in {"BEGIN:STANDARD", "BEGIN:DAYLIGHT"}:
            block = {}
        elif key == "END" and value != "VTIMEZONE":
            before, after = (hours(block[each][0]) for each in ("TZOFFSETFROM", "TZOFFSETTO"))
            onsets += [
                (datetime.strptime(local, "%Y%m%dT%H%M%S").replace(tzinfo=UTC) - before, after)
                for local in (*block["DTSTART"], *block.get("RDATE", ()))
            ]
        else:
            block.setdefault(key, []).append(value)
    onsets.sort()
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at < datetime(2028, 1, 1, tzinfo=UTC):
        offset = max(each for each in onsets if each[0] <= at)[1]
        assert offset == at.astimezone(ZoneInfo(name)).utcoffset(), at
        at += timedelta(hours=1)


def hours(offset: str) -> timedelta:
    size = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
    return -size if offset[0] == "-" else size


# --- feeds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["rss", "atom"])
def test_feedparser_finds_nothing_wrong(ending):
    found = feedparser.parse(written(ending, an_item(), another(event_status="EventCancelled")))
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == {"rss": "rss20", "atom": "atom10"}[ending]
    one, other = found.entries
    assert (one.title, one.link) == ("Python night", "https://example.org/1")
    assert "Tue 1 Dec 2026, 18:30 to 20:30 (America/New_York)" in one.summary
    assert "The Hub, 1 Main St, Boston, US" in one.summary
    assert "Source: Meetup (CC-BY-4.0, https://example.org/terms)" in one.summary
    assert other.title == "Cancelled: Python night"
    assert one.id != other.id
    assert [tag.term for tag in one.tags] == ["Nursing & midwifery"]


@pytest.mark.parametrize("ending", ["rss", "atom", "json-feed", "jsonld"])
def test_our_own_readers_find_the_event_again(ending):
    item = an_item()
    [event] = read_back(written(ending, item), FEEDS[ending].media_type)
    assert event.name == item["name"]
    assert event.start_date == datetime.fromisoformat(item["start_date"])
    assert event.end_date == datetime.fromisoformat(item["end_date"])
    assert event.url == item["url"]


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"end_date": None}, "Tue 1 Dec 2026, 18:30 (America/New_York)"),
        (
            {"end_date": "2026-12-03T09:00:00-05:00"},
            "Tue 1 Dec 2026, 18:30 to Thu 3 Dec 2026, 09:00 (America/New_York)",
        ),
        (
            {"all_day": True, "start_date": "2026-12-01", "end_date": "2026-12-02"},
            "Tue 1 Dec 2026 to Wed 2 Dec 2026",
        ),
        ({"all_day": True, "start_date": "2026-12-01", "end_date": None}, "Tue 1 Dec 2026"),
    ],
)
def test_a_feed_says_when_it_is_in_words(dates, said):
    [entry] = feedparser.parse(written("atom", an_item(**dates))).entries
    assert entry.summary.splitlines()[0] == said


def test_a_json_feed_has_what_version_1_1_asks_for():
    feed = json.loads(written("json-feed", an_item()))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    [item] = feed["items"]
    assert isinstance(item["id"], str)
    assert isinstance(item["content_text"], str)
    assert datetime.fromisoformat(item["date_modified"]).tzinfo is not None
    assert all(isinstance(tag, str) for tag in item["tags"])
    assert item["_nextcircle"]["start_date"] == "2026-12-01T18:30:00-05:00"


def test_geojson_is_a_collection_of_features_that_says_whether_it_was_cut():
    found = json.loads(written("geojson", an_item(), an_item(location=None), cut=True))
    assert found["type"] == "FeatureCollection"
    assert found["cut"] is True
    for feature in found["features"]:
        assert feature["type"] == "Feature"
        assert {"geometry", "properties"} <= feature.keys()
    lon, lat = found["features"][0]["geometry"]["coordinates"]
    assert -180 <= lon <= 180
    assert -90 <= lat <= 90


def test_a_source_that_was_read_again_changes_no_feed():
    seen = an_item()
    again = an_item(sources=[seen["sources"][0] | {"last_seen": "2026-11-22T00:00:00+00:00"}])
    for form in FEEDS.values():
        assert form.write(a_document(seen)) == form.write(a_document(again)), form.ending


@pytest.mark.parametrize("ending", [ending for ending in FEEDS if ending != "csv"])
def test_a_cut_feed_says_so(ending):
    said = "Only the soonest 500 are here"
    assert said in FEEDS[ending].write(a_document(description=said)).decode()


@pytest.mark.parametrize("ending", list(FEEDS))
def test_a_feed_of_nothing_is_whole(ending):
    raw = written(ending)
    assert raw
    if ending in {"rss", "atom"}:
        assert not feedparser.parse(raw).bozo
    elif ending == "ics":
        assert events_of(raw) == []
    elif ending != "csv":
        json.loads(raw)


# --- hostile words ---------------------------------------------------------------------------------------


def a_hostile_item(text: str) -> dict[str, Any]:
    group = {"id": "05ae6g2qsgbv3", "name": text, "url": None}
    location = {**an_item()["location"], "name": text, "address": text}
    source = {**an_item()["sources"][0], "attribution": text, "license": text, "terms": text}
    return an_item(name=text, description=text, group=group, location=location, sources=[source])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_text_in_a_calendar(text):
    raw = written("ics", a_hostile_item(text), another())
    first, second = events_of(raw)
    assert str(first["SUMMARY"]) == shown(text)
    assert second["UID"] == "05ae6g2qsgbv9@nextcircle"
    assert raw.count(b"\r\nBEGIN:VEVENT\r\n") == 2
    assert b"\r\nATTENDEE" not in raw


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_text_in_feeds(text):
    for ending in ("rss", "atom"):
        raw = written(ending, a_hostile_item(text), another(), title=text, description=text)
        found = feedparser.parse(raw, sanitize_html=False)
        assert not found.bozo, (ending, found.get("bozo_exception"))
        assert len(found.entries) == 2
        assert b"<script" not in raw
        tree = xml_of(raw)
        titles = [each.text for each in tree.iter() if each.tag.endswith("title")]
        assert titles[1] == shown(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_text_in_json(text):
    for ending in ("json-feed", "geojson", "jsonld"):
        raw = written(ending, a_hostile_item(text), title=text)
        found = json.loads(raw)
        assert text in json.dumps(found, ensure_ascii=False).replace("\\\\", "\\") or text in strings(found)
    assert b"</" not in raw
    assert b"<!--" not in raw


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_text_in_a_table(text):
    [row] = csv.DictReader(io.StringIO(written("csv", a_hostile_item(text)).decode(), newline=""))
    assert row["name"] == guarded(text)
    assert not row["name"].lstrip().startswith(("=", "+", "-", "@"))


@given(TEXT, TEXT)
def test_whatever_is_written_every_feed_stays_whole(name, description):
    item = a_hostile_item(name) | {"description": description}
    other = another()
    document = a_document(item, other, title=name, description=description)
    for ending in ("rss", "atom"):
        ending_of_items = "item" if ending == "rss" else "entry"
        tags = [each.tag.rpartition("}")[2] for each in xml_of(FEEDS[ending].write(document)).iter()]
        assert tags.count(ending_of_items) == 2
    assert len(json.loads(FEEDS["jsonld"].write(document))["itemListElement"]) == 2
    raw = FEEDS["ics"].write(document)
    assert raw.count(b"\r\nBEGIN:VEVENT\r\n") == 2
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def xml_of(raw: bytes) -> Any:
    return ET.fromstring(raw)


def strings(value: Any) -> list[str]:
    """Every text in a document."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    return [text for each in value for text in strings(each)] if isinstance(value, list) else []
