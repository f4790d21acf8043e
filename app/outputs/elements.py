"""XML elements that RSS and Atom share: when and where an event is, in modules that other readers know. Pure."""

from __future__ import annotations

from typing import Any, Final

from app.outputs.characters import xml
from app.outputs.summaries import place

# RSS 1.0's event module, GeoRSS, and the status of xCal.
NAMESPACES: Final = (
    'xmlns:ev="http://purl.org/rss/1.0/modules/event/" xmlns:georss="http://www.georss.org/georss" '
    'xmlns:xcal="urn:ietf:params:xml:ns:xcal"'
)
_STATUS: Final = {"EventCancelled": "CANCELLED"}


def element(name: str, content: str) -> str:
    """An element whose content is written for XML already."""
    return f"<{name}>{content}</{name}>\n"


def facts(item: dict[str, Any]) -> list[str]:
    """The dates, place, organiser and status of an event, and the point of whatever has one."""
    parts = []
    if "start_date" in item:
        parts.append(element("ev:startdate", item["start_date"]))
        if item["end_date"]:
            parts.append(element("ev:enddate", item["end_date"]))
        where = place(item)
        if where:
            parts.append(element("ev:location", xml(where)))
        if item["group"]:
            parts.append(element("ev:organizer", xml(item["group"]["name"])))
        if item["event_status"] in _STATUS:
            parts.append(element("xcal:status", _STATUS[item["event_status"]]))
    location = item["location"] or {}
    if location.get("lat") is not None and location.get("lon") is not None:
        parts.append(element("georss:point", f"{location['lat']:.6f} {location['lon']:.6f}"))
    return parts
