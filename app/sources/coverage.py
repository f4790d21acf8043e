"""Which places are covered and which sources that makes: by the settings, else by the answers at the first start.

What a person answers at a terminal is kept in the database; a setting in the environment always wins over it.
"""

from __future__ import annotations

from datetime import datetime

from app.db import Database
from app.places.gazetteer import Place, locate
from app.settings import DEFAULT_PLACES, Settings, SettingsError
from app.sources import catalogue
from app.sources.repository.choices import remembered
from app.sources.repository.sources import add


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


def add_catalogue(database: Database, places: list[Place], now: datetime) -> list[str]:
    """Add what the catalogue has for the places; the slugs of what is new."""
    return add(database, catalogue.sources_for(places), "catalogue", now)
