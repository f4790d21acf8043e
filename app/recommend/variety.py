"""The first page of picks: good ones that differ, and each kind of reason among them where a good one exists. Pure.

Maximal marginal relevance (Carbonell and Goldstein 1998) with limits for the first ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.recommend.constants import constants
from app.recommend.records import Because, Candidate, Scored

_WANTED: tuple[Because, ...] = ("career", "industry", "interest")


class _Look(NamedTuple):
    """What of a pick is compared: its topics, organiser, venue and slot of the week."""

    topics: frozenset[str]
    organiser: str | None
    venue: str | None
    slot: tuple[int, int] | None


def varied(ranked: Sequence[Scored], count: int) -> list[Scored]:
    """`count` of the ranked ones at most, best first: which ones is a matter of variety, in which order is not."""
    numbers = constants().variety
    looked_at = int(numbers.looked_at)
    rest = [(each, _look(each.facts)) for each in ranked[:looked_at]]
    # How much each is like the most similar of those picked so far.
    nearest = [0.0] * len(rest)
    picked: list[tuple[Scored, _Look]] = []
    while rest and len(picked) < count:
        wanted = _missing(picked, rest)
        # Variety chooses among what is nearly as good as the best that is left, and never takes a poor one for a good one.
        kinds = _within(numbers.margin_of_kinds, rest, picked, wanted) if wanted else []
        near = kinds or _within(numbers.margin, rest, picked, set())
        allowed = near or _of_other_organisers(rest, picked) or [0]
        best = max(
            allowed,
            key=lambda at: (
                numbers.relevance * rest[at][0].score / 100 - (1 - numbers.relevance) * nearest[at],
                rest[at][0].score,
            ),
        )
        chosen = rest.pop(best)
        nearest.pop(best)
        picked.append(chosen)
        nearest = [max(old, _alike(look, chosen[1])) for old, (_, look) in zip(nearest, rest, strict=True)]
    chosen_ids = {id(each) for each, _ in picked}
    later = ranked[looked_at : looked_at + count - len(picked)]
    return [*(each for each in ranked[:looked_at] if id(each) in chosen_ids), *later]


def _within(
    margin: float,
    rest: Sequence[tuple[Scored, _Look]],
    picked: Sequence[tuple[Scored, _Look]],
    wanted: set[Because],
) -> list[int]:
    """Places of those that fit and are at most so much below the best that is left."""
    least = rest[0][0].score - margin
    return [at for at, each in enumerate(rest) if each[0].score >= least and _fits(each, picked, wanted)]


def _of_other_organisers(
    rest: Sequence[tuple[Scored, _Look]], picked: Sequence[tuple[Scored, _Look]]
) -> list[int]:
    """The place of the best whose organiser is not there often enough already."""
    return next(([at] for at, (_, look) in enumerate(rest) if not _crowds(look, picked)), [])


def _missing(picked: Sequence[tuple[Scored, _Look]], rest: Sequence[tuple[Scored, _Look]]) -> set[Because]:
    """Kinds of reason that no pick has yet though a good one is there: after the best two they come next."""
    numbers = constants().variety
    if not 2 <= len(picked) < numbers.first:
        return set()
    have = {each.because for each, _ in picked}
    good = {each.because for each, _ in rest if each.score >= numbers.good_enough}
    return {kind for kind in _WANTED if kind not in have and kind in good}


def _fits(each: tuple[Scored, _Look], picked: Sequence[tuple[Scored, _Look]], wanted: set[Because]) -> bool:
    numbers = constants().variety
    if len(picked) >= numbers.first:
        return True
    scored, look = each
    if wanted and scored.because not in wanted:
        return False
    if _crowds(look, picked):
        return False
    return not look.topics or sum(look.topics == other.topics for _, other in picked) < numbers.most_of_topics


def _crowds(look: _Look, picked: Sequence[tuple[Scored, _Look]]) -> bool:
    """Whether the organiser has as many of the first ten as one may have."""
    numbers = constants().variety
    if not look.organiser or len(picked) >= numbers.first:
        return False
    return sum(look.organiser == other.organiser for _, other in picked) >= numbers.most_of_organiser


def similarity(one: Candidate, other: Candidate) -> float:
    """0..1: topics, organiser, venue and the slot of the week they share."""
    return _alike(_look(one), _look(other))


def _alike(one: _Look, other: _Look) -> float:
    numbers = constants().variety
    total = 0.0
    if one.topics and other.topics:
        shared = len(one.topics & other.topics)
        total += numbers.topics * shared / (len(one.topics) + len(other.topics) - shared)
    for name in ("organiser", "venue", "slot"):
        mine = getattr(one, name)
        total += getattr(numbers, name) * (mine is not None and mine == getattr(other, name))
    return total


def _look(facts: Candidate) -> _Look:
    moment = facts.starts_at or facts.next_event
    # The topics that are more likely than not.
    topics = frozenset(
        each for topics in (facts.fields, facts.interests) for each, sure in topics.items() if sure >= 0.4
    )
    slot = None if moment is None else (moment.weekday(), moment.hour // 4)
    return _Look(topics, facts.organiser, facts.venue, slot)
