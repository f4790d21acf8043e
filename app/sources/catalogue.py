"""The catalogue: the sources that come with NextCircle, as data in `scrapers/catalogue/`, chosen for the places to cover.

A line of a table (`*.tsv`) and a `[[source]]` of a `*.toml` file is one address with its place; a `[[template]]` is filled
in for every place that it fits. Pure but for reading its own files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from app.places.cells import haversine_km
from app.places.gazetteer import Place
from app.sources.catalogue_table import CatalogueError, TableSource, Town, table_sources
from app.sources.templates import COVERS_KM, Filled, fill
from scrapers.platform import Access
from scrapers.registry import platform

# A place with fewer sources is told so, with how to add one.
ENOUGH_SOURCES: Final = 10
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


def sources_for(places: Iterable[Place], fields: Collection[str] = ()) -> list[CatalogueSource]:
    """Every fixed source near one of the places, and every template filled in for them; no address twice.

    Lists of a few career fields come along only where one of `fields` (ids of the taxonomy) is among them.
    """
    places = list(places)
    found: dict[str, CatalogueSource] = {}
    for file, row in table_sources(lambda town: _is_wanted(town, places)):
        source = _of_table(file, row)
        found.setdefault(source.url, source)
    for file, entries in _files():
        for entry in entries.get("source", []):
            if _covers(entry, places) and _is_asked_for(entry, fields):
                source = _source(file, entry, entry["url"], entry["slug"])
                found.setdefault(source.url, source)
        for template in entries.get("template", []):
            for place in places:
                for source in _filled(file, template, place):
                    found.setdefault(source.url, source)
    return list(found.values())


def _is_wanted(town: Town, places: list[Place]) -> bool:
    """Whether sources of a town are near a place to cover; those of an area are for every place in it."""
    if town.lat is None or town.lon is None:
        return any(place.country == town.country and town.region in (None, place.region) for place in places)
    return _is_near(town.lat, town.lon, places)


def _covers(entry: dict[str, Any], places: list[Place]) -> bool:
    """Whether a fixed source is near a place to cover; one without coordinates is for the whole world."""
    return entry.get("lat") is None or _is_near(entry["lat"], entry["lon"], places)


def _is_near(lat: float, lon: float, places: list[Place]) -> bool:
    return any(haversine_km(lat, lon, place.lat, place.lon) <= COVERS_KM for place in places)


def _is_asked_for(entry: dict[str, Any], fields: Collection[str]) -> bool:
    return "fields" not in entry or not set(entry["fields"]).isdisjoint(fields)


def fixed_sources() -> list[CatalogueSource]:
    """Every source of the catalogue that is one address, wherever it is."""
    return [
        *(_of_table(file, row) for file, row in table_sources()),
        *(
            _source(file, entry, entry["url"], entry["slug"])
            for file, entries in _files()
            for entry in entries.get("source", [])
        ),
    ]


def fixed_near(place: Place) -> list[tuple[CatalogueSource, str]]:
    """The fixed sources of towns within 40 km of a place, each with what it is about (`catalogue_table.KINDS`)."""
    near = [place]
    found = [
        (_of_table(file, row), row.kind)
        for file, row in table_sources(lambda town: town.lat is not None and _is_wanted(town, near))
    ]
    found += [
        (_source(file, entry, entry["url"], entry["slug"]), entry.get("kind", "tech"))
        for file, entries in _files()
        for entry in entries.get("source", [])
        if entry.get("lat") is not None and _covers(entry, near)
    ]
    return found


def starts_at_once(source: CatalogueSource) -> bool:
    """Whether a source is read without a decision of the operator: its terms are no question, and it asks for no key."""
    kind = platform(source.platform)
    return source.access is Access.FEED and kind is not None and not kind.needs_key(source.url)


def filled_templates(place: Place) -> list[tuple[str, CatalogueSource | str]]:
    """Every template by its platform, as sources of the place or as the reason why it does not apply there."""
    return [
        (template["platform"], filled if isinstance(filled, str) else _of_template(file, filled))
        for file, entries in _files()
        for template in entries.get("template", [])
        for filled in fill(template, place)
    ]


def _filled(file: str, template: dict[str, Any], place: Place) -> Iterator[CatalogueSource]:
    for filled in fill(template, place):
        if not isinstance(filled, str):
            yield _of_template(file, filled)


def _of_template(file: str, filled: Filled) -> CatalogueSource:
    return _source(file, filled.entry, filled.url, filled.slug)


def _of_table(file: str, row: TableSource) -> CatalogueSource:
    """The source of a line: at the address that its platform fetches for the one that was seen."""
    kind = platform(row.platform)
    town = row.town
    entry = {
        "platform": row.platform,
        "name": row.name,
        "topics": row.topics,
        "evidence": row.evidence,
        "city": town.city,
        "region": town.region,
        "country": town.country,
        "lat": town.lat,
        "lon": town.lon,
        "timezone": town.timezone,
    }
    return _source(file, entry, kind.canonical(row.url) if kind else row.url, row.slug)


def _source(file: str, entry: dict[str, Any], url: str, slug: str) -> CatalogueSource:
    kind = platform(entry["platform"])
    if kind is None:
        raise CatalogueError(f"{file}: {slug} names the unknown platform {entry['platform']!r}")
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
        **_republishing(file, slug, {**kind.republish, **entry.get("republish", {})}),
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
