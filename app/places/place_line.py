"""Where something is, on one line that says nothing twice, and whether it is more than "in town". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from rapidfuzz import fuzz

from app.core.fold import fold

# Of 100: one venue in two spellings. Shorter names differ by more than a spelling.
_SAME_SPELLING: Final = 90
_LONG_ENOUGH: Final = 8
# So near to its middle, what is only known to be in a town is in the town that was asked about.
_IN_TOWN_KM: Final = 3.0
# Nearer than a tenth of a mile, no number helps.
_RIGHT_THERE_KM: Final = 0.16
_SHORT: Final = {
    "st": "street", "str": "strasse", "ave": "avenue", "av": "avenue", "rd": "road", "blvd": "boulevard", "sq": "square",
    "dr": "drive", "ln": "lane", "hwy": "highway", "pl": "place", "ctr": "center", "centre": "center", "bldg": "building",
    "n": "north", "s": "south", "e": "east", "w": "west", "ste": "suite", "univ": "university",
}  # fmt: skip
_LITTLE: Final = frozenset(
    {"the", "and", "of", "at", "der", "die", "das", "und", "la", "le", "les", "et", "el", "los", "y"}
)
_COUNTRIES: Final = frozenset(
    {"usa", "us", "u s a", "united states", "united states of america", "uk", "united kingdom", "great britain"}
    | {"canada", "australia", "deutschland", "germany", "france", "espana", "spain", "osterreich", "austria"}
)  # fmt: skip
# "MA", "MA 02110", "ON M5V 2T6": said of the town, which is said anyway.
_STATE: Final = re.compile(r"[A-Z]{2,3}\.?(?: (?:\d{4,5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d))?")
_STATES_OF: Final = frozenset({"US", "CA", "AU"})
_STREET: Final = re.compile(r"str$")


def place_line(location: Mapping[str, Any] | None, *, address: bool = False) -> str | None:
    """Venue and town of a location of the API, with the street if asked for or if there is no venue; None for nowhere.

    What is written twice, in whatever spelling, is said once: `Boston, MA, Boston Seaport` is `Boston Seaport`.
    """
    if location is None:
        return None
    name, street = location["name"], location["address"]
    parts = (name, street) if address or not name else (name,)
    return _line(
        tuple(part for part in parts if part), location["city"], location["region"], location["country"]
    )


def is_in_town(thing: Mapping[str, Any]) -> bool:
    """Whether the distance of an item of the API says no more than that it is in the town that was asked about."""
    km, location = thing["distance_km"], thing["location"] or {}
    if km is None:
        return False
    return km < _RIGHT_THERE_KM or (not location.get("exact") and km < _IN_TOWN_KM)


@lru_cache(maxsize=16_384)  # venues come again and again
def _line(parts: tuple[str, ...], city: str | None, region: str | None, country: str | None) -> str | None:
    shown: list[str] = []
    for part in parts:
        for piece in part.split(","):
            written = " ".join(piece.split())
            if written and not _is_of_the_town(written, city, region, country):
                _add(shown, written)
    if city and not any(_says(_words(each), _words(city)) for each in shown):
        shown.append(city)
    return ", ".join(shown) or None


def _is_of_the_town(piece: str, city: str | None, region: str | None, country: str | None) -> bool:
    folded = fold(piece)
    if not folded or folded in _COUNTRIES:
        return True
    if city is None:
        return False
    return folded in {fold(city), fold(region or ""), fold(country or "")} or (
        country in _STATES_OF and _STATE.fullmatch(piece) is not None
    )


def _add(shown: list[str], piece: str) -> None:
    """Add a piece, unless one that is shown says it; of two that say the same, the fuller one stays, in its place."""
    words = _words(piece)
    for at, other in enumerate(shown):
        known = _words(other)
        if _says(known, words):
            return
        if len(known) > 1 and _says(words, known):
            shown[at] = piece
            return
    shown.append(piece)


def _says(fuller: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the words of one piece are all in another, or are the same but for their spelling."""
    if not other:
        return True
    if set(other) <= set(fuller):
        return True
    first, second = " ".join(fuller), " ".join(other)
    numbers = [[word for word in words if any(map(str.isdigit, word))] for words in (fuller, other)]
    return (
        min(len(first), len(second)) >= _LONG_ENOUGH
        and numbers[0] == numbers[1]
        and fuzz.ratio(first, second) >= _SAME_SPELLING
    )


@lru_cache(maxsize=16_384)  # each piece is compared with several
def _words(piece: str) -> tuple[str, ...]:
    """Its telling words, in one spelling."""
    words = (_STREET.sub("strasse", _SHORT.get(word, word)) for word in fold(piece).split())
    return tuple(word for word in words if word not in _LITTLE)
