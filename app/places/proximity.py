"""What is near a point: the nearest populated place and the time zone.

Searches rings of half-degree cells of the gazetteer, a bounded number of them. It reads no strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import cos, radians

from app.places.cells import cell, cell_centre, haversine_km, wrap_lon
from app.places.gazetteer_file import CELLS_PER_DEGREE, gazetteer, half_degree_cell, half_degree_centre

_STEP = 1 / CELLS_PER_DEGREE
_KM_PER_STEP = 111.19 * _STEP
# Beyond this the sea decides: ships keep the zone of their longitude.
_ZONE_REACH_KM = 250.0
# Most listings are in towns: within this distance the neighbours of a 0.1-degree cell, kept ready, know the answer.
_CLOSE_KM = 5.0
# From the centre of such a cell to its corner at the equator, with room to spare.
_CORNER_KM = 8.0


def indices_near(lat: float, lon: float, radius_km: float) -> Iterator[tuple[float, int]]:
    """(distance in km, number) of every place within a radius (at most a few hundred km), unordered."""
    file = gazetteer()
    rows = int(radius_km / _KM_PER_STEP) + 1
    seen = set()
    for row in range(-rows, rows + 1):
        at_lat = lat + row * _STEP
        if not -90 <= at_lat <= 90:
            continue
        widest = max(abs(at_lat) + _STEP, abs(lat))
        shrink = max(cos(radians(min(widest, 89.5))), 0.01)
        columns = min(int(radius_km / (_KM_PER_STEP * shrink)) + 1, 180 * CELLS_PER_DEGREE)
        for column in range(-columns, columns + 1):
            seen.add(half_degree_cell(at_lat, wrap_lon(lon + column * _STEP)))
    # One subtraction spares most places of a cell the trigonometry.
    band = radius_km / 111.0
    for half in seen:
        for index in file.in_half_degree_cell(half):
            at_lat, at_lon = file.point(index)
            if abs(at_lat - lat) > band:
                continue
            distance = haversine_km(lat, lon, at_lat, at_lon)
            if distance <= radius_km:
                yield distance, index


def nearest_index(lat: float, lon: float, radius_km: float = _ZONE_REACH_KM) -> tuple[float, int] | None:
    """The nearest populated place within a radius: (distance in km, number), or None."""
    close = _close_index(lat, lon)
    if close is not None and close[0] <= radius_km:
        return close
    reach = min(15.0, radius_km)
    while True:
        found = min(indices_near(lat, lon, reach), default=None)
        if found is not None or reach >= radius_km:
            return found
        reach = min(reach * 3, radius_km)


def _close_index(lat: float, lon: float) -> tuple[float, int] | None:
    """The nearest place if it is close by, from the few that are anywhere near its cell."""
    narrow = cos(radians(lat))
    nearest, at = float("inf"), None
    for each in _places_around(cell(lat, lon)):
        # Degrees on a plane are near enough to compare by: the distances are a few kilometres.
        apart = (each[0] - lat) ** 2 + (((each[1] - lon + 180) % 360 - 180) * narrow) ** 2
        if apart < nearest:
            nearest, at = apart, each
    if at is None:
        return None
    distance = haversine_km(lat, lon, at[0], at[1])
    return (distance, at[2]) if distance <= _CLOSE_KM else None


@lru_cache(maxsize=8_192)
def _places_around(number: int) -> tuple[tuple[float, float, int], ...]:
    """(lat, lon, number) of the places within reach of any point of a 0.1-degree cell."""
    file = gazetteer()
    lat, lon = cell_centre(number)
    return tuple(
        (*file.point(index), index) for _, index in sorted(indices_near(lat, lon, _CORNER_KM + _CLOSE_KM))
    )


def central_index(lat: float, lon: float) -> int | None:
    """The town somebody at a point would name.

    The largest place within 1.5 km, so that the centre of a suburb is the suburb; else the largest
    within 6 km; else the nearest at all.
    """
    file = gazetteer()
    around = list(indices_near(lat, lon, 6.0))
    for reach in (1.5, 6.0):
        inside = [
            (file.population(index), -distance, index) for distance, index in around if distance <= reach
        ]
        if inside:
            return max(inside)[2]
    found = nearest_index(lat, lon)
    return found[1] if found else None


@lru_cache(maxsize=65536)
def _zone_near(lat: float, lon: float) -> str:
    found = nearest_index(lat, lon)
    if found is None:
        hours = round(lon / 15)
        # The names of the zones carry the sign of POSIX: Etc/GMT-9 is nine hours ahead.
        return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    return gazetteer().timezone(found[1])


def timezone_at(lat: float, lon: float) -> str:
    """The IANA time zone at a point: that of the nearest populated place within 250 km, else Etc/GMT+-N.

    Exact but for strips along borders between zones; the point is rounded to about 100 m first.
    """
    return _zone_near(round(lat, 3), round(wrap_lon(lon), 3))


def timezone_around(lat: float, lon: float) -> str:
    """As `timezone_at`, to a tenth of a degree, and quicker: most half-degree cells and those around them are in one zone."""
    return _only_zone(half_degree_cell(lat, lon)) or timezone_at(round(lat, 1), round(lon, 1))


@lru_cache(maxsize=8_192)
def _only_zone(half: int) -> str | None:
    """The zone of every place in a half-degree cell and the eight around it; None if there are several, or the cell is empty."""
    zones = _zones_in(half)
    if len(zones) != 1:
        return None
    lat, lon = half_degree_centre(half)
    for row in (-_STEP, 0.0, _STEP):
        for column in (-_STEP, 0.0, _STEP):
            if -90 <= lat + row <= 90:
                zones |= _zones_in(half_degree_cell(lat + row, wrap_lon(lon + column)))
    return next(iter(zones)) if len(zones) == 1 else None


@lru_cache(maxsize=32_768)
def _zones_in(half: int) -> frozenset[str]:
    """The zones of the places in a half-degree cell."""
    file = gazetteer()
    return frozenset(file.timezone(index) for index in file.in_half_degree_cell(half))
