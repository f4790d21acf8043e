"""Finds the time zone that a source means, from tzdata alone: no name from outside ever reaches the file system.

`zoneinfo` opens a file for whatever key it is given; here a key is used only after it was found in the set of known
names. Windows and Outlook names go through the table of CLDR.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from scrapers.formats.windows_zones import WINDOWS_ZONES

_MAX_NAME: Final = 255
# Placeholders of tzdata that name no place.
_NO_ZONES: Final = frozenset({"Factory", "localtime", "posixrules"})


@cache
def _names() -> dict[str, str]:
    known = {zone.casefold(): zone for zone in available_timezones() - _NO_ZONES}
    known.update(
        {windows.casefold(): iana for windows, iana in WINDOWS_ZONES.items() if iana.casefold() in known}
    )
    return known


@cache
def _loaded(iana: str) -> ZoneInfo:
    return ZoneInfo(iana)


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of an IANA, Windows or Outlook name; None for everything else.

    Vendors put prefixes before the IANA name (`/mozilla.org/20050126_1/Europe/Berlin`): its last parts count.
    """
    name = name.strip().strip('"').strip()
    if not name or len(name) > _MAX_NAME or not name.isprintable():
        return None
    names = _names()
    found = names.get(name.casefold())
    if found is None and "/" in name and ".." not in name:
        parts = [part for part in name.casefold().split("/") if part]
        if parts[-1:] == ["utc"]:
            return _loaded("UTC")
        found = next(
            (
                names[tail]
                for size in (3, 2)
                if len(parts) >= size and (tail := "/".join(parts[-size:])) in names
            ),
            None,
        )
    return None if found is None else _loaded(found)


def zone_or_utc(name: str) -> tzinfo:
    """The zone of a name, UTC where there is none of that name."""
    zone = zone_named(name)
    return UTC if zone is None or zone.key in {"UTC", "Etc/UTC"} else zone


def fixed_zone(offset: timedelta) -> timezone | None:
    """A zone of one offset; None beyond 18 hours, which no clock on Earth has shown."""
    return timezone(offset) if abs(offset) <= timedelta(hours=18) else None


def iana_name(zone: tzinfo | None) -> str | None:
    """The IANA name of a zone; None for fixed offsets."""
    if zone is UTC:
        return "UTC"
    return zone.key if isinstance(zone, ZoneInfo) else None


def localised(wall: datetime, zone: tzinfo) -> datetime:
    """A wall clock time in a zone as RFC 5545 3.3.5 reads it.

    A time in the fold is the first of the two; one in the gap counts with the offset before the gap, so that
    02:30 in New York on the second Sunday of March is 03:30 EDT. `OverflowError` at the edges of the calendar.
    """
    aware = wall.replace(tzinfo=zone)
    if zone is UTC or isinstance(zone, timezone):
        return aware
    # Only around a change do the two readings of a wall clock time differ: the first test of a gap is cheap.
    if aware.utcoffset() == aware.replace(fold=1).utcoffset():
        return aware
    back = aware.astimezone(UTC).astimezone(zone)
    return back if back.replace(tzinfo=None) != wall else aware
