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
from app.recommend.records import Candidate, Profile, Scored, Terms
from app.recommend.text_match import match_text
from app.recommend.topical import career_weight, certainty, topical
from app.taxonomy.taxonomy import expand_field, load
from app.taxonomy.unwanted import asks_for

_DAY = 86_400.0
_KINDS_OF_PRICE = {True: "free", False: "paid"}
_EVENING = range(17 * 60, 22 * 60)


def rank(
    profile: Profile,
    groups: Iterable[Candidate],
    now: datetime,
    affinity: Mapping[str, float] | None = None,
    *,
    reads: bool = True,
) -> list[Scored]:
    """All of them, best first; equal scores by the nearer date, then by id. `affinity`: see `similarity.Circle.affinity`.

    `reads`: whether descriptions are searched for the words that were asked for, or names alone, which is ten times as fast.
    """
    liked = affinity or {}
    scored = [score(profile, each, now, liked.get(each.id), reads=reads) for each in groups]
    return sorted(scored, key=order)


def order(each: Scored) -> tuple[float, float, str]:
    """The key that puts the best first."""
    soon = each.facts.starts_at or each.facts.next_event
    return -each.score, soon.timestamp() if soon else math.inf, each.facts.id


def score(
    profile: Profile, facts: Candidate, now: datetime, pull: float | None = None, *, reads: bool = True
) -> Scored:
    """The score of one group or event; `pull` (0..1) is its likeness to groups already joined."""
    said = match_text(profile, facts.name, facts.description if reads else None)
    topical_part, met = topical(profile, facts, pull, said)
    terms = Terms(
        topical=topical_part,
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


def _useful(profile: Profile, facts: Candidate) -> float:
    """Worth to somebody who looks for work: the best purpose, a little for each further one; half where none is looked for."""
    worth, wanted = _worth(facts), career_weight(profile) / constants().topical.career_weight
    return 0.5 + (worth - 0.5) * min(1.0, wanted)


def _worth(facts: Candidate) -> float:
    numbers, purposes = constants().useful, load().purposes
    worth = [
        purposes[each].usefulness * certainty(sure)
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
    """What somebody asked for is no fault to them."""
    if signal == "dating" and "singles-events" in profile.interests:
        return True
    return asks_for(signal, (words for _, words in profile.typed))
