"""The map of a network: who works where and in which field, how senior, how reachable, and who is where one wants to go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from app.network.assessment import Assessment
from app.network.companies import company_key
from app.network.constants import constants
from app.network.fit import fit
from app.network.goal import ResolvedGoal
from app.network.people import People
from app.network.positions import LADDER
from app.network.records import CHANNELS
from app.network.text import short_name
from app.taxonomy.taxonomy import load

# People search of LinkedIn, among the contacts of one's contacts ("S" for second).
_SECOND_DEGREE = "https://www.linkedin.com/search/results/people/?keywords={}&network=%5B%22S%22%5D"
_MOST_COMPANIES = 20
_MOST_PEOPLE = 5
_MOST_FOLLOWS = 10


def network_map(found: Sequence[Assessment], people: People, aim: ResolvedGoal) -> dict[str, Any]:
    """The map, as JSON. Only `targets` names people, at most five a company of the goal."""
    return {
        "by_field": _by_field(found, aim),
        "by_company": _by_company(found, aim),
        "seniority": {step: count for step in LADDER if (count := _seniorities(found)[step])},
        "reach": {channel: sum(channel in each.person.channels for each in found) for channel in CHANNELS},
        "targets": [_target(label, key, found, people, aim) for label, key in aim.companies],
        "recruiters": sum(each.position.recruiter for each in found),
        "field_unknown": sum(each.position.field is None for each in found),
        "effective_employers": round(effective_employers(found, aim), 1),
        "pending_invitations": people.pending_invitations,
        "suggested_companies": _suggested(people, aim),
        "suggested_city": people.own_city if aim.place is None else None,
    }


def effective_employers(found: Iterable[Assessment], aim: ResolvedGoal) -> float:
    """1 / sum of squared shares of employers: how many equally large ones the network is worth. Unknown ones count each."""
    counts: Counter[str] = Counter()
    alone = 0
    for each in found:
        employer = each.person.employer
        if employer is None:
            alone += 1
        else:
            counts[aim.aliases.main(employer)] += 1
    total = counts.total() + alone
    squares = sum(count * count for count in counts.values()) + alone
    return total * total / squares if squares else 0.0


def level(coverage: float) -> str:
    """none | thin | covered."""
    if coverage < constants().coverage.thin:
        return "none"
    return "thin" if coverage < constants().coverage.covered else "covered"


def coverage(strengths: Iterable[float]) -> float:
    """1 - product of (1 - v r t): how likely one of these contacts opens a door."""
    missed = 1.0
    for each in strengths:
        missed *= 1 - each
    return 1 - missed


def covered(found: Sequence[Assessment], aim: ResolvedGoal) -> dict[str, dict[str, str]]:
    """What a network covers of every field, the goal's companies and the ladder, as the recommender takes it.

    A field counts by its contacts as if it were the goal, so that a circle's novelty does not hang on one goal. Of a
    network with nobody in it nothing is said.
    """
    if not found:
        return {"fields": {}, "companies": {}, "seniorities": {}}
    worth = constants().value.target_field
    fields: dict[str, list[float]] = {each: [] for each in load().fields}
    steps: dict[str, list[float]] = {each: [] for each in LADDER}
    for each in found:
        strength = worth * each.reach * each.tie
        if each.position.field is not None:
            fields[each.position.field].append(strength)
        if each.position.seniority is not None and each.relevant:
            steps[each.position.seniority].append(each.strength)
    return {
        "fields": {name: level(coverage(strengths)) for name, strengths in fields.items()},
        "companies": {label: level(coverage(_at(label, found))) for label, _ in aim.companies},
        "seniorities": {name: level(coverage(strengths)) for name, strengths in steps.items()},
    }


def _at(label: str, found: Iterable[Assessment]) -> list[float]:
    return [each.strength for each in found if each.company is not None and each.company[0] == label]


def _seniorities(found: Iterable[Assessment]) -> Counter[str]:
    return Counter(each.position.seniority for each in found if each.position.seniority is not None)


def _by_field(found: Iterable[Assessment], aim: ResolvedGoal) -> list[dict[str, Any]]:
    """Every field with contacts: the goal's own first, even without any, then those next to them; most contacts first."""
    employers: dict[str, set[str]] = {each: set() for each in aim.fields}
    contacts: Counter[str] = Counter()
    for each in found:
        field = each.position.field
        if field is not None:
            contacts[field] += 1
            employer = each.person.employer
            employers.setdefault(field, set()).add(
                aim.aliases.main(employer) if employer else each.person.key
            )
    goal = dict.fromkeys(aim.fields, "target") | dict.fromkeys(aim.adjacent, "adjacent")
    nearness = {"target": 0, "adjacent": 1}
    order = sorted(
        employers, key=lambda field: (nearness.get(goal.get(field, ""), 2), -contacts[field], field)
    )
    return [
        {
            "field": field,
            "label": load().fields[field].label,
            "contacts": contacts[field],
            "employers": len(employers[field]),
            "goal": goal.get(field),
        }
        for field in order
    ]


def _by_company(found: Iterable[Assessment], aim: ResolvedGoal) -> list[dict[str, Any]]:
    """The largest employers, those of the goal first."""
    names: dict[str, Counter[str]] = {}
    matches: dict[str, str] = {}
    for each in found:
        person = each.person
        if person.employer is not None and person.company is not None:
            main = aim.aliases.main(person.employer)
            names.setdefault(main, Counter())[person.company] += 1
            if each.company is not None:
                matches[main] = each.company[1]
    order = sorted(names, key=lambda main: (main not in matches, -names[main].total(), main))[
        :_MOST_COMPANIES
    ]
    return [
        {
            "company": max(names[main], key=lambda name: (names[main][name], name)),
            "contacts": names[main].total(),
            "match": matches.get(main),
        }
        for main in order
    ]


def _target(
    label: str, key: str, found: Iterable[Assessment], people: People, aim: ResolvedGoal
) -> dict[str, Any]:
    """Who works at a company of the goal, those whose role is nearest to it first."""
    there = [each for each in found if each.company is not None and each.company[0] == label]
    there.sort(key=lambda each: (-fit(each, aim), -each.strength, each.person.key))
    return {
        "company": label,
        "level": level(coverage(each.strength for each in there)),
        "contacts": len(there),
        "people": [
            {
                "key": each.person.key,
                "name": short_name(each.person.name),
                "position": each.person.title,
                "company": each.person.company,
                "match": each.company[1] if each.company else None,
                "confirm": bool(each.company and each.company[1] == "prefix"),
            }
            for each in there[:_MOST_PEOPLE]
        ],
        "you": _own_past(key, people, aim),
        "second_degree": _SECOND_DEGREE.format(quote(label)),
    }


def _own_past(key: str, people: People, aim: ResolvedGoal) -> str | None:
    """That the owner works or worked at a company, by their own jobs."""
    for employer, until in people.owner.employers.items():
        if aim.aliases.level(key, employer) in {"exact", "alias"}:
            return f"You worked there until {until}" if until else "You work there"
    return None


def _suggested(people: People, aim: ResolvedGoal) -> list[str]:
    """Companies that the person follows and did not name."""
    named = {key for _, key in aim.companies}
    found = {
        key: name
        for name in people.follows
        if (key := company_key(name)) is not None and aim.aliases.main(key) not in named and key not in named
    }
    return list(found.values())[:_MOST_FOLLOWS]
