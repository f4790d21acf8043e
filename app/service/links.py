"""The one link builder: a question as addresses, so that every filter is a page, a calendar and a feed. Pure.

A question that names a sensitive interest has no links: an address tells whoever it passes through what was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlencode

from app.service.parameters import FilterParameters
from app.taxonomy.meanings import resolve_topic
from app.taxonomy.taxonomy import is_sensitive

Kind = Literal["events", "groups"]

# What belongs to one page of an answer and not to the question.
_NOT_IN_LINKS: Final = frozenset({"cursor", "limit", "since", "facets", "explain", "total"})
# What the form of the search page has, by its own names.
_ON_THE_PAGE: Final = {
    "near": "near",
    "field": "field",
    "interest": "interest",
    "radius_km": "radius_km",
    "from_": "when",
}
# Words in `from` that the form has a choice for.
_WHENS: Final = frozenset({"today", "tomorrow", "weekend", "next7days", "next30days"})


@dataclass(frozen=True, slots=True)
class _Link:
    """A way to have an answer elsewhere: `path` is what follows the address of the list."""

    name: str
    path: str
    kinds: frozenset[str] = frozenset({"events", "groups"})
    scheme: str | None = None


_EVENTS: Final = frozenset({"events"})
_LINKS: Final = (
    _Link("api", ""),
    _Link("ics", ".ics", _EVENTS),
    # Opens the calendar program instead of saving a file.
    _Link("webcal", ".ics", _EVENTS, scheme="webcal"),
    _Link("rss", ".rss"),
    _Link("atom", ".atom"),
    _Link("json_feed", ".json-feed"),
    _Link("geojson", ".geojson"),
    _Link("csv", ".csv"),
    _Link("jsonld", ".jsonld"),
)


def links_of(kind: Kind, parameters: FilterParameters, base_url: str) -> dict[str, str | None]:
    """The addresses of the question, by name; None for what this kind of list has not. Ask `is_private` first."""
    query = query_of(parameters)
    suffix = f"?{query}" if query else ""
    links: dict[str, str | None] = {}
    for each in _LINKS:
        start = base_url if each.scheme is None else f"{each.scheme}:{base_url.partition(':')[2]}"
        links[each.name] = f"{start}/v1/{kind}{each.path}{suffix}" if kind in each.kinds else None
    links["page"] = _page(parameters, base_url)
    return links


def item_links(kind: Kind, identity: str, base_url: str) -> dict[str, str]:
    """The calendar of one event, or of the events of one group."""
    path = f"/v1/events/{identity}.ics" if kind == "events" else f"/v1/groups/{identity}/events.ics"
    return {"ics": base_url + path, "webcal": f"webcal:{base_url.partition(':')[2]}{path}"}


def query_of(parameters: FilterParameters) -> str:
    """The question as a query string, in one fixed spelling and without what belongs to a page of its answer."""
    given = parameters.model_fields_set
    pairs = []
    for name, info in type(parameters).model_fields.items():
        if name in given and name not in _NOT_IN_LINKS:
            value = getattr(parameters, name)
            values = value if isinstance(value, list) else [value]
            pairs += [(info.alias or name, _written(each)) for each in values if each is not None]
    return urlencode(pairs)


def is_private(parameters: FilterParameters, resolved: dict[str, Any]) -> bool:
    """Whether a sensitive interest was named, wanted or not: as an interest, in a sentence, or as the words to look for."""
    if any(is_sensitive(each["id"]) for each in resolved["interest"]):
        return True
    # Words are looked up only where there are some: most questions have none.
    texts = [text for text in (parameters.q, parameters.ask) if text]
    found = (resolve_topic("interest", text).id for text in texts)
    return any(each is not None and is_sensitive(each) for each in found)


def _page(parameters: FilterParameters, base_url: str) -> str | None:
    """The search page with the same question; None where its form has no place for a part of it."""
    given = {
        name: value
        for name in type(parameters).model_fields
        if name in parameters.model_fields_set and name not in _NOT_IN_LINKS
        and (value := getattr(parameters, name)) not in (None, [])
    }  # fmt: skip
    pairs = []
    for name, value in given.items():
        values = value if isinstance(value, list) else [value]
        if name not in _ON_THE_PAGE or len(values) != 1 or (name == "from_" and value not in _WHENS):
            return None
        pairs.append((_ON_THE_PAGE[name], _written(values[0])))
    return f"{base_url}/search" + (f"?{urlencode(pairs)}" if pairs else "")


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and value == round(value, 4) else str(value)
