"""Job titles: the career field and the seniority that they name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.taxonomy.classify import (
    LEAST_CONFIDENCE,
    LEAST_SHARE,
    MOST_TOPICS,
    SPEAKS,
    Found,
    Topic,
    calibrated,
    scan,
)
from app.taxonomy.features import features_of
from app.taxonomy.model import model, softmax
from app.taxonomy.phrases import Score, phrase_groups
from app.taxonomy.taxonomy import lexicon
from app.taxonomy.words import Phrases, Words, split

# What a known phrase adds to the score of its field in a job title; below the least chance a title has no field.
_PHRASE_IN_TITLE = 0.7
_UNSURE_TITLE = 0.375


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
    words = split(title[:300])
    scores, phrases, known = title_scores(words)
    topics = []
    if known or phrases:
        labels = model("titles").labels
        # A greater share is a greater chance: only those that may be told are worked out.
        likely = [pair for pair in zip(softmax(scores), labels, strict=True) if pair[0] >= LEAST_SHARE]
        likely.sort(reverse=True)
        topics = [(calibrated("title", odds(share)), identity) for share, identity in likely[:MOST_TOPICS]]
    topics.sort(key=lambda pair: (-pair[0], pair[1]))
    if not topics or topics[0][0] < _UNSURE_TITLE:
        return TitleClassification((), _step(words.stems))
    best = tuple(
        Topic(identity, round(confidence, 3), _title_evidence(identity, words, phrases.get(identity)))
        for confidence, identity in topics
        if confidence >= LEAST_CONFIDENCE
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
        if share >= LEAST_SHARE and calibrated("title", odds(share)) >= _UNSURE_TITLE:
            field = model("titles").labels[scores.index(most)]
    return field, _step(words.stems)


def title_scores(words: Words) -> tuple[list[float], dict[str, Score], int]:
    """The score of every field, the phrases of the lexicon, and how many features the model knows."""
    found = Found()
    scan(found, words, 1.0, set(), phrase_groups()[:1])
    phrases = found.scores.get("field", {})
    weights = model("titles")
    scores, known = weights.scores([(features_of(words.stems), 1)])
    for identity, score in phrases.items():
        # Fields that an operator added have no weights: titles are judged among those of the package.
        if identity in weights.number:
            scores[weights.number[identity]] += _PHRASE_IN_TITLE * score.strength(family_near=True)
    return scores, phrases, known


def odds(share: float) -> float:
    """The logarithm of the odds of a share."""
    return math.log(share + 1e-6) - math.log(1 - share + 1e-6)


def _title_evidence(identity: str, words: Words, score: Score | None) -> tuple[str, ...]:
    if score is not None:
        return score.evidence()
    weights = model("titles")
    at = weights.number[identity]
    spoken = {word: weights.weight(stem, at) for word, stem in zip(words.typed, words.stems, strict=True)}
    best = sorted(spoken, key=lambda word: (-spoken[word], word))
    return tuple(word for word in best[:3] if spoken[word] > SPEAKS)
