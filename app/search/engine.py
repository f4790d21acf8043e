"""Finds events and groups: walks to them in order, checks what SQL does not say, keeps the page. Reads only.

SQLite and PostgreSQL answer the same rows in the same order. Cursors name the last item by its sort key and id: what is added
or removed between two pages makes nothing appear twice or get lost.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from app.db import Reading
from app.places.cells import NO_CELL, haversine_km
from app.search.areas import distance_to, is_inside
from app.search.checks import Checks, event_words, group_words
from app.search.filters import passes_common_filters
from app.search.groups import group_hits
from app.search.query import Area, Circle, Query
from app.search.ranking import activity_state, metres, moment, page_of_smallest, topical_score
from app.search.rows import (
    EVENT_PAGE,
    EVENT_TEXTS,
    GROUP_PAGE,
    GROUP_TEXTS,
    LIGHT_EVENT,
    LIGHT_GROUP,
    Row,
    RowCache,
    load_events,
    load_groups,
)
from app.search.series import first_dates
from app.search.totals import count_facets, without_each
from app.search.walk import Hit, Walk
from app.search.words import completed, match_of

_RINGS_KM: Final = (8.0, 32.0, 128.0)
# Looked at for one list by relevance: the soonest ones. The cursor carries how far that went.
MOST_RANKED: Final = 2_000
# Counted for facets, at most: the soonest ones.
_MOST_COUNTED: Final = 20_000
_MOST_AT_ONCE: Final = 5_000
# Rows that are looked at first where some are left out.
_FEW: Final = 100
TOTAL_UP_TO: Final = 1_000
# A key by relevance or distance is (score or metres, start) in one float: a start has 34 bits, the other 19.
_START_BITS: Final = 2.0**34
_FARTHEST: Final = 2.0**19 - 1


@dataclass(slots=True)
class Found:
    """Rows in order, each with its distance (km, None without a place), and the key to go on after.

    `until`: of a list by relevance, the latest start that was looked at. `total` is None unless it was asked for or is
    known for nothing; more than `TOTAL_UP_TO` means "more than that".
    """

    rows: list[Row]
    distances: dict[int, float | None]
    next: tuple[float, int] | None
    until: int | None = None
    total: int | None = None
    facets: dict[str, Counter[str]] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)


def find_events(connection: Reading, query: Query, row_cache: RowCache | None = None) -> Found:
    """The events a query asks for, in its order."""
    asked = _Events(connection, query, row_cache)
    if query.sort == "start":
        found = asked.by_start()
    elif query.sort == "distance":
        found = asked.by_distance()
    else:
        found = asked.by_relevance()
    return _add_totals(connection, query, found, asked.counted, _events_like)


def find_groups(connection: Reading, query: Query) -> Found:
    """The groups a query asks for, in its order."""
    asked = _Groups(connection, query)
    return _add_totals(connection, query, asked.page(), asked.counted, _groups_like)


class _Events:
    """One question for events."""

    def __init__(self, connection: Reading, query: Query, row_cache: RowCache | None = None) -> None:
        self.connection = connection
        self.row_cache = row_cache
        self.query = replace(query, text=completed(connection, query.text)) if query.text else query
        match = match_of(self.query.text, query.company, query.access)
        self.walk = Walk(connection, self.query, match)
        self.checks = Checks(self.query, match)
        # What nearly everybody asks for: one circle.
        first = query.areas[0] if len(query.areas) == 1 else None
        self._circle = first if isinstance(first, Circle) else None
        # Kilometres to its centre, of every hit that was measured.
        self._measured: dict[int, float] = {}

    def by_start(self) -> Found:
        """Walk the rows by (start, id) and stop as soon as the page is full."""
        limit = self.query.limit
        if self.query.collapse:
            page = list(islice(self._first_dates_after(), limit + 1))
        else:
            page = list(islice(self.rows(EVENT_PAGE, limit + limit // 3 + 6, limit + 1), limit + 1))
        more = len(page) > limit
        page = page[:limit]
        known = not more and self.query.after is None
        return Found(
            rows=page,
            distances=self.distances(page),
            next=(float(page[-1].start_at), page[-1].id) if more else None,
            total=len(page) if known else None,
        )

    def by_distance(self) -> Found:
        """Look in small circles first: whatever is inside one is nearer than anything outside of it. What has a topic is few."""
        circles = [area for area in self.query.areas if isinstance(area, Circle)]
        reach = max((area.radius_km for area in circles), default=0.0)
        done = 0.0 if self.query.after is None else self.query.after[0] // _START_BITS / 1000
        if len(circles) == len(self.query.areas):
            for ring in () if self.walk.by_topics else _RINGS_KM:
                if not done < ring < reach:
                    continue
                areas = tuple(replace(area, radius_km=min(ring, area.radius_km)) for area in circles)
                found = self._nearest(areas, ring)
                if found.next is not None:
                    return found
        return self._nearest(self.query.areas, math.inf)

    def by_relevance(self) -> Found:
        """Rank the soonest ones by how well they fit; of equals the soonest comes first."""
        found_rows = self.rows(self.light, MOST_RANKED)
        ranked = list(islice(first_dates(found_rows) if self.query.collapse else found_rows, MOST_RANKED))
        until = self.query.until
        if until is None and len(ranked) == MOST_RANKED:
            until = ranked[-1].start_at
        found = self._page(
            (-topical_score(self.query, row) * _START_BITS + row.start_at, row.id) for row in ranked
        )
        found.until = until
        return found

    def rows(self, columns: str, first: int, at_once: int = _MOST_AT_ONCE) -> Iterator[Row]:
        """Every event that fits, by (start, id), from walks of `first` hits at first and loads of `at_once`."""
        last = None
        for batch in self.walk.batches(first):
            hits = []
            for hit in batch:
                if hit[1] != last and self._is_inside(hit):
                    hits.append(hit)
                last = hit[1]
            for start in range(0, len(hits), at_once):
                yield from self.loaded(hits[start : start + at_once], columns)

    def loaded(self, hits: Iterable[Hit], columns: str) -> list[Row]:
        """The rows of hits that pass every check, in their order."""
        ids = list(dict.fromkeys(hit[1] for hit in hits))
        found = load_events(self.connection, ids, columns, self.row_cache)
        present = self._still_on([found[identity] for identity in ids if identity in found])
        if not self.checks.texts:
            return present
        return [row for row in present if self.checks.holds(*event_words(row))]

    def _still_on(self, present: list[Row]) -> list[Row]:
        """What a walk may leave to be checked: whether it counts at the very second, as what holds of nearly every event."""
        now = self.query.now.timestamp()
        begins = now if self.query.start_from is None else self.query.start_from.timestamp()
        query = self.query
        return [row for row in present if row.until_at > begins and passes_common_filters(query, row, now)]

    def _is_inside(self, hit: Hit) -> bool:
        """Whether a hit lies in one of the areas; what has no place is online."""
        _, identity, lat, lon = hit
        if lat is None or lon is None or not self.query.areas:
            return True
        if self._circle is None:
            return is_inside(self.query.areas, lat, lon)
        distance = self._measured[identity] = haversine_km(self._circle.lat, self._circle.lon, lat, lon)
        return distance <= self._circle.radius_km

    @property
    def light(self) -> str:
        """The columns that ranking needs."""
        named = self.checks.texts or self.query.text.wanted or self.query.collapse
        return EVENT_TEXTS if named else LIGHT_EVENT

    def distances(self, page: Iterable[Row]) -> dict[int, float | None]:
        """Kilometres to the nearest place asked for."""
        measured = self._measured
        return {
            row.id: measured[row.id]
            if row.id in measured
            else distance_to(self.query.areas, row.lat, row.lon)
            for row in page
        }

    def counted(self, most: int) -> list[Row]:
        """The soonest rows of the whole answer, wherever its page begins; one more than `most` at most."""
        whole = _Events(self.connection, replace(self.query, after=None, until=None, sort="start"))
        found = whole.rows(whole.light, min(most + 50, 5_000))
        return list(islice(first_dates(found) if self.query.collapse else found, most + 1))

    def _first_dates_after(self) -> Iterator[Row]:
        """The first date of every series, from the cursor on: which dates are first is known from the beginning only."""
        whole = _Events(self.connection, replace(self.query, after=None), self.row_cache)
        after = self.query.after
        for row in first_dates(whole.rows(EVENT_PAGE, _FEW)):
            if after is None or (float(row.start_at), row.id) > after:
                yield row

    def _nearest(self, areas: tuple[Area, ...], ring: float) -> Found:
        """The page of the nearest hits in areas; of a ring, only what is not farther than it."""
        hits = {hit[1]: hit for hit in self.walk.inside(areas) if self._is_inside(hit)}
        if self.checks.texts or self.query.collapse:
            found = sorted(self.loaded(hits.values(), self.light), key=lambda row: (row.start_at, row.id))
            fitting = {row.id for row in (first_dates(found) if self.query.collapse else found)}
            hits = {identity: hit for identity, hit in hits.items() if identity in fitting}
        measured = (
            (metres(self.query, lat, lon), start, identity) for start, identity, lat, lon in hits.values()
        )
        # Of what is equally far the soonest comes first.
        return self._page(
            (min(distance, _FARTHEST) * _START_BITS + start, identity)
            for distance, start, identity in measured
            if distance <= ring * 1000
        )

    def _page(self, keyed: Iterable[tuple[float, int]]) -> Found:
        page, following = page_of_smallest(self.query, keyed)
        found = load_events(self.connection, [identity for _, identity in page], EVENT_PAGE, self.row_cache)
        shown = [found[identity] for _, identity in page if identity in found]
        return Found(shown, self.distances(shown), following)


class _Groups:
    """One question for groups."""

    def __init__(self, connection: Reading, query: Query) -> None:
        self.connection = connection
        self.query = replace(query, text=completed(connection, query.text))
        match = match_of(self.query.text, query.company, query.access)
        self.match = match
        self.checks = Checks(self.query, match)

    def page(self) -> Found:
        """The best page by the order asked for."""
        rows = self.counted(_MOST_COUNTED)
        key = self._key()
        page, following = page_of_smallest(self.query, ((key(row), row.id) for row in rows))
        found = load_groups(self.connection, [identity for _, identity in page], GROUP_PAGE)
        shown = [found[identity] for _, identity in page if identity in found]
        known = following is None and self.query.after is None
        return Found(
            shown,
            {row.id: distance_to(self.query.areas, row.lat, row.lon) for row in shown},
            following,
            total=len(shown) if known else None,
        )

    def counted(self, most: int) -> list[Row]:
        """The rows of the whole answer, one more than `most` at most."""
        columns = GROUP_TEXTS if self.checks.texts or self.query.text.wanted else LIGHT_GROUP
        needed = bool(
            self.checks.texts or self.query.text.wanted or any(each.include for each in self.query.topics)
        )
        fitting = []
        for row in group_hits(self.connection, self.query, self.match, _MOST_COUNTED):
            state = activity_state(moment(row.latest_event_at), self.query.now)
            if "any" not in self.query.activity and state not in self.query.activity:
                continue
            if self.query.areas and row.cell != NO_CELL and not is_inside(self.query.areas, row.lat, row.lon):
                continue
            fitting.append(row)
        if needed or self.query.facets:
            found = load_groups(self.connection, [row.id for row in fitting], columns)
            loaded = (found[row.id] for row in fitting if row.id in found)
            fitting = [row for row in loaded if not self.checks.texts or self.checks.holds(*group_words(row))]
        return fitting[: most + 1]

    def _key(self) -> Callable[[Row], float]:
        query = self.query
        if query.sort == "distance":
            return lambda row: metres(query, row.lat, row.lon)
        if query.sort == "start":
            return lambda row: -float(row.latest_event_at or 0)

        def relevance(row: Row) -> float:
            distance = distance_to(query.areas, row.lat, row.lon)
            alive = activity_state(moment(row.latest_event_at), query.now) == "active"
            size = min(math.log10((row.members or 0) + 1) / 4, 1.0)
            near = 0.0 if distance is None else min(distance / 50, 1.0)
            return -round(topical_score(query, row) / 100 + 0.4 * alive + 0.2 * size - 0.2 * near, 4)

        return relevance


def _add_totals(
    connection: Reading,
    query: Query,
    found: Found,
    counted: Callable[[int], list[Row]],
    like: Callable[[Reading, Query, int], int],
) -> Found:
    """What is told on request beside the page: the total, facets, and how much each filter removed."""
    if query.facets:
        rows = counted(_MOST_COUNTED)
        found.facets = count_facets(query, rows[:_MOST_COUNTED])
        found.total = len(rows)
    elif query.total or query.explain:
        found.total = len(counted(TOTAL_UP_TO))
    if query.explain:
        total = found.total or 0
        for name, without in without_each(query):
            found.removed[name] = like(connection, without, total + TOTAL_UP_TO) - total
    return found


def _events_like(connection: Reading, query: Query, most: int) -> int:
    return len(_Events(connection, query).counted(most))


def _groups_like(connection: Reading, query: Query, most: int) -> int:
    return len(_Groups(connection, query).counted(most))
