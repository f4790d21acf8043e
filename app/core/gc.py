"""Putting off the search for cycles of garbage while a great many small objects are made that all go at once.

A batch of listings, or a network of thirty thousand people, makes no cycles worth finding, and looking for them again and again
takes a tenth of the time. Knows nothing of what is made.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

# Requests leave few cycles: a search after fifty thousand new objects finds them soon enough.
_SERVING: Final = (50_000, 20, 20)
_SELDOM: Final = (200_000, 20, 20)


class _Within:
    """How many are at it in this process, and what holds when nobody is."""

    lock = Lock()
    count = 0
    usual = gc.get_threshold()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Cycles are looked for seldom inside; as usual again once the last thread is out."""
    with _Within.lock:
        if _Within.count == 0:
            _Within.usual = gc.get_threshold()
            gc.set_threshold(*_SELDOM)
        _Within.count += 1
    try:
        yield
    finally:
        with _Within.lock:
            _Within.count -= 1
            if _Within.count == 0:
                gc.set_threshold(*_Within.usual)


def keep_loaded() -> None:
    """Exempt everything in memory from the search for cycles: the modules and data of a server, which stay until it ends."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SERVING)
