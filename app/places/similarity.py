"""Names that differ from a word by a letter or two.

Compares with the larger places and with a given handful of smaller ones. It knows letters only; how
likely a place is to be meant is weighed in :mod:`app.places.gazetteer`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import lru_cache

from app.places.gazetteer_file import gazetteer

# People err inside words; a wrong first letter costs as much as a letter more.
_FIRST_LETTER_COSTS = 0.08
_LAST = "\U0010ffff"


@lru_cache(maxsize=1)
def _by_middle() -> dict[str, list[int]]:
    """Positions of the larger places' keys by their second to fourth letters."""
    found: dict[str, list[int]] = {}
    for at, name in enumerate(gazetteer().popular.keys):
        found.setdefault(name[1:4], []).append(at)
    return found


def similar(
    key: str, allowed: Callable[[int], bool], smaller: Mapping[int, str], cutoff: float
) -> list[tuple[int, float]]:
    """(number, similarity 0 to 1) of the allowed places whose folded names are nearly ``key``."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    popular = gazetteer().popular
    low, high = bisect_left(popular.keys, key[0]), bisect_left(popular.keys, key[0] + _LAST)
    others = {at for middle in (key[:3], key[1:4]) for at in _by_middle().get(middle, ())}
    names = dict(enumerate(popular.keys[low:high], low))
    names.update((at, popular.keys[at]) for at in sorted(others))
    found: dict[int, float] = {}
    for name, similarity, at in process.extract(
        key, names, scorer=OSA.normalized_similarity, score_cutoff=cutoff, limit=60
    ):
        index = popular.places[at]
        if allowed(index) and _plausible(key, name):
            found[index] = max(_weighed(key, name, similarity), found.get(index, 0.0))
    for name, similarity, index in process.extract(
        key, smaller, scorer=OSA.normalized_similarity, score_cutoff=cutoff, limit=20
    ):
        if _plausible(key, name):
            found[index] = max(_weighed(key, name, similarity), found.get(index, 0.0))
    return list(found.items())


def _weighed(key: str, name: str, similarity: float) -> float:
    return similarity if key[0] == name[0] else similarity - _FIRST_LETTER_COSTS


def _plausible(key: str, name: str) -> bool:
    """A wrong first letter needs an otherwise long, equal word."""
    return key[0] == name[0] or key[:3] == name[1:4] or (len(key) > 5 and key[1:] == name[1:])
