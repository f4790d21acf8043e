"""The phrases of the lexicon, each with what it speaks for and how clearly."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from app.taxonomy.taxonomy import lexicon, load
from app.taxonomy.words import Phrases

# An ambiguous word (swift, java, cloud) weighs this much, and without company no more than a hint.
AMBIGUOUS = 0.3

_GENERAL = 0.7
# "Developers" speaks for software engineering unless a clearer word (iOS, games) stands beside it.
_VAGUE = 0.3


class Hit(NamedTuple):
    """What a phrase means: ``group`` field|interest|purpose|audience|...; ``weight`` beside the zone's."""

    group: str
    id: str
    weight: float
    ambiguous: bool
    acronym: str | None


class Score:
    """The sum for one topic: each phrase counts once, where it weighs most."""

    __slots__ = ("unclear", "weights")

    def __init__(self) -> None:
        self.weights: dict[str, float] = {}
        self.unclear: set[str] = set()

    def add(self, phrase: str, weight: float, *, ambiguous: bool) -> None:
        """Add a phrase with its weight."""
        if weight > self.weights.get(phrase, 0.0):
            self.weights[phrase] = weight
        if ambiguous:
            self.unclear.add(phrase)

    def strength(self, *, family_near: bool) -> float:
        """Ambiguous words count in full beside a word of their family, a part beside any company."""
        part = 1.0 if family_near else AMBIGUOUS
        return sum(
            weight * (part if phrase in self.unclear else 1.0) for phrase, weight in self.weights.items()
        )

    @property
    def only_unclear(self) -> bool:
        """Whether every phrase found is ambiguous."""
        return len(self.unclear) == len(self.weights)

    def evidence(self) -> tuple[str, ...]:
        """The phrases found, the heaviest first."""
        return tuple(sorted(self.weights, key=lambda phrase: (-self.weights[phrase], phrase))[:5])


def _inflected(language: str, word: str) -> Iterable[str]:
    """A word of another language with its usual endings (German feminine and plural, French, Spanish)."""
    endings = {
        "de": ("", "in", "innen", "n", "en", "e"),
        "fr": ("", "e", "es", "ne", "nes"),
        "es": ("", "a", "as", "es"),
    }
    return (word + ending for ending in endings.get(language, ("",)))


def _field_entries() -> Iterable[tuple[str, Hit]]:
    for entry in load().fields.values():
        ambiguous = {word.casefold() for word in entry.ambiguous}
        for word in (*entry.titles, *entry.keywords, entry.label):
            unclear = word.casefold() in ambiguous
            yield word, Hit("field", entry.id, 1.0, unclear, None)
        for word in entry.acronyms:
            yield word, Hit("field", entry.id, 0.8, False, word)
        for language, words in entry.words.items():
            for word in words:
                for form in _inflected(language, word):
                    yield form, Hit("field", entry.id, 1.0, False, None)
    for identity, words in lexicon()["general_field_words"].items():
        for word in words:
            yield word, Hit("field", identity, _VAGUE, False, None)
    for identity, words in lexicon()["family_words"].items():
        for word in words:
            acronym = word if word.isupper() else None
            yield word, Hit("family", identity, _GENERAL, False, acronym)


def _interest_entries() -> Iterable[tuple[str, Hit]]:
    for entry in load().interests.values():
        for word in (*entry.keywords, entry.label):
            yield word, Hit("interest", entry.id, 1.0, False, None)
    for identity, words in lexicon()["category_words"].items():
        for word in words:
            yield word, Hit("category", identity, _GENERAL, False, None)


def _other_entries() -> Iterable[tuple[str, Hit]]:
    for purpose in load().purposes.values():
        for word in purpose.keywords:
            yield word, Hit("purpose", purpose.id, 1.0, False, None)
    for group in ("audience", "accessibility", "negative_signals"):
        for row in lexicon()[group]:
            for word in row.get("words") or row["keywords"]:
                yield word, Hit(group, row["id"], 1.0, False, None)
    for side, words in lexicon()["career_words"].items():
        for word in words:
            yield word, Hit("career", side, 1.0, False, None)
    for family, words in lexicon()["context_words"].items():
        for word in words:
            yield word, Hit("context", family, 1.0, False, None)


@lru_cache(maxsize=1)
def phrase_groups() -> tuple[Phrases[Hit], ...]:
    """One table a group of meanings, so that a long phrase hides shorter ones of its own group only."""
    return (Phrases(_field_entries()), Phrases(_interest_entries()), Phrases(_other_entries()))
