"""What a person at a terminal is asked at the first start: the places to cover, and nothing else.

Feeds are read at once. Pages whose terms limit automated use are offered later, once there is something to see: by
`nextcircle doctor`, the page of sources and `nextcircle sources pages`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from app.db import Database
from app.settings import DEFAULT_PLACES, Settings, SettingsError
from app.sources.coverage import known_place
from app.sources.repository.choices import remember, remembered


def ask_first_start(
    settings: Settings, database: Database, ask: Callable[[str], str] = input, *, terminal: bool | None = None
) -> None:
    """At the first start on a terminal: which places to cover."""
    if terminal is None:
        terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not terminal or settings.place_names or remembered(database, "asked") is not None:
        return
    remember(database, "places", _ask_places(ask))
    remember(database, "asked", "yes")


def _ask_places(ask: Callable[[str], str]) -> str:
    while True:
        answer = ask(f"Which places should be covered? (separate several by ;) [{DEFAULT_PLACES}] ").strip()
        names = answer or DEFAULT_PLACES
        try:
            for name in names.split(";"):
                known_place(name.strip())
        except SettingsError as error:
            sys.stdout.write(f"{error.problems[0].removeprefix('NEXTCIRCLE_PLACES: ')}\n")
            continue
        return names
