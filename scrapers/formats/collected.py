"""Keeps the events of one reading: each once, at most as many as the caller wants.

The one place where readers of pages and feeds drop repeats and tell apart the dates that share an id.
"""

from __future__ import annotations

from dataclasses import replace

from scrapers.formats.notes import Notes
from scrapers.records import ScrapedEvent


class Collected:
    """Events in the order they came; `capped` is set where one had to stay out."""

    def __init__(self, limit: int | None, notes: Notes) -> None:
        self.capped = False
        self._limit = limit
        self._notes = notes
        self._events: dict[tuple[str, str], ScrapedEvent] = {}
        self._starts: dict[str, set[str]] = {}

    def add(self, event: ScrapedEvent) -> None:
        """Keep an event unless one of its id and start is here already."""
        key = (event.uid, event.start_date.isoformat())
        if key in self._events:
            return
        if self._limit is not None and len(self._events) >= self._limit:
            self._notes.once("events_capped", f"only the first {self._limit} events are read")
            self.capped = True
            return
        starts = self._starts.setdefault(event.uid, set())
        starts.add(key[1])
        if len(starts) > 1 and event.recurrence_id is None:
            # One page for every date of a series: the start tells them apart.
            event = replace(event, recurrence_id=key[1])
        self._events[key] = event

    def events(self) -> tuple[ScrapedEvent, ...]:
        """Everything kept."""
        return tuple(self._events.values())
