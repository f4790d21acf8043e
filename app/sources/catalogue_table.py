"""The tables of the catalogue, `scrapers/catalogue/*.tsv`: sources by continent and town, one a line.

A line that begins with `@` is a town with its coordinates and time zone, or an area (a country or one of its regions)
without them; the sources below it are there. `docs/sources.md` says which columns a line has and where the lines come
from. Only the lines of towns that are asked for are read further. Pure but for reading its own files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from app.core.fold import fold

# What a source is about; "tech" is what most public lists are made of, so it is counted apart.
KINDS: Final = frozenset(
    (
        *("tech", "library", "university", "education", "public", "business", "chamber", "career"),
        *("health", "science", "arts", "trades", "social", "other"),
    )
)
_TOWN_MARK: Final = "@"
_TOWN_COLUMNS: Final = 7
_SOURCE_COLUMNS: Final = 8
_LONGEST_SLUG: Final = 100


class CatalogueError(ValueError):
    """A catalogue file is wrong; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town; an area where `city`, `lat` and `lon` are None. `region` is the name of the first-level area."""

    city: str | None
    region: str | None
    country: str
    lat: float | None
    lon: float | None
    timezone: str


@dataclass(frozen=True, slots=True)
class TableSource:
    """One line of a table: an address with its evidence, a file of a public repository and its date."""

    town: Town
    platform: str
    url: str
    name: str
    kind: str
    topics: tuple[str, ...]
    repository: str
    path: str
    date: str

    @property
    def slug(self) -> str:
        """The name used in commands: the platform and what distinguishes the address."""
        address = re.sub(r"^https?://(?:www\.)?|/events/ical/$", "", self.url)
        if self.platform == "meetup":
            address = address.removeprefix("meetup.com/")
        words = re.sub(r"[^a-z0-9]+", "-", fold(address)).strip("-")
        return f"{self.platform}-{words}"[:_LONGEST_SLUG].rstrip("-")

    @property
    def evidence(self) -> str:
        """Where the address was seen, in a sentence."""
        return f"{self.path} of {self.repository}, {self.date}; it was not fetched"


def table_sources(wanted: Callable[[Town], bool] = lambda _: True) -> Iterator[tuple[str, TableSource]]:
    """Every source of the towns that are wanted, with the name of its file. Raises `CatalogueError`."""
    for file, lines in _tables():
        town: Town | None = None
        for number, line in lines:
            if line.startswith(_TOWN_MARK):
                here = _town(f"{file}:{number}", line)
                town = here if wanted(here) else None
            elif town is not None:
                yield file, _source(f"{file}:{number}", town, line)


def _town(where: str, line: str) -> Town:
    columns = line.split("\t")
    if len(columns) != _TOWN_COLUMNS:
        raise CatalogueError(
            f"{where}: a town has {_TOWN_COLUMNS} columns (@, city, region, country, latitude, longitude, "
            f"time zone), this line has {len(columns)}"
        )
    _, city, region, country, lat, lon, timezone = columns
    if not city:
        return Town(None, region or None, country, None, None, timezone)
    try:
        return Town(city, region or None, country, float(lat), float(lon), timezone)
    except ValueError:
        raise CatalogueError(
            f"{where}: {lat!r}, {lon!r} are no coordinates of {city}; write degrees, such as 42.36"
        ) from None


def _source(where: str, town: Town, line: str) -> TableSource:
    columns = line.split("\t")
    if len(columns) != _SOURCE_COLUMNS:
        raise CatalogueError(
            f"{where}: a source has {_SOURCE_COLUMNS} columns (platform, address, name, kind, topics, repository, "
            f"path, date), this line has {len(columns)}"
        )
    platform, url, name, kind, topics, repository, path, date = columns
    if kind not in KINDS:
        raise CatalogueError(f"{where}: unknown kind {kind!r}; kinds are {', '.join(sorted(KINDS))}")
    words = tuple(word.strip() for word in topics.split(",") if word.strip())
    return TableSource(town, platform, url, name, kind, words, repository, path, date)


@cache
def _tables() -> tuple[tuple[str, tuple[tuple[int, str], ...]], ...]:
    """The numbered lines of each file, without comments."""
    folder = resources.files("scrapers") / "catalogue"
    files = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".tsv")), key=lambda each: each.name
    )
    return tuple(
        (
            each.name,
            tuple(
                (number, line)
                for number, line in enumerate(each.read_text(encoding="utf-8").splitlines(), start=1)
                if line and not line.startswith("#")
            ),
        )
        for each in files
    )
