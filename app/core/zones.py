"""Time zones by name, kept: `ZoneInfo` keeps the last eight and reads the others from their files again."""

from __future__ import annotations

from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones


@lru_cache(maxsize=1_024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raises ZoneInfoNotFoundError or ValueError as `ZoneInfo` does."""
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Whether there is an IANA zone of this name."""
    return name in _names()


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}
