"""Templates of the catalogue, filled in for a place: by its names, its coordinates, its geohash, a box around it, or from a
list of the places that a platform has ids for.

`docs/adding-a-source.md` lists the words in braces. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from app.core.fold import fold
from app.places.areas import areas
from app.places.cells import haversine_km
from app.places.gazetteer import Place, larger_towns
from app.places.geohash import geohash

# A listed city covers the places around it: Cambridge is served by Boston's calendar.
COVERS_KM: Final = 40.0
# How far a box around a place reaches, for searches that take one.
BOX_KM: Final = 50.0
# Templates of single cities are also filled in for this many of the larger towns around a place.
_NEARBY_TOWNS: Final = 6
_NEARBY_PEOPLE: Final = 25_000
_KM_A_DEGREE: Final = 111.2


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with a place filled in: the members of a `[[source]]`, its address and its name for commands."""

    entry: dict[str, Any]
    url: str
    slug: str


def fill(template: dict[str, Any], place: Place) -> Iterator[Filled | str]:
    """The template for a place, or the reason why it does not apply there; then for the towns around, where it applies."""
    if place.country is None:
        yield "it is not a place on the map"
        return
    if "place" in template:
        yield from _fill_from_list(template, place)
        return
    yield _fill_one(template, place)
    if template.get("nearby"):
        towns = larger_towns(place, COVERS_KM, least_people=_NEARBY_PEOPLE, most=_NEARBY_TOWNS)
        found = (_fill_one(template, town) for town in towns)
        yield from (each for each in found if not isinstance(each, str))


def _fill_one(template: dict[str, Any], place: Place) -> Filled | str:
    if template.get("countries") and (place.country or "").lower() not in template["countries"]:
        return f"its country ({place.country}) is not covered"
    names = _names(place)
    names["city"] = template.get("spelled", {}).get(names["city"], names["city"])
    if template.get("one_word") and not names["City"].isalpha():
        return "how a name of several words is spelled there is not known"
    lacking = [name for name, value in names.items() if not value and "{" + name + "}" in template["url"]]
    if lacking:
        return f"the place has no {lacking[0]}"
    parts = (
        template["platform"],
        template.get("part"),
        *(names[each] for each in ("country", "region", "city")),
    )
    entry = {
        **template,
        "name": template["name"].format(**{**names, "city": place.name}),
        "city": place.name,
        "region": place.region,
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
        "timezone": place.timezone,
    }
    return Filled(entry, template["url"].format(**names), "-".join(part for part in parts if part))


def _fill_from_list(template: dict[str, Any], place: Place) -> Iterator[Filled | str]:
    """Every place near enough that the platform itself has a name for, the nearest first."""
    near = sorted(
        (haversine_km(each["lat"], each["lon"], place.lat, place.lon), each["id"], each)
        for each in template["place"]
    )
    found = [each for distance, _, each in near if distance <= COVERS_KM]
    if not found:
        yield f"it has no list for a place within {COVERS_KM:.0f} km"
    for each in found:
        entry = {**template, **each, "name": template["name"].format(**each)}
        entry.setdefault("timezone", place.timezone)
        yield Filled(entry, template["url"].format(**each), f"{template['platform']}-{each['id']}")


def _names(place: Place) -> dict[str, str]:
    """What replaces the words in braces."""
    city, country = fold(place.name), (place.country or "").lower()
    reach = BOX_KM / _KM_A_DEGREE
    # Meridians draw together towards the poles; beyond 80 degrees nobody meets.
    across = reach / max(0.17, math.cos(math.radians(place.lat)))
    return {
        "country": country,
        "COUNTRY": country.upper(),
        "region": _region_code(place).lower(),
        "prefecture": fold(place.region or "").replace(" ", "-"),
        "city": city.replace(" ", "-"),
        "City": city.title().replace(" ", "-"),
        "lat": f"{place.lat:.4f}",
        "lon": f"{place.lon:.4f}",
        "geohash": geohash(place.lat, place.lon),
        "south": f"{max(-90.0, place.lat - reach):.4f}",
        "north": f"{min(90.0, place.lat + reach):.4f}",
        "west": f"{max(-180.0, place.lon - across):.4f}",
        "east": f"{min(180.0, place.lon + across):.4f}",
    }


def _region_code(place: Place) -> str:
    """The code of the place's first-level area as GeoNames has it: `MA` in the United States."""
    return next(
        (
            code
            for (country, code), area in areas().by_key.items()
            if code is not None and country == place.country and area.place.name == place.region
        ),
        "",
    )
