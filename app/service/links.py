"""The one link builder: a question as addresses, so that every filter is a page, a calendar, a feed and an embed. Pure.

A question that names a sensitive interest has no links: an address tells whoever it passes through what was asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal
from urllib.parse import quote_plus

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
    """A way to have an answer elsewhere. `path` takes the question as its query string; `{kind}` in it is events or groups."""

    name: str
    path: str
    kinds: frozenset[str] = frozenset({"events", "groups"})
    scheme: str | None = None


_EVENTS: Final = frozenset({"events"})
_LINKS: Final = (
    _Link("api", "/v1/{kind}"),
    _Link("ics", "/v1/{kind}.ics", _EVENTS),
    # Opens the calendar program instead of saving a file.
    _Link("webcal", "/v1/{kind}.ics", _EVENTS, scheme="webcal"),
    _Link("rss", "/v1/{kind}.rss"),
    _Link("atom", "/v1/{kind}.atom"),
    _Link("json_feed", "/v1/{kind}.json-feed"),
    _Link("geojson", "/v1/{kind}.geojson"),
    _Link("csv", "/v1/{kind}.csv"),
    _Link("jsonld", "/v1/{kind}.jsonld"),
    _Link("embed", "/embed/list?kind={kind}"),
)


def links_of(kind: Kind, parameters: FilterParameters, base_url: str) -> dict[str, str | None]:
    """The addresses of the question, by name; None for what this kind of list has not. Ask `is_private` first."""
    pairs = _pairs(parameters)
    query = _joined((alias, value) for _, alias, value in pairs)
    links: dict[str, str | None] = {}
    for each in _LINKS:
        start = base_url if each.scheme is None else f"{each.scheme}:{base_url.partition(':')[2]}"
        path = each.path.replace("{kind}", kind)
        asked = f"&{query[1:]}" if query and "?" in path else query
        links[each.name] = start + path + asked if kind in each.kinds else None
    links["page"] = _page(pairs, base_url)
    return links


def item_links(kind: Kind, identity: str, base_url: str) -> dict[str, str]:
    """The calendar of one event, or of the events of one group."""
    path = f"/v1/events/{identity}.ics" if kind == "events" else f"/v1/groups/{identity}/events.ics"
    return {"ics": base_url + path, "webcal": f"webcal:{base_url.partition(':')[2]}{path}"}


def query_of(parameters: FilterParameters) -> str:
    """The question as a query string (`?near=Boston`, empty if nothing was asked), in one fixed spelling."""
    return _joined((alias, value) for _, alias, value in _pairs(parameters))


def is_private(parameters: FilterParameters, resolved: dict[str, Any]) -> bool:
    """Whether a sensitive interest was named, wanted or not: as an interest, in a sentence, or as the words to look for."""
    if any(is_sensitive(each["id"]) for each in resolved["interest"]):
        return True
    # Words are looked up only where there are some: most questions have none.
    texts = [text for text in (parameters.q, parameters.ask) if text]
    found = (resolve_topic("interest", text).id for text in texts)
    return any(each is not None and is_sensitive(each) for each in found)


def _pairs(parameters: FilterParameters) -> list[tuple[str, str, str]]:
    """What was asked, as (name, name in a query string, encoded value), without what belongs to a page of the answer."""
    order = _order(type(parameters))
    pairs: list[tuple[str, str, str]] = []
    for name in sorted(parameters.model_fields_set - _NOT_IN_LINKS, key=order.__getitem__):
        value = getattr(parameters, name)
        values = value if isinstance(value, list) else (value,)
        pairs += [(name, order[name][1], quote_plus(_written(each))) for each in values if each is not None]
    return pairs


@cache
def _order(model: type[FilterParameters]) -> dict[str, tuple[int, str]]:
    """Where each parameter stands in a query string, and how it is called there."""
    return {name: (at, info.alias or name) for at, (name, info) in enumerate(model.model_fields.items())}


def _page(pairs: list[tuple[str, str, str]], base_url: str) -> str | None:
    """The search page with the same question; None where its form has no place for a part of it."""
    names = [name for name, _, _ in pairs]
    fits = len(set(names)) == len(names) and all(name in _ON_THE_PAGE for name in names)
    if not fits or any(name == "from_" and value not in _WHENS for name, _, value in pairs):
        return None
    return f"{base_url}/search" + _joined((_ON_THE_PAGE[name], value) for name, _, value in pairs)


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return f"?{query}" if query else ""


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and value == round(value, 4) else str(value)
