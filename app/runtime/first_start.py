"""What a person at a terminal is asked at the first start: the places to cover, and whether pages with terms are read."""

from __future__ import annotations

import sys
from collections.abc import Callable

from app.db import Database
from app.settings import DEFAULT_PLACES, Settings, SettingsError
from app.sources import catalogue
from app.sources.coverage import known_place, places_to_cover
from app.sources.repository.choices import remember, remembered
from scrapers.platform import Access


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
