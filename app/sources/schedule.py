"""How often a source is asked and how much it usually says: what the next run takes from the last ones. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from scrapers.records import ScrapedEvent

LEAST_SECONDS: Final = 3_600
MOST_SECONDS: Final = 86_400
FIRST_SECONDS: Final = 21_600
_WEEK_SECONDS: Final = 7 * MOST_SECONDS
_LONGER: Final = 1.25
_SHORTER: Final = 0.5
# How much the latest answer counts for what is usual.
_WEIGHT: Final = 0.2
_FIELDS: Final = (
    "url", "description", "end_date", "location", "organizer", "image", "price", "event_attendance_mode", "keywords",
)  # fmt: skip


def next_seconds(seconds: int, *, changed: bool) -> int:
    """The interval after a good run: longer where nothing had changed, shorter where something had."""
    if not changed and seconds > MOST_SECONDS:
        return seconds_while_empty(seconds)
    return int(min(MOST_SECONDS, max(LEAST_SECONDS, seconds * (_SHORTER if changed else _LONGER))))


def seconds_while_empty(seconds: int) -> int:
    """The interval after an answer without any event: a day at first, growing to a week."""
    return int(min(_WEEK_SECONDS, max(MOST_SECONDS, seconds * _LONGER)))


def usual_after(usual: int | None, events: int) -> int:
    """How many events are usual, now that a good answer had `events`."""
    return events if usual is None else round(usual + _WEIGHT * (events - usual))


def filled_shares(events: Iterable[ScrapedEvent]) -> dict[str, int] | None:
    """The share in percent of events that say each of the fields people look at; None without events."""
    counts = dict.fromkeys(_FIELDS, 0)
    total = 0
    for event in events:
        total += 1
        for name in _FIELDS:
            counts[name] += _says(event, name)
    return {name: round(100 * count / total) for name, count in counts.items()} if total else None


def _says(event: ScrapedEvent, name: str) -> bool:
    if name == "price" and event.is_accessible_for_free:
        return True
    value: Any = getattr(event, name)
    return value not in (None, "", ())
