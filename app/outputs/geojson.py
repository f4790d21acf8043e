"""GeoJSON (RFC 7946): a feature an item, a point where it is; what has no place has no geometry."""

from __future__ import annotations

from typing import Any, Final

import orjson

BEGIN: Final = b'{"type":"FeatureCollection","features":[\n'
END: Final = b"\n]}\n"


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
