"""Places as search sees them: which cells an area touches, what lies inside, how far it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from app.places.cells import (
    bounding_box,
    cells_in_box,
    cells_within,
    haversine_km,
)
from app.search.query import Area, Box, Circle

# More cells than this are not listed: the walk by start looks at everything instead.
MOST_CELLS: Final = 20_000
# Half a hundredth of a degree north and as much east.
_MOVED_KM: Final = 0.8


def is_inside(areas: Sequence[Area], lat: float | None, lon: float | None) -> bool:
    """Whether a point lies in any of the areas; one without coordinates lies in none."""
    if lat is None or lon is None:
        return False
    for area in areas:
        if isinstance(area, Circle):
            if haversine_km(area.lat, area.lon, lat, lon) <= area.radius_km:
                return True
        elif area.south <= lat <= area.north and (
            area.west <= lon <= area.east if area.west <= area.east else lon >= area.west or lon <= area.east
        ):
            return True
    return False


def distance_to(areas: Sequence[Area], lat: float | None, lon: float | None) -> float | None:
    """Kilometres to the nearest circle's centre; None without coordinates or circles."""
    if lat is None or lon is None:
        return None
    return min(
        (haversine_km(area.lat, area.lon, lat, lon) for area in areas if isinstance(area, Circle)),
        default=None,
    )


def box_of(area: Area) -> tuple[float, float, float, float]:
    """(west, south, east, north) of an area; west > east crosses the date line."""
    if isinstance(area, Box):
        return area.west, area.south, area.east, area.north
    return bounding_box(area.lat, area.lon, area.radius_km)


def cells_of(areas: tuple[Area, ...]) -> tuple[int, ...] | None:
    """The cells that areas touch and at times a few more, ascending; None where they are too many to be listed."""
    return _cells_of(snap_areas(areas))


def snap_areas(areas: tuple[Area, ...]) -> tuple[Area, ...]:
    """Areas that hold these: circles moved to the next hundredth of a degree and made larger by as much.

    What is asked around a town is asked around one of few points then, and read once for all of them.
    """
    return tuple(
        Circle(round(area.lat, 2), round(area.lon, 2), area.radius_km + _MOVED_KM)
        if isinstance(area, Circle)
        else area
        for area in areas
    )


@lru_cache(maxsize=2_000)
def _cells_of(areas: tuple[Area, ...]) -> tuple[int, ...] | None:
    cells: set[int] = set()
    for area in areas:
        west, south, east, north = box_of(area)
        width = east - west if west <= east else east - west + 360
        if (north - south) * width * 100 > 2 * MOST_CELLS:
            return None
        cells.update(
            cells_within(area.lat, area.lon, area.radius_km)
            if isinstance(area, Circle)
            else cells_in_box(west, south, east, north)
        )
    return tuple(sorted(cells)) if len(cells) <= MOST_CELLS else None
