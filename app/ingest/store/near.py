"""Finds the listings that a listing could be the same event as: on its page, of its group, or near it in place and time.

Stored events are found through their rows (address, group, cell and start), their listings are what is compared. Listings
of the same batch are found the same way, so that a batch and one by one see the same pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select, text

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
from app.ingest.store.rows import EVENT, by_id
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
_RANGES: Final = 200
_COLUMNS: Final = (
    "id", "name", "start_at", "until_at", "timezone", "all_day", "cell", "lat", "lon", "city", "country", "url", "url_key",
    "group_id", "event_attendance_mode",
)  # fmt: skip
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
        self._rows: dict[int, Any] = {}
        self._listings: dict[int, list[int]] = {}
        self._blocks: dict[Key, list[int]] = defaultdict(list)
        self._row_blocks: dict[Key, list[int]] = defaultdict(list)

    def add(self, each: Seen) -> None:
        """A listing of the batch: what it says now counts, whatever is stored of it."""
        self.seen[each.listing_id] = each
        for block in _blocks_in(each):
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
        self._look(frontier)
        events = {
            each.listing_id: [row.id for row in self._rows_near(each) if _worth_loading(each, row)]
            for each in frontier
        }
        self.listings(sorted({event for found in events.values() for event in found}))
        for each in frontier:
            mates = {mate for block in _blocks_wanted(each) for mate in self._blocks.get(block, ())}
            mates.update(mate for event in events[each.listing_id] for mate in self._listings.get(event, ()))
            mates.discard(each.listing_id)
            for mate in sorted(mates):
                other = self.seen[mate]
                if worth_comparing(each, other):
                    yield each, other

    def _rows_near(self, each: Seen) -> Iterator[Any]:
        met = {number for block in _blocks_wanted(each) for number in self._row_blocks.get(block, ())}
        return (self._rows[number] for number in sorted(met))

    def _look(self, frontier: Sequence[Seen]) -> None:
        """Read the rows of the stored events around the frontier."""
        starts = [each.start for each in frontier]
        if not starts:
            return
        around = select(*(EVENT.c[name] for name in _COLUMNS)).where(
            EVENT.c.merged_into.is_(None),
            EVENT.c.removed_at.is_(None),
            EVENT.c.start_at >= min(starts) - 2 * _A_DAY,
            EVENT.c.start_at <= max(starts) + 2 * _A_DAY,
        )
        urls = sorted({each.url_key for each in frontier if each.url_key is not None})
        groups = sorted({int(each.sighting.group) for each in frontier if each.sighting.group is not None})
        for row in by_id(self.connection, around, EVENT.c.url_key, urls):
            self._know(row)
        for row in by_id(self.connection, around, EVENT.c.group_id, groups):
            self._know(row)
        for _, ranges in groupby(_ranges(frontier), key=lambda each: (each.all_day, each.cell == NO_CELL)):
            while part := list(islice(ranges, _RANGES)):
                for row in self.connection.execute(_rows_in(part)):
                    self._know(row)

    def _know(self, row: Any) -> None:
        if row.id in self._rows:
            return
        self._rows[row.id] = row
        for block in _row_blocks(row):
            self._row_blocks[block].append(row.id)


def _blocks_in(each: Seen) -> Iterator[Key]:
    """Where a listing is to be found."""
    day = _day(each.start)
    if each.url_key is not None:
        yield ("page", each.url_key, day)
    if each.sighting.group is not None:
        yield ("group", int(each.sighting.group), day)
    yield ("place", each.where.cell, day)


def _row_blocks(row: Any) -> Iterator[Key]:
    day = _day(row.start_at)
    if row.url_key is not None:
        yield ("page", row.url_key, day)
    if row.group_id is not None:
        yield ("group", row.group_id, day)
    yield ("place", row.cell, day)


def _blocks_wanted(each: Seen) -> Iterator[Key]:
    """Where the listings are that it could be the same as: within a day and a zone's width, in the cells around."""
    day = _day(each.start)
    days = (day - 1, day, day + 1)
    for near in days:
        if each.url_key is not None:
            yield ("page", each.url_key, near)
        if each.sighting.group is not None:
            yield ("group", int(each.sighting.group), near)
        for number, _ in _cells_around(each):
            yield ("place", number, near)


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


def _day(start: datetime) -> int:
    """The UTC day."""
    return start.toordinal()


def _worth_loading(each: Seen, row: Any) -> bool:
    """Whether the listings of a stored event may be the same: its row says nearly what they say."""
    if each.url_key is not None and each.url_key == row.url_key:
        return True
    if each.sighting.group is not None and int(each.sighting.group) == row.group_id:
        return True
    apart = abs(each.start - row.start_at)
    if apart > (_A_DAY + _ZONES if each.all_day or row.all_day else _ROW_TIME):
        return False
    return (
        alike_at_all(each.sighting.name, row.name)
        and likeness(each.sighting, _sighting(row)).probability >= _HARDLY
    )


def _sighting(row: Any) -> Sighting:
    local = zone(row.timezone)
    return Sighting(
        id="",
        name=row.name,
        start=row.start_at.astimezone(local).date(),
        end=row.until_at.astimezone(local).date(),
        url=row.url,
        city=row.city,
        country=row.country,
        lat=row.lat,
        lon=row.lon,
        online=row.event_attendance_mode == "online",
    )


class _Range(NamedTuple):
    """Events of a cell that start between two instants (epoch seconds) in a box of degrees; all-day ones or others."""

    all_day: bool
    cell: int
    first: int
    last: int
    west: float
    south: float
    east: float
    north: float


def _ranges(frontier: Sequence[Seen]) -> list[_Range]:
    """What to read around listings, each range once."""
    found = set()
    for each in frontier:
        start = int(each.start.timestamp())
        before = start - _ZONES_SECONDS if each.all_day else start - _DAY_SECONDS - _ZONES_SECONDS
        days = (before, before + _DAY_SECONDS + 2 * _ZONES_SECONDS)
        hours = days if each.all_day else (start - _ROW_SECONDS, start + _ROW_SECONDS)
        for number, box in _cells_around(each):
            # Online is one place for the whole world: too many to look for those of a day.
            if number != NO_CELL or not each.all_day:
                found.add(_Range(False, number, *hours, *box))
            found.add(_Range(True, number, *days, *box))
    return sorted(found)


def _rows_in(ranges: Sequence[_Range]) -> Any:
    # Every value is a number of ours.
    values = ", ".join(f"({', '.join(map(str, each[1:]))})" for each in ranges)
    only = "e.all_day" if ranges[0].all_day else "NOT e.all_day"
    inside = (
        ""
        if ranges[0].cell == NO_CELL
        else ("AND e.lat >= w.south AND e.lat <= w.north AND e.lon >= w.west AND e.lon <= w.east ")
    )
    sql = (
        f"WITH wanted(cell, first, last, west, south, east, north) AS (VALUES {values}) "  # noqa: S608
        f"SELECT {', '.join(f'e.{name}' for name in _COLUMNS)} FROM wanted w "
        "JOIN event e ON e.cell = w.cell AND e.start_at >= w.first AND e.start_at <= w.last "
        f"{inside}WHERE {only} AND e.removed_at IS NULL AND e.merged_into IS NULL"
    )
    return text(sql).columns(*(EVENT.c[name] for name in _COLUMNS))
