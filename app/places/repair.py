"""Puts right the coordinates that sources get wrong: swapped ones, and points that stand for "unknown".

A pure decision on numbers: it asks the gazetteer where a country is, and reads no listing. What is
neither swapped nor a known default stays as it came, however odd.
"""

from __future__ import annotations

from functools import lru_cache
from math import isfinite

from app.places.areas import areas, country_code
from app.places.cells import haversine_km
from app.places.records import Box, LatLon

# Where a point and its mirror image are told apart: one is this near to the hint, the other this far.
_NEAR_KM, _FAR_KM = 300.0, 1000.0
# Rounding of a default point by a source; a real venue is not this near to it twice.
_SAME_DEGREES = 2e-4

DEFAULT_POINTS: tuple[tuple[float, float], ...] = (
    # The point of nothing: a field that was never filled in.
    (0.0, 0.0),
    # Squarespace, where an event's place has no address: Soho in New York.
    (40.7207559, -74.0007613),
    # Google's geocoder for "United States", "Kansas" of the MaxMind tables (old and new) and "California".
    (37.09024, -95.712891),
    (38.0, -97.0),
    (37.751, -97.822),
    (36.778261, -119.417932),
    # Google's geocoder for countries that events are held in.
    (55.378051, -3.435973),  # United Kingdom
    (56.130366, -106.346771),  # Canada
    (51.165691, 10.451526),  # Germany
    (46.227638, 2.213749),  # France
    (40.463667, -3.74922),  # Spain
    (41.87194, 12.56738),  # Italy
    (52.132633, 5.291266),  # Netherlands
    (46.818188, 8.227512),  # Switzerland
    (47.516231, 14.550072),  # Austria
    (50.503887, 4.469936),  # Belgium
    (53.41291, -8.24389),  # Ireland
    (51.919438, 19.145136),  # Poland
    (60.128161, 18.643501),  # Sweden
    (60.472024, 8.468946),  # Norway
    (56.26392, 9.501785),  # Denmark
    (61.92411, 25.748151),  # Finland
    (39.399872, -8.224454),  # Portugal
    (20.593684, 78.96288),  # India
    (-25.274398, 133.775136),  # Australia
    (-40.900557, 174.885971),  # New Zealand
    (-14.235004, -51.92528),  # Brazil
    (23.634501, -102.552784),  # Mexico
    (36.204824, 138.252924),  # Japan
    (-30.559482, 22.937506),  # South Africa
    (1.352083, 103.819836),  # Singapore
    # The middle of countries in MaxMind's and many other tables, in whole or half degrees.
    (51.0, 9.0),
    (46.0, 2.0),
    (54.0, -2.0),
    (60.0, -95.0),
    (20.0, 77.0),
    (-27.0, 133.0),
)
"""Points that products and geocoders give for "somewhere in the country" or for nothing at all."""


def repaired(
    lat: float, lon: float, *, near: LatLon | None, country: str | None
) -> tuple[float, float] | None:
    """Coordinates in degrees as they were meant, or None where they say nothing.

    Not finite numbers, points off the globe and default points (:data:`DEFAULT_POINTS`, the middle of a
    country in the gazetteer) are None. Latitude and longitude change places where only so they are on
    the globe, near the hint ``near`` or in ``country`` (a code or a name); two numbers that fit as they
    are stay so.
    """
    if not (isfinite(lat) and isfinite(lon)):
        return None
    code = country_code(country)
    if abs(lat) > 90 or abs(lon) > 180:
        # Without a witness for the swap, a point off the globe is simply wrong.
        point = (lon, lat) if abs(lon) <= 90 and abs(lat) <= 180 else None
        if point is None or _is_default(*point) or not _fits(point, near, code, unasked=True):
            return None
        return point
    if _is_default(lat, lon) or _is_default(lon, lat):
        return None
    as_given, swapped = (lat, lon), (lon, lat)
    if abs(lon) <= 90 and _is_elsewhere(as_given, near, code) and _fits(swapped, near, code, unasked=False):
        return swapped
    return as_given


def _is_default(lat: float, lon: float) -> bool:
    if any(abs(lat - y) <= _SAME_DEGREES and abs(lon - x) <= _SAME_DEGREES for y, x in DEFAULT_POINTS):
        return True
    return (round(lat, 4), round(lon, 4)) in _centres()


@lru_cache(maxsize=1)
def _centres() -> frozenset[tuple[float, float]]:
    found = {
        (round(area.place.lat, 4), round(area.place.lon, 4))
        for (_, code), area in areas().by_key.items()
        if code is None and _is_large(area.place.box)
    }
    return frozenset(found)


def _is_large(box: Box | None) -> bool:
    """Whether nobody can mean the middle of a country: that of Monaco is a street."""
    return box is not None and box.north - box.south > 2.0


def _fits(point: tuple[float, float], near: LatLon | None, country: str | None, *, unasked: bool) -> bool:
    """Whether a point is where the hint or the country says; ``unasked`` where neither is given."""
    if near is not None:
        return haversine_km(*point, *near) <= _NEAR_KM
    box = _box(country)
    return unasked if box is None else _inside(point, box)


def _is_elsewhere(point: tuple[float, float], near: LatLon | None, country: str | None) -> bool:
    if near is not None:
        return haversine_km(*point, *near) >= _FAR_KM
    box = _box(country)
    return box is not None and not _inside(point, box)


def _box(country: str | None) -> Box | None:
    area = areas().by_key.get((country, None)) if country is not None else None
    return area.place.box if area else None


def _inside(point: tuple[float, float], box: Box) -> bool:
    lat, lon = point
    margin = 0.5  # a pier or an island outside the last town
    across = box.west > box.east  # the box crosses the dateline
    low, high = box.west - margin, box.east + margin
    return box.south - margin <= lat <= box.north + margin and (
        (lon >= low or lon <= high) if across else low <= lon <= high
    )
