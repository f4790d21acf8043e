"""The formats that a list can be subscribed to or taken away in, by the ending of their addresses.

A feed is made from one document: `items` as the API shows them, `title`, `description`, `self` and `page` (addresses), `updated` (the
latest change of an item, None without items) and `cut` (whether more was found than it holds). Nothing in it depends on the time of
the request, so that equal data makes equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.outputs import atom, calendar, geojson, json_feed, jsonld, rss, table


@dataclass(frozen=True, slots=True)
class Feed:
    """How a list is written. `kinds`: events, groups; `is_file`: people save it rather than subscribe to it."""

    ending: str
    media_type: str
    write: Callable[[dict[str, Any]], bytes]
    kinds: frozenset[str] = frozenset({"events", "groups"})
    is_file: bool = False


FEEDS: Final = {
    each.ending: each
    for each in (
        Feed("ics", "text/calendar; charset=utf-8", calendar.feed, frozenset({"events"}), is_file=True),
        Feed("rss", "application/rss+xml; charset=utf-8", rss.feed),
        Feed("atom", "application/atom+xml; charset=utf-8", atom.feed),
        Feed("json-feed", "application/feed+json", json_feed.feed),
        Feed("geojson", "application/geo+json", geojson.feed, is_file=True),
        Feed("csv", "text/csv; charset=utf-8", table.feed, is_file=True),
        Feed("jsonld", "application/ld+json", jsonld.feed),
    )
}
