"""Job titles: the career field and the seniority that they name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.taxonomy.classify import (
    LEAST_CONFIDENCE,
    LEAST_SHARE,
    MOST_TOPICS,
    SPEAKS,
    Topic,
    calibrated,
)
from app.taxonomy.features import features_of
from app.taxonomy.model import model, softmax
from app.taxonomy.occupations import (
    FEW_WORDS,
    FoundTitle,
    counts,
    found_subjects,
    found_titles,
    parts_of,
    tells_subject,
    without_noise,
)
from app.taxonomy.taxonomy import lexicon
from app.taxonomy.words import Phrases, Words, split

# What a known title adds to the score of its field where it is the whole text, and a known subject; a part of a
# text adds its share of the words. What follows a comma or a dash tells less.
_WHOLE = 8.0
_TITLE = 5.0
# A whole title of up to three fields is stronger than any part of a text.
_LISTED = 4.5
_SUBJECT = 2.0
_PART_WEIGHT = 0.4
_RANK_ALONE = 0.2
_ACRONYM = 0.8
# From this share on a title has no second field; below that, each with this much is a likely one.
_NO_DOUBT = 0.85
_LIKELY = 0.12
# Below this chance a title has no field.
_UNSURE_TITLE = 0.4
# Pieces of words alone tell "Zahnarztassistenz" for sure, and "qwerty" for maybe.
_UNSURE_PIECES = 0.6


@dataclass(frozen=True, slots=True)
class TitleClassification:
    """The fields of a job title, best first, and the step of the ladder if the title names one."""

    fields: tuple[Topic, ...] = ()
    seniority: str | None = None


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
    reading = read_title(title)
    topics = []
    if reading.scores:
        # A greater share is a greater chance: only those that may be told are worked out.
        likely = [
            pair
            for pair in zip(softmax(reading.scores), model("titles").labels, strict=True)
            if pair[0] >= LEAST_SHARE
        ]
        likely.sort(reverse=True)
        topics = [(calibrated("title", odds(share)), identity) for share, identity in likely[:MOST_TOPICS]]
    topics.sort(key=lambda pair: (-pair[0], pair[1]))
    step = _step(reading.words.stems)
    if not topics or topics[0][0] < reading.least:
        return TitleClassification((), step)
    best = tuple(
        Topic(identity, round(confidence, 3), _title_evidence(identity, reading))
        for confidence, identity in topics
        if confidence >= LEAST_CONFIDENCE
    )
    return TitleClassification(best, step)


class LikelyFields(NamedTuple):
    """The field of a title (None where none is likely enough), every field it may well be, best first, and its seniority.

    A title that leaves no doubt has one likely field.
    """

    best: str | None
    likely: tuple[str, ...]
    seniority: str | None


def likely_fields(title: str) -> LikelyFields:
    """The fields that a job title may mean: those of ``classify_title`` in half the time, without any evidence."""
    reading = read_title(title)
    step = _step(reading.words.stems)
    if not reading.scores:
        return LikelyFields(None, (), step)
    labels, scores = model("titles").labels, reading.scores
    most = max(scores)
    total = sum(map(math.exp, scores))
    share = math.exp(most) / total
    known = share >= LEAST_SHARE and calibrated("title", odds(share)) >= reading.least
    best = labels[scores.index(most)]
    alike = reading.listed and len(reading.phrases) > 1
    if share >= _NO_DOUBT and not alike:
        return LikelyFields(best if known else None, (best,), step)
    least = math.log(_LIKELY * total)
    likely = sorted(
        (-score, label)
        for score, label in zip(scores, labels, strict=True)
        if score >= least or (alike and label in reading.phrases)
    )
    return LikelyFields(best if known else None, tuple(label for _, label in likely), step)


class TitleReading(NamedTuple):
    """The score of every field, the phrases that spoke for them, and the least chance that a field needs.

    ``listed``: the whole title is a known one.
    """

    words: Words
    scores: list[float]
    phrases: dict[str, tuple[str, ...]]
    least: float
    listed: bool


def read_title(title: str) -> TitleReading:
    """What a title says: what the model makes of its words, and the known titles in it."""
    title = without_noise(title[:300])
    parts = _subject_first(_joined(parts_of(title)))
    words = Words(
        [word for part in parts for word in part.typed], [word for part in parts for word in part.stems]
    )
    weights = model("titles")
    scores, known = weights.scores(_zones(parts))
    named = _named_fields(parts, words)
    for identity, (strength, _) in named.items():
        # Fields that an operator added have no weights: titles are judged among those of the package.
        if identity in weights.number:
            scores[weights.number[identity]] += strength
    spoken = bool(named) or any(map(weights.knows, words.stems))
    least = _UNSURE_TITLE if spoken else _UNSURE_PIECES
    listed = any(strength > _LISTED for strength, _ in named.values())
    phrases = {identity: said for identity, (_, said) in named.items()}
    return TitleReading(words, scores if spoken or known else [], phrases, least, listed)


def _zones(parts: list[Words]) -> list[tuple[Iterable[str], int]]:
    """What the model sees: the first part weighs twice; steps ("senior", "part time") only where there is nothing else."""
    told = [[word for word in part.stems if counts(word)] for part in parts]
    if not any(told):
        told = [part.stems for part in parts]
    first = next((at for at, stems in enumerate(told) if stems), None)
    if first is None:
        return []
    rest = [word for stems in told[first + 1 :] for word in stems]
    return [(features_of(told[first]), 2), *([(features_of(rest), 1)] if rest else [])]


def _joined(parts: list[Words]) -> list[Words]:
    """The parts in order, but "Director, Engineering" as "Engineering Director", which is a title."""
    if (
        len(parts) != 2
        or any(map(tells_subject, parts[0].stems))
        or not any(map(tells_subject, parts[1].stems))
    ):
        return parts
    rank, subject = parts
    return [Words(subject.typed + rank.typed, subject.stems + rank.stems)]


def _subject_first(parts: list[Words]) -> list[Words]:
    """The parts in order, but a rank ("Manager, Finance") behind what it is the rank of."""
    return sorted(parts, key=lambda part: not any(map(tells_subject, part.stems)))


def _named_fields(parts: list[Words], words: Words) -> dict[str, tuple[float, tuple[str, ...]]]:
    """What known titles add to the score of each field, and the one that added the most."""
    best: dict[str, tuple[float, tuple[str, ...]]] = {}

    def offer(fields: dict[str, float], strength: float, said: tuple[str, ...]) -> None:
        for identity, share in fields.items():
            worth = strength * share**0.5
            if worth > best.get(identity, (0.0, ()))[0]:
                best[identity] = worth, said

    short = len(words.stems) <= FEW_WORDS
    has_subject = any(map(tells_subject, words.stems))
    # "PT (personal trainer)": what follows an acronym tells what it stands for.
    told_after = len(parts) > 1 and len(parts[0].typed) == 1 and parts[0].typed[0].isupper()
    for at, part in enumerate(parts):
        rank = _PART_WEIGHT if at and not told_after else 1.0
        total = sum(map(counts, part.stems)) or 1
        for view, known in _views(part, short=short):
            for found in known:
                covered = view.stems[found.start : found.end]
                share = min((sum(map(counts, covered)) or 1) / total, 1.0)
                if has_subject and not any(map(tells_subject, covered)):
                    share *= _RANK_ALONE
                if len(covered) == 1 and len(covered[0]) > 2 and view.typed[found.start].isupper():
                    share = max(share, _ACRONYM)
                strength = _WHOLE if share == 1 and not (told_after and at == 0) else _TITLE * share
                offer(found.fields, rank * strength, tuple(view.typed[found.start : found.end]))
    subject = [word for word in words.stems if tells_subject(word)]
    for found in found_subjects(subject):
        offer(
            found.fields,
            _SUBJECT * (found.end - found.start) / len(subject),
            tuple(subject[found.start : found.end]),
        )
    return best


def _views(part: Words, *, short: bool) -> Iterator[tuple[Words, list[FoundTitle]]]:
    """A part and the titles in it: as it stands, and without steps ("senior", "assistant") unless they belong to one."""
    whole = list(found_titles(part, short=short))
    yield part, whole
    kept = [at for at, word in enumerate(part.stems) if counts(word)]
    if len(kept) == len(part.stems):
        return
    bound = any(not counts(word) for found in whole for word in part.stems[found.start : found.end])
    if not bound:
        bare = Words([part.typed[at] for at in kept], [part.stems[at] for at in kept])
        yield bare, list(found_titles(bare, short=short))


def odds(share: float) -> float:
    """The logarithm of the odds of a share."""
    return math.log(share + 1e-6) - math.log(1 - share + 1e-6)


def _title_evidence(identity: str, reading: TitleReading) -> tuple[str, ...]:
    if identity in reading.phrases:
        return (" ".join(reading.phrases[identity]),)
    weights, words = model("titles"), reading.words
    at = weights.number[identity]
    spoken = {word: weights.weight(stem, at) for word, stem in zip(words.typed, words.stems, strict=True)}
    best = sorted(spoken, key=lambda word: (-spoken[word], word))
    return tuple(word for word in best[:3] if spoken[word] > SPEAKS)
