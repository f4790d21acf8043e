"""What the linear models see of a text: words, pairs of neighbours, and pieces of words. Pure.

The build and the service both call this, so that a text always gives the features that were weighed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

# Pieces catch compounds and spellings that no list holds; beyond the first words they add nothing but time.
_PIECE = 4
_WORDS_IN_PIECES = 12


def features_of(stems: Sequence[str]) -> Iterable[str]:
    """Distinct features of a short text: "word", "two words" and "~piec"."""
    found = dict.fromkeys(stems)
    found.update(dict.fromkeys([f"{first} {second}" for first, second in pairwise(stems)]))
    for word in stems[:_WORDS_IN_PIECES]:
        found.update(_pieces(word))
    return found


@lru_cache(maxsize=32768)
def _pieces(word: str) -> dict[str, None]:
    """The pieces of a word, in order."""
    if len(word) < _PIECE:
        return {}
    marked = f"<{word}>"
    return dict.fromkeys("~" + marked[at : at + _PIECE] for at in range(len(marked) - _PIECE + 1))


def words_and_pairs(stems: Sequence[str]) -> Iterable[str]:
    """Distinct features of a long text: words and pairs only."""
    found = dict.fromkeys(stems)
    found.update(dict.fromkeys([f"{first} {second}" for first, second in pairwise(stems)]))
    return found
