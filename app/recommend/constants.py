"""The numbers of the recommender, from ``data/recommender.toml``; where they come from stands beside them. Pure."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

_FILE = Path(__file__).with_name("data") / "recommender.toml"


@dataclass(frozen=True, slots=True)
class TopicalConstants:
    """Numbers of the section `topical`."""

    certain: float
    adjacent_field: float
    same_family: float
    whole_family: float
    career_in_general: float
    same_category: float
    whole_category: float
    career_served: float
    field_best: float
    field_by_career: float
    interest_best: float
    interest_by_career: float
    joined_best: float
    career_weight: float
    career_weight_of_interests: float
    career_weight_of_none: float
    kindred_interest: float
    kindred_of_others: float
    unasked: float
    unasked_career: float


@dataclass(frozen=True, slots=True)
class WordsConstants:
    """Numbers of the section `words`."""

    name: float
    description: float
    ambiguous: float
    family_word: float
    kindred: float
    of_family: float
    part: float
    vague_part: float
    best: float


@dataclass(frozen=True, slots=True)
class PlaceConstants:
    """Numbers of the section `place`."""

    unknown: float
    half_of_radius: float
    half_least_km: float
    half_most_km: float
    online: float
    outside: float


@dataclass(frozen=True, slots=True)
class HealthConstants:
    """Numbers of the section `health`."""

    cadence: float
    fresh: float
    soon: float
    size: float
    cadence_scale: float
    fresh_days: float
    fresh_decay_days: float
    soon_days: float
    soon_decay_days: float
    no_next: float
    full_size: float
    unknown: float
    dead_days: float
    dead: float
    no_sign: float


@dataclass(frozen=True, slots=True)
class UsefulConstants:
    """Numbers of the section `useful`."""

    another_purpose: float
    others_most: float
    unknown: float
    career: float


@dataclass(frozen=True, slots=True)
class NovelConstants:
    """Numbers of the section `novel`."""

    sure: float
    unmapped: float
    none: float
    thin: float
    covered: float
    target_company: float


@dataclass(frozen=True, slots=True)
class PracticalConstants:
    """Numbers of the section `practical`."""

    base: float
    free: float
    paid: float
    other_language: float
    evening: float
    working_hours: float


@dataclass(frozen=True, slots=True)
class GatesConstants:
    """Numbers of the section `gates`."""

    topical: float
    health: float
    place: float


@dataclass(frozen=True, slots=True)
class SimilarityConstants:
    """Numbers of the section `likeness`."""

    members: float
    category: float
    meaning: float
    topics: float
    spelling: float
    audience: float
    agreement: float
    typical: float


@dataclass(frozen=True, slots=True)
class EventsConstants:
    """Numbers of the section `events`."""

    within_a_day: float
    soon_days: float
    later: float
    much_later_days: float
    much_later: float


@dataclass(frozen=True, slots=True)
class VarietyConstants:
    """Numbers of the section `variety`."""

    relevance: float
    topics: float
    organiser: float
    venue: float
    slot: float
    looked_at: float
    first: float
    most_of_organiser: float
    most_of_topics: float
    good_enough: float
    margin: float
    margin_of_kinds: float


@dataclass(frozen=True, slots=True)
class SuitsConstants:
    """Numbers of the section `suits`."""

    small: float
    again: float
    career: float


@dataclass(frozen=True, slots=True)
class BandsConstants:
    """Numbers of the section `bands`."""

    strong: float
    good: float
    possible: float


@dataclass(frozen=True, slots=True)
class Constants:
    """The values of `data/recommender.toml`. `weights`: phase -> part of the score -> weight; `signals`: signal -> factor."""

    weights: Mapping[str, Mapping[str, float]]
    topical: TopicalConstants
    words: WordsConstants
    place: PlaceConstants
    health: HealthConstants
    useful: UsefulConstants
    novel: NovelConstants
    practical: PracticalConstants
    signals: Mapping[str, float]
    gates: GatesConstants
    similarity: SimilarityConstants
    events: EventsConstants
    variety: VarietyConstants
    suits: SuitsConstants
    bands: BandsConstants


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@lru_cache(maxsize=1)
def constants() -> Constants:
    """The values, each with a name that the type checker knows. Raises TypeError for a missing or unknown one."""
    document = {name: section for name, section in _document().items() if name != "id"}
    weights = {
        phase: {part: float(value) for part, value in parts.items()}
        for phase, parts in document.pop("weights").items()
    }
    # The bytes of the file are hashed into answers: its section keeps its name.
    document["similarity"] = document.pop("likeness")
    signals = {name: float(value) for name, value in document.pop("signals").items()}
    kinds = get_type_hints(Constants)
    sections: dict[str, Any] = {
        name: kinds[name](**{key: float(value) for key, value in section.items()})
        for name, section in document.items()
    }
    return Constants(weights=weights, signals=signals, **sections)


@lru_cache(maxsize=1)
def model() -> dict[str, str]:
    """Which numbers an answer was made with: ``{"id", "hash"}``, so that two answers can be compared."""
    digest = hashlib.blake2b(_FILE.read_bytes(), digest_size=6).hexdigest()
    return {"id": str(_document()["id"]), "hash": digest}
