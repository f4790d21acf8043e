"""Finds the platforms: every module of `scrapers.platforms` and every entry point of `nextcircle.platforms`.

There is no list to edit; a new file is a new platform.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points

import scrapers.platforms
from scrapers.platform import Payload, Platform


@cache
def platforms() -> tuple[Platform, ...]:
    """Every platform, specific ones first."""
    found: dict[str, Platform] = {}
    for cls in _classes():
        if cls.name in found:
            raise RuntimeError(f"two platforms are called {cls.name!r}: {type(found[cls.name])} and {cls}")
        found[cls.name] = cls()
    return tuple(sorted(found.values(), key=lambda platform: (platform.rank, platform.name)))


def _classes() -> Iterable[type[Platform]]:
    for module in pkgutil.iter_modules(scrapers.platforms.__path__):
        loaded = importlib.import_module(f"scrapers.platforms.{module.name}")
        yield from (
            value
            for value in vars(loaded).values()
            if isinstance(value, type) and issubclass(value, Platform) and value.__module__ == loaded.__name__
        )
    for point in entry_points(group="nextcircle.platforms"):
        yield point.load()


def platform(name: str) -> Platform | None:
    """The platform of that name."""
    return next((each for each in platforms() if each.name == name), None)


@cache
def text_rank(name: str) -> int:
    """`Platform.text_rank` of a name, which may be that of a platform that is not installed."""
    named = platform(name)
    return Platform.text_rank if named is None else named.text_rank


@cache
def generic_platforms() -> frozenset[str]:
    """The names of the platforms that any site may use."""
    return frozenset(each.name for each in platforms() if each.is_generic)


def platform_for(url: str) -> Platform | None:
    """The most specific platform that an address belongs to."""
    return next((each for each in platforms() if each.access(url) is not None), None)


def platform_of(payload: Payload) -> Platform | None:
    """The most specific platform that recognises a payload, by its address first, then by its marks."""
    return next((each for each in platforms() if each.recognises(payload)), None)
