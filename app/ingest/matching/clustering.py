"""From likely pairs to clusters: who belongs together, and which known thing a cluster is. Pure.

The answer is a function of the listings alone: neither the order in which they came nor the way (one by one or in a batch)
changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Id = TypeVar("Id", int, str)


def clusters_of(
    ids: Iterable[Id],
    likely: Iterable[tuple[float, Id, Id]],
    contradict: Callable[[Id, Id], bool],
    told: Collection[tuple[Id, Id]] = (),
) -> list[tuple[Id, ...]]:
    """Clusters of ids, sorted inside and by their first one, singles included.

    `likely` are (probability, one, other). The surest pair joins first, and two clusters join only if no member of one
    contradicts a member of the other: a chain of likenesses must not join what is surely different. What an operator `told`
    to be the same joins whatever else is said.
    """
    leader = {each: each for each in ids}
    members = {each: [each] for each in leader}

    def merge(one: Id, other: Id, *, asked: bool) -> None:
        first, second = sorted((leader[one], leader[other]))
        if first == second:
            return
        single = len(members[first]) == len(members[second]) == 1
        if asked and not single and any(contradict(a, b) for a in members[first] for b in members[second]):
            return
        for each in members[second]:
            leader[each] = first
        members[first] += members.pop(second)

    for one, other in sorted(told):
        merge(one, other, asked=False)
    for _, one, other in sorted((-value, min(one, other), max(one, other)) for value, one, other in likely):
        merge(one, other, asked=True)
    return sorted(tuple(sorted(each)) for each in members.values())


@dataclass(slots=True)
class Assignment:
    """Which event each listing is of, the ids that are new, and which known event went up in which other."""

    of: dict[int, int] = field(default_factory=dict)
    fresh: set[int] = field(default_factory=set)
    merged: dict[int, int] = field(default_factory=dict)


def assign_ids(
    clusters: Iterable[tuple[int, ...]],
    known: Mapping[int, int],
    ids: Iterator[int],
    changed: Collection[int] = (),
) -> Assignment:
    """Give every cluster of listings an event id: the oldest that its members had, else the next new one.

    `known` is the event that a listing was of until now. An event whose listings part goes with most of them, of equal parts
    with the one that was `changed`, then with the lowest listing. An id never gets lost: where two known events
    meet, the younger one leads to the older.
    """
    clusters = list(clusters)
    home: dict[int, tuple[Any, int]] = {}
    for number, cluster in enumerate(clusters):
        claims: dict[int, list[int]] = {}
        for listing in cluster:
            if listing in known:
                claims.setdefault(known[listing], []).append(listing)
        for event, listings in claims.items():
            strength = (-len(listings), not any(each in changed for each in listings), min(listings))
            if event not in home or strength < home[event][0]:
                home[event] = (strength, number)
    at: dict[int, list[int]] = {}
    for event, (_, number) in home.items():
        at.setdefault(number, []).append(event)
    settled = Assignment()
    for number, cluster in enumerate(clusters):
        events = sorted(at.get(number, ()))
        if events:
            event = events[0]
            settled.merged.update(dict.fromkeys(events[1:], event))
        else:
            event = next(ids)
            settled.fresh.add(event)
        settled.of.update(dict.fromkeys(cluster, event))
    return settled
