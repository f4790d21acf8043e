"""Atom (RFC 4287) of events and groups, with the dates and places of the RSS event module."""

from __future__ import annotations

from typing import Any, Final

from app.outputs.characters import xml
from app.outputs.elements import NAMESPACES, element, facts
from app.outputs.summaries import link, summary, title, topics

_BEGIN: Final = (
    f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}>\n'
)
_END: Final = "</feed>\n"
# A feed must say when it was last changed; one without entries never was.
_NEVER: Final = "1970-01-01T00:00:00+00:00"


def feed(document: dict[str, Any]) -> bytes:
    """The feed."""
    head = (
        _BEGIN,
        element("id", xml(document["self"])),
        element("title", xml(document["title"])),
        element("subtitle", xml(document["description"])),
        element("updated", document["updated"] or _NEVER),
        f'<link rel="self" type="application/atom+xml" href="{xml(document["self"])}"/>\n',
        f'<link rel="alternate" href="{xml(document["page"])}"/>\n',
        "<author><name>NextCircle</name></author>\n<generator>NextCircle</generator>\n",
    )
    return "".join((*head, *map(_entry, document["items"]), _END)).encode()


def _entry(item: dict[str, Any]) -> str:
    group = item.get("group")
    parts = [
        "<entry>\n",
        element("id", xml(item["page"])),
        element("title", xml(title(item))),
        element("updated", item["updated_at"]),
        f'<link rel="alternate" href="{xml(link(item))}"/>\n',
        element("summary", xml(summary(item))),
        *(f'<category term="{xml(label)}"/>\n' for label in topics(item)),
    ]
    if group:
        parts.append(f"<author>{element('name', xml(group['name']))}</author>\n")
    return "".join((*parts, *facts(item), "</entry>\n"))
