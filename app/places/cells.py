"""Distances, boxes and the grid of 0.1 degree cells that search walks.

Plain arithmetic on the sphere (mean Earth radius), in degrees and kilometres. It knows no places and no
time zones. The number of a cell stands in databases: it must never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import asin, cos, degrees, floor, isfinite, pi, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
ROWS = 1800
COLUMNS = 3600
# Not on the grid: online or unknown places. No real cell is negative.
NO_CELL = -1
_KM_PER_DEGREE = EARTH_RADIUS_KM * pi / 180
# Cells side by side in one row: the first and the last of them.
Span = tuple[int, int]
# Room for rounding: a point exactly on the circle must never fall out of the cover.
_SLACK_KM = 1e-6


def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance between two points in kilometres."""
    north, east = radians(lat2 - lat1), radians(lon2 - lon1)
    chord = sin(north / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def distances_km(
    lat: float, lon: float, points: Iterable[tuple[float, float] | None]
) -> Iterator[float | None]:
    """`haversine_km` from one point to each of many (None for None), in three fifths of the time."""
    across = cos(radians(lat))
    for point in points:
        if point is None:
            yield None
            continue
        north, east = sin(radians(point[0] - lat) / 2), sin(radians(point[1] - lon) / 2)
        chord = north**2 + across * cos(radians(point[0])) * east**2
        yield 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def km_to_miles(km: float) -> float:
    """Kilometres in international miles."""
    return km / 1.609344


def wrap_lon(lon: float) -> float:
    """A longitude in [-180, 180)."""
    wrapped = (lon + 180.0) % 360.0 - 180.0
    return -180.0 if wrapped >= 180.0 else wrapped


def _row(lat: float) -> int:
    return min(max(floor((lat + 90) * 10), 0), ROWS - 1)


def _column(lon: float) -> int:
    return min(floor((wrap_lon(lon) + 180) * 10), COLUMNS - 1)


def cell(lat: float, lon: float) -> int:
    """The 0.1 degree cell of a point: rows from the south pole * 3600 + columns from the dateline."""
    if not (isfinite(lat) and isfinite(lon)):
        raise ValueError(f"no point: {lat}, {lon}")
    return _row(lat) * COLUMNS + _column(lon)


def cell_centre(number: int) -> tuple[float, float]:
    """(lat, lon) of the middle of a cell."""
    row, column = divmod(number, COLUMNS)
    return row / 10 - 89.95, column / 10 - 179.95


def bounding_box(lat: float, lon: float, radius_km: float) -> tuple[float, float, float, float]:
    """(west, south, east, north) around a circle; west > east crosses the dateline.

    A circle that holds a pole has a box of all longitudes (-180, 180).
    """
    reach = (radius_km + _SLACK_KM) / EARTH_RADIUS_KM
    high = degrees(reach)
    south, north = lat - high, lat + high
    if south <= -90 or north >= 90 or reach >= pi / 2:
        return -180.0, max(south, -90.0), 180.0, min(north, 90.0)
    wide = degrees(asin(min(1.0, sin(reach) / cos(radians(lat)))))
    if wide >= 180:
        return -180.0, south, 180.0, north
    return wrap_lon(lon - wide), south, wrap_lon(lon + wide), north


def cells_in_box(west: float, south: float, east: float, north: float) -> list[int]:
    """The cells that a box touches, ascending; west > east crosses the dateline."""
    return cells_of_spans(spans_in_box(west, south, east, north))


def cells_of_spans(spans: Iterable[Span]) -> list[int]:
    """The cells of spans, in their order."""
    return [number for first, last in spans for number in range(first, last + 1)]


def spans_in_box(west: float, south: float, east: float, north: float) -> list[Span]:
    """The spans of cells that a box touches, ascending; west > east crosses the dateline."""
    if south > north:
        return []
    columns = _columns_between(west, east)
    return [
        (row * COLUMNS + first, row * COLUMNS + last)
        for row in range(_row(south), _row(north) + 1)
        for first, last in columns
    ]


def _columns_between(west: float, east: float) -> list[Span]:
    if east - west >= 360:
        return [(0, COLUMNS - 1)]
    first, last = _column(west), _column(east)
    if east == 180.0:  # the eastern edge of the map, not the western one it wraps to
        last = COLUMNS - 1
    if first <= last and not (west > east and first == last):
        return [(first, last)]
    return [(0, last), (first, COLUMNS - 1)] if last + 1 < first else [(0, COLUMNS - 1)]
