"""CSV (RFC 4180), one row an item. A cell that a spreadsheet would take for a formula begins with an apostrophe (CWE-1236)."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

_LOCATION: Final = ("name", "address", "city", "region", "country", "lat", "lon")
_EVENT: Final = (
    "id", "url", "page", "name", "description", "start_date", "end_date", "timezone", "all_day", "event_status",
    "event_attendance_mode", *(f"location_{each}" for each in _LOCATION), "group_id", "group_name",
    "is_accessible_for_free", "price_min", "price_max", "currency", "in_language", "fields", "interests", "purposes",
    "image", "sample", "updated_at", "sources", "source_urls", "attributions", "licenses", "terms",
)  # fmt: skip
_GROUP: Final = (
    "id", "url", "page", "name", "description", *(f"location_{each}" for each in _LOCATION), "members", "activity",
    "last_event", "next_event", "events_per_month", "fields", "interests", "purposes", "image", "sample", "updated_at",
    "sources", "source_urls", "attributions", "licenses", "terms",
)  # fmt: skip
COLUMNS: Final = {"events": _EVENT, "groups": _GROUP}
# What begins a formula, also after the blanks that spreadsheets skip.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def begin(kind: str) -> bytes:
    """The row of names."""
    return _line(list(COLUMNS[kind]))


def feed(document: dict[str, Any]) -> bytes:
    """The row of names, and a row for each item."""
    return begin(document["kind"]) + b"".join(map(row, document["items"]))


def row(item: dict[str, Any]) -> bytes:
    """An event or group; several values of one cell are separated by ` | `."""
    values = _flat(item)
    columns = _EVENT if "start_date" in item else _GROUP
    return _line([_cell(values.get(name)) for name in columns])


def guarded(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    price = item.get("price") or {}
    group = item.get("group") or {}
    activity = item.get("activity") or {}
    sources = item["sources"]
    return {
        **item,
        **{f"location_{name}": (item["location"] or {}).get(name) for name in _LOCATION},
        "group_id": group.get("id"),
        "group_name": group.get("name"),
        "price_min": price.get("min"),
        "price_max": price.get("max"),
        "currency": price.get("currency"),
        "activity": activity.get("state"),
        "last_event": activity.get("last_event"),
        "next_event": activity.get("next_event"),
        "events_per_month": activity.get("events_per_month"),
        **{name: _joined(each["id"] for each in item[name]) for name in ("fields", "interests", "purposes")},
        "sources": _joined(each["name"] for each in sources),
        "source_urls": _joined(each["url"] for each in sources),
        "attributions": _joined(each["attribution"] for each in sources),
        "licenses": _joined(each["license"] for each in sources),
        "terms": _joined(each["terms"] for each in sources),
    }


def _joined(values: Any) -> str:
    return " | ".join(dict.fromkeys(str(each) for each in values if each is not None))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # Numbers are ours: a western longitude is not a formula.
    return str(value) if isinstance(value, int | float) else guarded(str(value))


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode("utf-8", "replace")
