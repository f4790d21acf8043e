"""Understands place strings offline: which place is meant by "Boston, MA", "東京" or "Foo Hall, Leeds".

The doors of the room: :func:`locate`, :func:`autocomplete`, :func:`nearest`, :func:`timezone_at`, :func:`timezone_around`. Pure
look-ups in the packaged gazetteer; nothing is fetched, stored or learnt here. A string that names no
place is answered with None rather than with a guess.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nlargest

from app.places.areas import CITY_STATES, Area, areas, country_code
from app.places.cells import haversine_km
from app.places.gazetteer_file import City, gazetteer
from app.places.postal import postcode_place
from app.places.proximity import central_index, nearest_index, timezone_around, timezone_at
from app.places.queries import Reading, Segment, read
from app.places.records import ONLINE, Kind, LatLon, Located, Place
from app.places.similarity import similar
from app.places.spellings import fold, spellings

__all__ = [
    "LatLon",
    "Located",
    "Place",
    "autocomplete",
    "locate",
    "nearest",
    "timezone_around",
    "timezone_at",
]

_CANDIDATES = 6
_CITY_FROM = 50_000
# A region wins over a town of its name unless the town holds this share of its people: Indiana (the
# town has 0.2 %) is the state, Tokyo, Quebec and Washington are the towns.
_SHARE_OF_NAMESAKE = 0.04
# Within this distance a smaller part of a string is a place inside the larger one ("Camden Town, London").
_INSIDE_KM = 40.0
# How far from the hint a word inside a venue's name may still be a town; beyond, it is a county's or a
# chain's name ("Boulder County Fairgrounds" are in Longmont).
_WORD_NEAR_KM = 12.0
_ELSEWHERE_KM = 250.0
# Towns of this size are known to people who live elsewhere.
_KNOWN_FROM = 250_000
_WIDE = ("country", "region")
# A town this near to the middle of its ZIP code is as good an answer, and the better known one.
_CODE_SAYS_NO_MORE = 8.0
# How sure a town is that lies in another country than the string says.
_CONTRADICTED = 0.3
# A small town is a chance likeness of a venue's name when it is this far from the hint.
_SMALL_BELOW, _SMALL_NEAR_KM = 20_000, 60.0
# What the usual name of a place is worth above its other ones; more inside a region, where the other names
# of large towns are forgotten ones (Niagara Falls was Manchester, NY).
_USUAL, _USUAL_IN_REGION = 1.4, 2.6
# Of regions of one name the ones around the hint are meant, if any.
_REGION_NEAR_KM = 1500.0
# Words that tell places of one name apart which lie beside each other.
_SIDE_WORDS = (
    "north south east west northeast northwest southeast southwest upper lower old great little center "
    "centre central village township town city heights hills corner corners junction station park mills "
    "beach falls shores estates green"
)
_SIDES = frozenset(_SIDE_WORDS.split())
_TYPO_LENGTH = 4
_ALIAS_SCORE = 6.5

# Territories with a code of their own that people write under the country ("Hong Kong SAR, China").
_PARTS = {
    "CN": ("CN", "HK", "MO"),
    "US": ("US", "PR", "GU", "VI"),
    "FR": ("FR", "RE", "GP", "MQ", "GF"),
    "GB": ("GB", "JE", "GG", "IM", "GI"),
}

Constraint = tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class _Hints:
    near: LatLon | None
    country: str | None


@dataclass(frozen=True, slots=True)
class _Match:
    """A candidate with its score; the scores of one string compare, and a step of 1 is ten times as likely."""

    score: float
    index: int | None
    place: Place | None
    segment: int = 0

    def point(self) -> tuple[float, float]:
        if self.place is not None:
            return self.place.lat, self.place.lon
        assert self.index is not None
        return gazetteer().point(self.index)

    def country(self) -> str | None:
        if self.place is not None:
            return self.place.country
        assert self.index is not None
        return gazetteer().area_of(self.index)[0]


def locate(text: str, *, near: LatLon | None = None, country: str | None = None) -> Located:
    """Which place a string means.

    ``near`` is a hint (a point in degrees): of many Springfields the close one, and for a venue's name
    without any place in it the town at the hint. ``country`` is a hint too, a code or a name. Neither
    overrules what the string says. ``place`` is None when nothing is named ("Online", "TBA", a typo
    beyond repair); ``candidates`` then holds what could be meant.
    """
    if near is not None and not (abs(near[0]) <= 90 and abs(near[1]) <= 360):
        near = None
    point = LatLon(float(near[0]), float(near[1])) if near is not None else None
    return _locate(text[:1000], point, country_code(country))


@lru_cache(maxsize=4096)
def _locate(text: str, near: LatLon | None, country: str | None) -> Located:
    query = text.strip()
    reading = read(text)
    if reading.point is not None:
        place = _point_place(*reading.point)
        return Located(query, place, (place,))
    online = (ONLINE,) if reading.online else ()
    postcode = postcode_place(reading, near, country)
    if not reading.segments:
        return Located(query, postcode, (postcode, *online) if postcode else online)
    found = _understand(reading, _Hints(near, country))
    places = _rank(found) if found else ()
    if postcode is not None:
        places = _with_postcode(places, postcode)
    elif not places:
        places = _contradicted(reading)
    if places:
        return Located(query, places[0], (*places, *online))
    town = _town_at(near)
    if town is not None:
        return Located(query, town, (town, *online))
    return Located(query, None, (*_wider(reading.segments), *online))


def _with_postcode(places: tuple[Place, ...], postcode: Place) -> tuple[Place, ...]:
    """The town of a string where its ZIP code is close by and says no more; else the code itself."""
    close = [
        place for place in places if place.kind not in _WIDE and _apart(place, postcode) <= _CODE_SAYS_NO_MORE
    ]
    if close:
        return (close[0], *(place for place in places if place is not close[0]))
    return (
        postcode,
        *(replace(place, confidence=min(place.confidence, 0.05)) for place in places[:-1] or places),
    )


def _apart(one: Place, other: Place) -> float:
    return haversine_km(one.lat, one.lon, other.lat, other.lon)


def _contradicted(reading: Reading) -> tuple[Place, ...]:
    """ "Zurich, Germany": the famous town, though it lies elsewhere, with little confidence, and the country.

    A wrong state ("San Francisco, CO") is forgiven within the country only: towns named after famous ones
    are found in every state, and not all of them are listed.
    """
    segments, constraint = _constrain(_rotated(reading.segments), None)
    if not constraint:
        return ()
    famous = _famous(segments)
    if any(item.code is not None for item in constraint):
        countries = {item.country for item in constraint}
        famous = [match for match in famous if match.country() in countries]
    if not famous:
        return ()
    town = replace(_rank(famous)[0], confidence=_CONTRADICTED)
    return (town, *(replace(item.place, confidence=0.1) for item in constraint[:3]))


def _famous(segments: tuple[Segment, ...]) -> list[_Match]:
    """Well-known towns whose usual name is the last segment, wherever they are."""
    file = gazetteer()
    found = [index for index, usual in file.bearers(segments[-1].key) if usual]
    return [
        _Match(math.log10(file.population(index)), index, None)
        for index in found
        if file.population(index) >= _KNOWN_FROM
    ]


# --- from a reading to matches ------------------------------------------------------------------------


def _understand(reading: Reading, hints: _Hints) -> list[_Match]:
    rotated = _rotated(reading.segments)
    segments, constraint = _constrain(rotated, hints.near)
    for attempt in (_exact, _respelt):
        found = attempt(segments, constraint, hints)
        if found:
            return found
    if constraint and _famous(segments):
        return []  # a well-known name elsewhere is not a slip for a lesser one here
    for attempt in (_namesakes_beside, _split_words):
        found = attempt(segments, constraint, hints)
        if found:
            return found
    found = _town_of_region(segments, rotated[len(segments) :], constraint, hints)
    return found or _typos(segments, constraint, hints)


def _town_of_region(
    segments: tuple[Segment, ...], taken: tuple[Segment, ...], constraint: Constraint, hints: _Hints
) -> list[_Match]:
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
            if match.index is not None and gazetteer().population(match.index) >= _CITY_FROM
        ]
        if found:
            return found
    return []


def _rotated(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """ "Japan, Tokyo" as "Tokyo, Japan": a leading country moves to the end."""
    first, last = segments[0], segments[-1]
    if len(segments) == 1 or not _country_named(first):
        return segments
    countries = {area.country for area in areas().named(first.words, first.key) if area.code is None}
    meant = areas().named(last.words, last.key)
    # "Lebanon, TN" is a town in Tennessee, "Japan, Tokyo" a region of the country in front.
    if not meant or any(area.code is not None and area.country in countries for area in meant):
        return (*segments[1:], first)
    return segments


def _country_named(segment: Segment) -> bool:
    return any(area.code is None for area in areas().by_name.get(segment.key, ()))


def _meant(segment: Segment, near: LatLon | None) -> Constraint:
    """The countries and regions a segment can mean, without regions that a town of the name outshines."""
    meant = areas().named(segment.words, segment.key)
    if not any(area.code is not None for area in meant):
        return meant
    file = gazetteer()
    towns = [index for index, usual in file.bearers(segment.key) if usual]
    if near is not None:
        here = tuple(
            area for area in meant if haversine_km(area.place.lat, area.place.lon, *near) <= _REGION_NEAR_KM
        )
        if here:
            return here
        if any(haversine_km(*file.point(index), *near) <= _INSIDE_KM for index in towns):
            return ()
    largest = max(map(file.population, towns), default=0)
    return tuple(area for area in meant if area.code is None or 2 * area.place.population >= largest)


def _constrain(segments: tuple[Segment, ...], near: LatLon | None) -> tuple[tuple[Segment, ...], Constraint]:
    """Takes countries and regions off the end: what is left to find, and the areas it may lie in."""
    constraint: Constraint = ()
    left = list(segments)
    while len(left) > 1:
        last = left[-1]
        meant = _narrow(constraint, areas().named(last.words, last.key)) if constraint else _meant(last, near)
        if meant:
            constraint = meant
        elif not (constraint and len(left[-1].key) <= 3 and len(left) > 1):
            # "Sydney, Australia, beside the conference": a country further in still counts.
            at = next((i for i in range(len(left) - 1, 0, -1) if _country_named(left[i])), None)
            if constraint or at is None:
                break
            del left[at + 1 :]
            continue
        left.pop()
    if not constraint and len(left) > 2:
        left, constraint = _state_inside(left)
    if len(left) == 1 and not constraint:
        return _constrain_words(left[0])
    return tuple(left), constraint


def _state_inside(segments: list[Segment]) -> tuple[list[Segment], Constraint]:
    """ "4300 Brighton Blvd. Denver, CO 80216, Denver": the code of a state between other segments."""
    for at in range(len(segments) - 2, 0, -1):
        words = segments[at].words
        if len(words) == 2 and words.isupper():
            states = tuple(a for a in areas().by_code.get(words, ()) if a.code is not None)
            if states:
                return [*segments[:at], *segments[at + 1 :]], states
    return segments, ()


def _narrow(constraint: Constraint, meant: Constraint) -> Constraint:
    """The readings of one more area word that agree with those to its right."""
    if not constraint:
        return meant
    countries = {area.country for area in constraint if area.code is None}
    return tuple(area for area in meant if area.code is not None and area.country in countries)


def _constrain_words(segment: Segment) -> tuple[tuple[Segment, ...], Constraint]:
    """ "Arlington VA", "San Jose Costa Rica": an area at the end of a segment without a comma."""
    if gazetteer().bearers(segment.key) or segment.key in areas().aliases:
        return (segment,), ()
    words = segment.words.split()
    for count in (3, 2, 1):
        tail = " ".join(words[-count:])
        if count >= len(words) or (count == 1 and len(tail) == 2 and tail.islower()):
            continue
        meant = areas().named(tail, fold(tail))
        if meant:
            rest = " ".join(words[:-count])
            return (Segment(rest, fold(rest), segment.is_address),), meant
    return (segment,), ()


def _allows(constraint: Constraint, country: str | None, area: str | None) -> bool:
    return not constraint or any(
        item.code in (None, area) and country in _PARTS.get(item.country, (item.country,))
        for item in constraint
    )


def _exact(segments: tuple[Segment, ...], constraint: Constraint, hints: _Hints) -> list[_Match]:
    found = []
    for position, segment in enumerate(segments):
        words = segment.words if len(segments) == 1 else ""
        found += _named(segment.key, words, constraint, hints, position)
    if len(segments) > 1:
        towns = [match for match in found if match.place is None or match.place.kind not in _WIDE]
        found = towns or [match for match in found if match.segment == 0]
    if hints.near is not None and not constraint:
        found = [match for match in found if not _is_chance(match, hints.near)]
    return _place_in_place(found, len(segments), constraint, hints)


def _is_chance(match: _Match, near: LatLon) -> bool:
    """Whether a venue at the hint only happens to be called like a small town far away ("Oracle")."""
    if match.place is not None or match.index is None:
        return False
    population, distance = gazetteer().population(match.index), haversine_km(*match.point(), *near)
    return (population < _KNOWN_FROM and distance > _ELSEWHERE_KM) or (
        population < _SMALL_BELOW and distance > _SMALL_NEAR_KM
    )


def _respelt(segments: tuple[Segment, ...], constraint: Constraint, hints: _Hints) -> list[_Match]:
    found = []
    for position, segment in enumerate(segments):
        keys = list(spellings(segment.key))
        if constraint and "-" in segment.words:
            keys.append(fold(segment.words.partition("-")[0]))  # "Maroochydore-Mooloolaba"
        for key in keys:
            found += _named(key, "", constraint, hints, position, penalty=0.3)
    return _place_in_place(found, len(segments), constraint, hints)


def _named(
    key: str, words: str, constraint: Constraint, hints: _Hints, position: int, penalty: float = 0.0
) -> list[_Match]:
    """Every place, region and country that bears a name inside the constraint."""
    file = gazetteer()
    found = []
    usual_is_worth = _USUAL_IN_REGION if any(item.code is not None for item in constraint) else _USUAL
    for index, usual in file.bearers(key):
        country, area = file.area_of(index)
        if _allows(constraint, country, area):
            lat, lon = file.point(index)
            score = (
                _weight(file.population(index), country, lat, lon, hints) + usual_is_worth * usual - penalty
            )
            found.append(_Match(score, index, None, position))
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
            found.append(_Match(max([score, *(match.score for match in same)]), None, place, position))
    for item in areas().named(words, key) if words else areas().by_name.get(key, ()):
        if _area_counts(item, words, constraint, largest):
            place = item.place
            # A bare code is more often a nickname (LA, SF) or a state than a small country.
            is_code = bool(words) and key not in areas().by_name
            score = math.log10(place.population + 10) + (-0.5 if is_code else 1.0) - penalty
            score += _hint_score(place.country, place.lat, place.lon, hints)
            found.append(_Match(score, None, place, position))
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
    if item.code is not None and not _allows(constraint, item.country, item.code):
        return False
    if item.code is None:
        return not constraint
    return largest < _SHARE_OF_NAMESAKE * item.place.population


def _weight(population: int, country: str | None, lat: float, lon: float, hints: _Hints) -> float:
    return math.log10(population + 100) + _hint_score(country, lat, lon, hints)


def _hint_score(country: str | None, lat: float, lon: float, hints: _Hints) -> float:
    score = 2.5 if hints.country is not None and country == hints.country else 0.0
    if hints.near is not None:
        distance = haversine_km(lat, lon, *hints.near)
        score += 4.0 * math.exp(-distance / 60) - min(distance / 2000, 2.0)
    return score


def _place_in_place(found: list[_Match], count: int, constraint: Constraint, hints: _Hints) -> list[_Match]:
    """Of places in several segments: the one farthest left that lies inside the best one."""
    if not found:
        return []
    if count > 1:
        best = max(found, key=lambda match: match.score + 0.25 * match.segment)
        if hints.near is not None and not constraint and _is_elsewhere(best, hints.near):
            return []
        inside = [match for match in found if _distance(match, best) <= _INSIDE_KM]
        first = min(match.segment for match in inside)
        if hints.near is not None:
            return inside
        return [
            replace(match, score=match.score + 4) if match in inside and match.segment == first else match
            for match in found
        ]
    return found


def _distance(one: _Match, other: _Match) -> float:
    return haversine_km(*one.point(), *other.point())


def _is_elsewhere(match: _Match, near: LatLon) -> bool:
    return haversine_km(*match.point(), *near) > _ELSEWHERE_KM


def _namesakes_beside(segments: tuple[Segment, ...], constraint: Constraint, hints: _Hints) -> list[_Match]:
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
            found.append(_Match(score, index, None))
    return found


# --- words inside venue names and addresses -----------------------------------------------------------


def _split_words(segments: tuple[Segment, ...], constraint: Constraint, hints: _Hints) -> list[_Match]:
    """Towns among the words of venue names and addresses: "Boston University", "17th St Denver"."""
    if hints.near is None and not constraint and not any(" " in segment.key for segment in segments):
        return []
    found: list[_Match] = []
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
    match: _Match, key: str, size: int, at_edge: bool, constraint: Constraint, hints: _Hints
) -> bool:
    if match.index is None and match.place is not None and match.place.kind in _WIDE:
        return False
    population = gazetteer().population(match.index) if match.index is not None else _CITY_FROM
    if hints.near is not None:
        close = haversine_km(*match.point(), *hints.near) <= _WORD_NEAR_KM
        counted = match.index is None or gazetteer().is_counted(match.index)
        return close and at_edge and counted and (size > 1 or len(key) > 4) and population >= 2000
    if constraint:
        return population >= (1000 if size > 1 else 20_000)
    return at_edge and population >= (100_000 if size > 1 else 400_000)


# --- typos ---------------------------------------------------------------------------------------------


def _typos(segments: tuple[Segment, ...], constraint: Constraint, hints: _Hints) -> list[_Match]:
    """Places whose names differ by a letter or two; larger ones are likelier to be meant."""
    if hints.near is not None and len(segments) > 1 and not constraint:
        return []
    # With a hint most strings are names of venues, and those are alike to towns by chance only.
    most_words = 2 if hints.near is not None and not constraint else 6
    smaller = _smaller_places(constraint)
    cutoff = 0.74 if constraint else 0.8

    def allowed(index: int) -> bool:
        return _allows(constraint, *gazetteer().area_of(index))

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


def _typo_match(index: int, similarity: float, position: int, hints: _Hints) -> _Match | None:
    file = gazetteer()
    country, _ = file.area_of(index)
    lat, lon = file.point(index)
    if hints.near is not None and haversine_km(lat, lon, *hints.near) > _ELSEWHERE_KM:
        return None
    score = _weight(file.population(index), country, lat, lon, hints) - 14 * (1 - similarity)
    return _Match(score, index, None, position)


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


# --- answers -------------------------------------------------------------------------------------------


def _rank(found: list[_Match]) -> tuple[Place, ...]:
    """Places, best first, each once, with their share of the likelihood as confidence."""
    found.sort(key=lambda match: -match.score)
    best = found[0].score
    shares = [10 ** (1.2 * (match.score - best)) for match in found[:40]]
    total = sum(shares) + 0.03
    places: dict[str, Place] = {}
    for match, share in zip(found, shares, strict=False):
        if match.place is not None:
            place = match.place
        else:
            assert match.index is not None
            place = _city_place(gazetteer().city(match.index))
        if place.id not in places:
            places[place.id] = replace(place, confidence=round(share / total, 3))
        if len(places) == _CANDIDATES:
            break
    return tuple(places.values())


def _kind(city: City) -> Kind:
    return "city" if city.population >= _CITY_FROM else "town"


def _city_place(city: City) -> Place:
    return Place(
        id=city.identity,
        name=city.name,
        region=areas().region_name(city.country, city.area),
        country=city.country,
        lat=city.lat,
        lon=city.lon,
        timezone=city.timezone,
        kind=_kind(city),
        population=city.population,
    )


def _point_place(lat: float, lon: float) -> Place:
    found = nearest_index(lat, lon, 100.0)
    around = _city_place(gazetteer().city(found[1])) if found else None
    return Place(
        id=f"point-{lat:.5f},{lon:.5f}",
        name=f"{lat:.4f}, {lon:.4f}",
        region=around.region if around else None,
        country=around.country if around else None,
        lat=lat,
        lon=lon,
        timezone=timezone_at(lat, lon),
        kind="point",
    )


def _town_at(near: LatLon | None) -> Place | None:
    """The town of the hint, for a venue whose string names no place."""
    index = central_index(*near) if near is not None else None
    if index is None:
        return None
    return replace(_city_place(gazetteer().city(index)), confidence=0.3)


def _wider(segments: tuple[Segment, ...]) -> Iterable[Place]:
    """The region or country of a string whose town is unknown: a candidate, not an answer."""
    _, constraint = _constrain(_rotated(segments), None)
    return (replace(item.place, confidence=0.1) for item in constraint[:3])


def nearest(lat: float, lon: float) -> Place | None:
    """The nearest populated place within 250 km; its confidence falls with the distance."""
    found = nearest_index(lat, lon)
    if found is None:
        return None
    distance, index = found
    return replace(_city_place(gazetteer().city(index)), confidence=round(math.exp(-distance / 100), 3))


def autocomplete(prefix: str, limit: int = 10) -> tuple[Place, ...]:
    """Places whose name begins with a prefix, larger ones first: for typing, so any script, any case."""
    key = fold(prefix[:100])
    if not key or limit <= 0:
        return ()
    file = gazetteer()
    found: dict[str, Place] = {}
    for name, aliases in areas().aliases.items():
        if len(key) > 2 and name.startswith(key):
            found.update((place.id, place) for place in aliases)
    keys, places, populations = file.popular
    low, high = bisect_left(keys, key), bisect_left(keys, key + "\U0010ffff")
    best = nlargest(limit * 4, range(low, high), key=lambda at: populations[at])
    numbers = dict.fromkeys(places[at] for at in best)
    if len(numbers) < limit:
        more = sorted(file.with_prefix(key), key=lambda index: -file.population(index))
        numbers.update(dict.fromkeys(more[: limit * 2]))
    weights = {}
    for index in numbers:
        place = _city_place(file.city(index))
        weights[place.id] = file.population(index)
        found.setdefault(place.id, place)

    def rank(place: Place) -> tuple[float, str]:
        # Whoever types "San F" means San Francisco, not the Quito that is San Francisco de Quito in full.
        usual = place.kind == "neighbourhood" or fold(place.name).startswith(key)
        people = 150_000 if place.id.startswith("alias-") else weights[place.id]
        return -people * (1.0 if usual else 0.03), place.id

    return tuple(sorted(found.values(), key=rank)[:limit])
