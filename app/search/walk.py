"""The ways to walk to the events of a question, in the order of their starts, on SQLite and PostgreSQL.

A walk gives (start, id, lat, lon) of rows that pass every condition of SQL; what SQL does not check (the exact distance,
phrases) is checked on what comes out. Each walk reads one index in order and stops as soon as enough was found:

- by place over (cell, start): SQLite leaves a cell as soon as its next start lies behind what was found already;
  PostgreSQL does not see that by itself, so it is told to take the first few of every cell (LATERAL)
- by topic over (topic, cell, start), a row of cells at a time
- by words over the text index, whose documents are numbered in the order of their starts
- of a group over (group, start), everything over (start)

What lasts longer than a day is few, and where it began says nothing about whether it is on: it is walked by its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from app.db import Reading, is_sqlite, rows
from app.places.cells import NO_CELL, Span, cells_of_spans
from app.places.squares import words_of_cells
from app.search.areas import count_cells, spans_of
from app.search.filters import Filters, in_list
from app.search.query import Area, Query
from app.search.words import Match
from app.textindex.tokens import LONG_MARK, first_document, topic_mark

# (start in epoch seconds, id, latitude, longitude); what is online has no place: None.
Hit = tuple[int, int, float | None, float | None]
_DAY: Final = 86_400
_QUARTER: Final = 900
_LARGEST_BATCH: Final = 5_000
# Ranges of an index that are walked one by one; a question of more goes by the text index.
_MOST_RANGES: Final = 6_000
# PostgreSQL begins a scan for every cell; of more cells than this it walks by start and compares with the box.
_MOST_LATERAL: Final = 1_500
# A word of more events than this is common: PostgreSQL walks by place and looks for the word in what it meets.
_COMMON: Final = 20_000
_FAR: Final = 1 << 61
_NO_LIMIT: Final = 1 << 40


class Walk:
    """One question's walks. `match` is what is asked of the text index; None = nothing."""

    def __init__(self, connection: Reading, query: Query, match: Match | None) -> None:
        self.connection = connection
        self.sqlite = is_sqlite(connection)
        self.query = query
        self.match = match if match is not None and match.all_of else None
        self.now = int(query.now.timestamp())
        self.begins = int((query.start_from or query.now).timestamp())
        ends = _FAR if query.start_to is None else int(query.start_to.timestamp())
        self.ends = min(ends, _FAR if query.until is None else query.until + 1)
        begun = None if query.begun_from is None else int(query.begun_from.timestamp())
        self.recent = self.begins - _DAY if begun is None else begun
        self.in_order = query.sort != "distance"
        self._spans = self._walked_spans()
        # The topics to walk by: of several kinds the one with the fewest.
        wanted = [each for each in query.topics if each.include]
        self._driver = min(wanted, key=lambda each: len(each.include), default=None)
        self.by_topics = (
            self._driver is not None
            and self._spans is not None
            and query.group_id is None
            and len(self._driver.include) * count_cells(self._spans) <= _MOST_RANGES
        )
        self._by_words = self._walks_words()
        self._base = self._filters()

    def batches(self, first: int) -> Iterator[list[Hit]]:
        """Hits in the order of (start, id), in batches: `first` at first, then more at a time; the same id may come twice."""
        after = self.query.after if self.query.sort == "start" else None
        low, beyond = (-_FAR, (-_FAR, 0)) if after is None else (int(after[0]), (int(after[0]), after[1]))
        multi_day = sorted((hit for hit in self._multi_day if hit[:2] > beyond), key=_key)
        if self.query.only is None:
            low = max(low, self.recent)
        size, at = first, 0
        while True:
            found, following = self._batch(low, size)
            fresh = [each for each in found if each[:2] > beyond]
            end = at
            if following is None:
                end = len(multi_day)
            else:
                while end < len(multi_day) and multi_day[end][0] < following:
                    end += 1
            if end > at:
                fresh = sorted([*fresh, *multi_day[at:end]], key=_key)
                at = end
            if fresh:
                yield fresh
            if following is None:
                return
            low, size = following, min(size * 3, _LARGEST_BATCH)

    def inside(self, areas: tuple[Area, ...]) -> list[Hit]:
        """Every hit in smaller areas than the query's, in no order, each with its place; long events from all its areas."""
        near = self
        if areas != self.query.areas:
            near = Walk(self.connection, replace(self.query, areas=areas), self.match)
        low = -_FAR if self.query.only is not None else self.recent
        sql, parameters = near._normal(low, _NO_LIMIT)
        return self._multi_day + rows(self.connection, sql, parameters)

    def _batch(self, low: int, size: int) -> tuple[list[Hit], int | None]:
        """Hits from a start on, and the start at which the next batch goes on; None at the end.

        Hits of one start come in no order: those of the last start of a full batch are left to the next one.
        """
        while True:
            sql, parameters = self._normal(low, size)
            found = sorted(rows(self.connection, sql, parameters), key=_key)
            if len(found) < size:
                return found, None
            last = found[-1][0]
            if self._by_words:
                last -= last % _QUARTER
            kept = [each for each in found if each[0] < last]
            if kept:
                return kept, last
            size *= 4

    # --- which walk ------------------------------------------------------------------------------------

    def _walked_spans(self) -> list[Span] | None:
        """The spans of cells to walk; None without areas, or where there are too many cells."""
        spans = spans_of(self.query.areas) if self.query.areas else None
        if spans is None or (not self.sqlite and count_cells(spans) > _MOST_LATERAL):
            return None
        return [(NO_CELL, NO_CELL), *spans] if self.query.mode == "online" else spans

    def _walks_words(self) -> bool:
        """Whether the text index is walked."""
        if self.query.only is not None:
            return False
        if self.match is not None:
            return self.sqlite or self._spans is None or not self._are_common()
        return self.sqlite and self._driver is not None and self.query.group_id is None and not self.by_topics

    @property
    def _by_place(self) -> bool:
        """Whether the index by place is walked, which knows only where and when: the rest is checked on what comes out."""
        other = self._by_words or self.by_topics or self.query.group_id is not None
        return not other and self.query.only is None and self._spans is not None

    def _are_common(self) -> bool:
        """Whether every word asked for is in so many events that there is no use in starting from it."""
        found = []
        for wanted in self.query.text.wanted:
            frequent = rows(
                self.connection, "SELECT events FROM word WHERE word = :word", {"word": wanted.word}
            )
            found.append(frequent[0][0] if frequent else 0)
        return bool(found) and min(found) > _COMMON

    # --- its SQL -----------------------------------------------------------------------------------------

    def _filters(self) -> Filters:
        """What holds of every hit but its topics."""
        filters = Filters(sqlite=self.sqlite)
        filters.add("e.until_at > :begins", begins=self.begins)
        if self.query.begun_from is not None:
            filters.add("e.start_at >= :begun", begun=self.recent)
        filters.places(self.query)
        if not (self._by_place and self.in_order):
            filters.common(self.query, self.now)
        filters.event(self.query)
        return filters

    def _normal(self, low: int, size: int) -> tuple[str, dict[str, Any]]:
        filters = self._base.copy()
        by_topics = self.by_topics and not self._by_words and self.query.only is None
        filters.topics(self.query.topics, self._driver if by_topics else None)
        parameters = {**filters.parameters, "low": low, "ends": self.ends, "size": size}
        where = filters.sql()
        if self.query.only is not None:
            parameters["only"] = filters.numbers(sorted(self.query.only))
            listed = in_list("e.id", "only", sqlite=self.sqlite)
            return (
                f"SELECT e.start_at, e.id, e.lat, e.lon FROM event e WHERE {listed} AND e.start_at >= :low"  # noqa: S608
                f" AND e.start_at < :ends AND {where} ORDER BY e.start_at LIMIT :size + 0"
            ), parameters
        if self._by_words:
            return self._words(where, parameters, low)
        if by_topics:
            assert self._driver is not None
            assert self._spans is not None
            parameters["topics"] = filters.numbers(sorted(self._driver.include))
            parameters["spans"] = filters.spans(self._spans)
            return (_TOPICS_SQLITE if self.sqlite else _TOPICS_POSTGRESQL).format(where=where), parameters
        if self.match is not None:
            where += _MATCHES
            parameters["match"] = self.match.tsquery()
        if self.query.group_id is not None:
            return (_GROUP_SQLITE if self.sqlite else _ALL_POSTGRESQL).format(where=where), parameters
        if self._spans is None:
            return (_ALL_SQLITE if self.sqlite else _ALL_POSTGRESQL).format(where=where), parameters
        parameters["cells"] = filters.numbers(cells_of_spans(self._spans))
        return (_PLACE_SQLITE if self.sqlite else _PLACE_POSTGRESQL).format(where=where), parameters

    def _words(self, where: str, parameters: dict[str, Any], low: int) -> tuple[str, dict[str, Any]]:
        match = self._whole_match()
        if not self.sqlite:
            parameters["match"] = match.tsquery()
            return _WORDS_POSTGRESQL.format(where=where), parameters
        parameters["match"] = match.fts5()
        parameters["first"] = first_document(low)
        # SQLite compares the exact bounds on the few rows that come out.
        parameters["last"] = (1 << 62) if self.ends == _FAR else first_document(self.ends + _QUARTER)
        return _WORDS_SQLITE.format(where=where), parameters

    def _whole_match(self, *more: str) -> Match:
        """What the text index can be asked of the question: words, squares, and topics."""
        match = self.match or Match()
        if self._spans is not None:
            match = match.and_any(words_of_cells(cells_of_spans(self._spans)))
        for choice in self.query.topics:
            if choice.include:
                match = match.and_any(map(topic_mark, sorted(choice.include)))
        for term in more:
            match = match.and_any((term,))
        return match

    @cached_property
    def _multi_day(self) -> list[Hit]:
        """What began more than a day before and is still on."""
        if self.query.only is not None or self.query.begun_from is not None:
            return []
        filters = self._base.copy()
        filters.topics(self.query.topics)
        parameters = {**filters.parameters, "recent": min(self.recent, self.ends)}
        where = filters.sql()
        if self._by_words:
            match = self._whole_match(LONG_MARK)
            if self.sqlite:
                parameters |= {"match": match.fts5(), "last": first_document(self.recent + _QUARTER)}
                sql = _LONG_WORDS_SQLITE
            else:
                parameters["match"] = match.tsquery()
                sql = _LONG_WORDS_POSTGRESQL
            return rows(self.connection, sql.format(where=where), parameters)
        name = "ix_event_long" if self.query.group_id is None else "ix_event_group_id"
        walked = f"event e INDEXED BY {name}" if self.sqlite else "event e"
        if self._spans is not None:
            walked = f"{_SPANS_SQLITE if self.sqlite else _SPANS_POSTGRESQL} CROSS JOIN {walked}"
            where += _IN_SPAN
            parameters["spans"] = filters.spans(self._spans)
        if self.match is not None:
            where += _MATCHES
            parameters["match"] = self.match.tsquery()
        return rows(self.connection, _LONG.format(walked=walked, where=where), parameters)


def _key(hit: Hit) -> tuple[int, int]:
    return hit[:2]


# `+ 0`: SQLite prepares a statement anew for every value of a bare parameter in LIMIT, which takes longer than most walks.
_MATCHES: Final = (
    " AND EXISTS (SELECT 1 FROM event_text x WHERE x.event_id = e.id AND x.terms @@ CAST(:match AS tsquery))"
)
_GROUP_SQLITE: Final = """
    SELECT e.start_at, e.id, e.lat, e.lon FROM event e INDEXED BY ix_event_group_id
    WHERE e.start_at >= :low AND e.start_at < :ends AND {where} ORDER BY e.start_at LIMIT :size + 0
"""
# SQLite goes from cell to cell in the order given (CROSS JOIN), and leaves one as soon as it has nothing sooner.
_PLACE_SQLITE: Final = """
    SELECT e.start_at, e.id, e.lat, e.lon FROM json_each(:cells) c
    CROSS JOIN event e INDEXED BY ix_event_cell_start_at ON e.cell = c.value
    WHERE e.start_at >= :low AND e.start_at < :ends AND {where}
    ORDER BY e.start_at LIMIT :size + 0
"""
_PLACE_POSTGRESQL: Final = """
    SELECT x.* FROM unnest(CAST(:cells AS int[])) AS c(cell) CROSS JOIN LATERAL (
        SELECT e.start_at, e.id, e.lat, e.lon FROM event e
        WHERE e.cell = c.cell AND e.start_at >= :low AND e.start_at < :ends AND {where}
        ORDER BY e.start_at LIMIT :size + 0
    ) x ORDER BY 1 LIMIT :size + 0
"""
# A row of cells at a time: what a topic or a long duration narrows down is few in each.
_SPANS_SQLITE: Final = "json_each(:spans) c"
_SPANS_POSTGRESQL: Final = "unnest(CAST(:spans AS bigint[])) AS c(value)"
_IN_SPAN: Final = " AND e.cell BETWEEN c.value >> 12 AND (c.value >> 12) + (c.value & 4095)"
_TOPICS_SQLITE: Final = """
    SELECT t.start_at, t.event_id, e.lat, e.lon FROM json_each(:topics) w CROSS JOIN json_each(:spans) c
    CROSS JOIN event_topic t
        ON t.topic = w.value AND t.cell BETWEEN c.value >> 12 AND (c.value >> 12) + (c.value & 4095)
    CROSS JOIN event e ON e.id = t.event_id
    WHERE t.start_at >= :low AND t.start_at < :ends AND {where} ORDER BY t.start_at LIMIT :size + 0
"""
_TOPICS_POSTGRESQL: Final = """
    SELECT t.start_at, t.event_id, e.lat, e.lon FROM unnest(CAST(:topics AS int[])) AS w(topic)
    CROSS JOIN unnest(CAST(:spans AS bigint[])) AS c(value)
    JOIN event_topic t
        ON t.topic = w.topic AND t.cell BETWEEN c.value >> 12 AND (c.value >> 12) + (c.value & 4095)
    JOIN event e ON e.id = t.event_id
    WHERE t.start_at >= :low AND t.start_at < :ends AND {where} ORDER BY t.start_at LIMIT :size + 0
"""
_ALL_SQLITE: Final = """
    SELECT e.start_at, e.id, e.lat, e.lon FROM event e INDEXED BY ix_event_start_at
    WHERE e.start_at >= :low AND e.start_at < :ends AND {where} ORDER BY e.start_at LIMIT :size + 0
"""
_ALL_POSTGRESQL: Final = """
    SELECT e.start_at, e.id, e.lat, e.lon FROM event e
    WHERE e.start_at >= :low AND e.start_at < :ends AND {where} ORDER BY e.start_at LIMIT :size + 0
"""
_WORDS_SQLITE: Final = """
    SELECT e.start_at, e.id, e.lat, e.lon FROM event_text_terms f
    CROSS JOIN event_text x ON x.document = f.rowid CROSS JOIN event e ON e.id = x.event_id
    WHERE f.event_text_terms MATCH :match AND f.rowid >= :first AND f.rowid < :last
      AND e.start_at >= :low AND e.start_at < :ends AND {where}
    ORDER BY f.rowid LIMIT :size + 0
"""
_WORDS_POSTGRESQL: Final = """
    SELECT e.start_at, e.id, e.lat, e.lon FROM event_text x JOIN event e ON e.id = x.event_id
    WHERE x.terms @@ CAST(:match AS tsquery) AND x.start_at >= :low AND x.start_at < :ends AND {where}
    ORDER BY e.start_at LIMIT :size + 0
"""
_LONG: Final = """
    SELECT e.start_at, e.id, e.lat, e.lon FROM {walked}
    WHERE e.until_at - e.start_at > 86400 AND e.start_at < :recent AND {where}
"""
_LONG_WORDS_SQLITE: Final = """
    SELECT e.start_at, e.id, e.lat, e.lon FROM event_text_terms f
    CROSS JOIN event_text x ON x.document = f.rowid CROSS JOIN event e ON e.id = x.event_id
    WHERE f.event_text_terms MATCH :match AND f.rowid < :last AND e.start_at < :recent AND {where}
"""
_LONG_WORDS_POSTGRESQL: Final = """
    SELECT e.start_at, e.id, e.lat, e.lon FROM event_text x JOIN event e ON e.id = x.event_id
    WHERE x.terms @@ CAST(:match AS tsquery) AND x.start_at < :recent AND {where}
"""
