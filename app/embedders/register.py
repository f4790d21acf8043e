"""Who embeds us, for the requests of one process: what is disabled is refused within seconds, what is new is noted once a day."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from app.db import Database, DatabaseAwayError
from app.embedders.origins import origin_of
from app.embedders.repository import MOST_ORIGINS, disabled_origins, note

log = logging.getLogger(__name__)

# How long an origin that was disabled elsewhere may still show embeds.
FRESH_SECONDS: Final = 10.0
# A visitor does not wait longer for a note.
_PATIENCE_SECONDS: Final = 0.2


class Register:
    """Admits origins. `clock` counts seconds."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._disabled: frozenset[str] = frozenset()
        self._read_at: float | None = None
        self._day: date | None = None
        self._noted: set[str] = set()

    def admit(self, address: str | None, now: datetime) -> bool:
        """Whether the site of an address (of its `Origin` or `Referer`) may show embeds. One that names no site may:
        browsers can be told to say nothing."""
        origin = origin_of(address)
        if origin is None:
            return True
        if origin in self._disabled_now():
            return False
        if self._is_new(origin, now):
            try:
                note(self._database, origin, now, _PATIENCE_SECONDS)
            except DatabaseAwayError as error:
                log.info("the origin %s was not noted: %s", origin, error)
        return True

    def _disabled_now(self) -> frozenset[str]:
        with self._lock:
            moment = self._clock()
            if self._read_at is None or moment - self._read_at >= FRESH_SECONDS:
                self._disabled = disabled_origins(self._database)
                self._read_at = moment
            return self._disabled

    def _is_new(self, origin: str, now: datetime) -> bool:
        """Whether the origin was not noted yet today by this process."""
        with self._lock:
            if self._day != now.date():
                self._day, self._noted = now.date(), set()
            if origin in self._noted or len(self._noted) >= MOST_ORIGINS:
                return False
            self._noted.add(origin)
            return True
