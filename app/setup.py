"""Bringing an installation up: the schema, the places to cover, the operator's answers at the first start.

What a person answers at a terminal is kept in the database; a setting in the environment always wins over it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text

import migrations
from app.db import Database, migration_engine
from app.places.gazetteer import Place, locate
from app.settings import DEFAULT_PLACES, Settings, SettingsError
from app.sources import catalogue
from app.sources.store import add
from scrapers.registry import Access


class SchemaOldError(Exception):
    """The database has an older schema than this version needs; `nextcircle worker` or `serve` migrates it."""


def migrate(database: Database) -> None:
    """Bring the schema up to date; several processes at once take turns."""
    engine = migration_engine(database)
    try:
        if migrations.current(engine) != migrations.newest():
            migrations.upgrade(engine)
    finally:
        engine.dispose()


def require_schema(database: Database) -> None:
    """Raise `SchemaOldError` unless the schema is this version's."""
    engine = migration_engine(database)
    try:
        found = migrations.current(engine)
    finally:
        engine.dispose()
    if found != migrations.newest():
        raise SchemaOldError(
            f"the database's schema is {found or 'empty'}, this version needs {migrations.newest()}: "
            "start `nextcircle worker` or `nextcircle serve` once, they migrate it"
        )


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
        raise SettingsError([f"NEXTCIRCLE_PLACES: {name!r} is no place that we know{hint}"])
    return found.place


def pages_allowed(settings: Settings, database: Database) -> bool:
    """Whether sources of access class `page` are read: by NEXTCIRCLE_PAGES, else by the first start's answer."""
    return settings.pages_allowed if settings.pages else remembered(database, "pages") == "on"


def add_catalogue(database: Database, places: list[Place], now: datetime) -> list[str]:
    """Add what the catalogue has for the places; the slugs of what is new."""
    return add(database, catalogue.sources_for(places), "catalogue", now)


def ask_first_start(
    settings: Settings, database: Database, ask: Callable[[str], str] = input, *, terminal: bool | None = None
) -> None:
    """At the first start on a terminal: which places, and whether to read pages whose terms limit it."""
    if terminal is None:
        terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not terminal or remembered(database, "asked") is not None:
        return
    if not settings.place_names:
        remember(database, "places", _ask_places(ask))
    if not settings.pages:
        remember(database, "pages", _ask_pages(settings, database, ask))
    remember(database, "asked", "yes")


def remembered(database: Database, key: str) -> str | None:
    """An answer that was kept."""
    with database.read() as connection:
        row = connection.execute(text("SELECT value FROM meta WHERE key = :key"), {"key": key}).first()
    return None if row is None else str(row.value)


def remember(database: Database, key: str, value: str) -> None:
    """Keep an answer."""
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO meta (key, value) VALUES (:key, :value)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            ),
            {"key": key, "value": value},
        )


def _ask_places(ask: Callable[[str], str]) -> str:
    while True:
        answer = ask(f"Which places shall be covered? (separate several by ;) [{DEFAULT_PLACES}] ").strip()
        names = answer or DEFAULT_PLACES
        try:
            for name in names.split(";"):
                known_place(name.strip())
        except SettingsError as error:
            sys.stdout.write(f"{error.problems[0].removeprefix('NEXTCIRCLE_PLACES: ')}\n")
            continue
        return names


def _ask_pages(settings: Settings, database: Database, ask: Callable[[str], str]) -> str:
    """Ask once about every site in question, with the address of its terms."""
    wanted = catalogue.sources_for(places_to_cover(settings, database))
    terms = sorted({each.terms for each in wanted if each.access is Access.PAGE and each.terms})
    if not terms:
        return "off"
    sys.stdout.write(
        "Some sites let robots read their pages but limit automated or commercial use in their terms:\n"
        + "".join(f"  {each}\n" for each in terms)
    )
    answer = ask("Have you read them, and shall these pages be read? [y/N] ").strip().lower()
    return "on" if answer in {"y", "yes"} else "off"
