"""What two names of events have in common, without the words that say little."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from app.core.fold import fold

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBER = re.compile(r"\d+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero", "february feb februar fevrier febrero", "march mar marz mars marzo",
            "april apr avril abril", "may mai mayo", "june jun juni juin junio", "july jul juli juillet julio",
            "august aug aout agosto", "september sep sept septembre septiembre", "october oct oktober octobre octubre",
            "november nov novembre noviembre", "december dec dezember decembre diciembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
# Words that say what kind of thing it is, not which one.
_KIND: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "of",
        "for",
        "in",
        "at",
        "on",
        "by",
        "with",
        "de",
        "der",
        "die",
        "das",
        "la",
        "le",
        "les",
        "el",
        "los",
        "del",
        "meetup",
        "meeting",
        "meet",
        "conference",
        "conf",
        "event",
        "events",
        "online",
        "virtual",
        "hybrid",
        "edition",
        "annual",
        "international",
        "user",
        "users",
        "group",
        "groups",
        "summit",
        "day",
        "days",
    ]
)
# Words of what happens again and again, so that another date is another event.
_AGAIN: Final = (
    "monthly weekly biweekly night nights evening social burgers drinks breakfast brunch lunch coffee hack hax open talk "
    "talks project stammtisch treffen club jam happy hour meetup meeting office hours"
)
_SERIES: Final = frozenset(_AGAIN.split())
_JOINING: Final = frozenset(
    """
        a an and at by for from in into of on or the to with your our free new all everybody everyone friends
        am an auf beim bei das der die ein eine für im in mit und vom von zum zur de des du et la le les un une avec pour en el
        los las una y con por para cancelled canceled postponed abgesagt annule cancelado
    """.split()
)
# Above this two words are forms, or slips, of one.
_LIKE: Final = 75
_SAYS_LITTLE: Final = _KIND | frozenset(_MONTHS)
# Words are compared with each other: beyond this a name is a text, and nothing new is learnt from it.
_LONGEST_NAME: Final = 500
_SEGMENT = re.compile(r"(?<!\s)\s+[-–—|•]\s+|:\s+")


@dataclass(frozen=True, slots=True)
class _Words:
    all: tuple[str, ...]
    telling: tuple[str, ...]
    numbers: frozenset[str]
    years: frozenset[str]
    months: frozenset[int]
    parts: frozenset[str]
    series: bool
    # What it is about: without what says little, comes again and again, or joins words.
    subject: frozenset[str]


def words_of_name(name: str) -> _Words:
    """The words of a name, prepared for comparison."""
    return _words_of(name[:_LONGEST_NAME])


@lru_cache(maxsize=16_384)
def _words_of(name: str) -> _Words:
    words = _folded(name)
    years = frozenset(word for word in words if _YEAR.fullmatch(word))
    months = frozenset(_MONTHS[word] for word in words if word in _MONTHS)
    numbers = frozenset(
        number.lstrip("0") or "0"
        for word in words
        if word not in years
        for number in _NUMBER.findall(word)
        if word.isdigit() or len(word) < 5
    )
    parts = frozenset(
        part for segment in _SEGMENT.split(name) if len((part := fold(segment)).split()) > 1 and len(part) > 8
    )
    series = bool(months) or not _SERIES.isdisjoint(words)
    telling = _telling(words)
    subject = frozenset(word for word in telling if word not in _SERIES and word not in _JOINING)
    return _Words(words, telling, numbers, years, months, parts, series, subject)


def _folded(name: str) -> tuple[str, ...]:
    return tuple(fold(_HUMP.sub(" ", name)).split())


def _telling(words: tuple[str, ...]) -> tuple[str, ...]:
    """Those that tell which event it is; all, where none does."""
    return tuple([word for word in words if word not in _SAYS_LITTLE and not word.isdigit()]) or words


def alikeness(first: _Words, second: _Words) -> float:
    """How alike two names are, 0 to 1."""
    one, other = " ".join(first.telling), " ".join(second.telling)
    if one == other:
        return 1.0
    together, apart = one.replace(" ", ""), other.replace(" ", "")
    if together == apart:
        return 1.0
    score = max(
        fuzz.token_sort_ratio(one, other),
        0.95 * fuzz.token_set_ratio(one, other),
        100 * JaroWinkler.similarity(together, apart) - 10,
    )
    return max(0.0, min(1.0, score / 100))


def contained(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether all words of one name are in the other."""
    first, second = set(one), set(other)
    return bool(first and second) and (first <= second or second <= first)


def share_of_own_words(first: _Words, second: _Words) -> float:
    """How much of both names is words that the other has nothing like; 0 if that is true of one name alone.

    "Sales breakfast" and "Marketing breakfast" each say what the other does not; "Breakfast" and "Sales breakfast" may be one.
    """
    own, others = _unlike(first.subject, second.all), _unlike(second.subject, first.all)
    if not own or not others:
        return 0.0
    return min(own / len(first.subject), others / len(second.subject))


def _unlike(words: frozenset[str], others: tuple[str, ...]) -> int:
    """How many of the words are like none of the others."""
    # "DevOpsDays" is three words, "devopsdays" one.
    together = "".join(others)
    return sum(
        word not in together and not any(_like(word, other) for other in others)
        for word in words.difference(others)
    )


def _like(word: str, other: str) -> bool:
    """Whether two words are forms of one: "nurses" and "nursing", "intro" and "introduction"."""
    shorter = min(len(word), len(other))
    return (shorter >= 4 and word[:4] == other[:4]) or fuzz.ratio(word, other) >= _LIKE


def is_acronym(short: _Words, long: _Words) -> bool:
    """Whether one name is made of the first letters of the other."""
    letters = "".join(word[0] for word in long.all)
    return any(2 < len(word) <= 6 and word in letters for word in short.telling if not word.isdigit())


def telling_words(name: str) -> frozenset[str]:
    """The words of a name that say which event it is, rather than what kind of thing or when."""
    return _telling_words(name[:_LONGEST_NAME])


@lru_cache(maxsize=32_768)
def _telling_words(name: str) -> frozenset[str]:
    # Of nearly every name that ingest meets nothing else is asked, and the rest takes three times as long.
    return frozenset(_telling(_folded(name)))
