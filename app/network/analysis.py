"""From people, a goal and progress to the answer: map, exhaustion, what to do next, and the new progress. All in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from app.network.actions import actions
from app.network.aggregate import Aggregate, Covered, aggregate_of
from app.network.assessment import Assessment, standings
from app.network.companies import company_key
from app.network.constants import constants
from app.network.drafts import templates
from app.network.exhaustion import Exhaustion, Facet, goal_coverage, measure, state_for, waiting_share
from app.network.goal import ResolvedGoal
from app.network.log import pace
from app.network.mapping import covered, network_map
from app.network.owner import NOBODY, writer_of
from app.network.people import People, Person
from app.network.positions import Position, read_positions
from app.network.progress import MOST_STEPS, ContactState, LastState, Progress
from app.network.questions import questions
from app.network.reports import ContactReport, VisitReport, fold
from app.network.situation import Situation
from app.network.text import name_key
from app.network.verdict import describe, headline, label, shown, summary


def analyse(
    people: People,
    aim: ResolvedGoal,
    progress: Progress,
    reports: Sequence[ContactReport | VisitReport],
    now: datetime,
) -> dict[str, Any]:
    """The answer of `POST /v1/network/analyse`. `now` is aware."""
    progress = fold(progress, reports, now.date())
    persons, progress = _acquainted(people.persons, progress)
    positions = read_positions((each.title for each in persons), aim.fields)
    found = standings(persons, positions, aim, progress, now)
    measured = measure(found, aim, progress.network, now.date())
    coverage = covered(found, aim)
    situation = Situation(found, aim, measured, progress, writer_of(people.owner, aim), coverage, now)
    steps = actions(situation)
    return {
        "contacts": {
            "read": people.read,
            "usable": len(people.persons),
            "anonymous": people.anonymous,
            "duplicates": people.duplicates,
            "met": len(persons) - len(people.persons),
            "sources": people.sources,
        },
        "map": network_map(found, people, aim),
        "exhaustion": describe(found, measured, aim, now),
        "phase": measured.phase,
        "covered": coverage,
        "pace": pace(progress, aim.goal.weekly_capacity, now.date()),
        "actions": steps,
        "progress": _kept(
            found, steps, progress, _look(measured, progress.network, now), mapped=True
        ).as_dict(),
        "aggregate": aggregate_of(found, measured, coverage, now),
        "warnings": people.warnings,
        "privacy": {"stored": False},
    }


def plan(
    aim: ResolvedGoal,
    progress: Progress,
    aggregate: Aggregate | None,
    reports: Sequence[ContactReport | VisitReport],
    now: datetime,
) -> dict[str, Any]:
    """The answer of `POST /v1/network/plan`: what to do next without any upload.

    The people are those whom the progress names. What the whole network is worth comes from the aggregate of the last
    analysis; whoever was met since then adds to it.
    """
    progress = fold(progress, reports, now.date())
    persons, progress = _acquainted([], progress)
    positions = read_positions((each.title for each in persons), aim.fields)
    found = standings(persons, positions, aim, progress, now)
    measured = _estimate(found, aim, aggregate, progress.network, now.date())
    coverage = _now_covered(aggregate, measured)
    steps = actions(Situation(found, aim, measured, progress, writer_of(NOBODY, aim), coverage, now))
    return {
        "state": measured.state,
        "label": label(measured),
        "headline": headline(measured),
        "summary": summary(measured, aim) if aggregate else None,
        "phase": measured.phase,
        "pace": pace(progress, aim.goal.weekly_capacity, now.date()),
        "E": shown(measured) if aggregate else progress.network.E if progress.network else None,
        "actions": steps,
        "questions": {role: questions(position, None, aim, role) for role, position in _ROLES.items()},
        "drafts": templates(aim, now),
        "covered": coverage,
        "progress": _kept(
            found,
            steps,
            progress,
            _look(measured, progress.network, now) if aggregate else progress.network,
            mapped=False,
        ).as_dict(),
        "privacy": {"stored": False},
    }


_ROLES = {
    "newcomer": Position(step=1),
    "peer": Position(step=2),
    "manager": Position(step=4),
    "executive": Position(step=5),
    "recruiter": Position(recruiter=True),
}


# --- people who are known from evenings -----------------------------------------------------------------


def _acquainted(persons: Sequence[Person], progress: Progress) -> tuple[list[Person], Progress]:
    """The people read, and those whom only the progress names; entries move to the key that a person has now."""
    known = {each.key: each for each in persons}
    by_name: dict[str, list[Person]] = {}
    for each in persons:
        by_name.setdefault(name_key(each.name), []).append(each)
    touches: dict[str, ContactState] = {}
    added: dict[str, Person] = {}
    for key, touch in progress.touches.items():
        person = known.get(key) or _same(key, touch, by_name)
        if person is None and touch.name is not None and (touch.by == "user" or not persons):
            person = added.setdefault(key, _from_progress(key, touch))
        if person is not None:
            person.met = person.met or touch.met_on is not None
        key_now = person.key if person is not None else key
        touches[key_now] = _both(touches.get(key_now), touch)
    return [*persons, *added.values()], Progress(touches, progress.visits, progress.network)


def _both(one: ContactState | None, other: ContactState) -> ContactState:
    """What two entries about one person say together: the later one, and what only the earlier one knows."""
    if one is None:
        return other
    later, earlier = (one, other) if (one.at or date.min) > (other.at or date.min) else (other, one)
    lacking = {
        name: value
        for name, value in earlier.model_dump(exclude={"steps"}).items()
        if getattr(later, name) in {None, False, "new"}
    }
    steps = [*earlier.steps, *(each for each in later.steps if each not in earlier.steps)]
    steps.sort(key=lambda each: each.on)
    return later.model_copy(update=lacking | {"steps": steps[-MOST_STEPS:]})


def _same(key: str, touch: ContactState, by_name: dict[str, list[Person]]) -> Person | None:
    """The one person of that name who has another key now, if their employers do not speak against it."""
    name = touch.name or (key.removeprefix("name:").rpartition("|")[0] if key.startswith("name:") else None)
    if name is None:
        return None
    employer = company_key(touch.company) or (key.rpartition("|")[2] if key.startswith("name:") else None)
    fits = [
        each
        for each in by_name.get(name_key(name), ())
        if not employer or each.employer is None or each.employer == employer
    ]
    both = key.startswith("in:") and bool(fits) and fits[0].key.startswith("in:")
    return fits[0] if len(fits) == 1 and not both else None


def _from_progress(key: str, touch: ContactState) -> Person:
    profile = key.startswith("in:")
    return Person(
        key=key,
        name=touch.name or "",
        company=touch.company,
        employer=company_key(touch.company),
        title=touch.position,
        channels=frozenset({"linkedin"}) if profile else frozenset(),
        met=touch.met_on is not None,
    )


# --- the new progress --------------------------------------------------------------------------------------


def _kept(
    found: Sequence[Assessment],
    steps: Sequence[dict[str, Any]],
    progress: Progress,
    network: LastState | None,
    *,
    mapped: bool,
) -> Progress:
    """Everything that the client gave, what messages say of contacts, and the state for the next look.

    Names stand only beside contacts with whom something happened or who are to be asked next, so that a plan can name
    them without an upload. `mapped`: whether this look was at the whole network.
    """
    touches = dict(progress.touches)
    asked = {each["contact"]["key"] for each in steps if each["contact"] is not None}
    for each in found:
        key = each.person.key
        if key not in touches and key not in asked and each.state == "new":
            continue
        # What a person says themselves stands as they said it, also once it no longer counts.
        given = touches.get(key)
        touch = given if given is not None and given.by == "user" and given.state != "new" else each.touch
        if given is None:
            touch = touch.model_copy(update={"by": "export"})
        said = {"name": each.person.name, "company": each.person.company, "position": each.person.title}
        missing = {name: value for name, value in said.items() if value and getattr(touch, name) is None}
        counted = {"mapped": True} if mapped and touch.met_on is not None else {}
        touches[key] = touch.model_copy(update={**missing, **counted})
    return Progress(touches, progress.visits, network)


def _look(measured: Exhaustion, last: LastState | None, now: datetime) -> LastState | None:
    """The state for the next look; an empty file does not undo the last one."""
    if measured.state == "unmapped":
        return last
    return LastState(state=measured.state, at=now.date(), E=round(measured.exhaustion, 4))


# --- without a map -----------------------------------------------------------------------------------------


def _estimate(
    found: Sequence[Assessment],
    aim: ResolvedGoal,
    aggregate: Aggregate | None,
    last: LastState | None,
    today: date,
) -> Exhaustion:
    """Where a network stands by its last map, and by whom was met since."""
    contacted = sum(each.relevant and each.state != "new" for each in found)
    if aggregate is None:
        bare = measure(found, aim, last)
        # Who is not named in the progress may be known all the same: nothing is said to be uncovered.
        return replace(
            bare,
            state=last.state if last is not None else "unmapped",
            reason=None,
            coverage=0.0,
            facets=(),
            relevant=0,
            contacted=0,
        )
    bare = measure([each for each in found if each.touch.met_on and not each.touch.mapped], aim, last)
    facets = tuple(_known_facet(each, aggregate) for each in bare.facets)
    relevant = max(contacted, aggregate.relevant + bare.relevant) if aggregate.relevant is not None else 0
    estimated = replace(
        bare,
        reason=None,
        remaining=aggregate.S + bare.remaining,
        potential=aggregate.K + bare.potential,
        coverage=goal_coverage(facets),
        facets=facets,
        relevant=relevant,
        contacted=contacted if relevant else 0,
    )
    mapped = aggregate.state != "unmapped"
    waiting = waiting_share((each for each in found if each.relevant), today)
    state = state_for(
        estimated.exhaustion, estimated.worked, mapped=mapped, last=aggregate.state, waiting=waiting
    )
    return replace(estimated, state=state, reason=aggregate.reason if state == "exhausted" else None)


def _now_covered(aggregate: Aggregate | None, measured: Exhaustion) -> dict[str, Any]:
    """What the last map covered, with whom was met since."""
    document = (aggregate.covered if aggregate is not None else Covered()).model_dump()
    for facet in measured.facets:
        table = document["companies" if facet.kind == "company" else "fields"]
        table[facet.label if facet.kind == "company" else facet.id] = facet.level
    return document


def _known_facet(facet: Facet, aggregate: Aggregate) -> Facet:
    """A facet with what the aggregate says of it, where that is more."""
    table = aggregate.covered.companies if facet.kind == "company" else aggregate.covered.fields
    told = table.get(facet.label if facet.kind == "company" else facet.id, "none")
    least = 0.0 if told == "none" else getattr(constants().coverage, told)
    return replace(facet, coverage=max(facet.coverage, least))
