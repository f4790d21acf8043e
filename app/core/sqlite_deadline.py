"""How long statements of SQLite have run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

# Steps of SQLite that take longer were waited for.
_LONGEST_STRETCH_SECONDS: Final = 0.05


def over(seconds: float) -> Callable[[], bool]:
    """Whether statements have run for so long, asked by SQLite every few steps while one runs.

    A long time between two questions is what Python does between statements, such as reading a file of words for the first
    time, or a machine with too much to do: little of it counts.
    """
    last, spent = time.monotonic(), 0.0

    def asked() -> bool:
        nonlocal last, spent
        now = time.monotonic()
        spent += min(now - last, _LONGEST_STRETCH_SECONDS)
        last = now
        return spent > seconds

    return asked
