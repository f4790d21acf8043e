"""What SQL does not check of a row: exact distances, phrases, companies."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.places.cells import NO_CELL, haversine_km
from app.search.areas import is_inside
from app.search.query import Circle, Query
from app.search.rows import Row
from app.search.words import Match
from app.textindex.documents import event_text, group_text
from app.textindex.tokens import holds_phrase


class Checks:
    """What SQL does not say of a row: the exact distance, phrases, companies, and words where no index was walked."""

    def __init__(self, query: Query, match: Match) -> None:
        self.query = query
        # Words are looked for in the row itself where the index was not asked.
        self.match = match if query.only is not None or not match.all_of else None
        if self.match is not None and not (match.all_of or match.none_of):
            self.match = None
        self.texts = bool(self.match or query.text.phrases or query.company)
        self.circles = [area for area in query.areas if isinstance(area, Circle)]
        self.only_circles = len(self.circles) == len(query.areas)
        # What nearly everybody asks for: one place.
        self.circle = self.circles[0] if len(query.areas) == 1 and self.circles else None
        self.distances: dict[int, float | None] = {}

    def fits(self, row: Row, texts: Sequence[str | None], terms: Callable[[], str]) -> bool:
        """Whether a row is an answer. `texts` are what phrases may stand in, `terms` makes its index entry."""
        query = self.query
        if query.areas and row.cell != NO_CELL and not self._is_inside(row):
            return False
        if not self.texts:
            return True
        if self.match is not None and not self.match.holds(frozenset(terms().split())):
            return False
        if not all(holds_phrase(phrase, texts) for phrase in query.text.phrases):
            return False
        return not query.company or any(holds_phrase(name, texts, exactly=True) for name in query.company)

    def inside_circle(self, circle: Circle, present: list[Row]) -> list[Row]:
        """The rows inside a circle, and those that are nowhere."""
        fitting = []
        for row in present:
            if row.cell != NO_CELL:
                distance = haversine_km(circle.lat, circle.lon, row.lat, row.lon)
                if distance > circle.radius_km:
                    continue
                self.distances[row.id] = distance
            fitting.append(row)
        return fitting

    def _is_inside(self, row: Row) -> bool:
        if not self.only_circles:
            return is_inside(self.query.areas, row.lat, row.lon)
        inside, nearest = False, None
        for area in self.circles:
            distance = haversine_km(area.lat, area.lon, row.lat, row.lon)
            inside = inside or distance <= area.radius_km
            nearest = distance if nearest is None or distance < nearest else nearest
        # Who is told how far it is need not compute it again.
        self.distances[row.id] = nearest
        return inside


def event_words(checks: Checks, row: Row) -> tuple[tuple[str | None, ...], Callable[[], str]]:
    """The texts of an event that phrases are looked for in, and a function that makes its index entry."""
    if not checks.texts:
        return (), str
    others = (row.description, row.place_name, row.city, row.group_name)
    return (
        row.name,
        *others,
    ), lambda: event_text(row.name, others, row.language, row.cell, row.until_at - row.start_at, ()).terms


def group_words(checks: Checks, row: Row) -> tuple[tuple[str | None, ...], Callable[[], str]]:
    """The texts of a group that phrases are looked for in, and a function that makes its index entry."""
    if not checks.texts:
        return (), str
    others = (row.description, row.city)
    return (row.name, *others), lambda: group_text(row.name, others, row.cell).terms
