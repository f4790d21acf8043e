"""What people of one town ask: the same question, each around another point. All but the point is done once a second.

Of `/v1/events` alone, in the order of starts, and of SQLite: what is understood of the other parameters, and what is on
within a hundredth of a degree of the point. Each answer then costs the distances of its rows. It is the answer that
`listing` gives: whatever is not asked in this plain way goes through there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pydantic_core import to_json

from app.db import Reading
from app.places.cells import NO_CELL, distances_km
from app.search.areas import widened
from app.search.engine import Found, find_events
from app.search.query import Circle, Query
from app.search.rows import Kept, Shown
from app.service.pages import joined
from app.service.parameters import EventParameters, understand

_POINT: Final = re.compile(rb"(?:\A|&)(lat|lon)=(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)(?=&|\Z)")
_ODD_NAME: Final = re.compile(rb"(?:\A|&)(?:lat|lon|[^=&]*[%+])")
_MOST_TOWNS: Final = 500


@dataclass(frozen=True, slots=True)
class Point:
    """A question's point in degrees, and `rest`: all else that it asks, as it was written."""

    lat: float
    lon: float
    rest: bytes


@dataclass(slots=True)
class _Town:
    """What is on around a hundredth of a degree: rows by start, the place of each, and whether these are all."""

    rows: list[Shown]
    places: list[tuple[float, float] | None]
    whole: bool


@dataclass(slots=True)
class _Common:
    """What all who ask the same share. `before` and `after` are what stands around the point in the question's spelling."""

    query: Query
    resolved: dict[str, Any]
    before: str
    after: str
    radius_km: float
    towns: dict[tuple[float, float], _Town]


def point_of(query: bytes) -> Point | None:
    """The one point that a query string asks around, if it says so in plain numbers."""
    found = _POINT.findall(query)
    if len(found) != 2 or found[0][0] == found[1][0]:
        return None
    rest = _POINT.sub(b"", query)
    if _ODD_NAME.search(rest):
        return None
    said = {name: float(value) for name, value in found}
    lat, lon = said[b"lat"], said[b"lon"]
    return Point(lat, lon, rest) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


class Neighbours:
    """What is known of one state of the data in one second."""

    def __init__(self) -> None:
        self._of: tuple[str, int] = "", 0
        self._known: dict[tuple[bytes, float, float], _Common] = {}
        self._towns = 0

    def answered(
        self, connection: Reading, point: Point, now: datetime, base_url: str, kept: Kept
    ) -> bytes | None:
        """The answer around a point; null where nobody of its town has asked the same yet (see `meet`)."""
        current = kept.version, int(now.timestamp())
        if current != self._of or self._towns > _MOST_TOWNS:
            self._of, self._towns = current, 0
            self._known.clear()
        common = self._known.get(_key(point))
        if common is None:
            return None
        at = round(point.lat, 2), round(point.lon, 2)
        circle = Circle(point.lat, point.lon, common.radius_km)
        town = common.towns.get(at)
        if town is None:
            town = common.towns[at] = _town(common.query, circle, connection, kept)
            self._towns += 1
        found = _cut(town, circle, common.query.limit)
        if found is None:
            return None
        question = f"{common.before}{_spelt(point.lat, point.lon)}{common.after}"
        return joined(connection, common.query, common.resolved, question, found, base_url, kept)

    def meet(self, point: Point, asked: EventParameters, now: datetime) -> None:
        """Keep what is understood of a question, for the others of its town. Raises the problem that it has."""
        if asked.sort != "start" or asked.near or asked.cursor or _key(point) in self._known:
            return
        query, resolved, question = understand(asked, now, "events")
        before, mark, after = question.partition(_spelt(point.lat, point.lon))
        if mark:
            self._known[_key(point)] = _Common(query, resolved, before, after, asked.radius_km, {})


def _key(point: Point) -> tuple[bytes, float, float]:
    # A tenth of a degree has one time zone, which says when a day ends.
    return point.rest, round(point.lat, 1), round(point.lon, 1)


def _spelt(lat: float, lon: float) -> str:
    """A point as `model_dump_json` writes it."""
    return f'"lat":{to_json(lat).decode()},"lon":{to_json(lon).decode()}'


def _cut(town: _Town, circle: Circle, limit: int) -> Found | None:
    """The page of a circle from what is on around its town; null where that has too few rows to know."""
    page: list[Shown] = []
    distances: dict[int, float | None] = {}
    for row, km in zip(town.rows, distances_km(circle.lat, circle.lon, town.places), strict=True):
        if row.cell == NO_CELL or (km is not None and km <= circle.radius_km):
            if len(page) == limit:
                return Found(page, distances, next=(float(page[-1].start_at), page[-1].id))
            page.append(row)
            distances[row.id] = km
    return Found(page, distances, next=None, total=len(page)) if town.whole else None


def _town(query: Query, circle: Circle, connection: Reading, kept: Kept) -> _Town:
    most = query.limit + query.limit // 3 + 6
    found = find_events(connection, replace(query, areas=widened((circle,)), limit=most), kept)
    places = [None if row.lat is None else (row.lat, row.lon) for row in found.rows]
    return _Town(found.rows, places, whole=found.next is None)
