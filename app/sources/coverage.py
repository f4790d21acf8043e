"""Which places are covered and which sources that makes: by the settings, else by the answers at the first start.

What a person answers at a terminal is kept in the database; a setting in the environment always wins over it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from app.db import Database
from app.places.gazetteer import Place, locate
from app.settings import DEFAULT_PLACES, Settings, SettingsError
from app.sources import catalogue
from app.sources.repository.choices import remembered
from app.sources.repository.sources import add
from app.taxonomy.meanings import resolve_field
from app.taxonomy.taxonomy import expand_field


def places_to_cover(settings: Settings, database: Database) -> list[Place]:
    """The places of NEXTCIRCLE_PLACES, else those answered at the first start, else Boston.

    Raises `SettingsError` for one that the gazetteer does not know.
    """
    names = settings.place_names or [
        part.strip() for part in (remembered(database, "places") or DEFAULT_PLACES).split(";") if part.strip()
    ]
    return [known_place(name) for name in names]


def known_place(name: str) -> Place:
    """The place of a name; raises `SettingsError` with what it could have been."""
    found = locate(name)
    if found.place is None or found.place.kind == "online":
        near = ", ".join(f"{each.name}, {each.region or each.country}" for each in found.candidates[:3])
        hint = f"; did you mean {near}" if near else "; write a town, such as Boston, MA"
        raise SettingsError([f"NEXTCIRCLE_PLACES: unknown place {name!r}{hint}"])
    return found.place


def pages_allowed(settings: Settings, database: Database) -> bool:
    """Whether sources of access class `page` are read: by NEXTCIRCLE_PAGES, else by the first start's answer."""
    return settings.pages_allowed if settings.pages else remembered(database, "pages") == "on"


def fields_asked_for(settings: Settings) -> frozenset[str]:
    """The career fields of NEXTCIRCLE_FIELDS by their ids, a family as all of its fields.

    Raises `SettingsError` for one that the taxonomy does not know.
    """
    found: set[str] = set()
    problems = []
    for name in settings.field_names:
        resolved = resolve_field(name)
        if resolved.id is None:
            near = ", ".join(each.id for each in resolved.suggestions[:3])
            hint = f"; did you mean {near}" if near else "; `nextcircle taxonomy` lists them"
            problems.append(f"NEXTCIRCLE_FIELDS: unknown career field {name!r}{hint}")
        else:
            found |= expand_field(resolved.id)
    if problems:
        raise SettingsError(problems)
    return frozenset(found)


def add_catalogue(
    database: Database, places: list[Place], now: datetime, fields: Collection[str] = ()
) -> list[str]:
    """Add what the catalogue has for the places and career fields; the slugs of what is new."""
    return add(database, catalogue.sources_for(places, fields), "catalogue", now)
