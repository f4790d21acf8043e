"""Every phrase that means something in a sentence: times, free, online, topics, and words that mean nothing.

``data/phrases.tsv`` has member, value and phrases; ``data/words.tsv`` words that steer the reading. Topics come from the
taxonomy. Phrases are kept by the stems of their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from app.taxonomy.meanings import interest_words
from app.taxonomy.occupations import is_acronym, listed_titles
from app.taxonomy.taxonomy import lexicon, load
from app.taxonomy.words import split
from app.understanding.tokens import Token

_DATA = Path(__file__).with_name("data")

LONGEST_PHRASE = 7
# Acronyms this short are meant only in capitals: "it", "pa", "do".
_SHORT_ACRONYM = 2
# Broad words that say nothing of a field inside a sentence: "business breakfast", "creative people".
_TOO_BROAD = frozenset(
    """
        business executive director people care production industry trade empresa communication
        communications health wirtschaft creative creatives arts media medien kunst wellness industrie
        industria transport computers kommunikation cadre factory
    """.split()
)
# Families whose keywords are tools: languages, products, techniques.
_TOOLED = frozenset(("technology", "data-ai"))
_JOINS = re.compile(r" & | und | et | y |, ")


class Meaning(NamedTuple):
    """What a phrase stands for. An acronym counts in capitals only; what ``narrows`` is looked for as text as well.

    A ``title`` is somebody's job; other words of a field may as well be a pastime.
    """

    member: str
    value: str
    confidence: float
    acronym: str | None = None
    narrows: bool = False
    title: bool = False


class Vocabulary(NamedTuple):
    """Phrases by their stems, with everything that they can mean; sets of words that steer."""

    meanings: dict[str, tuple[Meaning, ...]]
    words: dict[str, frozenset[str]]
    known: frozenset[str]
    # By language: its commonest words as they are typed, and the countries where it is spoken.
    marks: dict[str, frozenset[str]]
    countries: dict[str, frozenset[str]]


def key_of(text: str) -> str:
    """The stems of a phrase."""
    return " ".join(split(text).stems)


def _rows(name: str) -> Iterator[list[str]]:
    for line in (_DATA / name).read_text("utf-8").splitlines():
        yield line.split("\t")


def _phrases() -> Iterator[tuple[str, Meaning]]:
    for member, value, phrases in _rows("phrases.tsv"):
        for phrase in phrases.split("; "):
            yield phrase, Meaning(member, value, 0.95)


def _languages() -> Iterator[tuple[str, Meaning]]:
    for row in _rows("words.tsv"):
        if row[0] == "language":
            for phrase in row[2].split("; "):
                yield phrase, Meaning("language", row[1], 0.95)


def _families() -> Iterator[tuple[str, Meaning]]:
    for family, words in lexicon()["broad_words"].items():
        for word in words:
            if word not in _TOO_BROAD:
                yield word, Meaning("fields", family, 0.9, word if word.isupper() else None)
    for entry in load().families.values():
        for word in (entry.label, *entry.labels.values()):
            yield word, Meaning("fields", entry.id, 0.9)


def _fields() -> Iterator[tuple[str, Meaning]]:
    for entry in load().fields.values():
        others = (word for words in entry.words.values() for word in words)
        for word in entry.titles:
            yield word, Meaning("fields", entry.id, 0.9, title=True)
        for word in (entry.label, *_parts(entry.label), *entry.labels.values(), *others):
            yield word, Meaning("fields", entry.id, 0.85)
        for word in entry.acronyms:
            yield word, Meaning("fields", entry.id, 0.85, word, title=True)
        # "Python" is software engineering and more than that: an event about it says so.
        label = set(key_of(entry.label).split())
        for word in entry.keywords:
            tool = entry.family in _TOOLED and not label & set(key_of(word).split())
            yield word, Meaning("fields", entry.id, 0.7 if word in entry.ambiguous else 0.8, narrows=tool)


def _titles() -> Iterator[tuple[str, Meaning]]:
    for field, title in listed_titles():
        yield title, Meaning("fields", field, 0.88, title if is_acronym(title) else None, title=True)
        if title.endswith("developer"):
            yield title.removesuffix("eloper"), Meaning("fields", field, 0.88, title=True)


def _parts(label: str) -> list[str]:
    """The parts of a label that joins two things."""
    return [part.strip() for part in _JOINS.split(label) if len(part.strip()) > 2]


def _interests() -> Iterator[tuple[str, Meaning]]:
    taxonomy = load()
    for category in taxonomy.interest_categories.values():
        for label in (category.label, *category.labels.values()):
            for word in (label, *_parts(label)):
                yield word, Meaning("interests", category.id, 0.8)
    for entry in taxonomy.interests.values():
        for word in (entry.label, *entry.labels.values()):
            yield word, Meaning("interests", entry.id, 0.93)
        for word in entry.keywords:
            yield word, Meaning("interests", entry.id, 0.9)
    for identity, word in interest_words():
        yield word, Meaning("interests", identity, 0.91)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Everything, made once."""
    words: dict[str, set[str]] = {}
    for row in _rows("words.tsv"):
        if len(row) == 2:
            words.setdefault(row[0], set()).update(key_of(phrase) for phrase in row[1].split("; "))
    fillers = words["filler"]
    found: dict[str, dict[tuple[str, str], Meaning]] = {}
    for phrase, meaning in chain(_phrases(), _languages(), _families(), _fields(), _titles(), _interests()):
        key = key_of(phrase)
        if not key or (meaning.member in ("fields", "interests") and key in fillers):
            continue
        shown = meaning
        if (
            meaning.acronym is not None
            and meaning.acronym.isalpha()
            and len(key) > _SHORT_ACRONYM
            and key not in fillers
        ):
            shown = meaning._replace(acronym=None)
        found.setdefault(key, {}).setdefault((meaning.member, meaning.value), shown)
    for key in words["people"]:
        found.setdefault(key, {})["interests", "new-in-town"] = Meaning("interests", "new-in-town", 0.9)
    meanings = {key: tuple(options.values()) for key, options in found.items()}
    known = {word for key in meanings for word in key.split()}
    known.update(word for group in words.values() for key in group for word in key.split())
    by_language = {
        name: {row[1]: frozenset(row[2].split()) for row in _rows("words.tsv") if row[0] == name}
        for name in ("marks", "country")
    }
    return Vocabulary(
        meanings,
        {name: frozenset(group) for name, group in words.items()},
        frozenset(known),
        by_language["marks"],
        by_language["country"],
    )


def language_of(words: Iterable[str]) -> str | None:
    """The language that most of the common words of a sentence are of; None without one that has more than the others."""
    found = set(words)
    counts = sorted(
        ((len(marks & found), language) for language, marks in vocabulary().marks.items()), reverse=True
    )
    return counts[0][1] if counts[0][0] > counts[1][0] else None


def says_nothing(token: Token) -> bool:
    """Whether a word says nothing by itself."""
    return len(token.typed) < 2 or token.stem in vocabulary().words["filler"]
