"""Finds the listings that a listing could be the same event as: on its page, of its group, or near it in place and time.

Stored events are found through their rows (address, group, cell and start), their listings are what is compared. Listings
of the same batch are found the same way, so that a batch and one by one see the same pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from app.db import is_sqlite, rows
from app.ingest.items import SourceRef
from app.ingest.likeness import Sighting, likeness
from app.ingest.match import (
    SAME_MIDDLE_KM,
    SAME_TIME,
    SAME_TOWN_KM,
    SAME_VENUE_KM,
    Seen,
    alike_at_all,
    seen,
    worth_comparing,
)
from app.ingest.normalise import zone
from app.ingest.store.listings import said_of
from app.ingest.understand import understand_event
from app.places.cells import NO_CELL, bounding_box, cells_in_box
from scrapers.records import ScrapedEvent

_A_DAY: Final = timedelta(days=1)
# Listings of one event start within SAME_TIME of each other, and its row starts as one of them does.
_ROW_TIME: Final = 2 * SAME_TIME
# A day has 24 hours, its midnight comes up to 14 hours earlier or later elsewhere.
_ZONES: Final = timedelta(hours=14)
_DAY_SECONDS, _ZONES_SECONDS, _ROW_SECONDS = (
    int(each.total_seconds()) for each in (_A_DAY, _ZONES, _ROW_TIME)
)
_AT_ONCE: Final = 400
# Less likely than this by its row, an event is not worth the reading of its listings.
_HARDLY: Final = 0.1
_Box = tuple[float, float, float, float]
_NOWHERE: Final = (-180.0, -90.0, 180.0, 90.0)

Key = tuple[Any, ...]


class Near:
    """What could be the same, for the listings of one batch. `group_of` knows the group behind an event's organiser."""

    def __init__(self, connection: Connection, group_of: Callable[[ScrapedEvent], int | None]) -> None:
        self.connection = connection
        self.group_of = group_of
        # Every listing met so far, and the stored event that it is of.
        self.seen: dict[int, Seen] = {}
        self.event_of: dict[int, int] = {}
        self.sources: dict[int, SourceRef] = {}
        self._around: dict[int, tuple[tuple[int, _Box], ...]] = {}
        self._wants: dict[int, tuple[Key, ...]] = {}
        self._listings: dict[int, list[int]] = {}
        self._blocks: dict[Key, list[int]] = defaultdict(list)

    def add(self, each: Seen) -> None:
        """A listing of the batch: what it says now counts, whatever is stored of it."""
        self.seen[each.listing_id] = each
        for place in _places_of(each):
            for block in _kept_under(place, int(each.start.timestamp()), all_day=each.all_day):
                self._blocks[block].append(each.listing_id)

    def listings(self, event_ids: Iterable[int]) -> list[Seen]:
        """What the live listings of stored events say."""
        missing = [each for each in dict.fromkeys(event_ids) if each not in self._listings]
        for event_id, said in said_of(self.connection, "event_id", missing).items():
            for each in said:
                assert isinstance(each.record, ScrapedEvent)
                self.sources[each.listing_id] = each.source
                self.event_of.setdefault(each.listing_id, event_id)
                if each.listing_id not in self.seen:
                    event = understand_event(each.record, each.source.hint, classified=False)
                    self.seen[each.listing_id] = seen(
                        each.listing_id, each.source.id, event, self.group_of(each.record)
                    )
            self._listings[event_id] = [each.listing_id for each in said]
        return [self.seen[each] for event in event_ids for each in self._listings.get(event, ())]

    def of(self, frontier: Sequence[Seen]) -> Iterator[tuple[Seen, Seen]]:
        """Pairs that are worth comparing, each with a member of the frontier first."""
        events = self._worth_loading(frontier)
        self.listings(sorted(set().union(*events)))
        for each, near in zip(frontier, events, strict=True):
            mates = {mate for block in self._wanted(each) for mate in self._blocks.get(block, ())}
            mates.update(mate for event in near for mate in self._listings.get(event, ()))
            mates.discard(each.listing_id)
            for mate in sorted(mates):
                other = self.seen[mate]
                if worth_comparing(each, other):
                    yield each, other

    def _worth_loading(self, frontier: Sequence[Seen]) -> list[set[int]]:
        """For every listing the stored events whose listings may be the same: their rows say nearly what it says."""
        found: list[set[int]] = [set() for _ in frontier]
        spans: dict[str, list[tuple[int, ...]]] = {"url_key": [], "group_id": []}
        ranges: list[_Range] = []
        for at, each in enumerate(frontier):
            start = int(each.start.timestamp())
            near = _DAY_SECONDS + _ZONES_SECONDS
            apart = near if each.all_day else _ROW_SECONDS
            span = (start - near, start + near, start - apart, start + apart)
            if each.url_key is not None:
                spans["url_key"].append((at, each.url_key, *span))
            if each.sighting.group is not None:
                spans["group_id"].append((at, int(each.sighting.group), *span))
            ranges += self._ranges(at, each)
        for column, wanted in spans.items():
            for part in _parts(wanted):
                sql = _SPANS.format(values=_values(part), column=column)
                for at, event in rows(self.connection, sql, {}):
                    found[at].add(event)
        sqlite = is_sqlite(self.connection)
        ranges.sort()
        for _, alike in groupby(ranges, key=lambda each: (each.all_day, each.cell == NO_CELL)):
            for some in _parts(list(alike)):
                # Nearly all of them are other events of a large city: their names are looked at first.
                for row in rows(self.connection, _rows_in(some, sqlite=sqlite), {}):
                    at, event, name = row[:3]
                    sighting, met = frontier[at].sighting, found[at]
                    if (
                        event not in met
                        and alike_at_all(sighting.name, name)
                        and likeness(sighting, _sighting(_Row._make(row[1:]))).probability >= _HARDLY
                    ):
                        met.add(event)
        return found

    def _wanted(self, each: Seen) -> tuple[Key, ...]:
        """Where what could be the same is kept: on its page, of its group, in the cells around, near in time."""
        known = self._wants.get(each.listing_id)
        if known is None:
            known = self._wants[each.listing_id] = tuple(self._wanted_by(each))
        return known

    def _wanted_by(self, each: Seen) -> Iterator[Key]:
        start = int(each.start.timestamp())
        day, turn = start // _DAY_SECONDS, start // _ROW_SECONDS
        days = (day - 1, day, day + 1)
        places: list[tuple[str, int]] = []
        if each.url_key is not None:
            places.append(("page", each.url_key))
        if each.sighting.group is not None:
            places.append(("group", int(each.sighting.group)))
        places += [("place", number) for number, _ in self._cells_around(each)]
        for place in places:
            for near in days:
                yield (*place, "all day", near)
                if each.all_day:
                    yield (*place, "day", near)
            if not each.all_day:
                for near in (turn - 1, turn, turn + 1):
                    yield (*place, "time", near)

    def _cells_around(self, each: Seen) -> tuple[tuple[int, _Box], ...]:
        known = self._around.get(each.listing_id)
        if known is None:
            known = self._around[each.listing_id] = _cells_around(each)
        return known

    def _ranges(self, at: int, each: Seen) -> set[_Range]:
        """What to read around a listing."""
        start = int(each.start.timestamp())
        before = start - _ZONES_SECONDS if each.all_day else start - _DAY_SECONDS - _ZONES_SECONDS
        days = (before, before + _DAY_SECONDS + 2 * _ZONES_SECONDS)
        hours = days if each.all_day else (start - _ROW_SECONDS, start + _ROW_SECONDS)
        found = set()
        for number, box in self._cells_around(each):
            # Online is one place for the whole world: too many to look for those of a day.
            if number != NO_CELL or not each.all_day:
                found.add(_Range(False, number, *hours, *box, at))
            found.add(_Range(True, number, *days, *box, at))
        return found


class _Row(NamedTuple):
    """A stored event as far as it tells whether a listing may be of it; times in epoch seconds."""

    id: int
    name: str
    start_at: int
    until_at: int
    timezone: str
    lat: float | None
    lon: float | None
    city: str | None
    country: str | None
    url: str | None
    event_attendance_mode: str | None


def _places_of(each: Seen) -> Iterator[tuple[str, int]]:
    """Where a listing is to be found."""
    if each.url_key is not None:
        yield ("page", each.url_key)
    if each.sighting.group is not None:
        yield ("group", int(each.sighting.group))
    yield ("place", each.where.cell)


def _kept_under(place: tuple[str, int], start: int, *, all_day: bool) -> tuple[Key, ...]:
    """What lasts a day is looked for by its day, everything else by its time as well."""
    day = start // _DAY_SECONDS
    if all_day:
        return ((*place, "all day", day),)
    return (*place, "time", start // _ROW_SECONDS), (*place, "day", day)


def _cells_around(each: Seen) -> tuple[tuple[int, _Box], ...]:
    """The cells to look in, each with the box to look in there."""
    where = each.where
    if where.lat is None or where.lon is None:
        return ((NO_CELL, _NOWHERE),) if each.sighting.online else ()
    around = _cells(round(where.lat, 3), round(where.lon, 3), SAME_VENUE_KM if where.exact else SAME_TOWN_KM)
    if not where.exact or where.middle is None:
        return around
    # Whoever names only the town is in the middle of it.
    return around + _cells(round(where.middle.lat, 3), round(where.middle.lon, 3), SAME_MIDDLE_KM)


@lru_cache(maxsize=16_384)
def _cells(lat: float, lon: float, reach: float) -> tuple[tuple[int, _Box], ...]:
    # The point was rounded to a thousandth of a degree.
    box = bounding_box(lat, lon, reach + 0.2)
    west, south, east, north = (round(each, 4) for each in box)
    if west > east:
        west, east = -180.0, 180.0
    return tuple((number, (west, south, east, north)) for number in cells_in_box(*box))


def _sighting(row: _Row) -> Sighting:
    local = zone(row.timezone)
    return Sighting(
        id="",
        name=row.name,
        start=datetime.fromtimestamp(row.start_at, local).date(),
        end=datetime.fromtimestamp(row.until_at, local).date(),
        url=row.url,
        city=row.city,
        country=row.country,
        lat=row.lat,
        lon=row.lon,
        online=row.event_attendance_mode == "online",
    )


class _Range(NamedTuple):
    """Events of a cell that start between two instants (epoch seconds) in a box of degrees; all-day ones or others.

    `at` is the place of the listing that looks for them.
    """

    all_day: bool
    cell: int
    first: int
    last: int
    west: float
    south: float
    east: float
    north: float
    at: int


_COLUMNS: Final = ", ".join(f"e.{name}" for name in _Row._fields)
_LIVING: Final = "e.removed_at IS NULL AND e.merged_into IS NULL"
_SPANS: Final = f"""
    WITH wanted(at, key, first, last, soonest, latest) AS (VALUES {{values}})
    SELECT w.at, e.id FROM wanted w JOIN event e ON e.{{column}} = w.key AND e.start_at >= w.first AND e.start_at <= w.last
    WHERE (e.all_day OR (e.start_at >= w.soonest AND e.start_at <= w.latest)) AND {_LIVING}
"""  # noqa: S608  every value is a number of ours


def _rows_in(ranges: Sequence[_Range], *, sqlite: bool) -> str:
    only = "e.all_day" if ranges[0].all_day else "NOT e.all_day"
    # All-day events are few: SQLite would read every event of three days to find them.
    by = " INDEXED BY ix_event_all_day" if sqlite and ranges[0].all_day else ""
    inside = (
        ""
        if ranges[0].cell == NO_CELL
        else ("AND e.lat >= w.south AND e.lat <= w.north AND e.lon >= w.west AND e.lon <= w.east ")
    )
    values = _values([each[1:] for each in ranges])
    return (
        f"WITH wanted(cell, first, last, west, south, east, north, at) AS (VALUES {values}) "  # noqa: S608
        f"SELECT w.at, {_COLUMNS} FROM wanted w "
        f"JOIN event e{by} ON e.cell = w.cell AND e.start_at >= w.first AND e.start_at <= w.last "
        f"{inside}WHERE {only} AND {_LIVING}"
    )


def _values(tuples: Iterable[tuple[Any, ...]]) -> str:
    return ", ".join(f"({', '.join(map(str, each))})" for each in tuples)


def _parts(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(found), _AT_ONCE):
        yield found[start : start + _AT_ONCE]
