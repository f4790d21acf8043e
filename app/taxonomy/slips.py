"""Typing slips: which known word an unknown one most likely stands for. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# A slip is a letter too many, too few, wrong or swapped: one in a short word, two in a long one.
_LONG_WORD = 8


class KnownWords:
    """A set of words, and the nearest of them to a word with a typing slip."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self._words):
            if word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def nearest(self, word: str) -> str | None:
        """The known word that is fewest slips away; None if every one is too far."""
        # Imported here: it takes longer to load than most questions to answer, and few words are misspelt.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        slips = 1 if len(word) < _LONG_WORD else 2
        candidates = [
            known
            for length in range(len(word) - slips, len(word) + slips + 1)
            for known in self._by_length.get(length, ())
            # People rarely mistype the first letter; in a short word another letter makes another word.
            if known[0] == word[0] or len(word) >= _LONG_WORD
        ]
        found = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=slips)
        return None if found is None else str(found[0])
