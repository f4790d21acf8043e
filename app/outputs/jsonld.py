"""schema.org in JSON-LD: an `ItemList` of `Event`s or `Organization`s, safe to be put into a page as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from app.outputs.summaries import link

_CONTEXT: Final = "https://schema.org"
_MODES: Final = {
    "offline": "OfflineEventAttendanceMode",
    "online": "OnlineEventAttendanceMode",
    "mixed": "MixedEventAttendanceMode",
}
# What means something to HTML or, as an end of a line, to JavaScript; inside strings of JSON both forms are the same.
_ESCAPED: Final = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    "\u2028".encode(): b"\\u2028",
    "\u2029".encode(): b"\\u2029",
}
_ADDRESS: Final = {
    "streetAddress": "address",
    "addressLocality": "city",
    "addressRegion": "region",
    "addressCountry": "country",
}


def feed(document: dict[str, Any]) -> bytes:
    """The list. Nothing in it ends the script element of a page that it is put into."""
    entries = [
        {"@type": "ListItem", "position": position, "item": _thing(item)}
        for position, item in enumerate(document["items"], start=1)
    ]
    return _written(
        {
            "@context": _CONTEXT,
            "@type": "ItemList",
            "name": document["title"],
            "description": document["description"],
            "url": document["page"],
            "numberOfItems": len(entries),
            "itemListElement": entries,
        }
    )


def thing(item: dict[str, Any], events: Sequence[dict[str, Any]] = ()) -> bytes:
    """One event, or one group with its coming events, safe to be put into a page as `feed` is."""
    found = {"@context": _CONTEXT, **_thing(item)}
    if events:
        found["event"] = [_thing(event) for event in events]
    return _written(found)


def site(base_url: str, name: str, description: str) -> bytes:
    """The site itself, with the address of its search."""
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{base_url}/search?near={{place}}"},
        "query-input": "required name=place",
    }
    return _written(
        {
            "@context": _CONTEXT,
            "@type": "WebSite",
            "name": name,
            "description": description,
            "url": f"{base_url}/",
            "potentialAction": action,
        }
    )


def _written(document: dict[str, Any]) -> bytes:
    written = orjson.dumps(document)
    for character, escaped in _ESCAPED.items():
        written = written.replace(character, escaped)
    return written


def _thing(item: dict[str, Any]) -> dict[str, Any]:
    shown = _event(item) if "start_date" in item else _group(item)
    return {name: value for name, value in shown.items() if value is not None}


def _event(item: dict[str, Any]) -> dict[str, Any]:
    group = item["group"]
    mode = _MODES.get(item["event_attendance_mode"] or "")
    return {
        "@type": "Event",
        "@id": item["page"],
        "url": link(item),
        "name": item["name"],
        "description": item["description"],
        "startDate": item["start_date"],
        "endDate": item["end_date"],
        "eventStatus": f"{_CONTEXT}/{item['event_status']}",
        "eventAttendanceMode": f"{_CONTEXT}/{mode}" if mode else None,
        "location": _where(item),
        "organizer": _organizer(group) if group else None,
        "isAccessibleForFree": item["is_accessible_for_free"],
        "offers": _offers(item["price"]),
        "inLanguage": item["in_language"],
        "image": item["image"],
    }


def _group(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "Organization",
        "@id": item["page"],
        "url": link(item),
        "name": item["name"],
        "description": item["description"],
        "location": _place(item["location"]),
        "image": item["image"],
    }


def _organizer(group: dict[str, Any]) -> dict[str, Any]:
    known = {"@type": "Organization", "name": group["name"], "url": group["url"]}
    return {name: value for name, value in known.items() if value is not None}


def _where(item: dict[str, Any]) -> Any:
    place = _place(item["location"])
    if item["event_attendance_mode"] not in {"online", "mixed"}:
        return place
    online = {"@type": "VirtualLocation", "url": link(item)}
    return [place, online] if place and item["event_attendance_mode"] == "mixed" else online


def _place(location: dict[str, Any] | None) -> dict[str, Any] | None:
    if location is None:
        return None
    address = {name: location[member] for name, member in _ADDRESS.items() if location[member]}
    place: dict[str, Any] = {"@type": "Place", "name": location["name"] or location["city"]}
    if address:
        place["address"] = {"@type": "PostalAddress", **address}
    if location["lat"] is not None and location["lon"] is not None:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": location["lat"],
            "longitude": location["lon"],
        }
    return {name: value for name, value in place.items() if value is not None}


def _offers(price: dict[str, Any] | None) -> dict[str, Any] | None:
    if price is None:
        return None
    low, high = price["min"], price["max"]
    if low is not None and high is not None and low != high:
        prices = {"@type": "AggregateOffer", "lowPrice": low, "highPrice": high}
    else:
        prices = {"@type": "Offer", "price": high if low is None else low}
    return prices | ({"priceCurrency": price["currency"]} if price["currency"] else {})
