"""Finds the listings that a listing could be the same event as: on its page, of its group, or near it in place and time.

Stored events are found through their rows (address, group, cell and start) and through what listings say otherwise (their
variants); what is compared are their listings. Listings of the same batch are found by the same rules, so that a batch and
one by one see the same pairs, whatever the order.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection

from app.db import is_sqlite, rows
from app.ingest.matching.events import (
    SAME_MIDDLE_KM,
    SAME_TIME,
    SAME_TOWN_KM,
    SAME_VENUE_KM,
    EventCandidate,
    alike_at_all,
    seen,
    worth_comparing,
)
from app.ingest.matching.similarity import EventFeatures, event_similarity
from app.ingest.store.groups import Groups
from app.ingest.store.listings import listings_of
from app.listings.items import SourceRef
from app.listings.normalise import zone
from app.listings.understand import understand_event
from app.places.cells import NO_CELL, bounding_box, cells_in_box
from scrapers.records import ScrapedEvent

_AT_ONCE: Final = 400
# Less likely than this by its row, an event is not worth the reading of its listings.
_HARDLY: Final = 0.1
_HOUR: Final = 3_600
_DAY: Final = 24 * _HOUR
_SAME_TIME: Final = int(SAME_TIME.total_seconds())
# A date begins up to 14 hours before it does in Greenwich, and up to 12 hours after; clocks that change at midnight add one.
_EASTMOST, _WESTMOST = 15 * _HOUR, 13 * _HOUR
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()
_NOWHERE: Final = (-180.0, -90.0, 180.0, 90.0)

Key = tuple[Any, ...]
# The rows to look among: those of a time, those of a time whose place is no more than a town, those of a whole day.
Subset = Literal["timed", "town", "all day"]
_Box = tuple[float, float, float, float]
_Around = tuple[tuple[Subset, int, _Box], ...]
# If one batch holds more listings than this with the same time and place (or group, or page), they are not compared.
MOST_AT_ONCE: Final = 400

log = logging.getLogger(__name__)


class Near:
    """What could be the same, for the listings of one batch."""

    def __init__(self, connection: Connection, groups: Groups) -> None:
        self.connection = connection
        self.groups = groups
        # Every listing met so far, and the stored event that it is of.
        self.seen: dict[int, EventCandidate] = {}
        self.event_of: dict[int, int] = {}
        self.sources: dict[int, SourceRef] = {}
        self._around: dict[int, _Around] = {}
        self._listings: dict[int, list[int]] = {}
        self._blocks: dict[Key, list[int]] = defaultdict(list)
        self._crowded: set[Key] = set()

    def add(self, each: EventCandidate) -> None:
        """A listing of the batch: what it says now counts, whatever is stored of it."""
        self.seen[each.listing_id] = each
        spans = tuple(_spans_of(each))
        for place in (*_pages_of(each), ("place", each.where.cell)):
            for span in spans:
                block = self._blocks[place + span]
                block.append(each.listing_id)
                if len(block) > MOST_AT_ONCE and span == _moment_of(each):
                    self._crowd(place + span)

    def _crowd(self, block: Key) -> None:
        """Leave a block out of the comparisons: of so many listings in one place at one time, each would be compared with each."""
        if block not in self._crowded:
            self._crowded.add(block)
            log.warning(
                "crowded_slot: more than %d listings of one batch have one %s and time; these are not compared with each other",
                MOST_AT_ONCE,
                block[0],
            )

    def _is_crowded(self, each: EventCandidate, place: tuple[str, int]) -> bool:
        return bool(self._crowded) and place + _moment_of(each) in self._crowded

    def listings(self, event_ids: Iterable[int]) -> list[EventCandidate]:
        """What the live listings of stored events say."""
        missing = [each for each in dict.fromkeys(event_ids) if each not in self._listings]
        found = listings_of(self.connection, "event_id", missing)
        records = [each.record for said in found.values() for each in said]
        self.groups.find_organizers(each for each in records if isinstance(each, ScrapedEvent))
        for event_id, said in found.items():
            for each in said:
                assert isinstance(each.record, ScrapedEvent)
                self.sources[each.listing_id] = each.source
                self.event_of.setdefault(each.listing_id, event_id)
                if each.listing_id not in self.seen:
                    event = understand_event(each.record, each.source.hint, classified=False)
                    group = self.groups.of(each.record)
                    self.seen[each.listing_id] = seen(each.listing_id, each.source.id, event, group)
            self._listings[event_id] = [each.listing_id for each in said]
        return [self.seen[each] for event in event_ids for each in self._listings.get(event, ())]

    def of(self, frontier: Sequence[EventCandidate]) -> Iterator[tuple[EventCandidate, EventCandidate]]:
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

    def _worth_loading(self, frontier: Sequence[EventCandidate]) -> list[set[int]]:
        """For every listing the stored events whose listings may be the same: their rows say nearly what it says."""
        found: list[set[int]] = [set() for _ in frontier]
        spans: dict[str, list[tuple[int, ...]]] = {"url_key": [], "group_id": []}
        ranges: list[_Range] = []
        for at, each in enumerate(frontier):
            when = _when(each)
            span = (min(when.first, when.first_day), max(when.last, when.last_day), *when)
            if each.url_key is not None and not self._is_crowded(each, ("page", each.url_key)):
                spans["url_key"].append((at, each.url_key, *span))
            group = each.features.group
            if group is not None and not self._is_crowded(each, ("group", int(group))):
                spans["group_id"].append((at, int(group), *span))
            if not self._is_crowded(each, ("place", each.where.cell)):
                ranges += self._ranges(at, each, when)
        for column, wanted in spans.items():
            for part in _parts(wanted):
                sql = _SPANS.format(values=_values(part), column=column)
                for at, event in rows(self.connection, sql, {}):
                    found[at].add(event)
        sqlite = is_sqlite(self.connection)
        ranges.sort()
        for _, alike in groupby(ranges, key=lambda each: (each.subset, each.cell == NO_CELL)):
            for some in _parts(list(alike)):
                # Nearly all of them are other events of a large city: their names are looked at first.
                for row in rows(self.connection, _rows_in(some, sqlite=sqlite), {}):
                    at, event, name = row[:3]
                    features, met = frontier[at].features, found[at]
                    if event not in met and alike_at_all(features.name, name) and _likely(features, row):
                        met.add(event)
        return found

    def _wanted(self, each: EventCandidate) -> tuple[Key, ...]:
        """Where what could be the same is kept: on its page, of its group, in the cells around, near in time."""
        places = dict.fromkeys(
            [*_pages_of(each), *(("place", number) for _, number, _ in self._cells_around(each))]
        )
        spans = tuple(_spans_near(each))
        return tuple(place + span for place in places for span in spans if place + span not in self._crowded)

    def _cells_around(self, each: EventCandidate) -> _Around:
        known = self._around.get(each.listing_id)
        if known is None:
            known = self._around[each.listing_id] = _cells_around(each)
        return known

    def _ranges(self, at: int, each: EventCandidate, when: _When) -> set[_Range]:
        """What to read around a listing."""
        hours, days = (when.first, when.last), (when.first_day, when.last_day)
        found = set()
        for subset, number, box in self._cells_around(each):
            found.add(_Range(subset, number, *hours, *box, at))
            found.add(_Range("all day", number, *days, *box, at))
        return found


class _When(NamedTuple):
    """When others of the same time start, in epoch seconds: those of a time, and those that last all day."""

    first: int
    last: int
    first_day: int
    last_day: int


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


def _when(each: EventCandidate) -> _When:
    midnight = (_day_of(each) - _FIRST_DAY) * _DAY
    first_day, last_day = midnight - _EASTMOST, midnight + _WESTMOST
    if each.all_day:
        return _When(first_day, last_day + _DAY, first_day, last_day)
    start = int(each.start.timestamp())
    return _When(start - _SAME_TIME, start + _SAME_TIME, first_day, last_day)


def _day_of(each: EventCandidate) -> int:
    """The number of its local date."""
    assert each.features.start is not None
    return each.features.start.toordinal()


def _pages_of(each: EventCandidate) -> Iterator[tuple[str, int]]:
    """What it is found by wherever it is."""
    if each.url_key is not None:
        yield ("page", each.url_key)
    if each.features.group is not None:
        yield ("group", int(each.features.group))


def _spans_of(each: EventCandidate) -> Iterator[tuple[str, int]]:
    """What it is kept under: its date, and if it does not last all day its time as well."""
    if each.all_day:
        yield ("all day", _day_of(each))
    else:
        yield ("day", _day_of(each))
        yield ("time", int(each.start.timestamp()) // _SAME_TIME)


def _moment_of(each: EventCandidate) -> tuple[str, int]:
    """The narrowest of `_spans_of`."""
    if each.all_day:
        return "all day", _day_of(each)
    return "time", int(each.start.timestamp()) // _SAME_TIME


def _spans_near(each: EventCandidate) -> Iterator[tuple[str, int]]:
    """What others of its time are kept under."""
    yield ("all day", _day_of(each))
    if each.all_day:
        yield ("day", _day_of(each))
    else:
        turn = int(each.start.timestamp()) // _SAME_TIME
        yield from (("time", turn - 1), ("time", turn), ("time", turn + 1))


def _cells_around(each: EventCandidate) -> _Around:
    """The cells to look in, each with the box to look in there."""
    where = each.where
    if where.lat is None or where.lon is None:
        return (("timed", NO_CELL, _NOWHERE),) if each.features.online else ()
    reach = SAME_VENUE_KM if where.exact else SAME_TOWN_KM
    around = _cells("timed", round(where.lat, 3), round(where.lon, 3), reach)
    if not where.exact or where.middle is None:
        return around
    # Whoever names only the town is in the middle of it.
    return around + _cells("town", round(where.middle.lat, 3), round(where.middle.lon, 3), SAME_MIDDLE_KM)


@lru_cache(maxsize=16_384)
def _cells(subset: Subset, lat: float, lon: float, reach: float) -> _Around:
    # The point was rounded to a thousandth of a degree.
    box = bounding_box(lat, lon, reach + 0.2)
    west, south, east, north = (round(each, 4) for each in box)
    if west > east:
        west, east = -180.0, 180.0
    return tuple((subset, number, (west, south, east, north)) for number in cells_in_box(*box))


def _likely(features: EventFeatures, row: Sequence[Any]) -> bool:
    """Whether a listing may be of an event by the event's row; of a variant only the name is known."""
    if row[3] is None:
        return True
    return event_similarity(features, _features(_Row._make(row[1:]))).probability >= _HARDLY


def _features(row: _Row) -> EventFeatures:
    local = zone(row.timezone)
    return EventFeatures(
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
    """Events of a cell that start between two instants (epoch seconds) in a box of degrees.

    `at` is the place of the listing that looks for them.
    """

    subset: Subset
    cell: int
    first: int
    last: int
    west: float
    south: float
    east: float
    north: float
    at: int


_LIVING: Final = "e.removed_at IS NULL AND e.merged_into IS NULL"
_SPANS: Final = f"""
    WITH wanted(at, key, soonest, latest, first, last, first_day, last_day) AS (VALUES {{values}})
    SELECT w.at, e.id FROM wanted w
    JOIN event e ON e.{{column}} = w.key AND e.start_at >= w.soonest AND e.start_at <= w.latest
    WHERE {_LIVING} AND CASE WHEN e.all_day THEN e.start_at >= w.first_day AND e.start_at <= w.last_day
                             ELSE e.start_at >= w.first AND e.start_at <= w.last END
    UNION ALL
    SELECT w.at, e.event_id FROM wanted w
    JOIN event_variant e ON e.{{column}} = w.key AND e.start_at >= w.soonest AND e.start_at <= w.latest
"""  # noqa: S608  every value is a number of ours
_ONLY: Final[dict[Subset, str]] = {
    "timed": "NOT e.all_day",
    "town": "NOT e.all_day AND NOT e.exact",
    "all day": "e.all_day",
}
# They are few: SQLite would read every event of the time to find them.
_BY: Final[dict[Subset, str]] = {
    "timed": "",
    "town": " INDEXED BY ix_event_town",
    "all day": " INDEXED BY ix_event_all_day",
}
_COLUMNS: Final = ", ".join(f"e.{name}" for name in _Row._fields)
_COLUMNS_OF_VARIANT: Final = "e.event_id, e.name" + ", NULL" * (len(_Row._fields) - 2)


def _rows_in(ranges: Sequence[_Range], *, sqlite: bool) -> str:
    subset, nowhere = ranges[0].subset, ranges[0].cell == NO_CELL
    by = _BY[subset] if sqlite else ""
    near = "e.cell = w.cell AND e.start_at >= w.first AND e.start_at <= w.last" + (
        ""
        if nowhere
        else " AND e.lat >= w.south AND e.lat <= w.north AND e.lon >= w.west AND e.lon <= w.east"
    )
    return (
        "WITH wanted(cell, first, last, west, south, east, north, at) AS "  # noqa: S608
        f"(VALUES {_values([each[1:] for each in ranges])}) "
        f"SELECT w.at, {_COLUMNS} FROM wanted w JOIN event e{by} ON {near} WHERE {_ONLY[subset]} AND {_LIVING} "
        f"UNION ALL SELECT w.at, {_COLUMNS_OF_VARIANT} FROM wanted w JOIN event_variant e ON {near} "
        f"WHERE {_ONLY[subset]}"
    )


def _values(tuples: Sequence[tuple[Any, ...]]) -> str:
    """As VALUES has them; all of one length."""
    row = f"({', '.join(['%s'] * len(tuples[0]))})"
    return ", ".join([row % each for each in tuples])


def _parts(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(found), _AT_ONCE):
        yield found[start : start + _AT_ONCE]
