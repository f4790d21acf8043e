"""Every platform reads its fixtures as it did before, and declares what a platform must.

A case is `tests/fixtures/<platform>/<case>.<ext>` (a JSON payload ends in `.payload.json`) with the expected reading in
`<case>.json`. After a change that is meant, rewrite them with `UPDATE_GOLDEN=1 pytest` and read the difference.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers import registry
from scrapers.records import from_json, to_json
from scrapers.registry import Access, Payload, ReadContext

FIXTURES = Path(__file__).parents[2] / "fixtures"
OURS = ("ical", "luma", "meetup", "page")
ADDRESSES = {
    "meetup/group_calendar": "https://www.meetup.com/Harbour-Data-People/events/ical/",
    "meetup/group_page": "https://www.meetup.com/harbour-data-people/events/",
    "meetup/city_page": "https://www.meetup.com/find/us--ma--boston/",
    "luma/calendar": "https://api.luma.com/ics/get?entity=calendar&id=cal-AAA",
    "luma/city": "https://api.luma.com/ics/get?entity=discover&id=discplace-VWeZ1zUvnawYHMj",
    "luma/entries": "https://api.luma.com/calendar/get-items?calendar_api_id=cal-AAA&period=future",
    "page/jsonld": "https://chamber.example.org/events/",
    "page/plain_list": "https://space.example.org/events.json",
}
# A JSON file is a payload only where its name says so; the others are expectations.
CASES = sorted(
    path
    for platform in OURS
    for path in (FIXTURES / platform).iterdir()
    if path.suffix != ".json" or path.name.endswith(".payload.json")
)


def reading_of(path: Path) -> dict[str, Any]:
    case = f"{path.parent.name}/{path.name.partition('.')[0]}"
    payload = Payload(ADDRESSES.get(case, path.name), path.read_bytes())
    platform = registry.platform(path.parent.name)
    assert platform is not None
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    reading = platform.read(payload, ReadContext(case, now, timezone="America/New_York"))
    return {
        "format": reading.format,
        "complete": reading.complete,
        "items_seen": reading.items_seen,
        "events": [to_json(event) for event in reading.events],
        "groups": [to_json(group) for group in reading.groups],
        "next": list(reading.next),
        "warnings": [asdict(warning) for warning in reading.warnings],
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_fixture_reads_as_its_golden_file_says(path: Path) -> None:
    expected = path.with_name(path.name.partition(".")[0] + ".json")
    found = reading_of(path)
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))
    for record in (*found["events"], *found["groups"]):
        assert to_json(from_json(record)) == record


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_fixture_is_recognised_as_its_platforms_and_names_no_person(path: Path) -> None:
    case = f"{path.parent.name}/{path.name.partition('.')[0]}"
    payload = Payload(ADDRESSES.get(case, path.name), path.read_bytes())
    platform = registry.platform_of(payload)
    assert platform is not None
    if case != "meetup/group_not_found":
        assert platform.name == path.parent.name
    assert "Person" not in json.dumps(reading_of(path))


@pytest.mark.parametrize("name", OURS)
def test_a_platform_declares_itself_and_has_a_fixture(name: str) -> None:
    platform = registry.platform(name)
    assert platform is not None
    assert platform.label
    assert any(path.parent.name == name for path in CASES)
    assert platform.access("ftp://example.org/x") is None
    assert platform.access("https://[broken") is None
    assert platform.access("") is None


def test_every_platform_answers_any_address_with_an_access_class_or_nothing() -> None:
    for platform in registry.platforms():
        for url in (
            "https://www.meetup.com/x/",
            "https://example.org/a.ics",
            "x",
            "http://",
            "https://a:b/",
            "//x",
        ):
            assert platform.access(url) is None or isinstance(platform.access(url), Access)
            assert isinstance(platform.canonical(url), str)
