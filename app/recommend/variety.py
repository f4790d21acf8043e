"""The first page of picks: good ones that differ, and each kind of reason among them where a good one exists. Pure.

Maximal marginal relevance (Carbonell and Goldstein 1998) with limits for the first ten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from app.recommend.constants import section
from app.recommend.records import Because, Facts, Scored

_WANTED: tuple[Because, ...] = ("career", "industry", "interest")


def varied(ranked: Sequence[Scored], count: int) -> list[Scored]:
    """`count` of the ranked ones at most, in the order to show; what is left over follows by score."""
    numbers = section("variety")
    rest = list(ranked[: int(numbers["looked_at"])])
    later = list(ranked[int(numbers["looked_at"]) :])
    picked: list[Scored] = []
    while rest and len(picked) < count:
        wanted = _missing(picked, rest)
        allowed = [each for each in rest if _fits(each, picked, wanted)] or rest
        best = max(allowed, key=lambda each: (_marginal(each, picked), each.score))
        picked.append(best)
        rest.remove(best)
    return [*picked, *later[: max(0, count - len(picked))]]


def _missing(picked: Sequence[Scored], rest: Sequence[Scored]) -> set[Because]:
    """Kinds of reason that no pick has yet though a good one is there: after the best two they come next."""
    numbers = section("variety")
    if not 2 <= len(picked) < numbers["first"]:
        return set()
    have = {each.because for each in picked}
    good = {each.because for each in rest if each.score >= numbers["good_enough"]}
    return {kind for kind in _WANTED if kind not in have and kind in good}


def _fits(each: Scored, picked: Sequence[Scored], wanted: set[Because]) -> bool:
    numbers = section("variety")
    if len(picked) >= numbers["first"]:
        return True
    if wanted and each.because not in wanted:
        return False
    organisers = Counter(other.facts.organiser for other in picked if other.facts.organiser)
    if each.facts.organiser and organisers[each.facts.organiser] >= numbers["most_of_organiser"]:
        return False
    same = sum(_topics(other.facts) == _topics(each.facts) for other in picked)
    return not _topics(each.facts) or same < numbers["most_of_topics"]


def _marginal(each: Scored, picked: Sequence[Scored]) -> float:
    relevance = section("variety")["relevance"]
    nearest = max((similarity(each.facts, other.facts) for other in picked), default=0.0)
    return relevance * each.score / 100 - (1 - relevance) * nearest


def similarity(one: Facts, other: Facts) -> float:
    """0..1: topics, organiser, venue and the slot of the week they share."""
    numbers = section("variety")
    mine, theirs = _topics(one), _topics(other)
    total = numbers["topics"] * (len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0)
    total += numbers["organiser"] * (one.organiser is not None and one.organiser == other.organiser)
    total += numbers["venue"] * (one.venue is not None and one.venue == other.venue)
    return total + numbers["slot"] * (_slot(one) is not None and _slot(one) == _slot(other))


def _topics(facts: Facts) -> frozenset[str]:
    """The topics that are more likely than not."""
    return frozenset(
        each for topics in (facts.fields, facts.interests) for each, sure in topics.items() if sure >= 0.4
    )


def _slot(facts: Facts) -> tuple[int, int] | None:
    moment = facts.starts_at or facts.next_event
    return None if moment is None else (moment.weekday(), moment.hour // 4)
