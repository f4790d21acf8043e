"""JSON Feed 1.1 of events and groups. When and where stands in the extension `_nextcircle`."""

from __future__ import annotations

from typing import Any, Final

import orjson

from app.outputs.summaries import link, summary, title, topics, uid

_VERSION: Final = "https://jsonfeed.org/version/1.1"
_EXTENSION: Final = (
    "start_date", "end_date", "timezone", "all_day", "event_status", "event_attendance_mode", "location", "group", "members",
)  # fmt: skip


def feed(document: dict[str, Any]) -> bytes:
    """The feed."""
    return orjson.dumps(
        {
            "version": _VERSION,
            "title": document["title"],
            "description": document["description"],
            "home_page_url": document["page"],
            "feed_url": document["self"],
            "authors": [{"name": "NextCircle"}],
            "items": [_item(item) for item in document["items"]],
        }
    )


def _item(item: dict[str, Any]) -> dict[str, Any]:
    group = item.get("group")
    shown = {
        "id": uid(item),
        "url": link(item),
        "title": title(item),
        "content_text": summary(item),
        "date_modified": item["updated_at"],
        "tags": topics(item),
        "_nextcircle": {name: item[name] for name in _EXTENSION if item.get(name) is not None},
    }
    optional = {
        "image": item["image"],
        "language": item.get("in_language"),
        "authors": [{"name": group["name"]}] if group else None,
    }
    return shown | {name: value for name, value in optional.items() if value}
