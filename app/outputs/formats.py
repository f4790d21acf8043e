"""The formats there are, by the ending of their files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.outputs import calendar, geojson, table


@dataclass(frozen=True, slots=True)
class Format:
    """How a list of items becomes a file. `kinds`: events, groups."""

    ending: str
    media_type: str
    kinds: frozenset[str]
    begin: Callable[[str], bytes]
    item: Callable[[dict[str, Any]], bytes]
    between: bytes
    end: bytes


_BOTH: Final = frozenset({"events", "groups"})
FORMATS: Final = {
    each.ending: each
    for each in (
        Format(
            "jsonl",
            "application/jsonl",
            _BOTH,
            lambda kind: b"",
            lambda item: orjson.dumps(item) + b"\n",
            b"",
            b"",
        ),
        Format("csv", "text/csv; charset=utf-8", _BOTH, table.begin, table.row, b"", b""),
        Format(
            "ics",
            "text/calendar; charset=utf-8",
            frozenset({"events"}),
            calendar.begin,
            calendar.event,
            b"",
            calendar.END,
        ),
        Format(
            "geojson",
            "application/geo+json",
            _BOTH,
            lambda kind: geojson.BEGIN,
            geojson.feature,
            b",\n",
            geojson.END,
        ),
    )
}
