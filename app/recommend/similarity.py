"""How alike two groups are to those who go to them: from names and categories alone, with no membership of anybody. Pure.

Likeness is a logarithm: how much likelier somebody who goes to one group goes to the other as well. Its six numbers were
fitted to open memberships (docs/recommendation.md); nothing of a single group or person is kept.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.recommend.constants import constants
from app.recommend.records import Candidate
from app.taxonomy.classify import classify, take_in
from app.taxonomy.words import split

_PIECE = 4
_DECADES = re.compile(r"\b([1-9])0(?:'?s|\+|-?ish|ies)?(?:\s*(?:-|–|to|&|and)\s*([1-9])0)?(?!\d)")
_SPELT_DECADES = {"twenties": 2, "thirties": 3, "forties": 4, "fifties": 5, "sixties": 6, "young": 2}
# Parts of words that name who a group is for; sensitive ones compare groups, and say nothing of a person.
_AUDIENCES = (
    ("women", "woman", "ladies", "lady", "girl", "female", "mom"),
    ("single",),
    ("gay", "lgbt", "lesbian", "queer"),
    ("black", "african"),
    ("christian", "church", "faith", "bible"),
    ("kid", "famil", "parent", "mom", "dad"),
    ("vegan", "vegetarian"),
    ("dog",),
    ("new to", "newcomer", "transplant"),
    ("professional",),
)


def audience_of(name: str) -> frozenset[str]:
    """Whom a name calls: decades of age and circles ("20s & 30s Singles" -> 2, 3, single)."""
    said = name.casefold()
    found: set[str] = set()
    for first, last in _DECADES.findall(said):
        found.update(str(decade) for decade in range(int(first), int(last or first) + 1))
    found.update(str(decade) for word, decade in _SPELT_DECADES.items() if word in said)
    found.update(words[0] for words in _AUDIENCES if any(word in said for word in words))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Portrait:
    """A group as it is compared: unit vectors by key, the audience, the category, the logarithm of its members."""

    meaning: dict[str, float]
    topics: dict[str, float]
    pieces: frozenset[str]
    audience: frozenset[str]
    category: str | None
    size: float


def portrait(facts: Candidate) -> Portrait:
    """What is compared of a group."""
    meaning, topics, pieces = _read(facts.name, facts.category)
    return Portrait(
        meaning, topics, pieces, audience_of(facts.name), facts.category, math.log1p(facts.members or 0)
    )


@lru_cache(maxsize=20_000)
def _read(name: str, category: str | None) -> tuple[dict[str, float], dict[str, float], frozenset[str]]:
    keywords = (category,) if category else ()
    _, reading = take_in(name, None, keywords)
    found = classify(name, None, keywords)
    # Square roots of shares: two readings that agree have a product of one (Bhattacharyya 1943).
    meaning = {group: math.sqrt(share) for group, share in reading.shares.items() if share > 1e-4}
    topics = {topic.id: topic.confidence for topic in (*found.fields, *found.interests)}
    words = set(split(name).stems)
    pieces = (f"<{word}>"[at : at + _PIECE] for word in words for at in range(max(1, len(word) - 1)))
    return _unit(meaning), _unit(topics), frozenset(pieces)


def _unit(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(value * value for value in vector.values()))
    return {key: value / length for key, value in vector.items()} if length else {}


def _product(one: dict[str, float], other: dict[str, float]) -> float:
    if len(other) < len(one):
        one, other = other, one
    return sum(value * other[key] for key, value in one.items() if key in other)


class Circle:
    """A set of groups that are compared with each other; what few of them share counts for more."""

    def __init__(self, groups: Sequence[Candidate]) -> None:
        self._portraits = {each.id: portrait(each) for each in groups}
        counts = Counter(piece for each in self._portraits.values() for piece in each.pieces)
        rarity = {piece: math.log(len(groups) / count) ** 2 for piece, count in counts.items()}
        self._spelling = {
            identity: _unit({piece: math.sqrt(rarity[piece]) for piece in each.pieces if rarity[piece]})
            for identity, each in self._portraits.items()
        }
        self._order = sorted(self._portraits)
        self._rows: dict[str, dict[str, float]] = {}

    def affinity(self, joined: Iterable[str]) -> dict[str, float]:
        """How much each group pulls somebody who goes to the `joined` ones, 0..1; empty where none of them is known.

        Every joined group hands its weight to all others by likeness, and the shares are averaged by a power mean: what is
        somewhat like many of the joined groups comes before what is much like one.
        """
        known = sorted({each for each in joined if each in self._portraits})
        if not known:
            return {}
        rows = [self._row(each) for each in known]
        power = constants().similarity.agreement
        typical = constants().similarity.typical / max(len(self._order) - 1, 1)
        affinity = {}
        for identity in self._order:
            share = (sum(row.get(identity, 0.0) ** power for row in rows) / len(rows)) ** (1 / power)
            affinity[identity] = share / (share + typical)
        return affinity

    def _row(self, identity: str) -> dict[str, float]:
        """The shares of all other groups; they sum to one."""
        if identity not in self._rows:
            likeness = {other: self.similarity(identity, other) for other in self._order if other != identity}
            most = max(likeness.values(), default=0.0)
            grown = {other: math.exp(value - most) for other, value in likeness.items()}
            total = sum(grown.values())
            self._rows[identity] = {other: value / total for other, value in grown.items()}
        return self._rows[identity]

    def similarity(self, joined: str, other: str) -> float:
        """The logarithm of how much likelier members of `joined` are to go to `other`, up to a constant of `joined`."""
        numbers = constants().similarity
        one, two = self._portraits[joined], self._portraits[other]
        shared, both = one.audience & two.audience, one.audience | two.audience
        return (
            numbers.members * two.size
            + numbers.category * (one.category is not None and one.category == two.category)
            + numbers.meaning * _product(one.meaning, two.meaning)
            + numbers.topics * _product(one.topics, two.topics)
            + numbers.spelling * _product(self._spelling[joined], self._spelling[other])
            + numbers.audience * (len(shared) / len(both) if both else 0.0)
        )
