"""A map without tiles: where the items are, drawn beside the towns around. Pure; asks nobody for anything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.places.gazetteer import Place, larger_towns, nearest
from app.translations.translator import Translator, Units
from app.web.embed.words import EmbedItem

WIDTH: Final = 640
HEIGHT: Final = 400
_MARGIN: Final = 0.14
# Items nearer to each other than this, in units of the drawing, share a pin.
_SHARED: Final = 20.0
_LEAST_SPAN_KM: Final = 3.0
_KM_PER_DEGREE: Final = 111.32
_MOST_TOWNS: Final = 8
_LEAST_PEOPLE: Final = 3_000
# Looking for towns takes longer the farther they are.
_FARTHEST_TOWN_KM: Final = 400.0
# Half of it is needed on wide screens; on small ones everything is drawn larger.
_LETTER: Final = 10.5
_LINE: Final = 14.0
_MOST_NUMBERS: Final = 3
_KM_PER_MILE: Final = 1.609344
_NICE: Final = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)


@dataclass(frozen=True, slots=True)
class Pin:
    """A place on the map; its label has the numbers of the items there, as the list below the map does."""

    x: float
    y: float
    label: str
    names: str
    numbers: tuple[int, ...]

    @property
    def first(self) -> int:
        """The number of the first item there."""
        return self.numbers[0]

    @property
    def width(self) -> float:
        """How wide its mark is."""
        return max(22.0, 10.0 + 7.5 * len(self.label))


@dataclass(frozen=True, slots=True)
class Town:
    """A town, for orientation."""

    x: float
    y: float
    name: str
    # Its name stands before the dot, where it would leave the map otherwise.
    before: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that is drawn; `scale` is the length of its bar in units of the drawing."""

    pins: tuple[Pin, ...]
    towns: tuple[Town, ...]
    scale: float
    scale_words: str


def plot_of(items: Sequence[EmbedItem], say: Translator, units: Units) -> Plot | None:
    """The map of the items that have a place; None if none has."""
    placed = [(number, item) for number, item in enumerate(items, start=1) if item.point is not None]
    if not placed:
        return None
    frame = _Frame([item.point for _, item in placed if item.point is not None])
    pins = _pins(placed, frame)
    length, words = _scale(frame, say, units)
    return Plot(pins, _towns(frame, pins), round(length, 1), words)


class _Frame:
    """Fits points into the drawing, with equal scales in both directions. Around one place a few kilometres are shown."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        south, north = min(lat for lat, _ in points), max(lat for lat, _ in points)
        self.lat = (south + north) / 2
        # Across the date line the shorter way round counts.
        first = points[0][1]
        turned = [first + (lon - first + 180) % 360 - 180 for _, lon in points]
        west, east = min(turned), max(turned)
        self.lon = (west + east) / 2
        self.narrowing = max(0.05, math.cos(math.radians(self.lat)))
        inner_width, inner_height = WIDTH * (1 - 2 * _MARGIN), HEIGHT * (1 - 2 * _MARGIN)
        across = max((east - west) * _KM_PER_DEGREE * self.narrowing, _LEAST_SPAN_KM)
        along = max((north - south) * _KM_PER_DEGREE, _LEAST_SPAN_KM)
        self.per_km = min(inner_width / across, inner_height / along)

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        """Where a point is drawn."""
        east = (lon - self.lon + 180) % 360 - 180
        x = WIDTH / 2 + east * _KM_PER_DEGREE * self.narrowing * self.per_km
        y = HEIGHT / 2 - (lat - self.lat) * _KM_PER_DEGREE * self.per_km
        return round(x, 1), round(y, 1)


def _pins(placed: Sequence[tuple[int, EmbedItem]], frame: _Frame) -> tuple[Pin, ...]:
    spots: list[tuple[float, float, list[tuple[int, str]]]] = []
    for number, item in placed:
        assert item.point is not None
        x, y = frame.at(*item.point)
        for spot in spots:
            if math.hypot(spot[0] - x, spot[1] - y) < _SHARED:
                spot[2].append((number, item.name))
                break
        else:
            spots.append((x, y, [(number, item.name)]))
    return tuple(
        Pin(
            x,
            y,
            " ".join(str(number) for number, _ in here[:_MOST_NUMBERS])
            + (" …" if len(here) > _MOST_NUMBERS else ""),
            "; ".join(f"{number}. {name}" for number, name in here[:5]),
            tuple(number for number, _ in here),
        )
        for x, y, here in spots
    )


def _towns(frame: _Frame, pins: Sequence[Pin]) -> tuple[Town, ...]:
    """The larger towns on the map whose names cover neither a pin nor another name."""
    middle = nearest(frame.lat, frame.lon)
    if middle is None:
        return ()
    reach = min(_FARTHEST_TOWN_KM, math.hypot(WIDTH, HEIGHT) / 2 / frame.per_km)
    around = [middle, *larger_towns(middle, reach, least_people=_LEAST_PEOPLE, most=_MOST_TOWNS * 5)]
    taken = [(pin.x - pin.width * 0.8, pin.y - 20, pin.x + pin.width * 0.8, pin.y + 20) for pin in pins]
    towns: list[Town] = []
    for place in around:
        made = _town(place, frame)
        if made is None:
            continue
        box = _box(made)
        if any(_overlap(box, other) for other in taken):
            continue
        taken.append(box)
        towns.append(made)
        if len(towns) == _MOST_TOWNS:
            break
    return tuple(towns)


def _town(place: Place, frame: _Frame) -> Town | None:
    x, y = frame.at(place.lat, place.lon)
    if not (8 <= x <= WIDTH - 8 and 12 <= y <= HEIGHT - 30):
        return None
    width = len(place.name) * _LETTER + 8
    before = x + width > WIDTH - 6
    return None if before and x - width < 6 else Town(x, y, place.name, before)


def _box(town: Town) -> tuple[float, float, float, float]:
    width = len(town.name) * _LETTER + 10
    left = town.x - width if town.before else town.x - 4
    return left, town.y - _LINE, left + width + 4, town.y + _LINE


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scale(frame: _Frame, say: Translator, units: Units) -> tuple[float, str]:
    """A round distance that takes up to a quarter of the width."""
    unit_km = _KM_PER_MILE if units == "mi" else 1.0
    most = WIDTH / 4 / frame.per_km / unit_km
    value = max((each for each in _NICE if each <= most), default=_NICE[0])
    return value * unit_km * frame.per_km, say.distance(value * unit_km, units)
