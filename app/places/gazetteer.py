"""Understands place strings offline: which place is meant by "Boston, MA", "東京" or "Foo Hall, Leeds".

The doors of the room: :func:`locate`, :func:`autocomplete`, :func:`nearest`, :func:`larger_towns`, :func:`timezone_at`, :func:`timezone_around`. Pure
look-ups in the packaged gazetteer; nothing is fetched, stored or learnt here. A string that names no
place is answered with None rather than with a guess.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from heapq import nlargest

from app.places.areas import areas, country_code
from app.places.cells import haversine_km
from app.places.constraints import constrain, town_last
from app.places.gazetteer_file import City, gazetteer
from app.places.matches import CITY_FROM, WIDE, Hints, Match, famous_places, possible_places
from app.places.postal import postcode_place
from app.places.proximity import (
    central_index,
    indices_near,
    nearest_index,
    timezone_around,
    timezone_at,
)
from app.places.queries import Reading, Segment, read
from app.places.records import ONLINE, Kind, LatLon, Located, Place
from app.places.spellings import fold, spellings

__all__ = [
    "LatLon",
    "Located",
    "Place",
    "autocomplete",
    "larger_towns",
    "locate",
    "nearest",
    "timezone_around",
    "timezone_at",
]

_CANDIDATES = 6
# A town this near to the middle of its ZIP code is as good an answer, and the better known one.
_CODE_SAYS_NO_MORE = 8.0
# How sure a town is that lies in another country than the string says.
_CONTRADICTED = 0.3
# A namesake with less than this part of a town's people is not thought of.
_MUCH_SMALLER = 10


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


@lru_cache(maxsize=16_384)
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
    found = possible_places(reading, Hints(near, country))
    places = _rank(found) if found else ()
    if postcode is not None:
        places = _with_postcode(places, postcode)
    elif not places:
        places = _contradicted(reading)
    if places and near is None and _is_dropped(reading, places[0]):
        unsure = tuple(replace(place, confidence=min(place.confidence, _CONTRADICTED)) for place in places)
        best = None if _has_namesakes(places[0]) else unsure[0]
        return Located(query, best, (*unsure, *online))
    if places:
        return Located(query, places[0], (*places, *online))
    town = _town_at(near)
    if town is not None:
        return Located(query, town, (town, *online))
    return Located(query, None, (*_wider(reading.segments), *online))


def _is_dropped(reading: Reading, place: Place) -> bool:
    """Whether the part behind a town's name is not understood: "Cambridge, Xyz" may be any Cambridge."""
    if len(reading.segments) != 2 or place.kind not in ("city", "town") or reading.zip_codes:
        return False
    first, last = reading.segments
    if last.is_address or len(last.key.split()) > 2 or not last.key.replace(" ", "").isalpha():
        return False
    if areas().named(last.words, last.key):
        return False
    names = {fold(place.name), *spellings(fold(place.name))}
    names |= {key for key in (first.key, *spellings(first.key)) if any(n == place.id for n in _bearers(key))}
    return first.key in names and not possible_places(
        replace(reading, segments=(last,)), Hints(None, place.country)
    )


def _bearers(key: str) -> list[str]:
    return [gazetteer().city(index).identity for index, _ in gazetteer().bearers(key)[:20]]


def _has_namesakes(place: Place) -> bool:
    """Whether another town of the name is not much smaller."""
    numbers = [index for index, usual in gazetteer().bearers(fold(place.name)) if usual]
    people = sorted((gazetteer().population(index) for index in numbers), reverse=True)
    return len(people) > 1 and people[1] * _MUCH_SMALLER > people[0]


def _with_postcode(places: tuple[Place, ...], postcode: Place) -> tuple[Place, ...]:
    """The town of a string where its ZIP code is close by and says no more; else the code itself."""
    close = [
        place for place in places if place.kind not in WIDE and _apart(place, postcode) <= _CODE_SAYS_NO_MORE
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
    segments, constraint = constrain(town_last(reading.segments), None)
    if not constraint:
        return ()
    famous = famous_places(segments)
    if any(item.code is not None for item in constraint):
        countries = {item.country for item in constraint}
        famous = [match for match in famous if match.country() in countries]
    if not famous:
        return ()
    town = replace(_rank(famous)[0], confidence=_CONTRADICTED)
    return (town, *(replace(item.place, confidence=0.1) for item in constraint[:3]))


# --- from a reading to matches ------------------------------------------------------------------------


# --- words inside venue names and addresses -----------------------------------------------------------


# --- typos ---------------------------------------------------------------------------------------------


# --- answers -------------------------------------------------------------------------------------------


def _rank(found: list[Match]) -> tuple[Place, ...]:
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
    return "city" if city.population >= CITY_FROM else "town"


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
    _, constraint = constrain(town_last(segments), None)
    return (replace(item.place, confidence=0.1) for item in constraint[:3])


def nearest(lat: float, lon: float) -> Place | None:
    """The nearest populated place within 250 km; its confidence falls with the distance."""
    found = nearest_index(lat, lon)
    if found is None:
        return None
    distance, index = found
    return replace(_city_place(gazetteer().city(index)), confidence=round(math.exp(-distance / 100), 3))


def larger_towns(place: Place, radius_km: float, *, least_people: int, most: int) -> tuple[Place, ...]:
    """The towns around a place by their people, most first: at most `most`, each with at least `least_people`."""
    file = gazetteer()
    found = (index for _, index in indices_near(place.lat, place.lon, radius_km))
    towns = nlargest(most + 1, ((file.population(index), -index) for index in found))
    near = (_city_place(file.city(-index)) for people, index in towns if people >= least_people)
    return tuple(town for town in near if town.id != place.id)[:most]


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
