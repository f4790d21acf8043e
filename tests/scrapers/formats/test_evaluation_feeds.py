"""The calendars and pages of other projects' test suites, where they are at hand (EVALUATION_DATA names the folder)."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scrapers import registry
from scrapers.formats import ical
from scrapers.formats.detect import detect, read_as
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedEvent
from tests.steps import at_most

DATA = Path(os.environ.get("EVALUATION_DATA") or "/nonexistent")
pytestmark = pytest.mark.skipif(
    not os.environ.get("EVALUATION_DATA"), reason="skipped: EVALUATION_DATA is not set"
)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
# RFC 5545 has no UNTL: the rule is refused and its first instance kept; the oracle drops the event. An end before the
# start is dropped; the oracle swaps the two.
DIFFERS_BY_RULE = {"bad_rrule_missing_until_event.ics", "end_before_start_event.ics"}


def calendars() -> list[str]:
    file = DATA / "evaluation/feeds/recurring_ical_events/expected_occurrences.json"
    return sorted(json.loads(file.read_text())["calendars"]) if file.is_file() else []


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in DATA.glob(pattern) if path.is_file())


def found_key(event: ScrapedEvent) -> tuple[str, str, str]:
    start, end = event.start_date, event.end_date or event.start_date
    if isinstance(start, datetime) and isinstance(end, datetime):
        return start.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat(), event.name
    return start.isoformat(), (end + timedelta(days=1)).isoformat(), event.name


def expected_key(start: str, end: str, summary: str) -> tuple[str, str, str]:
    if len(start) == 10:
        following = (date.fromisoformat(start) + timedelta(days=1)).isoformat()
        return start, max(end, following), summary.strip()
    moments = (datetime.fromisoformat(each) for each in (start, end))
    aware = [each if each.tzinfo else each.replace(tzinfo=BERLIN) for each in moments]
    return aware[0].astimezone(UTC).isoformat(), aware[1].astimezone(UTC).isoformat(), summary.strip()


@pytest.mark.parametrize("name", [name for name in calendars() if name not in DIFFERS_BY_RULE])
def test_occurrences_are_the_expected_ones(name: str) -> None:
    folder = DATA / "evaluation/feeds/recurring_ical_events"
    expected = json.loads((folder / "expected_occurrences.json").read_text())["calendars"][name]
    start, end = (datetime.fromisoformat(each).replace(tzinfo=BERLIN) for each in expected["window"])
    context = ReadContext("test", start, "Europe/Berlin", (start, end), max_instances=10_000)
    reading = ical.read(Payload(name, (folder / "calendars" / name).read_bytes()), context)
    assert Counter(map(found_key, reading.events)) == Counter(
        expected_key(*each[1:]) for each in expected["occurrences"]
    )


def read_in_few_steps(path: Path) -> Reading:
    body = path.read_bytes()
    context = ReadContext("test", NOW, "America/New_York")
    with at_most(calls=1_000_000):
        kind = "ical" if path.suffix == ".ics" else detect(body) or "html"
        return read_as(kind, Payload(path.name, body), context, "page")


@pytest.mark.parametrize(
    "path",
    files(
        "evaluation/feeds/**/*.ics",
        "evaluation/feeds/**/*.html",
        "evaluation/feeds/**/*.json",
        "evaluation/feeds/**/*.xml",
        "evaluation/feeds/**/*.txt",
        "fixtures/**/*",
    ),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_every_file_reads_without_an_exception(path: Path) -> None:
    read_in_few_steps(path)
    for platform in registry.platforms():
        platform.read(Payload(path.name, path.read_bytes()), ReadContext("test", NOW))


# Hostile files that hold, besides the attack, an event that must survive it.
@pytest.mark.parametrize(
    "path",
    files("hostile/ics/*.ics", "hostile/html/*.html", "hostile/json/*", "hostile/xml/*"),
    ids=lambda path: path.name,
)
def test_a_hostile_file_is_read_quickly_and_its_good_event_survives(path: Path) -> None:
    body = path.read_bytes()
    reading = read_in_few_steps(path)
    good = body.count(b"SUMMARY:Good event that must survive") + body.count(b'"name":"Good event"')
    scripted = path.suffix != ".html" or b"application/ld+json" in body
    if good and scripted:
        assert {"Good event that must survive", "Good event"} & {event.name for event in reading.events}
    if path.name.startswith(("14_", "15_", "32_", "34_")) and path.suffix == ".ics":
        assert not reading.complete
    for event in reading.events:
        assert len(event.name) <= 300
        assert "\0" not in repr(event).replace("\\x00", "\0")
