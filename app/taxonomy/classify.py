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

from app.taxonomy.features import features_of, words_and_pairs
from app.taxonomy.model import model, softmax
from app.taxonomy.taxonomy import calibration, lexicon, load
from app.taxonomy.words import Phrases, Words, split, stem

LONGEST_TEXT = 4000
_FIRST_PART = 500
_LEAST_CONFIDENCE = 0.08
_MOST_TOPICS = 8
# An ambiguous word (swift, java, cloud) weighs this much, and without company no more than a hint.
_AMBIGUOUS = 0.3
_HINT = 0.2
_GENERAL = 0.7
# "Developers" speaks for software engineering unless a clearer word (iOS, games) stands beside it.
_VAGUE = 0.3
# The model reads this many words of a description; later ones repeat or wander off.
_WORDS_READ = 250
_NAME_WEIGHT = 2
# From this share on, the model is company enough for an ambiguous word; a group is named from a smaller one.
_NEAR = 0.5
_NAMED = 0.05
# A family or category stands beside its own topics only where it is this much surer than the best of them.
_MUCH_SURER = 0.15
_LEAST_SHARE = 0.003
# A clear phrase holds against a model that sees nothing of its kind.
_CLEAR_SHARE = 0.2
_GENERAL_SHARE = 0.1
# A word is evidence of a group from this weight on.
_SPEAKS = 0.5
# What a known phrase adds to the score of its field in a job title; below the least chance a title has no field.
_PHRASE_IN_TITLE = 0.7
_UNSURE_TITLE = 0.375

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

    def strength(self, *, family_near: bool) -> float:
        """Ambiguous words count in full beside a word of their family, a part beside any company."""
        part = 1.0 if family_near else _AMBIGUOUS
        return sum(
            weight * (part if phrase in self.unclear else 1.0) for phrase, weight in self.weights.items()
        )

    @property
    def only_unclear(self) -> bool:
        return len(self.unclear) == len(self.weights)

    def evidence(self) -> tuple[str, ...]:
        return tuple(sorted(self.weights, key=lambda phrase: (-self.weights[phrase], phrase))[:5])


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
    for identity, words in lexicon()["general_field_words"].items():
        for word in words:
            yield word, _Hit("field", identity, _VAGUE, False, None)
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

    def lone_hint(self, words: int) -> bool:
        """Whether an ambiguous word is all there is ("Swift")."""
        return words < 2 and any(score.only_unclear for score in self.scores.get("field", {}).values())

    def ids(self, group: str) -> tuple[str, ...]:
        return tuple(sorted(self.scores.get(group, ())))


def _best_first(topics: list[Topic]) -> list[Topic]:
    return sorted(topics, key=lambda topic: (-topic.confidence, topic.id))


def _scan(
    found: _Found,
    words: Words,
    weight: float,
    seen: set[tuple[str, str, str]],
    groups: Sequence[Phrases[_Hit]] | None = None,
) -> None:
    typed, stems = words
    for phrases in groups or _groups():
        for start, end, hits in phrases.found_in(stems):
            phrase = " ".join(typed[start:end])
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
        kin = _kin().get(group, ())
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
        return tuple(word for weight, word in best[:3] if weight > _SPEAKS)


@lru_cache(maxsize=1)
def _of_any_listing() -> frozenset[str]:
    return frozenset(stem(word.casefold()) for word in lexicon()["words_of_any_listing"])


_NOTHING_READ = _Reading({}, 0.0, (), 0)


@lru_cache(maxsize=1)
def _kin() -> dict[str, tuple[str, ...]]:
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
    return _conclude(*take_in(name, description, keywords))


def signals_in(text: str) -> tuple[str, ...]:
    """What in a text warns of sales pitches, dating and closed groups; a part of `classify` that costs little."""
    stems = split(text[:LONGEST_TEXT]).stems
    found = {
        hit.id
        for _, _, hits in _groups()[2].found_in(stems)
        for hit in hits
        if hit.group == "negative_signals"
    }
    return tuple(sorted(found))


def take_in(name: str, description: str | None, keywords: Sequence[str]) -> tuple[_Found, _Reading]:
    """What the lexicon finds in a listing, and what the model makes of it."""
    weights = lexicon()["weights"]
    found = _Found()
    seen: set[tuple[str, str, str]] = set()
    # From the heaviest zone to the lightest: a phrase counts where it is first met.
    named = split(name[:LONGEST_TEXT])
    _scan(found, named, weights["group_name"], seen)
    tagged = [split(keyword[:200]) for keyword in keywords[:50]]
    for words in tagged:
        _scan(found, words, weights["topic"], seen)
    told = None
    if description:
        text = description[:LONGEST_TEXT]
        told = split(text)
        first = len(told.typed) if len(text) <= _FIRST_PART else len(split(text[:_FIRST_PART]).typed)
        _scan(found, Words(told.typed[:first], told.stems[:first]), weights["description_first_500"], seen)
        if first < len(told.typed):
            rest = Words(told.typed[first:], told.stems[first:])
            _scan(found, rest, weights["description_rest"], seen)
    return found, _read(named, tagged, told)


def _conclude(found: _Found, reading: _Reading) -> Classification:
    fields = topics_in(found, reading, "field", "family", families_of_fields())
    interests = topics_in(found, reading, "interest", "category", categories_of_interests())
    purposes = purposes_in(found)
    return Classification(
        career=_career(found, reading, fields, interests, purposes),
        fields=tuple(fields[:_MOST_TOPICS]),
        interests=tuple(interests[:_MOST_TOPICS]),
        purposes=tuple(purposes[:_MOST_TOPICS]),
        audience=found.ids("audience"),
        accessibility=found.ids("accessibility"),
        signals=found.ids("negative_signals"),
    )


@lru_cache(maxsize=1)
def families_of_fields() -> dict[str, str]:
    return {entry.id: entry.family for entry in load().fields.values()}


@lru_cache(maxsize=1)
def categories_of_interests() -> dict[str, str]:
    return {entry.id: entry.category for entry in load().interests.values()}


def topics_in(
    found: _Found, reading: _Reading, group: str, general: str, group_of: dict[str, str]
) -> list[Topic]:
    """Single topics by their phrases, and the id of a family or category where none of its own is surer."""
    topics, best = [], dict[str, float]()
    for identity, score in found.scores.get(group, {}).items():
        parent = group_of[identity]
        topic = _single(found, reading, identity, parent, score)
        if topic.confidence >= _LEAST_CONFIDENCE:
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
            if surer and confidence >= _LEAST_CONFIDENCE:
                evidence = words.evidence() if words else reading.evidence(parent)
                if evidence:
                    topics.append(Topic(parent, confidence, evidence))
    return _best_first(topics)


@lru_cache(maxsize=2)
def _parents(general: str) -> frozenset[str]:
    """The families that have a field, or the categories that have an interest."""
    return frozenset((families_of_fields() if general == "family" else categories_of_interests()).values())


def _in_company(found: _Found, reading: _Reading, parent: str) -> bool:
    return parent in found.context or (reading.read > 1 and reading.near(parent) >= _NEAR)


def single_values(found: _Found, reading: _Reading, parent: str, score: _Score) -> tuple[float, float]:
    strength = score.strength(family_near=_in_company(found, reading, parent))
    floor = _LEAST_SHARE if score.only_unclear else _CLEAR_SHARE
    return math.log1p(strength), math.log(reading.near(parent) + floor)


def _single(found: _Found, reading: _Reading, identity: str, parent: str, score: _Score) -> Topic:
    confidence = _chance("topic", *single_values(found, reading, parent, score))
    if score.only_unclear and "generic" not in found.context and not _in_company(found, reading, parent):
        confidence = min(confidence, _HINT)
    return Topic(identity, round(confidence, 3), score.evidence())


def whole_values(reading: _Reading, parent: str, score: _Score | None) -> tuple[float, float]:
    strength = score.strength(family_near=True) if score else 0.0
    floor = _GENERAL_SHARE if score else _LEAST_SHARE
    return math.log1p(strength), math.log(reading.shares.get(parent, 0.0) + floor)


def _whole(reading: _Reading, parent: str, score: _Score | None) -> float:
    return round(_chance("group", *whole_values(reading, parent, score)), 3)


def _chance(kind: str, *values: float) -> float:
    """A calibrated probability: ``data/calibration.json`` says what each value weighs."""
    bias, *weights = calibration()[kind]
    total = bias + sum(weight * value for weight, value in zip(weights, values, strict=True))
    return min(1 / (1 + math.exp(-max(total, -50.0))), 0.99)


def purposes_in(found: _Found) -> list[Topic]:
    topics = []
    for identity, score in found.scores.get("purpose", {}).items():
        confidence = 1 - math.exp(-score.strength(family_near=True) / 3)
        if confidence >= _LEAST_CONFIDENCE:
            topics.append(Topic(identity, round(min(confidence, 0.99), 3), score.evidence()))
    return _best_first(topics)


_CAREER_CATEGORIES = frozenset(("career-networking", "tech-makers", "startups-business"))


def _career(
    found: _Found, reading: _Reading, fields: list[Topic], interests: list[Topic], purposes: list[Topic]
) -> float:
    """A logistic sum of what speaks for a career and what for leisure."""
    return round(_chance("career", *career_values(found, reading, fields, interests, purposes)), 3)


def career_values(
    found: _Found, reading: _Reading, fields: list[Topic], interests: list[Topic], purposes: list[Topic]
) -> tuple[float, ...]:
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


@lru_cache(maxsize=1)
def _seniority() -> Phrases[str]:
    return Phrases((word, row["id"]) for row in lexicon()["seniority"] for word in row["words"])


@lru_cache(maxsize=1)
def _ladder() -> dict[str, int]:
    return {row["id"]: step for step, row in enumerate(lexicon()["seniority"])}


def seniority_of(title: str) -> str | None:
    """The highest step of the ladder (intern ... executive) that a job title names, if any."""
    return _step(split(title[:300]).stems)


def _step(stems: Sequence[str]) -> str | None:
    steps = [step for _, _, found in _seniority().found_in(stems) for step in found]
    if "intern" in steps:
        return "intern"
    return max(steps, key=_ladder().__getitem__, default=None)


def classify_title(title: str) -> TitleClassification:
    """The fields of a job title ("Senior Nurse, Leeds") and its seniority.

    Without a field that is likely enough there is none: "Supervisor" says nothing about a field.
    """
    words = split(title[:300])
    scores, phrases, known = title_scores(words)
    topics = []
    if known or phrases:
        labels = model("titles").labels
        # A greater share is a greater chance: only those that may be told are worked out.
        likely = [pair for pair in zip(softmax(scores), labels, strict=True) if pair[0] >= _LEAST_SHARE]
        likely.sort(reverse=True)
        topics = [(_chance("title", odds(share)), identity) for share, identity in likely[:_MOST_TOPICS]]
    topics.sort(key=lambda pair: (-pair[0], pair[1]))
    if not topics or topics[0][0] < _UNSURE_TITLE:
        return TitleClassification((), _step(words.stems))
    best = tuple(
        Topic(identity, round(confidence, 3), _title_evidence(identity, words, phrases.get(identity)))
        for confidence, identity in topics
        if confidence >= _LEAST_CONFIDENCE
    )
    return TitleClassification(best, _step(words.stems))


def best_of_title(title: str) -> tuple[str | None, str | None]:
    """The first field of a job title, if any, and its seniority: those of ``classify_title`` in half the time.

    For whoever asks for thousands of titles: neither the other fields nor any evidence is worked out.
    """
    words = split(title[:300])
    scores, phrases, known = title_scores(words)
    field = None
    if known or phrases:
        most = max(scores)
        share = math.exp(most) / sum(map(math.exp, scores))
        if share >= _LEAST_SHARE and _chance("title", odds(share)) >= _UNSURE_TITLE:
            field = model("titles").labels[scores.index(most)]
    return field, _step(words.stems)


def title_scores(words: Words) -> tuple[list[float], dict[str, _Score], int]:
    """The score of every field, the phrases of the lexicon, and how many features the model knows."""
    found = _Found()
    _scan(found, words, 1.0, set(), _groups()[:1])
    phrases = found.scores.get("field", {})
    weights = model("titles")
    scores, known = weights.scores([(features_of(words.stems), 1)])
    for identity, score in phrases.items():
        # Fields that an operator added have no weights: titles are judged among those of the package.
        if identity in weights.number:
            scores[weights.number[identity]] += _PHRASE_IN_TITLE * score.strength(family_near=True)
    return scores, phrases, known


def odds(share: float) -> float:
    return math.log(share + 1e-6) - math.log(1 - share + 1e-6)


def _title_evidence(identity: str, words: Words, score: _Score | None) -> tuple[str, ...]:
    if score is not None:
        return score.evidence()
    weights = model("titles")
    at = weights.number[identity]
    spoken = {word: weights.weight(stem, at) for word, stem in zip(words.typed, words.stems, strict=True)}
    best = sorted(spoken, key=lambda word: (-spoken[word], word))
    return tuple(word for word in best[:3] if spoken[word] > _SPEAKS)
