"""Which words of a sentence are its place. Pure look-ups in the gazetteer.

A name may be a town, a topic and a plain word (Reading, Nice, Java, Mobile): what stands around it decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from app.places.areas import areas
from app.places.gazetteer import LatLon, Place, locate
from app.places.gazetteer_file import gazetteer
from app.places.home import namesake_near
from app.places.spellings import fold
from app.understanding.tokens import Token, said
from app.understanding.vocabulary import vocabulary

_LONGEST_NAME = 5
# What a name needs to be taken for a place, in powers of ten of its people and what speaks for it.
_ENOUGH = 5.3
_SURE = 5.6
_AFTER_PREPOSITION = 2.0
_BEFORE_ITS_REGION = 2.5
_ALONE = 1.0
_CAPITAL = 0.6
_AT_AN_END = 0.7
_SEVERAL_WORDS, _EACH_WORD = 1.2, 0.6
_A_WORD_OF_OURS = -2.5
_A_WORD_OF_OURS_AFTER_PREPOSITION = -1.5
_FILLER, _FILLER_WITH_CAPITAL = -3.5, -1.8
# A place of the name in a country where the sentence's language is spoken is meant, if it is at all likely.
_NAMESAKE = 0.2
_AS_LIKELY = 0.25
_ZIP_DIGITS = 5
_SHORTEST_MISSPELT = 6
_TOWN = 3000
# A hint settles which of several towns of one name is meant, if one lies as near.
_NEAR_KM = 300.0
_LARGE, _FAMOUS = 100_000, 400_000
# A region counts as a place of its own where nothing smaller is named.
_REGION_WEIGHT = 5.0


class NamedPlace(NamedTuple):
    """A place and the words it came from; ``sure`` if no other reading of them is near."""

    place: Place
    first: int
    last: int
    confidence: float
    sure: bool


def place_in(
    text: str, tokens: Sequence[Token], near: LatLon | None, language: str | None, inside: frozenset[int]
) -> NamedPlace | None:
    """The place that a sentence in a language names, if any. ``inside``: words of known phrases of several words."""
    # Where all nouns or all words have a capital, capitals say nothing.
    nouns_capital = language == "de" or text.isupper() or text.istitle()
    best: tuple[float, int, int, int] | None = None
    for first in range(len(tokens)):
        if tokens[first].part is not None:
            continue
        for last in range(min(first + _LONGEST_NAME, len(tokens)) - 1, first - 1, -1):
            weight = _weight(text, tokens, first, last)
            if weight is None:
                continue
            end, more = _context(text, tokens, first, last, nouns_capital=nouns_capital)
            score = weight + more + (_FILLER if inside.issuperset(range(first, last + 1)) else 0.0)
            if score >= _ENOUGH and (best is None or score > best[0] + 0.01):
                best = score, first, last, end
    if best is None:
        return _zip_code(tokens, language) or _misspelt(tokens)
    score, first, last, end = best
    return _located(text, tokens, (first, last, end), score, (near, language))


def _zip_code(tokens: Sequence[Token], language: str | None) -> NamedPlace | None:
    """Five digits as a US ZIP code, unless the sentence is in the language of another country."""
    for at, token in enumerate(tokens):
        if (
            token.part is None
            and len(token.typed) == _ZIP_DIGITS
            and token.typed.isdigit()
            and language in (None, "en")
        ):
            place = locate(token.typed).place
            first = _with_preposition(tokens, at)
            if place is not None:
                return NamedPlace(place, first, at, place.confidence, sure=first < at)
    return None


def _misspelt(tokens: Sequence[Token]) -> NamedPlace | None:
    """A large town whose name is misspelt, if the word has no other meaning and is where a sentence names its place."""
    words = vocabulary()
    for at, token in enumerate(tokens):
        if token.part is not None or len(token.typed) < _SHORTEST_MISSPELT or token.stem in words.known:
            continue
        at_end = at in (0, len(tokens) - 1) or tokens[at + 1].clause != token.clause
        at_end = at_end or tokens[at + 1].part is not None or tokens[at + 1].stem in words.known
        if not (at_end or _after_preposition(tokens, at)):
            continue
        found = locate(token.typed).place
        if (
            found is not None
            and found.kind == "city"
            and found.population >= _LARGE
            and found.name[0] == token.typed[0].upper()
        ):
            return NamedPlace(
                found, _with_preposition(tokens, at), at, found.confidence, sure=found.population >= _FAMOUS
            )
    return None


def _located(
    text: str,
    tokens: Sequence[Token],
    span: tuple[int, int, int],
    score: float,
    hints: tuple[LatLon | None, str | None],
) -> NamedPlace | None:
    first, last, end = span
    near, language = hints
    name = said(text, tokens[first : last + 1])
    whole = f"{name}, {said(text, tokens[last + 1 : end + 1])}" if end > last else name
    found = locate(whole)
    if near is not None:
        found = namesake_near(found, [near], _NEAR_KM)
    if found.place is None or found.place.kind in ("online", "point"):
        return None
    place = found.place
    countries = vocabulary().countries.get(language or "", frozenset())
    if near is None and end == last and countries and place.country not in countries:
        spoken = (
            each for each in found.candidates if each.country in countries and each.confidence >= _NAMESAKE
        )
        place = next(spoken, place)
    others = [
        each
        for each in found.candidates[:3]
        if each.id != place.id
        and each.confidence > _AS_LIKELY
        and (each.kind not in ("online", "region", "country") or each.country != place.country)
    ]
    sure = score >= _SURE and not others
    first, end = _with_twin(text, tokens, first, end)
    return NamedPlace(place, _with_preposition(tokens, first), end, place.confidence, sure)


def _with_twin(text: str, tokens: Sequence[Token], first: int, end: int) -> tuple[int, int]:
    """ "Raleigh-Durham", "Cleveland/Akron": the other town of the pair goes with it."""
    if end + 1 < len(tokens) and text[tokens[end].end : tokens[end + 1].start].strip() in ("-", "/", "–"):
        end += _people(fold(tokens[end + 1].typed), 1) is not None
    if first > 0 and text[tokens[first - 1].end : tokens[first].start].strip() in ("-", "/", "–"):
        first -= _people(fold(tokens[first - 1].typed), 1) is not None
    return first, end


def _weight(text: str, tokens: Sequence[Token], first: int, last: int) -> float | None:
    """The people of the largest place of this name, as a power of ten; None if there is none."""
    part = tokens[first : last + 1]
    if any(
        token.part is not None or (token.clause != part[0].clause and not _joined(text, tokens, at))
        for at, token in enumerate(part, first)
    ):
        return None
    name = said(text, part)
    if len(name) < 2 or (len(name) == 2 and not name.isupper()) or name.isdigit():
        return None
    return _people(fold(name), len(part))


def _joined(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether what stands before a word parts no name: "L.A.", "Aix-en-Provence", "Frankfurt (Oder)"."""
    return text[tokens[at - 1].end : tokens[at].start].strip() in ("", ".", "-", "(")


@lru_cache(maxsize=8192)
def _people(key: str, words: int) -> float | None:
    aliases = areas().aliases.get(key)
    if aliases:
        return 5.5
    weights = []
    for number, usual in gazetteer().bearers(key)[:5]:
        people = max(gazetteer().population(number), 500)
        weights.append(math.log10(people) - (0.0 if usual else 0.7))
    named = areas().by_name.get(key)
    if named and words <= 3:
        weights.append(_REGION_WEIGHT)
    return max(weights, default=None)


def is_town(name: str) -> bool:
    """Whether a word is the usual name of a town that people may mean."""
    numbers = gazetteer().bearers(fold(name))
    return any(usual and gazetteer().population(number) >= _TOWN for number, usual in numbers[:3])


def _context(
    text: str, tokens: Sequence[Token], first: int, last: int, *, nouns_capital: bool
) -> tuple[int, float]:
    """The last word that belongs to the name, its region included, and what speaks for and against it."""
    part = tokens[first : last + 1]
    more = 0.0
    preposition = _after_preposition(tokens, first)
    if preposition:
        more += _AFTER_PREPOSITION
    end = _region_end(text, tokens, last)
    if end > last:
        more += _BEFORE_ITS_REGION
    if part[0].typed[0].isupper() and not nouns_capital and first > 0:
        more += _CAPITAL
    if end == len(tokens) - 1 or first == 0:
        more += _AT_AN_END
    clause = [at for at, token in enumerate(tokens) if token.clause == part[0].clause]
    if clause[0] == first and clause[-1] <= end:
        more += _ALONE
    if len(part) > 1:
        more += _SEVERAL_WORDS + _EACH_WORD * (len(part) - 2)
    stems = " ".join(token.stem for token in part)
    words = vocabulary()
    if all(token.stem in words.words["filler"] for token in part):
        more += (
            _FILLER_WITH_CAPITAL
            if preposition and part[0].typed[0].isupper() and not nouns_capital
            else _FILLER
        )
    elif stems in words.meanings:
        more += _A_WORD_OF_OURS_AFTER_PREPOSITION if preposition else _A_WORD_OF_OURS
    return end, more


def _is_large(name: str) -> bool:
    """Whether a name is that of a large town, which may stand behind a part of it: "Hyde Park London"."""
    return any(
        usual and gazetteer().population(number) >= _FAMOUS
        for number, usual in gazetteer().bearers(fold(name))[:1]
    )


def _after_preposition(tokens: Sequence[Token], first: int) -> bool:
    return _with_preposition(tokens, first) < first


def _with_preposition(tokens: Sequence[Token], first: int) -> int:
    """The first word of what leads to a place ("in der Nähe von"), or the place's own first word."""
    near = vocabulary().words["near"]
    for length in range(4, 0, -1):
        start = first - length
        if start >= 0 and " ".join(token.stem for token in tokens[start:first]) in near:
            return start
    return first


def _region_end(text: str, tokens: Sequence[Token], last: int) -> int:
    """The last word of a region or country that follows a name ("Mobile AL", "Perth, Scotland"), else the name's."""
    for length in (3, 2, 1):
        following = tokens[last + 1 : last + 1 + length]
        if len(following) < length or any(token.part is not None for token in following):
            continue
        if following[-1].clause - tokens[last].clause > 1 or following[-1].clause != following[0].clause:
            continue
        name = said(text, following)
        short = len(name) <= 3
        if name.islower() and all(token.stem in vocabulary().words["filler"] for token in following):
            continue
        if short and not name.isupper() and not (following[0].clause > tokens[last].clause):
            continue
        if areas().named(name, fold(name)) or (following[0].typed[0].isupper() and _is_large(name)):
            return last + length
    return last
