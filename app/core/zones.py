"""Time zones by name, kept: `ZoneInfo` keeps the last eight and reads the others from their files again."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1_024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raises ZoneInfoNotFoundError or ValueError as `ZoneInfo` does."""
    return ZoneInfo(name)
