"""Finds the time zone that a source means, from tzdata alone: no name from outside ever reaches the file system.

`zoneinfo` opens a file for whatever key it is given; here a key is used only after it was found in the set of known
names. Windows and Outlook names go through the table of CLDR.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from scrapers.formats.windows_zones import WINDOWS_NAMES_SHOWN, WINDOWS_ZONES

_MAX_NAME: Final = 255
# "W. Europe Standard Time 1": Exchange counts what it was told to change.
_NUMBERED: Final = re.compile(r"\s\d{1,2}$")
# "(UTC-05:00) Eastern Time (US & Canada)": what Windows shows for a zone.
_SHOWN: Final = re.compile(r"\((?:UTC|GMT)(?:[+-]\d{1,2}:?\d{2})?\)\s?([^\n]{1,120})")
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s?([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE | re.ASCII)
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


def meant_zone(name: str) -> tzinfo | None:
    """The zone that a name means: those of `zone_named`, what Windows shows for one, and fixed offsets (`UTC-5`, `+01:00`)."""
    zone = zone_named(name) or zone_named(name.replace(" ", "_")) or zone_named(_NUMBERED.sub("", name))
    if zone is not None:
        return UTC if zone.key in {"UTC", "Etc/UTC"} else zone
    shown = _SHOWN.fullmatch(name.strip())
    if shown:
        iana = WINDOWS_NAMES_SHOWN.get(shown[1].strip().casefold())
        if iana is not None:
            return UTC if iana == "Etc/UTC" else zone_named(iana)
    offset = _OFFSET.fullmatch(name.strip())
    if offset is None:
        return None
    size = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return fixed_zone(-size if offset[1] == "-" else size) if size else UTC


class ObservedZone(tzinfo):
    """A zone of changes: (wall clock time before the change, offset before, offset after), in the order of the moments."""

    def __init__(self, changes: tuple[tuple[datetime, timedelta, timedelta], ...]) -> None:
        self._changes = changes
        self._moments = [wall - before for wall, before, _ in changes]

    def offset_at(self, moment: datetime) -> timedelta:
        """The offset at an aware moment."""
        at = bisect_right(self._moments, moment.astimezone(UTC).replace(tzinfo=None))
        return self._changes[at - 1][2] if at else self._changes[0][1]

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """The offset of a wall clock time: of two the first, in a gap the one before it; with `fold` the other one."""
        if moment is None:
            return self._changes[0][1]
        wall = moment.replace(tzinfo=None, fold=0)
        chosen = self._changes[0][1]
        for (_, before, after), change in zip(self._changes, self._moments, strict=True):
            begins = change + (min(before, after) if moment.fold else max(before, after))
            if wall < begins:
                break
            chosen = after
        return chosen

    def dst(self, _: datetime | None) -> timedelta | None:
        """Not known: a VTIMEZONE says offsets."""
        return None

    def tzname(self, _: datetime | None) -> str | None:
        """None: it has no name of its own."""
        return None

    def fromutc(self, moment: datetime) -> datetime:
        """The wall clock time of a moment that is given in UTC."""
        offset = self.offset_at(moment.replace(tzinfo=UTC))
        return moment + offset


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
    if isinstance(zone, ObservedZone):
        # What leaves the reader has an offset, which everybody knows.
        aware = _localised(wall, zone)
        return aware.replace(tzinfo=fixed_zone(zone.utcoffset(aware)))
    return _localised(wall, zone)


def _localised(wall: datetime, zone: tzinfo) -> datetime:
    aware = wall.replace(tzinfo=zone)
    if zone is UTC or isinstance(zone, timezone):
        return aware
    # Only around a change do the two readings of a wall clock time differ: the first test of a gap is cheap.
    if aware.utcoffset() == aware.replace(fold=1).utcoffset():
        return aware
    back = aware.astimezone(UTC).astimezone(zone)
    return back if back.replace(tzinfo=None) != wall else aware
