"""Every format reads its fixtures as it did before, and is told by the bytes alone.

A case is `tests/fixtures/formats/<case>.<ext>` (a JSON payload ends in `.payload.json`) with the expected reading in
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

from scrapers.formats.detect import detect, read_as
from scrapers.platform import Payload, ReadContext
from scrapers.records import from_json, to_json

FIXTURES = Path(__file__).parents[2] / "fixtures" / "formats"
FORMATS = {
    "activitypub": "activitypub",
    "atom": "feed",
    "hevent": "html",
    "jsonfeed": "jsonfeed",
    "microdata": "html",
    "mixed": "html",
    "rdfa": "html",
    "rss": "feed",
    "xcal": "feed",
}
CASES = sorted(
    path for path in FIXTURES.iterdir() if path.suffix != ".json" or path.name.endswith(".payload.json")
)
# Names in the fixtures that are of people: no record may hold one.
PEOPLE = ("Ada Example", "Somebody", "Nobody", "A Person", "@person", "@someone")


def case_of(path: Path) -> str:
    return path.name.partition(".")[0]


def reading_of(path: Path) -> dict[str, Any]:
    payload = Payload("https://example.org/list/", path.read_bytes())
    base = {"atom": "https://campus.example.org/atom", "jsonfeed": "https://meet.example.org/feed.json"}
    context = ReadContext(
        case_of(path),
        datetime(2026, 11, 23, 12, tzinfo=UTC),
        timezone="America/New_York",
        base_url=base.get(case_of(path)),
    )
    reading = read_as(detect(payload.body) or "", payload, context, "page")
    return {
        "format": reading.format,
        "complete": reading.complete,
        "items_seen": reading.items_seen,
        "events": [to_json(event) for event in reading.events],
        "next": list(reading.next),
        "warnings": [asdict(warning) for warning in reading.warnings],
    }


@pytest.mark.parametrize("path", CASES, ids=case_of)
def test_a_payload_reads_as_its_golden_file_says(path: Path) -> None:
    expected = path.with_name(case_of(path) + ".json")
    found = reading_of(path)
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))
    for record in found["events"]:
        assert to_json(from_json(record)) == record


@pytest.mark.parametrize("path", CASES, ids=case_of)
def test_a_payload_is_told_by_its_bytes_and_names_no_person(path: Path) -> None:
    assert detect(path.read_bytes()) == FORMATS[case_of(path)]
    written = json.dumps(reading_of(path), ensure_ascii=False)
    assert not [name for name in PEOPLE if name in written]
