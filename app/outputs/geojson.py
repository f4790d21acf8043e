"""GeoJSON (RFC 7946): a feature an item, a point where it is; what has no place has no geometry."""

from __future__ import annotations

from typing import Any, Final

import orjson

BEGIN: Final = b'{"type":"FeatureCollection","features":[\n'
END: Final = b"\n]}\n"


def feed(document: dict[str, Any]) -> bytes:
    """A collection that says what it holds, and whether there is more, in members of its own (RFC 7946 6.1)."""
    told = {name: document[name] for name in ("title", "description", "cut")}
    head = b'{"type":"FeatureCollection",' + orjson.dumps(told)[1:-1] + b',"features":[\n'
    return head + b",\n".join(feature(_lasting(item)) for item in document["items"]) + END


def feature(item: dict[str, Any]) -> bytes:
    """A feature with everything the item says as its properties."""
    location = item["location"] or {}
    point = None
    if location.get("lat") is not None and location.get("lon") is not None:
        point = {"type": "Point", "coordinates": [location["lon"], location["lat"]]}
    properties = {
        name: value for name, value in item.items() if name not in {"id", "distance_km", "distance_mi"}
    }
    return orjson.dumps({"type": "Feature", "id": item["id"], "geometry": point, "properties": properties})


def _lasting(item: dict[str, Any]) -> dict[str, Any]:
    """The item without what changes although nothing happened: when a source was last read."""
    return item | {"sources": [source | {"last_seen": None} for source in item["sources"]]}
