"""Documents of the service as language models get them: short, and with the words of strangers in one marked place. Pure.

Control, invisible and direction-changing characters are taken out everywhere: a model would read what a person does not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from app.core.characters import UNSAFE
from app.places.place_line import place_line

_UNSAFE: Final = re.compile(UNSAFE)
# Of a description: in a list, and of the one thing that was asked for.
SHORT: Final = 600
LONG: Final = 4_000
_SAME_OF_EVENTS: Final = (
    "id", "url", "page", "start_date", "end_date", "timezone", "all_day", "event_status", "event_attendance_mode", "distance_km",
    "is_accessible_for_free", "price", "in_language", "sample",
)  # fmt: skip
_SAME_OF_GROUPS: Final = ("id", "url", "page", "distance_km", "members", "sample")
_POINT: Final = ("country", "lat", "lon")
_TOPICS: Final = ("fields", "interests", "purposes")


def safe(value: Any) -> Any:
    """The document with unsafe characters taken out of every text in it."""
    if isinstance(value, str):
        return _UNSAFE.sub("", value)
    if isinstance(value, dict):
        return {name: safe(each) for name, each in value.items()}
    return [safe(each) for each in value] if isinstance(value, list) else value


def event_card(item: dict[str, Any], longest: int = SHORT) -> dict[str, Any]:
    """An `EventCard` of an `EventOut`."""
    location, group = item["location"] or {}, item["group"]
    parts = (place_line(item["location"], address=True), location.get("region"))
    place = ", ".join(str(part) for part in parts if part)
    return {
        **{name: item[name] for name in _SAME_OF_EVENTS},
        **{name: location.get(name) for name in _POINT},
        **_topics(item),
        "group_id": group["id"] if group else None,
        "untrusted_text": {
            "name": item["name"],
            "description": _cut(item["description"], longest),
            "place": place or None,
            "organiser": group["name"] if group else None,
            "sources": _sources(item),
        },
    }


def group_card(item: dict[str, Any], longest: int = SHORT) -> dict[str, Any]:
    """A `GroupCard` of a `GroupOut`."""
    location, activity = item["location"] or {}, item["activity"]
    return {
        **{name: item[name] for name in _SAME_OF_GROUPS},
        **{name: location.get(name) for name in _POINT},
        **activity,
        **_topics(item),
        "untrusted_text": {
            "name": item["name"],
            "description": _cut(item["description"], longest),
            "city": location.get("city"),
            "sources": _sources(item),
        },
    }


def pick(item: dict[str, Any]) -> dict[str, Any]:
    """A `Pick` of a `RecommendationOut`."""
    following = item["next_event"]
    return {
        "group": group_card(item["group"]) if item["group"] else None,
        "event": event_card(item["event"]) if item["event"] else None,
        **{name: item[name] for name in ("score", "band", "because", "first_step")},
        "reasons": reasons(item["reasons"]),
        "caveats": reasons(item["caveats"]),
        "next_event_id": following["id"] if following else None,
        "next_event_at": following["start_date"] if following else None,
    }


def reasons(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """`Reason`s of `ReasonOut`s: what they rest on may be words of the listing."""
    return [
        {"code": each["code"], "text": each["text"], "untrusted_text": _cut(each["evidence"], SHORT)}
        for each in items
    ]


def resolved(document: dict[str, Any]) -> dict[str, Any]:
    """`Resolved` of a document's `resolved`."""
    text = document.get("q") or {}
    return {
        "near": [
            ", ".join(
                filter(None, (each["place"]["name"], each["place"]["region"], each["place"]["country"]))
            )
            for each in document["near"]
        ],
        "fields": [each["id"] for each in document["field"]],
        "interests": [each["id"] for each in document["interest"]],
        "from": document["from"],
        "to": document["to"],
        "did_you_mean": text.get("did_you_mean"),
    }


def _topics(item: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [each["id"] for each in item[name]] for name in _TOPICS}


def _sources(item: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(each["attribution"] for each in item["sources"]))


def _cut(text: str | None, longest: int) -> str | None:
    if text is None or len(text) <= longest:
        return text
    return text[: longest - 1].rstrip() + "…"
