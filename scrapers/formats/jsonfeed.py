"""Reads events from a JSON Feed (https://www.jsonfeed.org/version/1.1/) whose items say when they take place.

The format has no event of its own: dates stand in an extension (an object whose name begins with `_`) or beside the
item's own members. `date_published` is never taken for them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from scrapers.formats import plainjson
from scrapers.formats.markup import json_of
from scrapers.formats.text import web_url
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, Warning  # noqa: A004  the toolbox's own word for it

_VERSION: Final = "jsonfeed.org/version/"
_MAX_EXTENSIONS: Final = 10


def is_feed(value: object) -> bool:
    """Whether a JSON value is a JSON Feed."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("version"), str)
        and _VERSION in value["version"][:100]
    )


def read(payload: Payload, context: ReadContext, platform: str = "page") -> Reading:
    """The events of a JSON Feed. Times without an offset are of the context's zone."""
    try:
        value = json_of(payload.body)
    except ValueError as problem:
        return Reading("jsonfeed", warnings=(Warning("bad_json", str(problem)[:200]),), complete=False)
    items = value.get("items") if is_feed(value) else None
    if not isinstance(items, list):
        return Reading("jsonfeed", warnings=(Warning("no_feed", "no JSON Feed"),), complete=False)
    reading = plainjson.read_items([_plain(each) for each in items], payload, context, platform)
    return replace(reading, format="jsonfeed", next=_next(value, payload, context))


def _plain(item: Any) -> Any:
    """An item with its extensions' members beside its own, under the names of a plain list."""
    if not isinstance(item, dict):
        return item
    plain: dict[str, Any] = {}
    for key in [key for key in item if key.startswith("_")][:_MAX_EXTENSIONS]:
        inner = item[key]
        if isinstance(inner, dict):
            plain.update({label.removeprefix("ev:"): value for label, value in inner.items()})
    plain.update({key: value for key, value in item.items() if not key.startswith("_")})
    plain["name"] = plain.get("title")
    plain["description"] = plain.get("content_text") or plain.get("content_html") or plain.get("summary")
    plain.pop("summary", None)
    return plain


def _next(value: dict[str, Any], payload: Payload, context: ReadContext) -> tuple[str, ...]:
    """`next_url`, where it is another address of the same host."""
    base = context.base_url or payload.url
    written = value.get("next_url")
    url = web_url(written, base) if isinstance(written, str) and base.startswith("http") else None
    if url is None or url == base or urlsplit(url).netloc != urlsplit(base).netloc:
        return ()
    return (url,)
