"""Gives an event without an id one that stays the same as long as its name and start do."""

from __future__ import annotations

import hashlib
from datetime import date, datetime


def derived_uid(title: str, begins: datetime | date) -> str:
    """A stable id for an event that has none."""
    written = f"{title.casefold()}\n{begins.isoformat()}"
    return "x-" + hashlib.sha256(written.encode(errors="replace")).hexdigest()[:24]
