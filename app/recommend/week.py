"""A plan for the week: at most three events that do not clash, in order of their dates. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.recommend.records import Scored

MOST_A_WEEK = 3
_LENGTH = timedelta(hours=2)
_TRAVEL = timedelta(hours=1)


def week(ranked: Sequence[Scored], now: datetime, *, least_score: float = 55.0) -> list[Scored]:
    """The best events of the seven days from now, one an organiser, one an evening, none over another.

    An event counts as two hours, with an hour to get to the next one. The best is taken first, so that a better event
    never gives way to two lesser ones.
    """
    chosen: list[Scored] = []
    for each in ranked:
        starts = each.facts.starts_at
        if starts is None or not now <= starts < now + timedelta(days=7) or each.score < least_score:
            continue
        if len(chosen) < MOST_A_WEEK and not any(_clash(each, other) for other in chosen):
            chosen.append(each)
    return sorted(chosen, key=lambda each: (each.facts.starts_at or now, each.facts.id))


def _clash(one: Scored, other: Scored) -> bool:
    mine, theirs = one.facts.starts_at, other.facts.starts_at
    assert mine is not None
    assert theirs is not None
    same_organiser = one.facts.organiser is not None and one.facts.organiser == other.facts.organiser
    return same_organiser or abs(mine - theirs) < _LENGTH + _TRAVEL
