"""Counts in memory what was asked for in vain, and writes it down once a minute, so that no request waits for it."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from app.db import Database, DatabaseAwayError
from app.demand.repository import add_counts
from app.taxonomy.taxonomy import is_sensitive

log = logging.getLogger(__name__)

_FLUSH_SECONDS: Final = 60.0
_PATIENCE_SECONDS: Final = 5.0
# Towns and fields in a minute; more are not counted.
_MOST_KINDS: Final = 1_000
_TOWNS: Final = frozenset({"city", "town"})


class DemandCounter:
    """Of one process. `clock` counts seconds; `start` runs a function beside the requests."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._start = start or _in_thread
        self._lock = threading.Lock()
        self._counts: Counter[tuple[datetime, str, str]] = Counter()
        self._flushed_at = clock()

    def note(self, resolved: Mapping[str, Any] | None, now: datetime) -> None:
        """Count a question that nothing was found for, by `resolved` of its answer.

        A question with words of its own, for more than one town or about a sensitive interest is not counted.
        """
        asked = asked_for(resolved)
        if asked is None:
            return
        place, fields = asked
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        with self._lock:
            for field in fields:
                key = (day, place, field)
                if key in self._counts or len(self._counts) < _MOST_KINDS:
                    self._counts[key] += 1
            is_due = self._clock() - self._flushed_at >= _FLUSH_SECONDS
            if is_due:
                self._flushed_at = self._clock()
        if is_due:
            self._start(self.flush)

    def flush(self) -> None:
        """Write down what was counted; it is kept for the next time where the database is away."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            add_counts(self._database, counts, _PATIENCE_SECONDS)
        except DatabaseAwayError as error:
            log.info("unmet demand is written down later: %s", error)
            with self._lock:
                self._counts.update(counts)


def asked_for(resolved: Mapping[str, Any] | None) -> tuple[str, list[str]] | None:
    """The town and the ids of the fields of a question; None for one that must not be counted."""
    if resolved is None or len(resolved["near"]) != 1 or resolved.get("q"):
        return None
    if any(is_sensitive(topic["id"]) for topic in resolved["interest"]):
        return None
    place = resolved["near"][0]["place"]
    if place["kind"] not in _TOWNS:
        return None
    name = ", ".join(
        dict.fromkeys(part for part in (place["name"], place["region"], place["country"]) if part)
    )
    fields = [topic["id"] for topic in resolved["field"] if not topic["input"].startswith("!")]
    return name[:200], fields[:3] or [""]


def _in_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="unmet-demand", daemon=True).start()
