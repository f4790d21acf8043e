"""Places as search sees them: which cells an area touches, what lies inside, how far it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.places.cells import (
    Span,
    bounding_box,
    cells_of_spans,
    haversine_km,
    spans_in_box,
)
from app.search.query import Area, Box, Circle

# More cells than this are not listed: the walk by start looks at everything instead.
MOST_CELLS: Final = 20_000


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


def spans_of(areas: Sequence[Area]) -> list[Span] | None:
    """The spans of cells that the boxes around areas touch, ascending; no cell twice. None where there are too many to be listed."""
    found = [span for area in areas for span in spans_in_box(*box_of(area))]
    if len(areas) > 1:
        found = _joined(found)
    return found if count_cells(found) <= MOST_CELLS else None


def count_cells(spans: Sequence[Span]) -> int:
    """How many cells spans hold."""
    return sum(last - first + 1 for first, last in spans)


def cells_of(areas: Sequence[Area]) -> list[int] | None:
    """The cells of `spans_of`, ascending."""
    spans = spans_of(areas)
    return None if spans is None else cells_of_spans(spans)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
