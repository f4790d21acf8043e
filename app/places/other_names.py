"""What large towns are called in other languages: "Munich" is "München", "Monaco" and "Mnichov" as well."""

from __future__ import annotations

from functools import lru_cache

from app.places.gazetteer_file import gazetteer
from app.places.spellings import fold

_LARGE = 100_000
_SHORTEST = 4


def other_names(word: str) -> tuple[str, ...]:
    """The other names, of one word each and folded, of the large town that a word is a name of."""
    key = fold(word)
    place = _places().get(key)
    return () if place is None else tuple(name for name in _names()[place] if name != key)


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    """Large towns by every name of one word."""
    popular = gazetteer().popular
    return {
        key: place
        for key, place, people in zip(popular.keys, popular.places, popular.populations, strict=True)
        if people >= _LARGE and " " not in key and len(key) >= _SHORTEST
    }


@lru_cache(maxsize=1)
def _names() -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for key, place in _places().items():
        names.setdefault(place, []).append(key)
    return names
