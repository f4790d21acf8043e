"""What the room answers with: a place, and what a string was understood as.

Plain frozen records in degrees (WGS 84) and ISO codes. They hold no file and no logic beyond their shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["city", "town", "neighbourhood", "postcode", "point", "region", "country", "online"]


class LatLon(NamedTuple):
    """A point in degrees, WGS 84."""

    lat: float
    lon: float


class Box(NamedTuple):
    """Edges in degrees; west > east crosses the dateline."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the map, or "online" (kind ``online``), which is not on it.

    ``id`` is permanent: ``g`` and the GeoNames id of a populated place, ``country-de``, ``region-us-ma``,
    ``alias-...`` and ``more-...`` for hand-written ones, ``post-...`` for a town known by its post office,
    ``zip-02139`` for a US ZIP code, ``point-...`` for coordinates, ``online``. ``region`` is the name
    of the first-level area, ``country`` ISO 3166-1 alpha-2, ``timezone`` an IANA name. ``confidence``
    (0 to 1) says how sure the reading of the string is that led here; 1.0 where no string was read.
    Only ``online`` has no country, no coordinates (0, 0) and the zone UTC.
    """

    id: str
    name: str
    region: str | None
    country: str | None
    lat: float
    lon: float
    timezone: str
    kind: Kind
    population: int = 0
    box: Box | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Located:
    """What a string was understood as: the best place or None, and all candidates, best first."""

    query: str
    place: Place | None
    candidates: tuple[Place, ...] = ()


ONLINE = Place("online", "Online", None, None, 0.0, 0.0, "UTC", "online")
