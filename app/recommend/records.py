"""What the recommender is given and gives back: a profile, facts of a group or event, a pick. Plain frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Phase = Literal["unmapped", "ask", "ask+grow", "grow"]
Level = Literal["none", "thin", "covered"]
Because = Literal["career", "industry", "interest", "groups", "place"]
PHASES: tuple[Phase, ...] = ("unmapped", "ask", "ask+grow", "grow")


@dataclass(frozen=True, slots=True)
class Covered:
    """What a mapped network reaches: `none`, `thin` or `covered` by field id, company name and seniority."""

    fields: Mapping[str, Level] = field(default_factory=dict)
    companies: Mapping[str, Level] = field(default_factory=dict)
    seniorities: Mapping[str, Level] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person wishes. Weights of fields and interests are 0..1; `radius_km` is how far they would travel.

    Ids of families and interest categories stand for all that is in them. `typed` are the words that fields (`career`) and
    interests (`interest`) were asked for by. `career_weight` 0..1 says how much the career
    counts beside interests.
    """

    fields: Mapping[str, float] = field(default_factory=dict)
    interests: Mapping[str, float] = field(default_factory=dict)
    typed: tuple[tuple[Because, str], ...] = ()
    companies: tuple[str, ...] = ()
    radius_km: float = 25.0
    has_place: bool = False
    place: str | None = None
    mode: Literal["offline", "online", "mixed"] | None = None
    language: str | None = None
    free: bool | None = None
    career_weight: float | None = None
    phase: Phase = "unmapped"
    covered: Covered | None = None

    @property
    def typed_fields(self) -> tuple[str, ...]:
        """The words that fields were asked for by."""
        return tuple(words for because, words in self.typed if because == "career")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a group (or of one event, with what its group is known by). Times are aware UTC, None = unknown.

    `topics` maps field, interest and purpose ids to confidences; `starts_at` is set for events alone; `local_minute` and
    `local_weekday` are those of the next event in its own zone.
    """

    id: str
    name: str
    description: str | None = None
    fields: Mapping[str, float] = field(default_factory=dict)
    interests: Mapping[str, float] = field(default_factory=dict)
    purposes: Mapping[str, float] = field(default_factory=dict)
    career: float = 0.0
    category: str | None = None
    audience: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    distance_km: float | None = None
    area_only: bool = False
    online: bool = False
    members: int | None = None
    last_event: datetime | None = None
    next_event: datetime | None = None
    events_per_month: float | None = None
    # The first event known, and how many come in the next 90 days; None = not told.
    known_since: datetime | None = None
    coming: int | None = None
    dormant: bool = False
    is_free: bool | None = None
    language: str | None = None
    organiser: str | None = None
    venue: str | None = None
    timezone: str | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The parts of a score, each 0..1."""

    topical: float
    place: float
    health: float
    useful: float
    novel: float
    practical: float
    # What pulls down: signals of spam, a date far off.
    factor: float = 1.0
    # (kind of wish, the id that met it, how much), the strongest first.
    met: tuple[tuple[Because, str, float], ...] = ()

    def as_dict(self) -> dict[str, float]:
        """For answers; rounded to three places."""
        names = ("topical", "place", "health", "useful", "novel", "practical", "factor")
        return {name: round(getattr(self, name), 3) for name in names}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code that programs know, a sentence, and what it rests on."""

    code: str
    text: str
    evidence: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it stands in answers."""
        return {"code": self.code, "text": self.text, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Scored:
    """A group or event with its score, 0..100."""

    facts: Candidate
    score: float
    terms: Terms

    @property
    def because(self) -> Because:
        """What it serves most: shared career, shared industry, shared interest, groups like one's own, or the place."""
        return self.terms.met[0][0] if self.terms.met else "place"
