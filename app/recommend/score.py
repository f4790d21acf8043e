"""How good a group or event is for one person: six parts, each 0..1, then one score of 0..100. Pure.

Nearer, livelier and more on topic never lower a score, all else equal; a part that is unknown is neutral. The formula and
where its numbers come from: docs/recommendation.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from app.core.fold import fold
from app.recommend.constants import constants
from app.recommend.records import Because, Candidate, Profile, Scored, Terms
from app.taxonomy.taxonomy import expand_field, load

_DAY = 86_400.0
_MOST_INTERESTS = 3
_CAREER_INTERESTS = (
    "job-search-support", "career-change", "interview-practice", "mentoring", "professional-women",
    "young-professionals", "business-networking",
)  # fmt: skip
_FOR_ANY_JOB_SEEKER = {"job-search": 1.0, "hiring": 1.0, "mentoring": 0.9, "networking": 0.5}
_KINDS_OF_PRICE = {True: "free", False: "paid"}
_EVENING = range(17 * 60, 22 * 60)


def rank(
    profile: Profile, groups: Iterable[Candidate], now: datetime, affinity: Mapping[str, float] | None = None
) -> list[Scored]:
    """All of them, best first; equal scores by the nearer date, then by id. `affinity`: see `similarity.Circle.affinity`."""
    liked = affinity or {}
    scored = [score(profile, each, now, liked.get(each.id)) for each in groups]
    return sorted(scored, key=order)


def order(each: Scored) -> tuple[float, float, str]:
    """The key that puts the best first."""
    soon = each.facts.starts_at or each.facts.next_event
    return -each.score, soon.timestamp() if soon else math.inf, each.facts.id


def score(profile: Profile, facts: Candidate, now: datetime, pull: float | None = None) -> Scored:
    """The score of one group or event; `pull` (0..1) is its likeness to groups already joined."""
    topical, met = _topical(profile, facts, pull)
    terms = Terms(
        topical=topical,
        place=_place(profile, facts),
        # Likeness to joined groups knows already how large a group is.
        health=_health(facts, now, sized=pull is None),
        useful=_useful(profile, facts),
        novel=_novel(profile, facts),
        practical=_practical(profile, facts),
        factor=_factor(profile, facts, now),
        met=met,
    )
    return Scored(facts, _total(profile, terms), terms)


def _total(profile: Profile, terms: Terms) -> float:
    phase = {"unmapped": "unmapped", "ask": "ask", "ask+grow": "ask", "grow": "grow"}[profile.phase]
    weights, gates = constants().weights[phase], constants().gates
    parts: float = sum(weight * getattr(terms, name) for name, weight in weights.items())
    gate = min(1.0, terms.topical / gates.topical) * min(1.0, terms.health / gates.health)
    near = 0.5 + 0.5 * min(1.0, terms.place / gates.place)
    return round(100 * gate * near * terms.factor * parts, 3)


# --- what it is about ----------------------------------------------------------------------------------


def _topical(
    profile: Profile, facts: Candidate, pull: float | None
) -> tuple[float, tuple[tuple[Because, str, float], ...]]:
    """How much of the wishes it meets, and which; each kind of wish adds to what the others left open."""
    numbers = constants().topical
    if not profile.fields and not profile.interests and pull is None:
        # Nothing is known of the person but a place: what serves a career comes first.
        return numbers.unasked + numbers.unasked_career * facts.career, ()
    career = _career_weight(profile)
    fields = _fields_met(profile, facts)
    interests = _interests_met(profile, facts)
    by_field = numbers.field_best + numbers.field_by_career * career
    by_interest = numbers.interest_best + numbers.interest_by_career * career
    if not profile.interests:
        by_field = max(by_field, numbers.joined_best)
    if not profile.fields:
        by_interest = max(by_interest, numbers.joined_best)
    best_field = fields[0][2] if fields else 0.0
    left = 1 - by_field * best_field
    missed = 1.0
    for _, _, value in interests[:_MOST_INTERESTS]:
        missed *= 1 - value
    left *= 1 - by_interest * (1 - missed)
    met = [(because, identity, value * by_field) for because, identity, value in fields[:1]]
    met += [("interest", identity, value * by_interest) for _, identity, value in interests[:_MOST_INTERESTS]]
    if pull is not None:
        left *= 1 - numbers.joined_best * pull
        met.append(("groups", "", numbers.joined_best * pull * 0.999))
    met = [each for each in met if each[2] > 0.05]
    met.sort(key=lambda each: (-each[2], each[1]))
    return 1 - left, tuple(met)


def _certainty(confidence: float) -> float:
    return min(1.0, confidence / constants().topical.certain)


def _met_by(sure: float, beside: float) -> float:
    """How much a topic of a listing counts; what is met only roughly, by its share beside the surest other topic."""
    return _certainty(sure) * (sure / (sure + beside) if beside else 1.0)


def _surest_beside(worth: Mapping[str, object], topics: Mapping[str, float]) -> float:
    return max((sure for identity, sure in topics.items() if identity not in worth), default=0.0)


@lru_cache(maxsize=4096)
def _field_worth(wishes: tuple[tuple[str, float], ...]) -> dict[str, tuple[Because, float]]:
    """What a field or family of a group is worth for wished fields with weights: career if it is one, else industry."""
    numbers, known = constants().topical, load().fields
    worth: dict[str, tuple[Because, float]] = {}

    def offer(because: Because, identity: str, value: float) -> None:
        if value > worth.get(identity, (because, 0.0))[1]:
            worth[identity] = because, value

    for wished, weight in wishes:
        exact = expand_field(wished)
        families = {known[each].family for each in exact}
        for identity in (wished, *exact):
            offer("career", identity, weight)
        for family in families:
            offer("career", family, numbers.whole_family * weight)
        for identity in {other for each in exact for other in known[each].adjacent}:
            offer("industry", identity, numbers.adjacent_field * weight)
        for identity, found in known.items():
            if found.family in families:
                offer("industry", identity, numbers.same_family * weight)
    return worth


def _fields_met(profile: Profile, facts: Candidate) -> list[tuple[Because, str, float]]:
    """(career | industry, the listing's topic, how much) of what meets the wished fields, best first."""
    if not profile.fields:
        return []
    worth = _field_worth(tuple(profile.fields.items()))
    served = min(1.0, facts.career / constants().topical.career_served)
    beside = _surest_beside(worth, facts.fields)
    met: list[tuple[Because, str, float]] = []
    for identity in worth.keys() & facts.fields.keys():
        because, value = worth[identity]
        sure = facts.fields[identity]
        met.append(
            (because, identity, served * value * _met_by(sure, 0.0 if because == "career" else beside))
        )
    helps = _helps_any(facts) if facts.career > 0.1 else 0.0
    if helps:
        general = constants().topical.career_in_general * helps * max(profile.fields.values())
        met.append(("career", "career-networking", general))
    return sorted(met, key=lambda each: (-each[2], each[1]))


def _helps_any(facts: Candidate) -> float:
    """How much it helps somebody who looks for work in whatever field; a circle of one other field hardly does."""
    named = max((_certainty(facts.interests.get(each, 0.0)) for each in _CAREER_INTERESTS), default=0.0)
    meant = max(
        (worth * _certainty(facts.purposes.get(each, 0.0)) for each, worth in _FOR_ANY_JOB_SEEKER.items()),
        default=0.0,
    )
    own = max((_certainty(each) for each in facts.fields.values()), default=0.0)
    return facts.career * max(named, meant) * (1 - own)


@lru_cache(maxsize=4096)
def _interest_worth(wishes: tuple[tuple[str, float], ...]) -> dict[str, float]:
    """What an interest or category of a group is worth for wished interests with weights."""
    numbers, known = constants().topical, load()
    worth: dict[str, float] = {}
    for wished, weight in wishes:
        category = known.interests[wished].category if wished in known.interests else wished
        offers = {category: numbers.whole_category * weight}
        for identity, found in known.interests.items():
            if found.category == category and not found.sensitive:
                offers[identity] = weight * (1.0 if wished == category else numbers.same_category)
        offers[wished] = weight
        for identity, value in offers.items():
            worth[identity] = max(worth.get(identity, 0.0), value)
    return worth


def _interests_met(profile: Profile, facts: Candidate) -> list[tuple[Because, str, float]]:
    if not profile.interests:
        return []
    worth = _interest_worth(tuple(profile.interests.items()))
    beside = _surest_beside(worth, facts.interests)
    met: list[tuple[Because, str, float]] = []
    for identity in worth.keys() & facts.interests.keys():
        sure = facts.interests[identity]
        exact = identity in load().interests
        met.append(("interest", identity, worth[identity] * _met_by(sure, 0.0 if exact else beside)))
    return sorted(met, key=lambda each: (-each[2], each[1]))


# --- where, how alive, what for ------------------------------------------------------------------------


def _place(profile: Profile, facts: Candidate) -> float:
    numbers = constants().place
    if facts.online and (facts.distance_km is None or profile.mode == "online"):
        return numbers.online if profile.mode != "online" else 1.0
    if not profile.has_place or facts.distance_km is None:
        return numbers.unknown
    half = numbers.half_of_radius * profile.radius_km
    half = max(numbers.half_least_km, min(half, numbers.half_most_km))
    near = 1 / (1 + (facts.distance_km / half) ** 2)
    if facts.distance_km > profile.radius_km:
        near *= numbers.outside
    return max(near, numbers.online) if facts.online else near


def _health(facts: Candidate, now: datetime, *, sized: bool) -> float:
    numbers = constants().health
    size = numbers.unknown
    if sized and facts.members is not None:
        size = min(1.0, math.log1p(max(facts.members, 0)) / math.log1p(numbers.full_size))
    if facts.last_event is None and facts.next_event is None:
        if facts.dormant:
            return numbers.dead * size
        rest = numbers.cadence + numbers.fresh + numbers.soon
        return numbers.no_sign * (numbers.unknown * rest) + numbers.size * size
    idle = math.inf if facts.last_event is None else (now - facts.last_event).total_seconds() / _DAY
    ahead = math.inf if facts.next_event is None else (facts.next_event - now).total_seconds() / _DAY
    coming = ahead >= 0 and ahead != math.inf
    fresh = math.exp(-max(0.0, idle - numbers.fresh_days) / numbers.fresh_decay_days)
    soon = math.exp(-max(0.0, ahead - numbers.soon_days) / numbers.soon_decay_days) if coming else 0.0
    # A date ahead shows life as much as one behind: a group that starts has no past.
    fresh = max(fresh, 0.8 * soon)
    soon = max(soon, numbers.no_next)
    cadence = numbers.unknown
    if facts.events_per_month is not None:
        cadence = 1 - math.exp(-facts.events_per_month / numbers.cadence_scale)
    total = numbers.cadence * cadence + numbers.fresh * fresh + numbers.soon * soon + numbers.size * size
    if not coming and idle > numbers.dead_days:
        total *= numbers.dead
    return total


def _career_weight(profile: Profile) -> float:
    """How much the career counts beside other wishes: as said, else by what is wished."""
    if profile.career_weight is not None:
        return profile.career_weight
    numbers = constants().topical
    if profile.fields:
        return numbers.career_weight
    return numbers.career_weight_of_interests if profile.interests else numbers.career_weight_of_none


def _useful(profile: Profile, facts: Candidate) -> float:
    """Worth to somebody who looks for work: the best purpose, a little for each further one; half where none is looked for."""
    worth, wanted = _worth(facts), _career_weight(profile) / constants().topical.career_weight
    return 0.5 + (worth - 0.5) * min(1.0, wanted)


def _worth(facts: Candidate) -> float:
    numbers, purposes = constants().useful, load().purposes
    worth = [
        purposes[each].usefulness * _certainty(sure)
        for each, sure in facts.purposes.items()
        if each in purposes
    ]
    general = numbers.career * facts.career + numbers.unknown * (1 - facts.career) * 0.5
    best = max([*worth, general])
    more = min(numbers.others_most, numbers.another_purpose * max(0, len(worth) - 1))
    return min(1.0, best + more)


def _novel(profile: Profile, facts: Candidate) -> float:
    """How little the mapped network reaches of what it serves."""
    numbers = constants().novel
    if profile.covered is None:
        return numbers.unmapped
    named = uncovered_companies(profile, facts)
    lift = numbers.target_company if named else 0.0
    fields = new_fields(profile, facts)
    if not fields:
        return min(1.0, numbers.unmapped + lift)
    total = weights = 0.0
    for identity, confidence in fields.items():
        total += confidence * (1 - getattr(numbers, _level(profile, identity)))
        weights += confidence
    return min(1.0, total / weights + lift)


def new_fields(profile: Profile, facts: Candidate) -> dict[str, float]:
    """The fields of a group by which it can be new to a network: sure ones, and of what was asked for or next to it.

    That a network has nobody in agriculture says nothing to a data analyst, nor does a field that a group may not have.
    """
    near = _near_fields(tuple(sorted(profile.fields)))
    return {
        identity: sure
        for identity, sure in facts.fields.items()
        if sure >= constants().novel.sure and (not near or identity in near)
    }


@lru_cache(maxsize=1024)
def _near_fields(wishes: tuple[str, ...]) -> frozenset[str]:
    """The wished fields, those next to them, and their families; empty where none is wished."""
    known = load().fields
    fields = {field for wish in wishes for field in expand_field(wish) if field in known}
    around = {other for field in fields for other in known[field].adjacent}
    return frozenset({*wishes, *fields, *around, *(known[field].family for field in fields)})


def _level(profile: Profile, identity: str) -> str:
    """How far the network reaches into a field, a family as far as its best field; `unmapped` where the map is silent."""
    assert profile.covered is not None
    order = ("unmapped", "none", "thin", "covered")
    levels = [profile.covered.fields.get(each, "unmapped") for each in expand_field(identity) or (identity,)]
    return max(levels, key=order.index)


def uncovered_companies(profile: Profile, facts: Candidate) -> tuple[str, ...]:
    """Companies the person aims for and knows nobody at, that the group's texts name as whole words."""
    covered = profile.covered.companies if profile.covered else {}
    wanted = {*profile.companies, *(name for name, level in covered.items() if level == "none")}
    if not wanted:
        return ()
    parts = (facts.name, facts.description, facts.organiser, facts.venue)
    said = f" {fold(' '.join(part for part in parts if part))} "
    return tuple(
        sorted(
            name
            for name in wanted
            if covered.get(name, "none") == "none" and fold(name) and f" {fold(name)} " in said
        )
    )


def _practical(profile: Profile, facts: Candidate) -> float:
    numbers = constants().practical
    value = numbers.base if facts.is_free is None else getattr(numbers, _KINDS_OF_PRICE[facts.is_free])
    if facts.language and profile.language and facts.language.split("-")[0] != profile.language.split("-")[0]:
        value *= numbers.other_language
    if facts.starts_at is not None and facts.timezone:
        value *= numbers.evening if is_off_work(facts) else numbers.working_hours
    return value


def is_off_work(facts: Candidate) -> bool:
    """Whether an event is on a weekend or between 17:00 and 22:00 of its own zone."""
    from zoneinfo import ZoneInfo

    assert facts.starts_at is not None
    local = facts.starts_at.astimezone(ZoneInfo(facts.timezone or "UTC"))
    return local.weekday() >= 5 or local.hour * 60 + local.minute in _EVENING


def _factor(profile: Profile, facts: Candidate, now: datetime) -> float:
    """What turns away although all else fits: sales pitches, and for an event a date far off or too near."""
    signals, numbers = constants().signals, constants().events
    factor = min(
        (signals.get(each, 1.0) for each in facts.signals if not _chosen(profile, each)), default=1.0
    )
    if facts.starts_at is not None:
        days = (facts.starts_at - now).total_seconds() / _DAY
        if days < 1:
            factor *= numbers.within_a_day
        elif days > numbers.much_later_days:
            factor *= numbers.much_later
        elif days > numbers.soon_days:
            factor *= numbers.later
    return factor


def _chosen(profile: Profile, signal: str) -> bool:
    """Dating is not a fault to somebody who looks for it."""
    return signal == "dating" and bool({"singles-events", "social"} & set(profile.interests))
