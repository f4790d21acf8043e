"""What a row must be like, as conditions of SQL that SQLite and PostgreSQL share; the few places where they differ. No I/O.

Every value is a bound parameter, a list of numbers is one parameter as well: the text of a statement depends on which
parameters were used, not on what they say, so that databases prepare it once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

import orjson

from app.places.cells import NO_CELL, Span
from app.search.areas import box_of
from app.search.query import PARTS_OF_DAY, Query, TopicChoice

LIVE: Final = "e.removed_at IS NULL AND e.merged_into IS NULL"
_MODES: Final = {"offline": ("offline", "mixed"), "online": ("online", "mixed"), "mixed": ("mixed",)}


class Filters:
    """Conditions over a table called `e`, and their parameters."""

    def __init__(self, *, sqlite: bool) -> None:
        self.sqlite = sqlite
        self.conditions = [LIVE]
        self.parameters: dict[str, Any] = {}

    def add(self, condition: str, **parameters: Any) -> None:
        """One more condition, joined by AND."""
        self.conditions.append(condition)
        self.parameters.update(parameters)

    def copy(self) -> Filters:
        """The same, to be added to."""
        copied = Filters(sqlite=self.sqlite)
        copied.conditions = [*self.conditions]
        copied.parameters = {**self.parameters}
        return copied

    def sql(self) -> str:
        """All of them."""
        return " AND ".join(self.conditions)

    def in_list(self, column: str, name: str, values: Iterable[int]) -> str:
        """That a column is one of some integers, given as the parameter `name`."""
        self.parameters[name] = self.numbers(values)
        return in_list(column, name, sqlite=self.sqlite)

    def numbers(self, values: Iterable[int]) -> Any:
        """Integers as the one parameter that `in_list` takes."""
        return orjson.dumps(list(values)).decode() if self.sqlite else list(values)

    def spans(self, spans: Iterable[Span]) -> Any:
        """Spans of cells as one parameter: the first cell in the upper bits, how many follow in the lower twelve."""
        return self.numbers((first << 12) + last - first for first, last in spans)

    def exists(self, select: str) -> str:
        """That a SELECT has a row. SQLite may turn EXISTS into a join, which ends the walk in order that we rely on."""
        return f"({select} LIMIT 1) IS NOT NULL" if self.sqlite else f"EXISTS ({select})"

    def places(self, query: Query) -> None:
        """The box around every area; the exact distance is computed afterwards."""
        if not query.areas:
            return
        boxes = []
        for number, area in enumerate(query.areas):
            west, south, east, north = box_of(area)
            self.parameters |= {
                f"w{number}": west,
                f"s{number}": south,
                f"e{number}": east,
                f"n{number}": north,
            }
            joint = "AND" if west <= east else "OR"
            boxes.append(
                f"(e.lat BETWEEN :s{number} AND :n{number}"
                f" AND (e.lon >= :w{number} {joint} e.lon <= :e{number}))"
            )
        if query.mode == "online":
            boxes.append(f"e.cell = {NO_CELL}")
        self.add(f"({' OR '.join(boxes)})" if len(boxes) > 1 else boxes[0])

    def common(self, query: Query, now: int) -> None:
        """What holds of nearly every event, and is in no index: `passes_common_filters` says it of rows."""
        # A cancelled event is worth telling until it would have begun.
        self.add("(e.event_status <> 'EventCancelled' OR e.start_at > :now)", now=now)
        if query.mode is None and query.areas:
            self.add("(e.event_attendance_mode IS NULL OR e.event_attendance_mode <> 'online')")

    def event(self, query: Query) -> None:
        """What only events have."""
        if query.mode is not None:
            self._named("e.event_attendance_mode", "mode", _MODES[query.mode])
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
            self.add(self.in_list("e.local_weekday", "weekdays", sorted(query.weekdays)))
        if query.parts_of_day:
            self._parts(query.parts_of_day)

    def topics(self, choices: Iterable[TopicChoice], driver: TopicChoice | None = None) -> None:
        """Topics by probes of (topic, cell, start, id); the `driver` is walked instead."""
        for number, choice in enumerate(choices):
            for name, chosen in (("wanted", choice.include), ("unwanted", choice.exclude)):
                if not chosen or (name == "wanted" and choice is driver):
                    continue
                listed = self.in_list("u.topic", f"{name}{number}", sorted(chosen))
                probe = self.exists(
                    f"SELECT 1 FROM event_topic u WHERE {listed}"  # noqa: S608  names of ours
                    " AND u.cell = e.cell AND u.start_at = e.start_at AND u.event_id = e.id"
                )
                self.add(probe if name == "wanted" else f"NOT ({probe})")

    def _parts(self, names: Collection[str]) -> None:
        spans = []
        for number, name in enumerate(sorted(names)):
            begin, end = PARTS_OF_DAY[name]
            joint = "AND" if begin < end else "OR"
            spans.append(f"(e.local_minute >= :part{number}a {joint} e.local_minute < :part{number}b)")
            self.parameters |= {f"part{number}a": begin, f"part{number}b": end}
        # An all-day event has no part of the day.
        self.add(f"(NOT e.all_day AND ({' OR '.join(spans)}))")

    def _named(self, column: str, name: str, values: tuple[str, ...]) -> None:
        names = {f"{name}{number}": value for number, value in enumerate(values)}
        self.add(f"{column} IN ({', '.join(f':{each}' for each in names)})", **names)


def passes_common_filters(query: Query, row: Any, now: float) -> bool:
    """As `Filters.common`."""
    if row.event_status == "EventCancelled" and row.start_at <= now:
        return False
    return query.mode is not None or not query.areas or row.event_attendance_mode != "online"


def in_list(column: str, name: str, *, sqlite: bool) -> str:
    """That a column is one of the integers of a parameter."""
    if sqlite:
        return f"{column} IN (SELECT value FROM json_each(:{name}))"  # noqa: S608
    return f"{column} = ANY(CAST(:{name} AS bigint[]))"
