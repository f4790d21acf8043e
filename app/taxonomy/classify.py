"""What a listing is about, and whether it serves a career: fields, interests, purposes with evidence.

A lexicon finds phrases in name, keywords and description; where a phrase stands decides what it weighs.
Pure and deterministic: the same text gives the same topics, everything decided can be shown by its
evidence. Sensitive interests are classified here, since they are the topic of a listing and say nothing
about a person; search matches them only when asked for by name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from app.taxonomy.taxonomy import lexicon, load
from app.taxonomy.words import Phrases, Words, split

LONGEST_TEXT = 4000
_FIRST_PART = 500
_LEAST_CONFIDENCE = 0.08
_MOST_TOPICS = 8
# An ambiguous word (swift, java, cloud) weighs this much, and without company no more than a hint.
_AMBIGUOUS = 0.3
_HINT = 0.2
_GENERAL = 0.7

_NAME, _KEYWORDS, _START, _REST = range(4)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a listing. ``confidence`` is 0 to 1, ``evidence`` the phrases as they stand in the text."""

    id: str
    confidence: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Classification:
    """What a listing is about; topics best first, weak ones included with a low confidence.

    ``career`` (0 to 1) is how likely it serves a career at all. ``interests`` may hold the id of a whole
    category where no single interest is named. ``audience`` and ``accessibility`` are ids of
    ``data/lexicon.json`` (``access`` of search: step-free, captions, quiet); ``signals`` warn of sales
    pitches, dating and closed groups.
    """

    career: float
    fields: tuple[Topic, ...] = ()
    interests: tuple[Topic, ...] = ()
    purposes: tuple[Topic, ...] = ()
    audience: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TitleClassification:
    """The fields of a job title, best first, and the step of the ladder if the title names one."""

    fields: tuple[Topic, ...] = ()
    seniority: str | None = None


class _Hit(NamedTuple):
    """What a phrase means: ``group`` field|interest|purpose|audience|...; ``weight`` beside the zone's."""

    group: str
    id: str
    weight: float
    ambiguous: bool
    acronym: str | None


class _Score:
    """The sum for one topic: each phrase counts once, where it weighs most."""

    __slots__ = ("unclear", "weights")

    def __init__(self) -> None:
        self.weights: dict[str, float] = {}
        self.unclear: set[str] = set()

    def add(self, phrase: str, weight: float, *, ambiguous: bool) -> None:
        if weight > self.weights.get(phrase, 0.0):
            self.weights[phrase] = weight
        if ambiguous:
            self.unclear.add(phrase)

    def topic(self, identity: str, *, family_near: bool, career_near: bool) -> Topic:
        """Ambiguous words count in full beside a word of their family, a part beside any company."""
        part = 1.0 if family_near else _AMBIGUOUS
        weights = {
            phrase: weight * (part if phrase in self.unclear else 1.0)
            for phrase, weight in self.weights.items()
        }
        confidence = 1 - math.exp(-sum(weights.values()) / 3)
        alone = len(self.unclear) == len(weights)
        if alone and not (family_near or career_near):
            confidence = min(confidence, _HINT)
        evidence = sorted(weights, key=lambda phrase: (-weights[phrase], phrase))
        return Topic(identity, round(min(confidence, 0.99), 3), tuple(evidence[:5]))


def _inflected(language: str, word: str) -> Iterable[str]:
    """A word of another language with its usual endings (German feminine and plural, French, Spanish)."""
    endings = {
        "de": ("", "in", "innen", "n", "en", "e"),
        "fr": ("", "e", "es", "ne", "nes"),
        "es": ("", "a", "as", "es"),
    }
    return (word + ending for ending in endings.get(language, ("",)))


def _field_entries() -> Iterable[tuple[str, _Hit]]:
    for entry in load().fields.values():
        ambiguous = {word.casefold() for word in entry.ambiguous}
        for word in (*entry.titles, *entry.keywords, entry.label):
            unclear = word.casefold() in ambiguous
            yield word, _Hit("field", entry.id, 1.0, unclear, None)
        for word in entry.acronyms:
            yield word, _Hit("field", entry.id, 0.8, False, word)
        for language, words in entry.words.items():
            for word in words:
                for form in _inflected(language, word):
                    yield form, _Hit("field", entry.id, 1.0, False, None)
    for identity, words in lexicon()["family_words"].items():
        for word in words:
            acronym = word if word.isupper() else None
            yield word, _Hit("family", identity, _GENERAL, False, acronym)


def _interest_entries() -> Iterable[tuple[str, _Hit]]:
    for entry in load().interests.values():
        for word in (*entry.keywords, entry.label):
            yield word, _Hit("interest", entry.id, 1.0, False, None)
    for identity, words in lexicon()["category_words"].items():
        for word in words:
            yield word, _Hit("category", identity, _GENERAL, False, None)


def _other_entries() -> Iterable[tuple[str, _Hit]]:
    for purpose in load().purposes.values():
        for word in purpose.keywords:
            yield word, _Hit("purpose", purpose.id, 1.0, False, None)
    for group in ("audience", "accessibility", "negative_signals"):
        for row in lexicon()[group]:
            for word in row.get("words") or row["keywords"]:
                yield word, _Hit(group, row["id"], 1.0, False, None)
    for side, words in lexicon()["career_words"].items():
        for word in words:
            yield word, _Hit("career", side, 1.0, False, None)
    for family, words in lexicon()["context_words"].items():
        for word in words:
            yield word, _Hit("context", family, 1.0, False, None)


@lru_cache(maxsize=1)
def _groups() -> tuple[Phrases[_Hit], ...]:
    """One table a group of meanings, so that a long phrase hides shorter ones of its own group only."""
    return (Phrases(_field_entries()), Phrases(_interest_entries()), Phrases(_other_entries()))


class _Found:
    """Everything the phrases of a listing said."""

    def __init__(self) -> None:
        self.scores: dict[str, dict[str, _Score]] = {}
        self.context: set[str] = set()
        self.career = {"for": 0.0, "against": 0.0}

    def add(self, hit: _Hit, phrase: str, weight: float) -> None:
        if hit.group == "career":
            self.career[hit.id] += weight
        elif hit.group == "context":
            self.context.add(hit.id)
        else:
            by_id = self.scores.setdefault(hit.group, {})
            score = by_id.get(hit.id)
            if score is None:
                score = by_id[hit.id] = _Score()
            score.add(phrase, weight * hit.weight, ambiguous=hit.ambiguous)

    def topics(self, group: str, families: dict[str, str] | None = None) -> list[Topic]:
        found = []
        for identity, score in self.scores.get(group, {}).items():
            family = families[identity] if families else ""
            topic = score.topic(
                identity, family_near=family in self.context, career_near="generic" in self.context
            )
            if topic.confidence >= _LEAST_CONFIDENCE:
                found.append(topic)
        return _best_first(found)

    def ids(self, group: str) -> tuple[str, ...]:
        return tuple(sorted(self.scores.get(group, ())))


def _best_first(topics: list[Topic]) -> list[Topic]:
    return sorted(topics, key=lambda topic: (-topic.confidence, topic.id))


def _scan(found: _Found, words: Words, weight: float, seen: set[tuple[str, str, str]]) -> None:
    typed, stems = words
    shouting = len(typed) > 3 and sum(word.isupper() for word in typed) > 0.6 * len(typed)
    for phrases in _groups():
        for start, end, hits in phrases.found_in(stems):
            phrase = " ".join(typed[start:end])
            key = " ".join(stems[start:end])
            for hit in hits:
                if hit.acronym is not None and (shouting or phrase != hit.acronym):
                    continue
                mark = (hit.group, hit.id, key)
                if mark not in seen:
                    seen.add(mark)
                    found.add(hit, phrase, weight)


def classify(name: str, description: str | None = None, keywords: Sequence[str] = ()) -> Classification:
    """What a listing is about.

    ``keywords`` are the topics its source gave it. Texts beyond 4,000 characters are cut. Never raises on
    any text; without any known phrase all topics are empty and ``career`` is the share of such listings
    in general.
    """
    weights = lexicon()["weights"]
    found = _Found()
    seen: set[tuple[str, str, str]] = set()
    # From the heaviest zone to the lightest: a phrase counts where it is first met.
    _scan(found, split(name[:LONGEST_TEXT]), weights["group_name"], seen)
    for keyword in keywords[:50]:
        _scan(found, split(keyword[:200]), weights["topic"], seen)
    if description:
        text = description[:LONGEST_TEXT]
        words = split(text)
        first = len(words.typed) if len(text) <= _FIRST_PART else len(split(text[:_FIRST_PART]).typed)
        _scan(found, Words(words.typed[:first], words.stems[:first]), weights["description_first_500"], seen)
        if first < len(words.typed):
            rest = Words(words.typed[first:], words.stems[first:])
            _scan(found, rest, weights["description_rest"], seen)
    return _conclude(found)


def _conclude(found: _Found) -> Classification:
    fields = _with_families(found)
    interests = _with_categories(found)
    purposes = found.topics("purpose")
    return Classification(
        career=_career(found, fields, interests, purposes),
        fields=tuple(fields[:_MOST_TOPICS]),
        interests=tuple(interests[:_MOST_TOPICS]),
        purposes=tuple(purposes[:_MOST_TOPICS]),
        audience=found.ids("audience"),
        accessibility=found.ids("accessibility"),
        signals=found.ids("negative_signals"),
    )


@lru_cache(maxsize=1)
def _families() -> dict[str, str]:
    return {entry.id: entry.family for entry in load().fields.values()}


@lru_cache(maxsize=1)
def _categories() -> dict[str, str]:
    return {entry.id: entry.category for entry in load().interests.values()}


def _with_families(found: _Found) -> list[Topic]:
    """Fields, and the id of a family where its general words stand and none of its fields is surer."""
    fields = found.topics("field", _families())
    best = _best_by(fields, _families())
    general = found.topics("family")
    return _best_first(fields + [t for t in general if t.confidence > best.get(t.id, 0.0)])


def _with_categories(found: _Found) -> list[Topic]:
    """Interests, and the id of a category where its general words stand and no interest of it is surer."""
    interests = found.topics("interest")
    best = _best_by(interests, _categories())
    general = found.topics("category")
    return _best_first(interests + [t for t in general if t.confidence > best.get(t.id, 0.0)])


def _best_by(topics: Iterable[Topic], group_of: dict[str, str]) -> dict[str, float]:
    best: dict[str, float] = {}
    for topic in topics:
        group = group_of[topic.id]
        best[group] = max(best.get(group, 0.0), topic.confidence)
    return best


_CAREER_CATEGORIES = frozenset(("career-networking", "tech-makers", "startups-business"))


def _career(found: _Found, fields: list[Topic], interests: list[Topic], purposes: list[Topic]) -> float:
    """A logistic sum of what speaks for a career and what for leisure; its constants fit open listings."""
    categories = _categories()
    career = max(
        (t.confidence for t in interests if categories.get(t.id, t.id) in _CAREER_CATEGORIES), default=0.0
    )
    leisure = max(
        (t.confidence for t in interests if categories.get(t.id, t.id) not in _CAREER_CATEGORIES), default=0.0
    )
    field = max((t.confidence for t in fields), default=0.0)
    worth = load().purposes
    purpose = max((t.confidence * worth[t.id].usefulness for t in purposes), default=0.0)
    total = _CAREER["bias"]
    total += _CAREER["for"] * math.log1p(found.career["for"]) + _CAREER["against"] * math.log1p(
        found.career["against"]
    )
    total += _CAREER["field"] * field + _CAREER["interest"] * career + _CAREER["leisure"] * leisure
    total += _CAREER["purpose"] * purpose
    return round(1 / (1 + math.exp(-total)), 3)


# Near the fit to open listings with the category their organisers chose; a field weighs more than there,
# because organisers file nurses and builders under anything but careers.
_CAREER = {
    "bias": -1.6,
    "for": 1.5,
    "against": -1.0,
    "field": 2.6,
    "interest": 1.2,
    "leisure": -2.3,
    "purpose": 0.6,
}


# --- job titles ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _seniority() -> Phrases[str]:
    return Phrases((word, row["id"]) for row in lexicon()["seniority"] for word in row["words"])


@lru_cache(maxsize=1)
def _ladder() -> dict[str, int]:
    return {row["id"]: step for step, row in enumerate(lexicon()["seniority"])}


def seniority_of(title: str) -> str | None:
    """The highest step of the ladder (intern ... executive) that a job title names, if any."""
    steps = [step for _, _, found in _seniority().found_in(split(title[:300]).stems) for step in found]
    if "intern" in steps:
        return "intern"
    return max(steps, key=_ladder().__getitem__, default=None)


@lru_cache(maxsize=1)
def _title_words() -> dict[str, list[tuple[str, float]]]:
    from app.taxonomy.titles import title_words

    return title_words()


def classify_title(title: str) -> TitleClassification:
    """The fields of a job title ("Senior Nurse, Leeds") and its seniority."""
    text = title[:300]
    words = split(text)
    found = _Found()
    found.context.add("generic")
    _scan(found, words, 4.0, set())
    scores = {topic.id: topic for topic in found.topics("field", _families())}
    learnt = _learnt(words.stems)
    combined = []
    for identity in {*scores, *learnt}:
        share, evidence = learnt.get(identity, (0.0, ()))
        own = scores.get(identity)
        confidence = 0.5 * (own.confidence if own else 0.0) + 0.75 * share
        combined.append(Topic(identity, round(min(confidence, 0.99), 3), own.evidence if own else evidence))
    best = [topic for topic in _best_first(combined) if topic.confidence >= _LEAST_CONFIDENCE]
    return TitleClassification(tuple(best[:_MOST_TOPICS]), seniority_of(text))


def _learnt(stems: list[str]) -> dict[str, tuple[float, tuple[str, ...]]]:
    """Shares of the fields by single words and pairs of words of public lists of occupations."""
    table = _title_words()
    terms = [*stems, *(f"{a} {b}" for a, b in pairwise(stems))]
    sums: dict[str, float] = {}
    evidence: dict[str, list[str]] = {}
    for term in dict.fromkeys(terms):
        for identity, weight in table.get(term, ()):
            sums[identity] = sums.get(identity, 0.0) + weight
            evidence.setdefault(identity, []).append(term)
    total = sum(sums.values())
    if not total:
        return {}
    return {identity: (value / total, tuple(evidence[identity][:3])) for identity, value in sums.items()}
