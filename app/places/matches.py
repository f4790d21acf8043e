"""From the reading of a text to the places that it may mean, each with how well it fits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from app.places.areas import CITY_STATES, Area, areas
from app.places.cells import haversine_km
from app.places.constraints import INSIDE_KM, Constraint, allows, constrain, town_last
from app.places.gazetteer_file import gazetteer
from app.places.queries import Reading, Segment
from app.places.records import LatLon, Place
from app.places.similarity import similar
from app.places.spellings import first_of_pair, fold, names_region, spellings, without_surroundings

CITY_FROM = 50_000
# A region wins over a town of its name unless the town holds this share of its people: Indiana (the
# town has 0.2 %) is the state, Tokyo, Quebec and Washington are the towns.
_SHARE_OF_NAMESAKE = 0.04
# How far from the hint a word inside a venue's name may still be a town; beyond, it is a county's or a
# chain's name ("Boulder County Fairgrounds" are in Longmont).
_WORD_NEAR_KM = 12.0
_ELSEWHERE_KM = 250.0
# Towns of this size are known to people who live elsewhere.
_KNOWN_FROM = 250_000
WIDE = ("country", "region")
# A small town is a chance likeness of a venue's name when it is this far from the hint.
_SMALL_BELOW, _SMALL_NEAR_KM = 20_000, 60.0
# What the usual name of a place is worth above its other ones; more inside a region, where the other names
# of large towns are forgotten ones (Niagara Falls was Manchester, NY).
_USUAL, _USUAL_IN_REGION = 1.4, 2.6
# Words that tell places of one name apart which lie beside each other.
_SIDE_WORDS = (
    "north south east west northeast northwest southeast southwest upper lower old great little center "
    "centre central village township town city heights hills corner corners junction station park mills "
    "beach falls shores estates green"
)
_SIDES = frozenset(_SIDE_WORDS.split())
_TYPO_LENGTH = 4
_ALIAS_SCORE = 6.5


@dataclass(frozen=True, slots=True)
class Hints:
    """Where the text was probably written: a point or a country (ISO 3166-1 alpha-2)."""

    near: LatLon | None
    country: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate with its score; the scores of one string compare, and a step of 1 is ten times as likely."""

    score: float
    index: int | None
    place: Place | None
    segment: int = 0

    def point(self) -> tuple[float, float]:
        """Latitude and longitude in degrees."""
        if self.place is not None:
            return self.place.lat, self.place.lon
        assert self.index is not None
        return gazetteer().point(self.index)

    def country(self) -> str | None:
        """ISO 3166-1 alpha-2, if it is in a country."""
        if self.place is not None:
            return self.place.country
        assert self.index is not None
        return gazetteer().area_of(self.index)[0]


def famous_places(segments: tuple[Segment, ...]) -> list[Match]:
    """Well-known towns whose usual name is the last segment, wherever they are."""
    file = gazetteer()
    found = [index for index, usual in file.bearers(segments[-1].key) if usual]
    return [
        Match(math.log10(file.population(index)), index, None)
        for index in found
        if file.population(index) >= _KNOWN_FROM
    ]


def possible_places(reading: Reading, hints: Hints) -> list[Match]:
    """The places that a reading may mean, in no order: exact names first, then names inside it, then typos."""
    rotated = town_last(_with_brackets(reading.segments))
    segments, constraint = constrain(rotated, hints.near)
    for attempt in (_exact, _respelt):
        found = attempt(segments, constraint, hints)
        if found:
            return found
    if constraint and famous_places(segments):
        return []  # a well-known name elsewhere is not a slip for a lesser one here
    for attempt in (_namesakes_beside, _split_words):
        found = attempt(segments, constraint, hints)
        if found:
            return found
    found = _town_of_region(segments, rotated[len(segments) :], constraint, hints)
    return found or _typos(segments, constraint, hints)


def _with_brackets(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """ "Frankfurt (Oder)", "Halle (Saale)": brackets belong to the name if a place has that name."""
    if len(segments) != 2 or not segments[1].in_brackets:
        return segments
    key = f"{segments[0].key} {segments[1].key}"
    if not gazetteer().bearers(key):
        return segments
    return (Segment(f"{segments[0].words} {segments[1].words}", key, is_address=False),)


def _town_of_region(
    segments: tuple[Segment, ...], taken: tuple[Segment, ...], constraint: Constraint, hints: Hints
) -> list[Match]:
    """ "Hotel Adlon, Berlin": what was taken for the region is the town of the same name in it."""
    inside = tuple(item for item in constraint if item.code is not None)
    if not any(" " in segment.key or segment.is_address for segment in segments):
        return []  # "Somers, NY" is a hamlet nobody listed, not New York City
    for segment in taken if inside else ():
        if len(segment.words) <= 3 and segment.words.isupper():
            continue  # nobody writes NY for the town
        found = [
            match
            for match in _named(segment.key, "", inside, hints, 0, penalty=0.5)
            if match.index is not None and gazetteer().population(match.index) >= CITY_FROM
        ]
        if found:
            return found
    return []


def _exact(segments: tuple[Segment, ...], constraint: Constraint, hints: Hints) -> list[Match]:
    found = []
    for position, segment in enumerate(segments):
        words = segment.words if len(segments) == 1 else ""
        found += _named(segment.key, words, constraint, hints, position)
    if len(segments) > 1:
        towns = [match for match in found if match.place is None or match.place.kind not in WIDE]
        found = towns or [match for match in found if match.segment == 0]
    if hints.near is not None and not constraint:
        found = [match for match in found if not _is_chance(match, hints.near)]
    return _place_in_place(found, len(segments), constraint, hints)


def _is_chance(match: Match, near: LatLon) -> bool:
    """Whether a venue at the hint only happens to be called like a small town far away ("Oracle")."""
    if match.place is not None or match.index is None:
        return False
    population, distance = gazetteer().population(match.index), haversine_km(*match.point(), *near)
    return (population < _KNOWN_FROM and distance > _ELSEWHERE_KM) or (
        population < _SMALL_BELOW and distance > _SMALL_NEAR_KM
    )


def _respelt(segments: tuple[Segment, ...], constraint: Constraint, hints: Hints) -> list[Match]:
    found = []
    for position, segment in enumerate(segments):
        around = _around(segment, constraint, hints, position)
        if around:
            found += around
            continue
        for key in dict.fromkeys(spellings(segment.key)):
            found += _named(key, "", constraint, hints, position, penalty=0.3)
    return _place_in_place(found, len(segments), constraint, hints)


def _around(segment: Segment, constraint: Constraint, hints: Hints, position: int) -> list[Match]:
    """ "Greater Lyon Area", "Minneapolis-St. Paul", "Kanton Zürich": the town in the middle, or the region that is named."""
    around = without_surroundings(segment.key)
    pair = first_of_pair(segment.words)
    keys = [around] if around != segment.key else []
    if pair is not None and (constraint or keys):
        keys.append(without_surroundings(fold(pair)))  # "Maroochydore-Mooloolaba"
    for key in keys:
        found = _named(key, "", constraint, hints, position, penalty=0.3)
        towns = [match for match in found if match.place is None or match.place.kind not in WIDE]
        if found:
            return found if names_region(segment.key) else towns or found
    return []


def _named(
    key: str, words: str, constraint: Constraint, hints: Hints, position: int, penalty: float = 0.0
) -> list[Match]:
    """Every place, region and country that bears a name inside the constraint."""
    file = gazetteer()
    found = []
    usual_is_worth = _USUAL_IN_REGION if any(item.code is not None for item in constraint) else _USUAL
    for index, usual in file.bearers(key):
        country, area = file.area_of(index)
        if allows(constraint, country, area):
            lat, lon = file.point(index)
            score = (
                _weight(file.population(index), country, lat, lon, hints) + usual_is_worth * usual - penalty
            )
            found.append(Match(score, index, None, position))
    largest = max((file.population(match.index) for match in found if match.index is not None), default=0)
    for place in areas().aliases.get(key, ()):
        if not constraint or any(
            item.country == place.country
            and (item.code is None or item.place.name == (place.region or item.place.name))
            for item in constraint
        ):
            score = _ALIAS_SCORE + _hint_score(place.country, place.lat, place.lon, hints) - penalty
            # GeoNames may know the same place as a town; the hand-written entry knows its kind and box.
            same = [match for match in found if haversine_km(*match.point(), place.lat, place.lon) < 15]
            found = [match for match in found if match not in same]
            found.append(Match(max([score, *(match.score for match in same)]), None, place, position))
    for item in areas().named(words, key) if words else areas().by_name.get(key, ()):
        if _area_counts(item, words, constraint, largest):
            place = item.place
            # A bare code is more often a nickname (LA, SF) or a state than a small country.
            is_code = bool(words) and key not in areas().by_name
            score = math.log10(place.population + 10) + (-0.5 if is_code else 1.0) - penalty
            score += _hint_score(place.country, place.lat, place.lon, hints)
            found.append(Match(score, None, place, position))
    return found


def _area_counts(item: Area, words: str, constraint: Constraint, largest: int) -> bool:
    """Whether a country or region is a candidate beside towns of its name."""
    if item.code is None and item.country in CITY_STATES and largest:
        return False
    if item.code is None and constraint and any(same.country == item.country for same in constraint):
        return largest < _SHARE_OF_NAMESAKE * item.place.population
    is_code = len(words) <= 3 and words.isascii() and item not in areas().by_name.get(fold(words), ())
    if is_code and words != words.upper():
        return False
    if item.code is not None and not allows(constraint, item.country, item.code):
        return False
    if item.code is None:
        return not constraint
    return largest < _SHARE_OF_NAMESAKE * item.place.population


def _weight(population: int, country: str | None, lat: float, lon: float, hints: Hints) -> float:
    return math.log10(population + 100) + _hint_score(country, lat, lon, hints)


def _hint_score(country: str | None, lat: float, lon: float, hints: Hints) -> float:
    score = 2.5 if hints.country is not None and country == hints.country else 0.0
    if hints.near is not None:
        distance = haversine_km(lat, lon, *hints.near)
        score += 4.0 * math.exp(-distance / 60) - min(distance / 2000, 2.0)
    return score


def _place_in_place(found: list[Match], count: int, constraint: Constraint, hints: Hints) -> list[Match]:
    """Of places in several segments: the one farthest left that lies inside the best one."""
    if not found:
        return []
    if count > 1:
        best = max(found, key=lambda match: match.score + 0.25 * match.segment)
        if hints.near is not None and not constraint and _is_elsewhere(best, hints.near):
            return []
        inside = [match for match in found if _distance(match, best) <= INSIDE_KM]
        first = min(match.segment for match in inside)
        if hints.near is not None:
            return inside
        return [
            replace(match, score=match.score + 4) if match in inside and match.segment == first else match
            for match in found
        ]
    return found


def _distance(one: Match, other: Match) -> float:
    return haversine_km(*one.point(), *other.point())


def _is_elsewhere(match: Match, near: LatLon) -> bool:
    return haversine_km(*match.point(), *near) > _ELSEWHERE_KM


def _namesakes_beside(segments: tuple[Segment, ...], constraint: Constraint, hints: Hints) -> list[Match]:
    """Hamlets the gazetteer lacks by their neighbours: "South Salem, NY" is close to North Salem.

    Only inside a named region, where places that share the distinctive words of a name lie together.
    """
    if len(segments) != 1 or not any(item.code is not None for item in constraint):
        return []
    wanted = frozenset(segments[0].key.split()) - _SIDES
    if not wanted or segments[0].is_address:
        return []
    found = []
    for index, name in _smaller_places(constraint).items():
        words = frozenset(name.split()) - _SIDES
        if words and (words == wanted or (len(words) > 1 and words < wanted)):
            country, _ = gazetteer().area_of(index)
            lat, lon = gazetteer().point(index)
            score = _weight(gazetteer().population(index), country, lat, lon, hints) - 1.0
            found.append(Match(score, index, None))
    return found


def _split_words(segments: tuple[Segment, ...], constraint: Constraint, hints: Hints) -> list[Match]:
    """Towns among the words of venue names and addresses: "Boston University", "17th St Denver"."""
    if hints.near is None and not constraint and not any(" " in segment.key for segment in segments):
        return []
    found: list[Match] = []
    for position, segment in reversed(list(enumerate(segments))):
        for size, key, at_edge in _runs(segment.key):
            found.extend(
                replace(match, score=match.score + 0.7 * size + 0.3 * at_edge)
                for match in _named(key, "", constraint, hints, position, penalty=2.0)
                if _word_counts(match, key, size, at_edge, constraint, hints)
            )
        if found:
            return found
    return []


def _runs(key: str) -> Iterator[tuple[int, str, bool]]:
    words = key.split()
    for size in range(min(len(words) - 1, 4), 0, -1):
        for start in range(len(words) - size, -1, -1):
            run = " ".join(words[start : start + size])
            if len(run) > 3 and not run.isdigit():
                yield size, run, start == 0 or start + size == len(words)


def _word_counts(
    match: Match, key: str, size: int, at_edge: bool, constraint: Constraint, hints: Hints
) -> bool:
    if match.index is None and match.place is not None and match.place.kind in WIDE:
        return False
    population = gazetteer().population(match.index) if match.index is not None else CITY_FROM
    if hints.near is not None:
        close = haversine_km(*match.point(), *hints.near) <= _WORD_NEAR_KM
        counted = match.index is None or gazetteer().is_counted(match.index)
        return close and at_edge and counted and (size > 1 or len(key) > 4) and population >= 2000
    if constraint:
        return population >= (1000 if size > 1 else 20_000)
    return at_edge and population >= (100_000 if size > 1 else 400_000)


def _typos(segments: tuple[Segment, ...], constraint: Constraint, hints: Hints) -> list[Match]:
    """Places whose names differ by a letter or two; larger ones are likelier to be meant."""
    if hints.near is not None and len(segments) > 1 and not constraint:
        return []
    # With a hint most strings are names of venues, and those are alike to towns by chance only.
    most_words = 2 if hints.near is not None and not constraint else 6
    smaller = _smaller_places(constraint)
    cutoff = 0.74 if constraint else 0.8

    def allowed(index: int) -> bool:
        return allows(constraint, *gazetteer().area_of(index))

    for position, segment in enumerate(segments):
        if segment.key.count(" ") >= most_words:
            continue
        if _TYPO_LENGTH <= len(segment.key) <= 40 and not segment.is_address:
            found = [
                match
                for index, similarity in similar(segment.key, allowed, smaller, cutoff)
                if (match := _typo_match(index, similarity, position, hints)) is not None
            ]
            if found:
                return found
    return []


def _typo_match(index: int, similarity: float, position: int, hints: Hints) -> Match | None:
    file = gazetteer()
    country, _ = file.area_of(index)
    lat, lon = file.point(index)
    if hints.near is not None and haversine_km(lat, lon, *hints.near) > _ELSEWHERE_KM:
        return None
    score = _weight(file.population(index), country, lat, lon, hints) - 14 * (1 - similarity)
    return Match(score, index, None, position)


def _smaller_places(constraint: Constraint) -> dict[int, str]:
    """Folded usual names of all places of the regions in a constraint, by number."""
    names: dict[int, str] = {}
    for item in constraint:
        if item.code is not None:
            names |= _names_in(item.country, item.code)
    return names


@lru_cache(maxsize=128)
def _names_in(country: str, area: str) -> dict[int, str]:
    numbers = list(gazetteer().in_area(country, area))[:4000]
    return {index: fold(gazetteer().name(index)) for index in numbers}
