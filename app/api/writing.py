"""How often strangers may write: a few requests an hour each, and not many more from all of them together.

Counted in this process alone and forgotten with it; an address is kept for an hour at most.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Request
from pydantic import AfterValidator, Field

from app.access.guard import Caller
from app.errors import ProblemError

WINDOW_SECONDS: Final = 3_600.0
MOST_OF_ONE: Final = 20
MOST_OF_ALL: Final = 500


def _told(text: str) -> str:
    if any((ord(char) < 32 and char not in "\n\t\r") or 0xD800 <= ord(char) < 0xE000 for char in text):
        raise ValueError("holds control characters")
    return text


# What a person writes: lines of text that every database can hold.
Told = Annotated[
    str,
    AfterValidator(_told),
    Field(json_schema_extra={"pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$"}),
]


class WriteLimit:
    """The writes of the last hour, by who made them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._all: deque[tuple[float, str]] = deque()

    def wait(self, who: str) -> int:
        """Count a write by `who`: 0 where it is allowed, otherwise the seconds until the next one is."""
        with self._lock:
            now = self._clock()
            while self._all and self._all[0][0] <= now - WINDOW_SECONDS:
                self._all.popleft()
            mine = [at for at, other in self._all if other == who]
            if len(mine) >= MOST_OF_ONE:
                return self._left(mine[0], now)
            if len(self._all) >= MOST_OF_ALL:
                return self._left(self._all[0][0], now)
            self._all.append((now, who))
            return 0

    @staticmethod
    def _left(first: float, now: float) -> int:
        return max(1, int(first + WINDOW_SECONDS - now) + 1)


def allow_write(request: Request) -> None:
    """Raise the 429 for who writes too often; a key that may write is limited by its own requests a minute alone."""
    caller: Caller = request.state.caller
    if caller.holder is not None and caller.holder.may("write"):
        return
    state = request.app.state
    limit = getattr(state, "write_limit", None)
    if not isinstance(limit, WriteLimit):
        limit = state.write_limit = WriteLimit()
    seconds = limit.wait(caller.address)
    if seconds:
        raise ProblemError(
            429,
            f"that was too often; try again in {seconds} seconds",
            headers={"Retry-After": str(seconds)},
        )


def json_only(request: Request) -> None:
    """Raise the 415 for a body that says it is anything but JSON."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ProblemError(415, f"the body must be application/json, not {kind[:100] or 'nothing'}")
