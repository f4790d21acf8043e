"""Finds events and groups: one plan in SQL that SQLite and PostgreSQL share, and what SQL cannot say in Python.

Reads only. Places are walked by their 0.1-degree cells over the index (cell, start); topics over (topic, cell, start);
distance is exact (haversine). Text is compared folded, in Python, so that both databases find the same.
"""

from __future__ import annotations

import heapq
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from app.places.cells import NO_CELL, bounding_box, cells_in_box, cells_within, haversine_km
from app.search.query import PARTS_OF_DAY, Area, Box, Circle, Query
from app.words import fold

EARTH_RADIUS_KM: Final = 6371.0088
# More cells than this cost more in the list than a bounding box does in the scan.
_MOST_CELLS: Final = 1_500
_BATCH: Final = 200
_LARGE_BATCH: Final = 5_000
_RINGS_KM: Final = (1.0, 3.0, 8.0, 20.0, 60.0, 150.0)
# What counting needs; whole rows cost several times as much to read.
_FACET_COLUMNS: Final = (
    "e.id, e.start_at, e.name, e.city, e.lat, e.lon, e.cell, e.topics, e.event_attendance_mode"
)
# Rows looked at for one answer, at most: relevance and text are found among the next ones in time.
_MOST_ROWS: Final = 20_000
_DAY: Final = 86_400
_ACTIVE: Final = timedelta(days=60)
_SLOWING: Final = timedelta(days=180)


@dataclass(slots=True)
class Found:
    """Rows in order, each with its distance (km, null without a place), and the key to go on after."""

    rows: list[Row[Any]]
    distances: dict[int, float | None]
    next: tuple[float, int] | None
    facets: dict[str, Counter[str]] = field(default_factory=dict)


def find_events(connection: Connection, query: Query) -> Found:
    """The events a query asks for, in its order."""
    if query.sort == "start":
        found = _by_start(connection, query)
    elif query.sort == "distance":
        found = _by_distance(connection, query)
    else:
        found = _scored(query, _event_rows(connection, query, batch=_LARGE_BATCH), _event_score(query))
    if query.facets:
        rows = _event_rows(connection, query, batch=_LARGE_BATCH, columns=_FACET_COLUMNS)
        found.facets = _facets(query, list(_limited(rows)))
    return found


def find_groups(connection: Connection, query: Query) -> Found:
    """The groups a query asks for, in its order."""
    rows = list(_limited(_group_rows(connection, query)))
    found = _scored(query, iter(rows), _group_score(query))
    if query.facets:
        found.facets = _facets(query, rows)
    return found


def activity_state(latest_event_at: datetime | None, now: datetime) -> str:
    """active (an event ahead or within 60 days), slowing (within 180), dormant, or unknown."""
    if latest_event_at is None:
        return "unknown"
    if latest_event_at > now - _ACTIVE:
        return "active"
    return "slowing" if latest_event_at > now - _SLOWING else "dormant"


def distance_to(areas: Sequence[Area], lat: float | None, lon: float | None) -> float | None:
    """Kilometres to the nearest circle's centre; null without coordinates or circles."""
    if lat is None or lon is None:
        return None
    return min(
        (haversine_km(area.lat, area.lon, lat, lon) for area in areas if isinstance(area, Circle)),
        default=None,
    )


def _by_start(connection: Connection, query: Query) -> Found:
    """Walk the rows by (start, id) and stop as soon as the page is full."""
    rows: list[Row[Any]] = []
    for row in _event_rows(connection, query, after=query.after):
        rows.append(row)
        if len(rows) > query.limit:
            break
    page = rows[: query.limit]
    more = len(rows) > query.limit
    return Found(
        rows=page,
        distances={row.id: distance_to(query.areas, row.lat, row.lon) for row in page},
        next=(float(page[-1].start_at), page[-1].id) if more else None,
    )


def _by_distance(connection: Connection, query: Query) -> Found:
    """Look in small circles first: whatever is inside one is nearer than anything outside of it."""
    reach = max((area.radius_km for area in query.areas if isinstance(area, Circle)), default=0.0)
    if all(isinstance(area, Circle) for area in query.areas):
        for radius in _RINGS_KM:
            if radius >= reach:
                break
            areas = tuple(
                replace(area, radius_km=min(radius, area.radius_km))
                for area in query.areas
                if isinstance(area, Circle)
            )
            inner = replace(query, areas=areas)
            rows = list(_limited(_event_rows(connection, inner, batch=_LARGE_BATCH)))
            if len(rows) == _MOST_ROWS:
                continue
            found = _scored(inner, iter(rows), _event_score(query))
            if found.next is not None:
                return found
    return _scored(query, _event_rows(connection, query, batch=_LARGE_BATCH), _event_score(query))


def _scored(query: Query, rows: Iterator[Row[Any]], score: Any) -> Found:
    """Order by a key that SQL has not: every row is looked at, the best page is kept."""
    distances: dict[int, float | None] = {}
    keyed: list[tuple[float, int, Row[Any]]] = []
    for row in _limited(rows):
        distance = distance_to(query.areas, row.lat, row.lon)
        distances[row.id] = distance
        keyed.append((score(row, distance), row.id, row))
    if query.after is not None:
        keyed = [each for each in keyed if (each[0], each[1]) > query.after]
    page = heapq.nsmallest(query.limit + 1, keyed, key=lambda each: each[:2])
    more = len(page) > query.limit
    page = page[: query.limit]
    return Found(
        rows=[row for *_, row in page],
        distances=distances,
        next=(page[-1][0], page[-1][1]) if more else None,
    )


def _event_score(query: Query) -> Any:
    """The sort key of an event, the smallest first: metres, or how little it fits."""
    if query.sort == "distance":
        return lambda row, distance: math.inf if distance is None else round(distance * 1000)
    return lambda row, distance: -round(_fit(query, row), 4)


def _group_score(query: Query) -> Any:
    if query.sort == "distance":
        return lambda row, distance: math.inf if distance is None else round(distance * 1000)
    if query.sort == "start":
        return lambda row, distance: -(row.latest_event_at or 0)

    def relevance(row: Row[Any], distance: float | None) -> float:
        alive = activity_state(_moment(row.latest_event_at), query.now) == "active"
        size = min(math.log10((row.members or 0) + 1) / 4, 1.0)
        near = 0.0 if distance is None else min(distance / 50, 1.0)
        return -round(_fit(query, row) + 0.4 * alive + 0.2 * size - 0.2 * near, 4)

    return relevance


def _fit(query: Query, row: Row[Any]) -> float:
    """How well a row's topics and name fit what was asked: the sum of the confidences, a bonus for the name."""
    asked = {pair for choice in query.topics for pair in choice.ids}
    topics = json.loads(row.topics)
    fit = sum(
        confidence for kind, found in topics.items() for each, confidence in found if (kind, each) in asked
    )
    if query.words:
        name = fold(row.name)
        fit += sum(1.0 for word in query.words if word in name) / len(query.words)
    return float(fit)


def _facets(query: Query, rows: list[Row[Any]]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in query.facets}
    for row in rows:
        topics = json.loads(row.topics)
        for name, counter in counts.items():
            if name == "mode":
                counter[getattr(row, "event_attendance_mode", None) or "unknown"] += 1
            else:
                counter.update(each for each, _ in topics.get(name, ()))
    return counts


def _limited(rows: Iterator[Row[Any]]) -> Iterator[Row[Any]]:
    for number, row in enumerate(rows):
        if number >= _MOST_ROWS:
            return
        yield row


def _event_rows(
    connection: Connection,
    query: Query,
    after: tuple[float, int] | None = None,
    *,
    batch: int = _BATCH,
    columns: str = "e.*",
) -> Iterator[Row[Any]]:
    """Every event that fits, by (start, id), from the database in batches."""
    where = _Where(query)
    begins = int((query.start_from or query.now).timestamp())
    where.add("e.until_at > :begins", begins=begins)
    if query.start_to is not None:
        where.add("e.start_at < :ends", ends=int(query.start_to.timestamp()))
    where.event_filters()
    # Two walks: what is longer than a day is few and found by its end, the rest by its start.
    long = where.copy()
    long.add("e.until_at - e.start_at > 86400 AND e.start_at < :recent", recent=begins - _DAY)
    where.add("e.start_at >= :recent", recent=begins - _DAY)
    yield from heapq.merge(
        _walk(connection, long, query, after, batch, columns),
        _walk(connection, where, query, after, batch, columns),
        key=lambda row: (row.start_at, row.id),
    )


def _walk(
    connection: Connection,
    where: _Where,
    query: Query,
    after: tuple[float, int] | None,
    batch: int,
    columns: str,
) -> Iterator[Row[Any]]:
    if query.words or query.company:
        columns = "e.*"
    while True:
        rows = connection.execute(*where.statement("event", "e.start_at, e.id", after, batch, columns)).all()
        for row in rows:
            if _fits(query, row):
                yield row
        if len(rows) < batch:
            return
        after = (float(rows[-1].start_at), rows[-1].id)


def _group_rows(connection: Connection, query: Query) -> Iterator[Row[Any]]:
    where = _Where(query, topic_table="group_topic", reference="group_id")
    rows = connection.execute(*where.statement("meetup_group", "e.id", None, limit=_MOST_ROWS))
    for row in rows:
        state = activity_state(_moment(row.latest_event_at), query.now)
        if ("any" in query.activity or state in query.activity) and _fits(query, row):
            yield row


def _fits(query: Query, row: Row[Any]) -> bool:
    """What SQL did not check: exact distance, text, company."""
    if query.areas and row.cell != NO_CELL and not is_inside(query.areas, row.lat, row.lon):
        return False
    if query.words or query.company:
        said = fold(" ".join(part for part in (row.name, row.description, row.city) if part))
        if not all(word in said for word in query.words):
            return False
        if query.company and not any(company in said for company in query.company):
            return False
    return True


def is_inside(areas: Sequence[Area], lat: float | None, lon: float | None) -> bool:
    """Whether a point lies in any of the areas; one without coordinates lies in none."""
    if lat is None or lon is None:
        return False
    for area in areas:
        if isinstance(area, Circle):
            if haversine_km(area.lat, area.lon, lat, lon) <= area.radius_km:
                return True
        elif area.south <= lat <= area.north and (
            area.west <= lon <= area.east if area.west <= area.east else lon >= area.west or lon <= area.east
        ):
            return True
    return False


class _Where:
    """Conditions and their parameters, for one statement over one table called `e`."""

    def __init__(self, query: Query, topic_table: str = "event_topic", reference: str = "event_id") -> None:
        self.query = query
        self.topic_table = topic_table
        self.reference = reference
        self.conditions = ["e.removed_at IS NULL", "e.merged_into IS NULL"]
        self.parameters: dict[str, Any] = {}
        self.cells = self._places()
        if query.only is not None:
            self._any("e.id", "only", sorted(query.only))
        for number, choice in enumerate(query.topics):
            self._topics(number, choice.include, choice.exclude)

    def add(self, condition: str, **parameters: Any) -> None:
        """One more condition, joined by AND."""
        self.conditions.append(condition)
        self.parameters.update(parameters)

    def copy(self) -> _Where:
        """An independent copy."""
        other = object.__new__(_Where)
        other.query, other.topic_table, other.reference = self.query, self.topic_table, self.reference
        other.conditions, other.parameters, other.cells = (
            list(self.conditions),
            dict(self.parameters),
            self.cells,
        )
        return other

    def statement(
        self, table: str, order: str, after: tuple[float, int] | None, limit: int, columns: str = "e.*"
    ) -> tuple[Any, dict[str, Any]]:
        """The SELECT and its parameters."""
        conditions, parameters = list(self.conditions), dict(self.parameters)
        if after is not None:
            conditions.append("(e.start_at > :after_key OR (e.start_at = :after_key AND e.id > :after_id))")
            parameters |= {"after_key": int(after[0]), "after_id": after[1]}
        # The names are constants of this module; every value is a bound parameter.
        sql = (
            f"SELECT {columns} FROM {table} e WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT {limit}"  # noqa: S608
        )
        return text(sql), parameters

    def event_filters(self) -> None:
        """What only events have."""
        query = self.query
        if query.mode is not None:
            modes = {"offline": ("offline", "mixed"), "online": ("online", "mixed"), "mixed": ("mixed",)}
            self._any("e.event_attendance_mode", "mode", modes[query.mode])
        elif query.areas:
            self.add("(e.event_attendance_mode IS NULL OR e.event_attendance_mode <> 'online')")
        if query.free is not None:
            self.add("e.is_free" if query.free else "NOT e.is_free")
        if query.language is not None:
            self.add(
                "(e.language = :language OR e.language LIKE :languages)",
                language=query.language,
                languages=f"{query.language}-%",
            )
        if query.group_id is not None:
            self.add("e.group_id = :group", group=query.group_id)
        if query.weekdays:
            self._any("e.local_weekday", "weekday", sorted(query.weekdays))
        if query.parts_of_day:
            self._parts()

    def _parts(self) -> None:
        spans = []
        for number, name in enumerate(sorted(self.query.parts_of_day)):
            begin, end = PARTS_OF_DAY[name]
            joint = "AND" if begin < end else "OR"
            spans.append(f"(e.local_minute >= :part{number}a {joint} e.local_minute < :part{number}b)")
            self.parameters |= {f"part{number}a": begin, f"part{number}b": end}
        # An all-day event has no part of the day.
        self.conditions.append(f"(NOT e.all_day AND ({' OR '.join(spans)}))")

    def _places(self) -> list[int] | None:
        if not self.query.areas:
            return None
        cells: set[int] = set()
        for area in self.query.areas:
            cells.update(
                cells_within(area.lat, area.lon, area.radius_km)
                if isinstance(area, Circle)
                else cells_in_box(area.west, area.south, area.east, area.north)
            ) if _few_cells(area) else cells.add(NO_CELL - 1)
        online = self.query.mode == "online"
        if NO_CELL - 1 in cells:
            self.conditions.append(f"({self._boxes()}{f' OR e.cell = {NO_CELL}' if online else ''})")
            return None
        listed = sorted(cells | {NO_CELL} if online else cells)
        self._any("e.cell", "cell", listed)
        # The cells of a small circle hold much that is outside of it; a comparison costs less than a row.
        self.conditions.append(f"({self._boxes()}{f' OR e.cell = {NO_CELL}' if online else ''})")
        return listed

    def _boxes(self) -> str:
        boxes = []
        for number, area in enumerate(self.query.areas):
            west, south, east, north = _box_of(area)
            names = {f"w{number}": west, f"s{number}": south, f"e{number}": east, f"n{number}": north}
            self.parameters |= names
            joint = "AND" if west <= east else "OR"
            boxes.append(
                f"(e.lat BETWEEN :s{number} AND :n{number}"
                f" AND (e.lon >= :w{number} {joint} e.lon <= :e{number}))"
            )
        return " OR ".join(boxes)

    def _topics(self, number: int, include: frozenset[int], exclude: frozenset[int]) -> None:
        walked = ""
        if self.cells is not None:
            walked = f" AND t.cell IN ({_numbers(self.cells)})"
        for chosen, negated in ((include, ""), (exclude, "NOT ")):
            if chosen:
                names = [f"t{number}{negated.strip()}{i}" for i in range(len(chosen))]
                self.parameters |= dict(zip(names, sorted(chosen), strict=True))
                listed = ", ".join(f":{name}" for name in names)
                self.conditions.append(
                    f"e.id {negated}IN (SELECT t.{self.reference} FROM {self.topic_table} t"  # noqa: S608
                    f" WHERE t.topic IN ({listed}){walked})"
                )

    def _any(self, column: str, name: str, values: Sequence[Any]) -> None:
        if values and isinstance(values[0], int):
            self.conditions.append(f"{column} IN ({_numbers(values)})")
            return
        names = [f"{name}{i}" for i in range(len(values))]
        self.parameters |= dict(zip(names, values, strict=True))
        self.conditions.append(f"{column} IN ({', '.join(f':{each}' for each in names)})")


def _numbers(values: Sequence[int]) -> str:
    """Integers as SQL text: thousands of cells would pass the limit of bound parameters."""
    return ", ".join(str(int(value)) for value in values)


def _few_cells(area: Area) -> bool:
    west, south, east, north = _box_of(area)
    width = east - west if west <= east else east - west + 360
    return (north - south) * 10 * width * 10 <= _MOST_CELLS


def _box_of(area: Area) -> tuple[float, float, float, float]:
    if isinstance(area, Box):
        return area.west, area.south, area.east, area.north
    return bounding_box(area.lat, area.lon, area.radius_km)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
