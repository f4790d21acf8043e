"""Bounds on work that hold on any machine: function calls are counted, not seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class TooManyStepsError(BaseException):
    """The code under test made more calls than it may. Not an `Exception`, so that no reader catches it."""


@contextmanager
def at_most(calls: int) -> Iterator[None]:
    """Stop the block in its next function call, of Python or C, once it has made so many. Calls of this thread count."""
    made = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal made
        if event in {"call", "c_call"}:
            made += 1
            if made > calls:
                sys.setprofile(None)
                raise TooManyStepsError(f"more than {calls} calls in {frame.f_code.co_qualname}")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
