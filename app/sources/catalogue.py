"""The catalogue: sources as data in `scrapers/catalogue/*.toml`, and templates filled for the places to cover.

A `[[source]]` is one address with its place. A `[[template]]` is filled for every place that fits it: by the place's
names, its coordinates, its geohash or a box around it (`docs/adding-a-source.md` lists the words in braces), or from a
list of places that the platform has an id for. Pure but for reading its own files.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from app.core.fold import fold
from app.places.areas import areas
from app.places.cells import haversine_km
from app.places.gazetteer import Place
from app.places.geohash import geohash
from scrapers.platform import Access
from scrapers.registry import platform

# A listed city covers the places around it: Cambridge is served by Boston's calendar.
COVERS_KM: Final = 40.0
# How far a box around a place reaches, for searches that take one.
BOX_KM: Final = 50.0
_KM_A_DEGREE: Final = 111.2
# What a `republish` table may say, and the kind of value.
_RULES: Final[dict[str, type]] = {"attribution": str, "license": str, "description": int, "image": bool}


@dataclass(frozen=True, slots=True)
class CatalogueSource:
    """A source to be: what the catalogue says of it, with the place it is filled for."""

    slug: str
    platform: str
    name: str
    url: str
    access: Access
    city: str | None = None
    region: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    timezone: str | None = None
    topics: tuple[str, ...] = ()
    evidence: str | None = None
    terms: str | None = None
    attribution: str | None = None
    license: str | None = None
    republish_description: int | None = None
    republish_image: bool = True


class CatalogueError(ValueError):
    """A catalogue file is wrong; the message names the file and the entry."""


def sources_for(places: Iterable[Place]) -> list[CatalogueSource]:
    """Every fixed source near one of the places, and every template filled for them; no address twice."""
    places = list(places)
    found: dict[str, CatalogueSource] = {}
    for file, entries in _files():
        for entry in entries.get("source", []):
            if _covers(entry, places):
                source = _source(file, entry, entry["url"], entry["slug"])
                found.setdefault(source.url, source)
        for template in entries.get("template", []):
            for place in places:
                for source in _filled(file, template, place):
                    found.setdefault(source.url, source)
    return list(found.values())


def _covers(entry: dict[str, Any], places: list[Place]) -> bool:
    """Whether a fixed source is near a place to cover; one without coordinates is for the whole world."""
    if entry.get("lat") is None:
        return True
    return any(
        haversine_km(entry["lat"], entry["lon"], place.lat, place.lon) <= COVERS_KM for place in places
    )


def fixed_sources() -> list[CatalogueSource]:
    """Every source of the catalogue that is one address, wherever it is."""
    return [
        _source(file, entry, entry["url"], entry["slug"])
        for file, entries in _files()
        for entry in entries.get("source", [])
    ]


def filled_templates(place: Place) -> list[tuple[str, CatalogueSource | str]]:
    """Every template by its platform, as a source of the place or as the reason why it does not apply there."""
    return [
        (template["platform"], _fill(file, template, place))
        for file, entries in _files()
        for template in entries.get("template", [])
    ]


def _filled(file: str, template: dict[str, Any], place: Place) -> Iterator[CatalogueSource]:
    source = _fill(file, template, place)
    if not isinstance(source, str):
        yield source


def _fill(file: str, template: dict[str, Any], place: Place) -> CatalogueSource | str:
    if place.country is None:
        return "it is not a place on the map"
    if "place" in template:
        return _fill_from_list(file, template, place)
    if template.get("countries") and place.country.lower() not in template["countries"]:
        return f"its country ({place.country}) is not covered"
    names = _names(place)
    names["city"] = template.get("spelled", {}).get(names["city"], names["city"])
    if template.get("one_word") and not names["City"].isalpha():
        return "how a name of several words is spelled there is not known"
    lacking = [name for name, value in names.items() if not value and "{" + name + "}" in template["url"]]
    if lacking:
        return f"the place has no {lacking[0]}"
    slug = "-".join(
        part
        for part in (
            template["platform"],
            template.get("part"),
            *(names[each] for each in ("country", "region", "city")),
        )
        if part
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
    return _source(file, entry, template["url"].format(**names), slug)


def _fill_from_list(file: str, template: dict[str, Any], place: Place) -> CatalogueSource | str:
    """The nearest of the places that the platform itself has a name for."""
    near = min(
        template["place"],
        key=lambda each: haversine_km(each["lat"], each["lon"], place.lat, place.lon),
        default=None,
    )
    if near is None or haversine_km(near["lat"], near["lon"], place.lat, place.lon) > COVERS_KM:
        return f"it has no list for a place within {COVERS_KM:.0f} km"
    entry = {**template, **near, "name": template["name"].format(**near)}
    entry.setdefault("timezone", place.timezone)
    return _source(file, entry, template["url"].format(**near), f"{template['platform']}-{near['id']}")


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


def _source(file: str, entry: dict[str, Any], url: str, slug: str) -> CatalogueSource:
    kind = platform(entry["platform"])
    if kind is None:
        raise CatalogueError(f"{file}: {slug} names the platform {entry['platform']!r}, which there is not")
    access = kind.access(url) or kind.default_access
    if access is None or access is Access.FORBIDDEN:
        raise CatalogueError(f"{file}: {url} is not an address that the platform {kind.name} reads")
    return CatalogueSource(
        slug=slug,
        platform=kind.name,
        name=entry["name"],
        url=url,
        access=access,
        city=entry.get("city"),
        region=entry.get("region"),
        country=entry.get("country"),
        lat=entry.get("lat"),
        lon=entry.get("lon"),
        timezone=entry.get("timezone"),
        topics=tuple(entry.get("topics", ())),
        evidence=entry.get("evidence"),
        terms=entry.get("terms") or kind.terms_url,
        **_republishing(file, slug, entry.get("republish", {})),
    )


def _republishing(file: str, slug: str, rules: dict[str, Any]) -> dict[str, Any]:
    """The columns of a `republish` table. Raises `CatalogueError` for a rule that there is not."""
    for name, value in rules.items():
        kind = _RULES.get(name)
        if kind is None or type(value) is not kind or (isinstance(value, int) and value < 0):
            known = ", ".join(f"{each} ({kind.__name__})" for each, kind in _RULES.items())
            raise CatalogueError(f"{file}: {slug} has the rule {name} = {value!r}; rules are {known}")
    columns = {"description": "republish_description", "image": "republish_image"}
    return {columns.get(name, name): value for name, value in rules.items()}


@cache
def _files() -> tuple[tuple[str, dict[str, Any]], ...]:
    folder = resources.files("scrapers") / "catalogue"
    files = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name
    )
    return tuple((each.name, _with_rules(tomllib.loads(each.read_text(encoding="utf-8")))) for each in files)


def _with_rules(entries: dict[str, Any]) -> dict[str, Any]:
    """The entries of a file, each with the file's own rules where it has no other."""
    of_file = entries.get("republish", {})
    for entry in (*entries.get("source", ()), *entries.get("template", ())):
        entry["republish"] = of_file | entry.get("republish", {})
    return entries


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
