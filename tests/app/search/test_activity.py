"""How often a group met in each month of the last year, on both databases."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

from app.db import Database
from app.ingest.bulk import load
from app.search.activity import meetings_by_month
from app.translations.translator import translator
from app.web.activity import activity_plot

STARTS = {
    "2025-11-30T18:00:00-05:00": "a year ago and more",
    "2025-12-10T18:00:00-05:00": "the first of the twelve",
    # In UTC it is October already.
    "2026-09-30T23:30:00-04:00": "the last evening of September",
    "2026-10-07T18:00:00-04:00": "one of two",
    "2026-10-21T18:00:00-04:00": "two of two",
    "2026-12-02T18:00:00-05:00": "still to come",
}


def _load_group(database: Database, tmp_path: Path, now: datetime) -> int:
    event = {
        "type": "event",
        "platform": "ical",
        "source": "A calendar",
        "organizer": {"uid": "g", "name": "An active circle", "url": "https://circle.example/"},
        "timezone": "America/New_York",
        "location": {"city": "Boston", "region": "Massachusetts", "country": "US"},
    }
    file = tmp_path / "group.jsonl"
    file.write_text(
        "".join(
            json.dumps(event | {"uid": start, "name": name, "start_date": start}) + "\n"
            for start, name in STARTS.items()
        )
    )
    load(database, [file], now, lambda _: None)
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT id FROM meetup_group").scalar_one()
    return int(found)


def test_events_are_counted_in_the_month_they_were_held_in(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    group = _load_group(database, tmp_path, now)
    with database.read() as connection:
        months = meetings_by_month(connection, group, now)
    assert (months[0][0], months[-1][0]) == (date(2025, 12, 1), date(2026, 11, 1))
    assert {month: count for month, count in months if count} == {
        date(2025, 12, 1): 1,
        date(2026, 9, 1): 1,
        date(2026, 10, 1): 2,
    }


def test_a_group_without_a_past_has_no_plot() -> None:
    assert activity_plot([(date(2026, 1, 1), 0)], translator()) is None
    assert activity_plot([], translator()) is None


def test_bars_stand_for_their_months_and_are_told_in_words() -> None:
    plot = activity_plot(
        [(date(2026, 9, 1), 1), (date(2026, 10, 1), 8), (date(2026, 11, 1), 0)], translator("de")
    )
    assert plot is not None
    assert [bar.height for bar in plot.bars] == [8, 64, 1]
    assert [(bar.words, bar.count) for bar in plot.bars][:2] == [
        ("September 2026", "1"),
        ("Oktober 2026", "8"),
    ]
