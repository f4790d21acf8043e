"""What a listing is about, and whether it serves a career: fields, interests, purposes with evidence.

A lexicon finds phrases in name, keywords and description; where a phrase stands decides what it weighs. A
linear model over all words says which family or category the whole is near, so that an ambiguous phrase is
read by its company and a listing without any known phrase still has its category. Confidences are calibrated
on open listings. Pure and deterministic: the same text gives the same topics, everything decided can be shown
by its evidence. Sensitive interests are classified here, since they are the topic of a listing and say nothing
about a person; search matches them only when asked for by name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.taxonomy.compounds import meanings_in
from app.taxonomy.features import features_of, words_and_pairs
from app.taxonomy.model import model, softmax
from app.taxonomy.phrases import Hit, Score, phrase_groups
from app.taxonomy.taxonomy import calibration, lexicon, load
from app.taxonomy.unwanted import warnings_of
from app.taxonomy.words import Phrases, Words, split, stem

LONGEST_TEXT = 4000
_FIRST_PART = 500
LEAST_CONFIDENCE = 0.08
MOST_TOPICS = 8
_HINT = 0.2
# The model reads this many words of a description; later ones repeat or wander off.
_WORDS_READ = 250
_NAME_WEIGHT = 2
# From this share on, the model is company enough for an ambiguous word; a group is named from a smaller one.
_NEAR = 0.5
_NAMED = 0.05
# A family or category stands beside its own topics only where it is this much surer than the best of them.
_MUCH_SURER = 0.15
LEAST_SHARE = 0.003
# A clear phrase holds against a model that sees nothing of its kind.
_CLEAR_SHARE = 0.2
_GENERAL_SHARE = 0.1
# A word is evidence of a group from this weight on.
SPEAKS = 0.5

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


class Found:
    """Everything the phrases of a listing said."""

    def __init__(self) -> None:
        self.scores: dict[str, dict[str, Score]] = {}
        self.context: set[str] = set()
        self.career = {"for": 0.0, "against": 0.0}

    def add(self, hit: Hit, phrase: str, weight: float) -> None:
        """Add a phrase that was found, with the weight of its place in the text."""
        if hit.group == "career":
            self.career[hit.id] += weight
        elif hit.group == "context":
            self.context.add(hit.id)
        else:
            by_id = self.scores.setdefault(hit.group, {})
            score = by_id.get(hit.id)
            if score is None:
                score = by_id[hit.id] = Score()
            score.add(phrase, weight * hit.weight, ambiguous=hit.ambiguous)

    def lone_hint(self, words: int) -> bool:
        """Whether an ambiguous word is all there is ("Swift")."""
        return words < 2 and any(score.only_unclear for score in self.scores.get("field", {}).values())

    def ids(self, group: str) -> tuple[str, ...]:
        """The ids found of a group such as `audience`, sorted."""
        return tuple(sorted(self.scores.get(group, ())))


def _best_first(topics: list[Topic]) -> list[Topic]:
    return sorted(topics, key=lambda topic: (-topic.confidence, topic.id))


def scan(
    found: Found,
    words: Words,
    weight: float,
    seen: set[tuple[str, str, str]],
    groups: Sequence[Phrases[Hit]] | None = None,
) -> None:
    """Add the phrases of some words that were not found before."""
    typed, stems = words
    for phrases in groups or phrase_groups():
        for start, end, hits in phrases.found_in(stems):
            # A compound stands for each of the words that it means.
            phrase = " ".join(dict.fromkeys(typed[start:end]))
            key = " ".join(stems[start:end])
            for hit in hits:
                if hit.acronym is not None and (phrase != hit.acronym or _shouts(typed)):
                    continue
                mark = (hit.group, hit.id, key)
                if mark not in seen:
                    seen.add(mark)
                    found.add(hit, phrase, weight)


def _shouts(typed: Sequence[str]) -> bool:
    """Whether a text is written in capitals, where an acronym looks like any word."""
    return len(typed) > 3 and sum(word.isupper() for word in typed) > 0.6 * len(typed)


class _Reading(NamedTuple):
    """What the linear model makes of a listing: shares of groups that sum to one, and its view of a career."""

    shares: dict[str, float]
    career: float
    words: tuple[Words, ...]
    read: int

    def near(self, group: str) -> float:
        """The share of a group and half of what its kin have: hobby coders and programmers share words."""
        kin = _related_fields().get(group, ())
        return self.shares.get(group, 0.0) + 0.5 * sum(self.shares[other] for other in kin)

    def evidence(self, group: str) -> tuple[str, ...]:
        """The words as typed that speak most for a group; "meetup" and "members" speak for none."""
        weights = model("listings")
        at = weights.number[group]
        spoken: dict[str, tuple[float, str]] = {}
        for typed, stems in self.words:
            for word, key in zip(typed[:_WORDS_READ], stems, strict=False):
                if key not in spoken and len(key) > 2 and key not in _of_any_listing():
                    spoken[key] = (weights.weight(key, at), word)
        best = sorted(spoken.values(), key=lambda pair: (-pair[0], pair[1]))
        return tuple(word for weight, word in best[:3] if weight > SPEAKS)


@lru_cache(maxsize=1)
def _of_any_listing() -> frozenset[str]:
    return frozenset(stem(word.casefold()) for word in lexicon()["words_of_any_listing"])


_NOTHING_READ = _Reading({}, 0.0, (), 0)


@lru_cache(maxsize=1)
def _related_fields() -> dict[str, tuple[str, ...]]:
    return {
        group: tuple(other for other in circle if other != group)
        for circle in lexicon()["kindred_groups"]
        for group in circle
    }


def _read(name: Words, keywords: Sequence[Words], text: Words | None) -> _Reading:
    zones = [(features_of(name.stems[:_WORDS_READ]), _NAME_WEIGHT)]
    zones += [(features_of(words.stems), _NAME_WEIGHT) for words in keywords]
    if text is not None:
        zones.append((words_and_pairs(text.stems[:_WORDS_READ]), 1))
    weights = model("listings")
    scores, known = weights.scores(zones)
    if not known:
        return _NOTHING_READ
    shares = dict(zip(weights.labels, softmax(scores[:-1]), strict=False))
    words = (name, *keywords, text) if text is not None else (name, *keywords)
    return _Reading(shares, scores[-1], words, sum(len(zone.stems) for zone in words))


def classify(name: str, description: str | None = None, keywords: Sequence[str] = ()) -> Classification:
    """What a listing is about.

    ``keywords`` are the topics its source gave it. Texts beyond 4,000 characters are cut. Never raises on
    any text; without any known word all topics are empty and ``career`` is the share of such listings
    in general.
    """
    return _conclude(*take_in(name, description, keywords), warnings_of(name[:LONGEST_TEXT], description))


@lru_cache(maxsize=2_048)  # the same few listings of a town are read for everybody who asks there
def signals_in(name: str, description: str | None) -> tuple[str, ...]:
    """What warns of sales pitches, dating and closed groups; a part of `classify` that costs little."""
    stems = split(f"{name} {description or ''}"[:LONGEST_TEXT]).stems
    found = {
        hit.id
        for _, _, hits in phrase_groups()[2].found_in(stems)
        for hit in hits
        if hit.group == "negative_signals"
    }
    return tuple(sorted(found.union(warnings_of(name[:LONGEST_TEXT], description))))


def take_in(name: str, description: str | None, keywords: Sequence[str]) -> tuple[Found, _Reading]:
    """What the lexicon finds in a listing, and what the model makes of it."""
    weights = lexicon()["weights"]
    found = Found()
    seen: set[tuple[str, str, str]] = set()
    # From the heaviest zone to the lightest: a phrase counts where it is first met.
    named = split(name[:LONGEST_TEXT])
    scan(found, named, weights["group_name"], seen)
    grown = meanings_in(name[:LONGEST_TEXT], named, _is_known)
    for words in grown:
        scan(found, words, weights["group_name"], seen)
    tagged = [split(keyword[:200]) for keyword in keywords[:50]]
    for words in tagged:
        scan(found, words, weights["topic"], seen)
    told = None
    if description:
        text = description[:LONGEST_TEXT]
        told = split(text)
        first = len(told.typed) if len(text) <= _FIRST_PART else len(split(text[:_FIRST_PART]).typed)
        scan(found, Words(told.typed[:first], told.stems[:first]), weights["description_first_500"], seen)
        if first < len(told.typed):
            rest = Words(told.typed[first:], told.stems[first:])
            scan(found, rest, weights["description_rest"], seen)
    return found, _read(named, [*grown, *tagged], told)


def _is_known(stem: str) -> bool:
    """Whether a word means something as it is, so that it is not taken apart."""
    return model("listings").knows(stem) or any(each.exactly((stem,)) for each in phrase_groups())


def _conclude(found: Found, reading: _Reading, warnings: Iterable[str]) -> Classification:
    fields = topics_in(found, reading, "field", "family", families_of_fields())
    interests = topics_in(found, reading, "interest", "category", categories_of_interests())
    purposes = purposes_in(found)
    return Classification(
        career=_career(found, reading, fields, interests, purposes),
        fields=tuple(fields[:MOST_TOPICS]),
        interests=tuple(interests[:MOST_TOPICS]),
        purposes=tuple(purposes[:MOST_TOPICS]),
        audience=found.ids("audience"),
        accessibility=found.ids("accessibility"),
        signals=tuple(sorted({*found.ids("negative_signals"), *warnings})),
    )


@lru_cache(maxsize=1)
def families_of_fields() -> dict[str, str]:
    """The family of each field, by id."""
    return {entry.id: entry.family for entry in load().fields.values()}


@lru_cache(maxsize=1)
def categories_of_interests() -> dict[str, str]:
    """The category of each interest, by id."""
    return {entry.id: entry.category for entry in load().interests.values()}


def topics_in(
    found: Found, reading: _Reading, group: str, general: str, group_of: dict[str, str]
) -> list[Topic]:
    """Single topics by their phrases, and the id of a family or category where none of its own is surer."""
    topics, best = [], dict[str, float]()
    for identity, score in found.scores.get(group, {}).items():
        parent = group_of[identity]
        topic = _single(found, reading, identity, parent, score)
        if topic.confidence >= LEAST_CONFIDENCE:
            topics.append(topic)
            best[parent] = max(best.get(parent, -_MUCH_SURER), topic.confidence)
    told = found.scores.get(general, {})
    most = _HINT if found.lone_hint(reading.read) else 1.0
    parents = _parents(general)
    for parent in {*told, *(each for each, share in reading.shares.items() if share >= _NAMED)}:
        if parent in parents:
            words = told.get(parent)
            confidence = min(_whole(reading, parent, words), most)
            surer = confidence > best.get(parent, -_MUCH_SURER) + _MUCH_SURER
            if surer and confidence >= LEAST_CONFIDENCE:
                evidence = words.evidence() if words else reading.evidence(parent)
                if evidence:
                    topics.append(Topic(parent, confidence, evidence))
    return _best_first(topics)


@lru_cache(maxsize=2)
def _parents(general: str) -> frozenset[str]:
    """The families that have a field, or the categories that have an interest."""
    return frozenset((families_of_fields() if general == "family" else categories_of_interests()).values())


def _in_company(found: Found, reading: _Reading, parent: str) -> bool:
    return parent in found.context or (reading.read > 1 and reading.near(parent) >= _NEAR)


def single_values(found: Found, reading: _Reading, parent: str, score: Score) -> tuple[float, float]:
    """What the confidence of a field or interest is calibrated on."""
    strength = score.strength(family_near=_in_company(found, reading, parent))
    floor = LEAST_SHARE if score.only_unclear else _CLEAR_SHARE
    return math.log1p(strength), math.log(reading.near(parent) + floor)


def _single(found: Found, reading: _Reading, identity: str, parent: str, score: Score) -> Topic:
    confidence = calibrated("topic", *single_values(found, reading, parent, score))
    if score.only_unclear and "generic" not in found.context and not _in_company(found, reading, parent):
        confidence = min(confidence, _HINT)
    return Topic(identity, round(confidence, 3), score.evidence())


def whole_values(reading: _Reading, parent: str, score: Score | None) -> tuple[float, float]:
    """What the confidence of a family or category is calibrated on."""
    strength = score.strength(family_near=True) if score else 0.0
    floor = _GENERAL_SHARE if score else LEAST_SHARE
    return math.log1p(strength), math.log(reading.shares.get(parent, 0.0) + floor)


def _whole(reading: _Reading, parent: str, score: Score | None) -> float:
    return round(calibrated("group", *whole_values(reading, parent, score)), 3)


def calibrated(kind: str, *values: float) -> float:
    """A calibrated probability: ``data/calibration.json`` says what each value weighs."""
    bias, *weights = calibration()[kind]
    total = bias + sum(weight * value for weight, value in zip(weights, values, strict=True))
    return min(1 / (1 + math.exp(-max(total, -50.0))), 0.99)


def purposes_in(found: Found) -> list[Topic]:
    """The purposes found, the most certain first."""
    topics = []
    for identity, score in found.scores.get("purpose", {}).items():
        confidence = 1 - math.exp(-score.strength(family_near=True) / 3)
        if confidence >= LEAST_CONFIDENCE:
            topics.append(Topic(identity, round(min(confidence, 0.99), 3), score.evidence()))
    return _best_first(topics)


_CAREER_CATEGORIES = frozenset(("career-networking", "tech-makers", "startups-business"))


def _career(
    found: Found, reading: _Reading, fields: list[Topic], interests: list[Topic], purposes: list[Topic]
) -> float:
    """A logistic sum of what speaks for a career and what for leisure."""
    return round(calibrated("career", *career_values(found, reading, fields, interests, purposes)), 3)


def career_values(
    found: Found, reading: _Reading, fields: list[Topic], interests: list[Topic], purposes: list[Topic]
) -> tuple[float, ...]:
    """What the chance that a listing serves a career is calibrated on."""
    categories, serving = categories_of_interests(), _serving()
    worth = load().purposes

    def best(chosen: Iterable[float]) -> float:
        return max(chosen, default=0.0)

    return (
        math.log1p(found.career["for"]),
        math.log1p(found.career["against"]),
        best(t.confidence for t in fields),
        best(t.confidence for t in interests if categories.get(t.id, t.id) in _CAREER_CATEGORIES),
        best(t.confidence for t in interests if categories.get(t.id, t.id) not in _CAREER_CATEGORIES),
        best(t.confidence * worth[t.id].usefulness for t in purposes),
        reading.career,
        sum(share for group, share in reading.shares.items() if group in serving),
    )


@lru_cache(maxsize=1)
def _serving() -> frozenset[str]:
    """The families and categories that serve a career."""
    return frozenset((*_CAREER_CATEGORIES, *load().families))


# --- job titles ----------------------------------------------------------------------------------------
