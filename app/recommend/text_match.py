"""How well the words of a listing are those that were asked for: typed words, and what the taxonomy calls the same thing. Pure.

A phrase counts once, in the name more than in the description. Each further one fills a part of what the others left open, as the
term frequency of BM25 does, so one word alone never says all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from app.recommend.constants import constants
from app.recommend.kindred import shared_interests
from app.recommend.records import Because, Profile
from app.taxonomy.meanings import FILLERS
from app.taxonomy.taxonomy import Field, expand_field, expand_interest, lexicon, load
from app.taxonomy.words import Phrases, split, split_name

# So many characters of a description are read; what follows is seldom what a group is about.
READ = 700
# Parts of a profession or a pastime that name nothing alone.
_VAGUE = frozenset(
    """
        manager engineer developer designer analyst scientist specialist agent worker owner planner trainer officer assistant
        business social small early new public personal human resource product project career change town service event club
        junior senior lead director consultant technician operator clerk teacher coach maker user professional
    """.split()
)


# Words of a field that stand for much else where they are alone.
_WEAK = frozenset(
    """
        research trading trade teaching learning product market marketplace session rock bootcamp association community training
        production building music media creative leadership technology data art arts film science service care health energy
        law security model movement studio stage travel food studies talk writing reading project strategy lean operation
    """.split()
)


class _Hit(NamedTuple):
    because: Because
    weight: float


class TextMatch(NamedTuple):
    """What matches of a listing: 0..1 for each kind of wish, and the phrases as they stand there, the weightiest first."""

    field: float
    interest: float
    said: tuple[str, ...]


_NOTHING = TextMatch(0.0, 0.0, ())


def match_text(profile: Profile, name: str, description: str | None = None) -> TextMatch:
    """How well a name, and the beginning of a description, say what the person asked for."""
    if not (profile.fields or profile.interests):
        return _NOTHING
    phrases = _phrases(tuple(profile.fields), tuple(profile.interests), profile.typed)
    numbers = constants().words
    best: dict[tuple[str, ...], tuple[_Hit, float, str]] = {}
    for text, zone in ((name, numbers.name), ((description or "")[:READ], numbers.description)):
        if not text:
            continue
        typed, stems = split_name(text) if text is name else split(text)
        for start, end, hits in phrases.found_in(stems):
            key = tuple(stems[start:end])
            for hit in hits:
                value = hit.weight * zone
                if value > best.get((hit.because, *key), (hit, 0.0, ""))[1]:
                    best[hit.because, *key] = hit, value, " ".join(typed[start:end])
    if not best:
        return _NOTHING
    left = {"career": 1.0, "interest": 1.0}
    for hit, value, _ in best.values():
        left[hit.because] *= 1 - value
    ordered = sorted(best.values(), key=lambda each: (-each[1], each[2]))
    said = tuple(dict.fromkeys(phrase for _, _, phrase in ordered))
    return TextMatch(1 - left["career"], 1 - left["interest"], said)


@lru_cache(maxsize=512)
def _phrases(
    fields: tuple[str, ...], interests: tuple[str, ...], typed: tuple[tuple[Because, str], ...]
) -> Phrases[_Hit]:
    """Every phrase that speaks for one of the wishes, with the most that it weighs for each kind of wish."""
    best: dict[tuple[str, Because], float] = {}
    weak = constants().words.ambiguous
    offers: list[tuple[str, Because, float]] = [
        *((text, "career", weight) for field in fields for text, weight in _of_field(field)),
        *((text, "career", weight) for text, weight in _of_kindred(fields, typed)),
        *((text, "interest", weight) for interest in interests for text, weight in _of_interest(interest)),
        *((text, because, weight) for because, words in typed for text, weight in _of_typed(words)),
    ]
    for text, because, weight in offers:
        key = " ".join(split(text).stems)
        alone = key in _WEAK and (because, text) not in typed
        most = min(weight, weak) if alone else weight
        if key and most > best.get((key, because), 0.0):
            best[key, because] = most
    return Phrases((key, _Hit(because, weight)) for (key, because), weight in best.items())


def _of_field(identity: str) -> Iterator[tuple[str, float]]:
    known, numbers = load(), constants().words
    exact = expand_field(identity)
    share = numbers.of_family if identity in known.families else 1.0
    if identity in known.families:
        yield known.families[identity].label, 1.0
    for each in exact:
        for text in lexicon()["family_words"].get(known.fields[each].family, ()):
            yield text, numbers.family_word
        for text, weight in _names_of(known.fields[each]):
            yield text, weight * share


def _of_kindred(
    fields: tuple[str, ...], typed: tuple[tuple[Because, str], ...]
) -> Iterator[tuple[str, float]]:
    said = tuple(words for because, words in typed if because == "career")
    for interest, share in shared_interests(fields, said).items():
        for text, weight in _of_interest(interest):
            yield text, weight * share * constants().words.kindred


def _names_of(field: Field) -> Iterator[tuple[str, float]]:
    numbers = constants().words
    ambiguous = {word.casefold() for word in field.ambiguous}
    yield field.label, 1.0
    others = (word for words in field.words.values() for word in words)
    for text in (*field.titles, *field.keywords, *others):
        yield text, numbers.ambiguous if text.casefold() in ambiguous else 1.0
    for text in field.acronyms:
        yield text, numbers.ambiguous


def _of_interest(identity: str) -> Iterator[tuple[str, float]]:
    known, numbers = load(), constants().words
    if identity not in known.interests:
        for text in lexicon()["category_words"].get(identity, ()):
            yield text, numbers.of_family
        for each in expand_interest(identity):
            for text, weight in _of_interest(each) if each != identity else ():
                yield text, weight * numbers.of_family
        return
    interest = known.interests[identity]
    yield interest.label, 1.0
    for text in interest.keywords:
        yield text, 1.0


def _of_typed(text: str) -> Iterator[tuple[str, float]]:
    """What was typed, and its single words where there are several."""
    numbers = constants().words
    words = [word for word in split(text).stems if word not in FILLERS]
    yield text, 1.0
    yield " ".join(words), 1.0
    if len(words) > 1:
        for word in words:
            yield word, numbers.vague_part if word in _VAGUE else numbers.part
