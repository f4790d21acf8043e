"""Where this server is at home: of several towns of one name the near one is meant. Set once, when a process starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.places.cells import haversine_km
from app.places.gazetteer import locate
from app.places.records import LatLon, Located, Place
from app.places.spellings import fold

# Within this distance of one of its places a town is one of the server's own.
_NEAR_KM = 150.0
_TOWNS = ("city", "town")
_HOME: list[LatLon] = []


def set_home(places: Iterable[str]) -> None:
    """Set the places that the operator covers, as the settings write them; text that names no place is left out."""
    found = (locate(text).place for text in places)
    _HOME[:] = [
        LatLon(place.lat, place.lon) for place in found if place is not None and place.kind != "online"
    ]


def home() -> LatLon | None:
    """The first of the places, if there are any."""
    return _HOME[0] if _HOME else None


def is_at_home(place: Place) -> bool:
    """Whether a place is near one that the operator covers."""
    return any(haversine_km(place.lat, place.lon, *point) <= _NEAR_KM for point in _HOME)


def settled(found: Located) -> Located:
    """What was located, with the namesake at home first: "Cambridge" asked of a server in Boston is the one beside it."""
    return namesake_near(found, _HOME, _NEAR_KM)


def namesake_near(found: Located, points: Iterable[LatLon], km: float) -> Located:
    """What was located, with the town of the same name first that lies near one of the points, if there is one."""
    best, points = found.place, tuple(points)
    if best is None or not points or best.kind not in _TOWNS:
        return found
    name = fold(best.name)
    near = [
        (min(haversine_km(each.lat, each.lon, *point) for point in points), each)
        for each in found.candidates
        if each.kind in _TOWNS and fold(each.name) == name
    ]
    distance, own = min(near, key=lambda pair: pair[0], default=(0.0, best))
    if own.id == best.id or distance > km:
        return found
    own = replace(own, confidence=best.confidence)
    return Located(found.query, own, (own, *(each for each in found.candidates if each.id != own.id)))
