"""From likely pairs to clusters: who belongs together, and which known thing a cluster is. Pure.

The answer is a function of the listings alone: neither the order in which they came nor the way (one by one or in a batch)
changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
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
    former: Mapping[int, Sequence[int]] = MappingProxyType({}),
) -> Assignment:
    """Give every cluster of listings an event id: the oldest that its members had, else the next new one.

    `known` is the event that a listing was of until now. An event whose listings part goes with most of them, of equal parts
    with the one that was `changed`, then with the lowest listing. An id never gets lost: where two known events
    meet, the younger one leads to the older, and of an event that parts again one of its `former` ids comes back.
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
    for event, (_, number) in sorted(home.items()):
        at.setdefault(number, []).append(event)
    _keep_parted(clusters, known, at, former)
    settled = Assignment()
    for number, cluster in enumerate(clusters):
        events = at.get(number, [])
        if events:
            event = events[0]
            settled.merged.update(dict.fromkeys(events[1:], event))
        else:
            event = next(ids)
            settled.fresh.add(event)
        settled.of.update(dict.fromkeys(cluster, event))
    return settled


def _keep_parted(
    clusters: Sequence[tuple[int, ...]],
    known: Mapping[int, int],
    at: dict[int, list[int]],
    former: Mapping[int, Sequence[int]],
) -> None:
    """Give clusters that parted from a known event an existing id if possible, rather than a new one.

    Either an id that would otherwise be merged now, or one that was merged into the event before. Without this, listings
    that meet and part at every run would leave one more id behind each time.
    """
    there = {event: number for number, events in at.items() for event in events}
    back = {event: list(ids) for event, ids in former.items()}
    for number, cluster in enumerate(clusters):
        if number in at:
            continue
        for event in sorted({known[each] for each in cluster if each in known}):
            events = at[there[event]]
            if len(events) > 1:
                at[number] = [events.pop(events.index(event) if events[0] != event else 1)]
            elif back.get(event):
                at[number] = [back[event].pop(0)]
            if number in at:
                there[at[number][0]] = number
                break
