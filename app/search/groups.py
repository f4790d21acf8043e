"""The walk to the groups of a question: by place, by topic or by words, each from an index that holds all it needs."""

from __future__ import annotations

from typing import Any, Final

from app.db import Reading, is_sqlite, rows
from app.places.squares import words_of_cells
from app.search.areas import cells_of
from app.search.filters import Filters, in_list
from app.search.query import Query
from app.search.rows import Row, shown
from app.search.words import Match

_COLUMNS: Final = "e.id, e.cell, e.lat, e.lon, e.latest_event_at, e.members"
_PLACE: Final = "SELECT {columns} FROM meetup_group e WHERE {where} ORDER BY e.id LIMIT :most"
_WORDS_SQLITE: Final = """
    SELECT {columns} FROM group_text_terms f CROSS JOIN meetup_group e ON e.id = f.rowid
    WHERE f.group_text_terms MATCH :match AND {where} ORDER BY f.rowid LIMIT :most
"""
_WORDS_POSTGRESQL: Final = """
    SELECT {columns} FROM group_text x JOIN meetup_group e ON e.id = x.group_id
    WHERE x.terms @@ CAST(:match AS tsquery) AND {where} ORDER BY e.id LIMIT :most
"""


def group_hits(connection: Reading, query: Query, match: Match, most: int) -> list[Row]:
    """The groups that pass every condition of SQL, by id: in boxes around the areas, with topics and words."""
    sqlite = is_sqlite(connection)
    filters = Filters(sqlite=sqlite)
    filters.places(query)
    cells = cells_of(query.areas) if query.areas else None
    if cells is not None:
        filters.add(in_list("e.cell", "cells", sqlite=sqlite), cells=filters.numbers(cells))
    if query.only is not None:
        filters.add(filters.in_list("e.id", "only", sorted(query.only)))
    for number, choice in enumerate(query.topics):
        for name, chosen in (("wanted", choice.include), ("unwanted", choice.exclude)):
            if chosen:
                listed = filters.in_list("t.topic", f"{name}{number}", sorted(chosen))
                within = f" AND {in_list('t.cell', 'cells', sqlite=sqlite)}" if cells is not None else ""
                negated = "" if name == "wanted" else "NOT "
                filters.add(
                    f"e.id {negated}IN (SELECT t.group_id FROM group_topic t WHERE {listed}{within})"  # noqa: S608
                )
    parameters: dict[str, Any] = {**filters.parameters, "most": most}
    sql = _PLACE
    if match.all_of and query.only is None:
        if cells is not None:
            match = match.and_any(words_of_cells(cells))
        parameters["match"] = match.fts5() if sqlite else match.tsquery()
        sql = _WORDS_SQLITE if sqlite else _WORDS_POSTGRESQL
    return shown(_COLUMNS, rows(connection, sql.format(columns=_COLUMNS, where=filters.sql()), parameters))
