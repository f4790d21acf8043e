"""Pages and feeds of other projects' test suites against what those suites expect (EVALUATION_DATA names the folder)."""

from __future__ import annotations

import ast
import json
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from selectolax.lexbor import LexborHTMLParser

from scrapers.formats import activitypub, feed, hevent, jsonld, microdata, webpage
from scrapers.formats.elements import Page
from scrapers.formats.feeddates import feed_moment
from scrapers.formats.microformats import Item, items_of
from scrapers.formats.xmltree import parse
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedEvent
from tests.steps import at_most

DATA = Path(os.environ.get("EVALUATION_DATA") or "/nonexistent")
pytestmark = pytest.mark.skipif(
    not os.environ.get("EVALUATION_DATA"), reason="skipped: EVALUATION_DATA is not set"
)
FEEDS = DATA / "evaluation/feeds"
BASE = "http://example.com/"
CONTEXT = ReadContext(
    "test",
    datetime(2026, 11, 23, 12, tzinfo=UTC),
    "America/Los_Angeles",
    base_url="https://example.org/list/",
)
# What schema.org's own examples say differently in their three syntaxes, so that their records must differ.
DIFFERENT = {
    "eg-0009": "the JSON-LD gives the events no name",
    "eg-0172": "the JSON-LD holds no event",
    "eg-0262": "the places stand in another order in each",
    "eg-0349": "the JSON-LD leaves out the language",
    "eg-0426": "the JSON-LD has another name and no address of the page",
    "eg-0436": "the RDFa has other dates, the JSON-LD another name",
    "eg-0437": "the JSON-LD has another name first",
}


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in DATA.glob(pattern) if path.is_file())


# schema.org


def examples() -> list[tuple[str, dict[str, str]]]:
    found = []
    for path in files("evaluation/feeds/schemaorg_examples/**/*.txt"):
        for block in re.split(r"(?m)^TYPES:", path.read_text(encoding="utf-8"))[1:]:
            head, *parts = re.split(r"(?m)^(PRE-MARKUP|MICRODATA|RDFA|JSON):", block)
            sections = dict(zip(parts[::2], parts[1::2], strict=True))
            label = head.split()[0].strip("#,")
            if re.search(r"itemtype=\"[^\"]*(?:Event|Festival)\"", sections.get("MICRODATA", "")):
                found.append((label, sections))
    return found


def read_section(text: str, read: Any) -> list[ScrapedEvent]:
    reading: Reading = read(Payload("x", text.encode()), CONTEXT)
    return sorted(reading.events, key=repr)


@pytest.mark.parametrize(
    ("label", "sections"), examples(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_three_syntaxes_of_a_schema_org_example_agree(label: str, sections: dict[str, str]) -> None:
    items = read_section(sections["MICRODATA"], microdata.read)
    triples = read_section(sections["RDFA"], microdata.read)
    linked = read_section(sections["JSON"], jsonld.read)
    if label in DIFFERENT:
        assert not items == triples == linked
    else:
        assert items == triples == linked


def test_an_extruct_page_gives_the_events_of_its_json() -> None:
    for path in files("fixtures/extruct/*.html", "evaluation/feeds/extruct/schema.org/Event*.html"):
        expected = path.with_suffix(".json")
        if not expected.is_file():
            continue
        wanted = []
        stack = [json.loads(expected.read_text(encoding="utf-8"))]
        while stack:
            value = stack.pop()
            if isinstance(value, list):
                stack.extend(value)
            elif isinstance(value, dict):
                properties = value.get("properties", {})
                if str(value.get("type", "")).endswith("Event") and "startDate" in properties:
                    wanted.append((properties["name"], properties["startDate"][:10]))
                stack.extend(properties.values())
        reading = webpage.read(Payload(path.name, path.read_bytes()), CONTEXT)
        assert sorted((event.name, event.start_date.isoformat()[:10]) for event in reading.events) == sorted(
            set(wanted)
        )


# Microformats


def plain(value: Any) -> Any:
    """A value of a suite's JSON or of ours, white space aside; an item by its properties."""
    if isinstance(value, Item):
        return {
            key: [plain(each) for each in values]
            for key, values in value.properties.items()
            if key != "photo"
        }
    if isinstance(value, dict):
        if "properties" not in value:
            return plain(value["value"])
        return {
            key: [plain(each) for each in values]
            for key, values in value["properties"].items()
            if key != "photo"
        }
    return " ".join(value.split())


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in files(
            "fixtures/microformats/*.html",
            "evaluation/feeds/microformats_tests/*/h-event/*.html",
            "evaluation/feeds/microformats_tests/*/hcalendar/*.html",
            "evaluation/feeds/microformats_tests/*/*adr/*.html",
            "evaluation/feeds/microformats_tests/*/*geo/*.html",
        )
        if path.with_suffix(".json").is_file()
    ],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_microformats_page_equals_its_json(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["items"]
    found = items_of(Page(LexborHTMLParser(path.read_text(encoding="utf-8"))))
    assert [each.types for each in found] == [each["type"] for each in expected]
    labels = {"name", "start", "end", "url", "location", "locality", "region", "latitude", "longitude", "geo"}
    for ours, theirs in zip(found, expected, strict=True):
        for label in labels & theirs["properties"].keys():
            values = [plain(each) for each in ours.properties.get(label, [])]
            if label == "url":
                values = [urljoin(BASE, each) for each in values]
            assert values == [plain(each) for each in theirs["properties"][label]], label


CALAGATOR = {
    "hcal_single.xml": [("Calendar event", "2008-01-19")],
    "hcal_multiple.xml": [("Calendar event", "2008-01-19"), ("Calendar event", "2008-02-02")],
    "hcal_basic.xml": [("Web 2.0 Conference", "2007-10-05")],
    "hcal_two_identical_events.xml": [("Bastille Day", "2008-07-14")],
    "hcal_event_wo_lat_and_long.xml": [("Ignite Portland 2010", "2010-06-18T18:00:00-07:00")],
    "hcal_upcoming_v1.html": [
        ("February BarCamp Portland Informal Tech Meetup", "2008-02-28T17:30:00-08:00")
    ],
    "hcal_upcoming_v2.html": [("Ignite Portland 4", "2008-11-13T19:00:00-08:00")],
    "hcal_upcoming_v3.html": [("Ignite Portland 5", "2009-02-19T19:00:00-08:00")],
    "hcal_upcoming_v4.html": [("Lunch 2.0 Party Train to OTBC", "2009-01-14T11:00:00-08:00")],
}


@pytest.mark.parametrize("name", CALAGATOR)
def test_a_calagator_hcalendar_page_gives_its_events(name: str) -> None:
    reading = hevent.read(Payload(name, (FEEDS / "calagator" / name).read_bytes()), CONTEXT)
    assert [(event.name, event.start_date.isoformat()) for event in reading.events] == CALAGATOR[name]


# Feeds

ELEMENTS = {
    "updated": ("updated", "modified", "lastbuilddate", "pubdate", "dc:date", "dcterms:modified"),
    "published": ("published", "pubdate", "issued", "dcterms:issued", "dc:date"),
    "created": ("created", "dcterms:created"),
    "expired": ("expirationdate",),
}


@pytest.mark.parametrize(
    "path", files("evaluation/feeds/feedparser/**/*.xml"), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_the_dates_of_a_feedparser_file_are_the_expected_ones(path: Path) -> None:
    body = path.read_bytes()
    expected = re.search(
        r"'(updated|published|created|expired)_parsed'\] == (\([\d, ]+\))", body[:2_000].decode("latin-1")
    )
    root = parse(body).root if not path.parent.name.startswith("ill") else None
    if expected is None or root is None:
        feed.read(Payload(path.name, body), CONTEXT)
        return
    wanted = datetime(*ast.literal_eval(expected[2])[:6], tzinfo=UTC)
    written = [each.text or "" for each in root.iter() if each.tag in ELEMENTS[expected[1]]]
    assert wanted in [feed_moment(each, UTC) for each in written]


# The Fediverse


def test_activities_of_mobilizon_and_gancio_are_read() -> None:
    found = {}
    for path in files("fixtures/mobilizon/*activity*.json", "fixtures/gancio/*activity*.json"):
        reading = activitypub.read(Payload(path.name, path.read_bytes()), CONTEXT)
        found[path.name] = [(event.name, event.start_date) for event in reading.events]
        assert all(isinstance(event.start_date, date) for event in reading.events)
    assert all(len(events) == 1 for events in found.values()), found


def test_every_location_variant_of_gancio_is_a_place_or_online() -> None:
    for path in files("fixtures/gancio/AP-location*.json"):
        document = {
            "type": "Event",
            "name": "A",
            "startTime": "2027-01-01T18:00:00Z",
            "location": json.loads(path.read_text(encoding="utf-8")),
        }
        reading = activitypub.read(Payload("x", json.dumps(document).encode()), CONTEXT)
        (event,) = reading.events
        assert event.location is not None
        assert event.event_attendance_mode == ("mixed" if "mixed" in path.name else None)


# Hostile XML: what the reader itself must do of what its index says.

REFUSED = ("01_", "02_", "03_", "04_", "07_", "28_")
DATED = ("pubdate", "updated", "published")


@pytest.mark.parametrize("path", files("hostile/xml/*"), ids=lambda path: path.name)
def test_a_hostile_feed_ends_as_its_index_says(path: Path) -> None:
    body = path.read_bytes()
    with at_most(calls=1_000_000):
        reading = feed.read(Payload("https://example.org/feed", body), CONTEXT, start_elements=DATED)
    codes = {warning.code for warning in reading.warnings}
    if path.name.startswith(REFUSED):
        assert (codes, reading.events, reading.complete) == ({"refused_xml"}, (), False)
    elif path.name.startswith(("00_", "05_", "08_", "10_", "12_", "14_", "15_", "16_", "17_", "18_", "25_")):
        assert len(reading.events) >= 1
    if path.name.startswith(("09_", "15_")):
        assert "bad_xml" in codes
        assert not reading.complete
    assert all(each.startswith("https://example.org/") for each in reading.next)
    for each in reading.next:
        # A page that names itself as the next one is the last.
        own = ReadContext("test", CONTEXT.now, base_url=each)
        assert feed.read(Payload(each, body), own).next == ()
    assert "<script" not in repr(reading.events).lower() or path.name.startswith("12_")
