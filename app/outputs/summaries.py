"""What feeds say of an event or group in words, whatever their format."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, Final

from app.places.place_line import place_line

_PREFIXES: Final = {"EventCancelled": "Cancelled: ", "EventPostponed": "Postponed: "}


def uid(item: dict[str, Any]) -> str:
    """The permanent name of an item, the same in every format and at every address of the server."""
    return f"{item['id']}@nextcircle"


def link(item: dict[str, Any]) -> str:
    """The item's own page elsewhere, else ours."""
    return str(item["url"] or item["page"])


def title(item: dict[str, Any]) -> str:
    """The name; of an event that does not take place as planned, this first: feed readers show nothing else."""
    return _PREFIXES.get(item.get("event_status", ""), "") + str(item["name"])


def place(item: dict[str, Any]) -> str:
    """Venue, street, town and country in a line; `Online` for what has no other place."""
    location = item["location"] or {}
    parts = (place_line(item["location"], address=True), location.get("country"))
    written = ", ".join(str(part) for part in parts if part)
    return written or ("Online" if item.get("event_attendance_mode") == "online" else "")


def topics(item: dict[str, Any]) -> list[str]:
    """The labels of its fields, interests and purposes."""
    return list(
        dict.fromkeys(each["label"] for name in ("fields", "interests", "purposes") for each in item[name])
    )


def credits_of(item: dict[str, Any]) -> str:
    """Where it comes from, whom to name and under which terms, a source a line."""
    said = []
    for source in item["sources"]:
        rights = ", ".join(part for part in (source["license"], source["terms"]) if part)
        said.append(f"Source: {source['attribution']}{f' ({rights})' if rights else ''}")
    return "\n".join(dict.fromkeys(said))


def description(item: dict[str, Any]) -> str:
    """What it says of itself, and where it comes from."""
    return "\n\n".join(part for part in (item["description"], credits_of(item)) if part)


def summary(item: dict[str, Any]) -> str:
    """When and where, who holds it, what it says of itself: for formats that show nothing but a text."""
    group = item.get("group")
    facts = (_when(item), place(item), f"By {group['name']}" if group else "")
    return "\n\n".join(
        part for part in ("\n".join(fact for fact in facts if fact), description(item)) if part
    )


def _when(item: dict[str, Any]) -> str:
    """`Thu 3 Dec 2026, 18:30 to 20:30 (America/New_York)`; the last day too, where that is another one."""
    start = item.get("start_date")
    if start is None:
        return ""
    end = item["end_date"] or start
    first, last = _day(start[:10]), _day(end[:10])
    if item["all_day"]:
        return first if first == last else f"{first} to {last}"
    said = f"{first}, {start[11:16]}"
    if end != start:
        said += f" to {end[11:16]}" if first == last else f" to {last}, {end[11:16]}"
    return f"{said} ({item['timezone']})"


@lru_cache(maxsize=4_096)  # thousands of events are on the same few days
def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day:%a} {day.day} {day:%b %Y}"
