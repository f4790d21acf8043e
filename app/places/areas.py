"""Countries, first-level areas and hand-written places by their folded names and codes.

Built from the gazetteer file at the first question. It answers "what bears this name" and nothing else;
which bearer is meant is decided in :mod:`app.places.gazetteer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.places.gazetteer_file import gazetteer
from app.places.records import Box, Kind, Place
from app.places.spellings import fold, without_surroundings

# Bare names of these mean the town, which is the whole country.
CITY_STATES = frozenset({"SG", "HK", "MO", "MC", "GI", "VA"})


@dataclass(frozen=True, slots=True)
class Area:
    """A country (``code`` None) or a first-level area (``code`` as GeoNames has it), with its place."""

    country: str
    code: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Areas:
    """The index: by folded name, by code (upper case), and the areas by (country, code)."""

    by_name: dict[str, tuple[Area, ...]]
    by_code: dict[str, tuple[Area, ...]]
    by_key: dict[tuple[str, str | None], Area]
    aliases: dict[str, tuple[Place, ...]]

    def named(self, words: str, key: str) -> tuple[Area, ...]:
        """Every country and area that a segment can mean, by name or code."""
        found = self.by_name.get(key, ())
        code = words.replace(".", "").replace(" ", "").upper()
        if 2 <= len(code) <= 4 and len(words) <= 7:
            found += tuple(area for area in self.by_code.get(code, ()) if area not in found)
        return found

    def around(self, words: str, key: str) -> tuple[Area, ...]:
        """The same behind a town's name, where it may be "Maine Area"."""
        return self.named(words, key) or self.by_name.get(without_surroundings(key), ())

    def region_name(self, country: str, code: str) -> str | None:
        """The name of a first-level area."""
        area = self.by_key.get((country, code))
        return area.place.name if area else None

    def region_code(self, country: str, name: str) -> str | None:
        """The letters that people write for a first-level area: `MA`; None where it has only a number."""
        for (of, code), area in self.by_key.items():
            if of == country and code is not None and code.isalpha() and area.place.name == name:
                return code
        return None


def _place(identity: str, row: dict[str, Any], kind: Kind, region: str | None, country: str) -> Place:
    return Place(
        id=identity,
        name=row["name"],
        region=region,
        country=country,
        lat=row["lat"],
        lon=row["lon"],
        timezone=row["timezone"],
        kind=kind,
        population=row.get("population", 0),
        box=Box(*row["box"]),
    )


def _country(row: dict[str, Any]) -> Area:
    code = row["code"]
    return Area(code, None, _place(f"country-{code.lower()}", row, "country", None, code))


def _area(row: dict[str, Any]) -> Area:
    country, code = row["country"], row["code"]
    identity = f"region-{country.lower()}-{code.lower()}"
    return Area(country, code, _place(identity, row, "region", row["name"], country))


def _alias(row: dict[str, Any], zone: str) -> Place:
    identity = "alias-" + row["names"][0].replace(" ", "-")
    return _place(identity, row | {"timezone": zone}, row["kind"], row["region"], row["country"])


@lru_cache(maxsize=1)
def areas() -> Areas:
    """The index of the packaged gazetteer, made once."""
    from app.places.proximity import timezone_at

    data = gazetteer().areas
    by_name: dict[str, tuple[Area, ...]] = {}
    by_code: dict[str, tuple[Area, ...]] = {}
    by_key: dict[tuple[str, str | None], Area] = {}

    def learn(area: Area, names: list[str], codes: list[str]) -> None:
        by_key[area.country, area.code] = area
        for name in names:
            # Short forms (UK, NRW) are codes; a short usual name (Mie, Uri) is a name.
            if len(name) > 3 or not name.isascii() or name == fold(area.place.name):
                by_name[name] = (*by_name.get(name, ()), area)
            else:
                codes.append(name.upper())
        for code in dict.fromkeys(codes):
            by_code[code] = (*by_code.get(code, ()), area)

    for row in data["countries"]:
        learn(_country(row), row["names"], [row["code"], row["iso3"]])
    for row in data["areas"]:
        learn(_area(row), row["names"], [])
    aliases: dict[str, tuple[Place, ...]] = {}
    for row in data["aliases"]:
        place = _alias(row, timezone_at(row["lat"], row["lon"]))
        for name in row["names"]:
            aliases[name] = (*aliases.get(name, ()), place)
    return Areas(by_name, by_code, by_key, aliases)


def country_code(text: str | None) -> str | None:
    """ISO 3166-1 alpha-2 of a country given by code or by name in several languages; None if unknown."""
    if not text:
        return None
    if len(text) == 2 and (text.upper(), None) in areas().by_key:
        return text.upper()
    named = areas().named(text, fold(text))
    return next((area.country for area in named if area.code is None), None)
