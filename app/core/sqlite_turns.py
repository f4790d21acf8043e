"""Whose turn it is to write an SQLite file: one thread of a process waits for the others, and long writers let others in.

SQLite's own waiting looks ten times a second and misses the moment between two transactions of a load. So waiting writers look
more often (`app.db`), and after a long transaction its process leaves the lock free for a moment.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LONG_SECONDS: Final = 0.1
_LET_OTHERS_SECONDS: Final = 0.02


class WriteTurns:
    """The turns of the threads of one process."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    @contextmanager
    def turn(self, patience: float) -> Iterator[float]:
        """A turn to write; until when, on the monotonic clock, to wait for other processes. Raises TimeoutError."""
        until = time.monotonic() + patience
        if not self._turn.acquire(timeout=patience):
            raise TimeoutError("database is locked")
        try:
            began = time.monotonic()
            yield until
            if time.monotonic() - began > _LONG_SECONDS:
                time.sleep(_LET_OTHERS_SECONDS)
        finally:
            self._turn.release()
