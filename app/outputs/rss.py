"""RSS 2.0 of events and groups. Dates and places are told by the modules that calendar programs and our own reader know."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, Final

from app.outputs.characters import html, xml
from app.outputs.elements import NAMESPACES, element, facts
from app.outputs.summaries import link, summary, title, topics, uid

_BEGIN: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
    f"{NAMESPACES}>\n<channel>\n"
)
_END: Final = "</channel>\n</rss>\n"
# Minutes that a reader may keep it.
_TTL: Final = 60


def feed(document: dict[str, Any]) -> bytes:
    """The channel."""
    updated = document["updated"]
    head = [
        _BEGIN,
        element("title", xml(document["title"])),
        element("link", xml(document["page"])),
        element("description", xml(document["description"])),
        f'<atom:link rel="self" type="application/rss+xml" href="{xml(document["self"])}"/>\n',
        element("generator", "NextCircle"),
        element("ttl", str(_TTL)),
    ]
    if updated is not None:
        head.append(element("lastBuildDate", _date(updated)))
    return "".join((*head, *map(_item, document["items"]), _END)).encode()


def _item(item: dict[str, Any]) -> str:
    parts = [
        "<item>\n",
        element("title", xml(title(item))),
        element("link", xml(link(item))),
        f'<guid isPermaLink="false">{uid(item)}</guid>\n',
        element("pubDate", _date(item["updated_at"])),
        element("description", xml(html(summary(item)))),
        *(element("category", xml(label)) for label in topics(item)),
    ]
    return "".join((*parts, *facts(item), "</item>\n"))


@lru_cache(maxsize=4_096)  # what one fetch brought was changed at one moment
def _date(iso: str) -> str:
    return format_datetime(datetime.fromisoformat(iso).astimezone(UTC), usegmt=True)
