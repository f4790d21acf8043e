"""Walks values shaped like JSON-LD: nodes, their types, and the scalars inside lists, `@value` and `@id`.

Pure and total: whatever shape a page gives a value, a caller gets something plain or nothing. What a property means is
for `scrapers.formats.schemaorg`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

Node = dict[str, Any]

_MAX_DEPTH: Final = 64
_MAX_NODES: Final = 50_000
# Where pages keep their events. `superEvent` is not among them: the series is not what the page lists.
_CONTAINERS: Final = (
    *("@graph", "itemListElement", "item", "event", "events", "subEvent", "subEvents"),
    *("mainEntity", "mainEntityOfPage", "hasPart", "dataFeedElement"),
)
# Types below Event that do not end in its name, and ones that do but are not gatherings.
_EVENT_TYPES: Final = frozenset({"festival", "hackathon", "eventseries"})
_NO_EVENTS: Final = frozenset(
    {"deliveryevent", "publicationevent", "broadcastevent", "ondemandevent", "paymentevent"}
)


def nodes(value: Any) -> Iterator[Node]:
    """Every object that may hold or be an event, parents first; cycles of @id are names here, not loops."""
    stack: list[tuple[Any, int]] = [(value, 0)]
    # Microdata's itemref may hang one item below several others, or below itself.
    seen: set[int] = set()
    while stack:
        current, depth = stack.pop()
        if isinstance(current, list):
            if depth < _MAX_DEPTH:
                stack.extend((each, depth + 1) for each in reversed(current))
        elif isinstance(current, dict) and id(current) not in seen:
            seen.add(id(current))
            if len(seen) > _MAX_NODES:
                return
            node = plain_keys(current)
            yield node
            if depth < _MAX_DEPTH:
                stack.extend((node[key], depth + 1) for key in reversed(_CONTAINERS) if key in node)


def plain_keys(node: Node) -> Node:
    """A node with `schema:name` and `https://schema.org/name` as `name`; what JavaScript treats specially is dropped."""
    if not any(":" in key or key.startswith("__") for key in node):
        return node
    return {
        re.split(r"[:/#]", key)[-1] if ":" in key else key: value
        for key, value in node.items()
        if not key.startswith("__")
    }


def is_event(node: object) -> bool:
    """Whether a JSON value is a schema.org Event of any kind."""
    return isinstance(node, dict) and any(is_event_type(each) for each in types(node))


def is_event_type(kind: str) -> bool:
    """Whether a lower-case type name is Event or stands below it."""
    return (kind.endswith("event") or kind in _EVENT_TYPES) and kind not in _NO_EVENTS


def types(node: Node) -> list[str]:
    """The names of a node's types, lower-case; `additionalType` says further ones."""
    found = [segment(each) for each in each_of(node.get("@type", node.get("type")))[:20]]
    if "additionalType" in node:
        found.extend(segment(each) for each in each_of(node["additionalType"])[:20])
    return found


def segment(value: Any) -> str:
    """The last part of an IRI, lower-case: `https://schema.org/EventCancelled` and `EventCancelled` are one."""
    written = scalar(value)
    if not isinstance(written, str) or len(written) > 200:
        return ""
    return re.split(r"[/#:]", written.strip().rstrip("/"))[-1].lower()


def each_of(value: Any) -> list[Any]:
    """A value as a list: nothing, the list itself, or the one value."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def scalar(value: Any) -> Any:
    """A string, number or boolean out of lists, `@value` and `@id`; None where there is none."""
    for _ in range(5):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value", value.get("@id"))
        else:
            return value
    return None


def text(value: Any) -> str | None:
    """A value as text, a node by its name; None for booleans and where there is none."""
    if isinstance(value, dict) and "@value" not in value:
        value = value.get("name")
    written = scalar(value)
    if isinstance(written, bool) or written is None:
        return None
    return written if isinstance(written, str) else str(written)[:40]
