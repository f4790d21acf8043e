"""Whom to ask next, what for, and in which order: the role nearest to the goal first; how to reach somebody only breaks ties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from app.network.assessment import Assessment
from app.network.constants import constants
from app.network.exhaustion import Facet
from app.network.fit import fit
from app.network.goal import Role
from app.network.situation import Situation

AskKind = Literal["ask_coffee", "reconnect", "ask_referral", "ask_intro"]
_WEEK = timedelta(days=7)
# Somebody who does the work or leads those who do knows more of it than who begins, or is far above.
_STEPS = {2: 0, 3: 0, 4: 0, 5: 1, 1: 2}


@dataclass(frozen=True, slots=True)
class Introduction:
    """To whom an introduction is to lead: somebody of a field, or at a company, or both.

    `inside`: the one who is asked works at that company. `facet` is the part of the goal where nobody is known.
    """

    field: str | None
    company: str | None
    inside: bool = False
    facet: Facet | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One person to ask, how much it is worth (0..1), and for what."""

    assessment: Assessment
    kind: AskKind
    priority: float
    role: Role | None = None
    introduction: Introduction | None = None


def asks(situation: Situation) -> Iterator[Ask]:
    """The best asks that the week has room for, one an employer.

    Colleagues of today are left out, unless the goal is their company: they would hear that one is looking.
    """
    asked = _asked_this_week(situation)
    room = situation.aim.goal.weekly_capacity - len(asked)
    employers = {situation.employer(each) for each in asked}
    candidates = [
        (priority(each, situation), each)
        for each in situation.found
        if each.relevant
        and each.reach > 0
        and each.state in {"new", "talked"}
        and (each.company is not None or not situation.writer.works_at(each.person.employer))
    ]
    candidates.sort(key=lambda pair: (-round(pair[0], 3), *_tie_break(pair[1])))
    lacking = _Lacking(situation)
    for worth, each in candidates:
        employer = situation.employer(each)
        if room <= 0 or worth <= 0:
            return
        if employer in employers:
            continue
        yield _ask(each, worth, situation, lacking)
        room -= 1
        employers.add(employer)


def priority(assessment: Assessment, situation: Situation) -> float:
    """The fit of what is left of a contact: less for each colleague who was contacted, and where they heard from one of late."""
    left = 1 - float(getattr(constants().progress, assessment.state))
    others = situation.contacted_at[situation.employer(assessment)] - (assessment.state != "new")
    worth = fit(assessment, situation.aim) * left * constants().redundancy.discount ** max(0, others)
    if assessment.touched is None:
        return worth
    days = (situation.today - assessment.touched).days
    if days < constants().action.rest_days:
        return 0.0
    return worth * (constants().action.tired_factor if days < constants().action.tired_days else 1.0)


def is_ask(assessment: Assessment) -> bool:
    """Whether the goal's own field is what one can ask them about."""
    return assessment.facet in {"target", "adjacent"} or assessment.recruits


def _tie_break(assessment: Assessment) -> tuple[bool, int, float, str]:
    """What decides between roles that are equally near."""
    position = assessment.position
    return (
        not position.is_sure,
        _STEPS[position.step],
        -assessment.reach * assessment.tie,
        assessment.person.key,
    )


class _Lacking:
    """Hands out what nobody opens a door to, a part of the goal to each introduction in turn."""

    def __init__(self, situation: Situation) -> None:
        self._facets = situation.uncovered
        self._field = situation.aim.fields[0] if situation.aim.fields else None
        self._given = 0

    def next(self, *, companies_only: bool = False) -> Introduction | None:
        facets = [each for each in self._facets if each.kind == "company" or not companies_only]
        if not facets:
            return None
        facet = facets[self._given % len(facets)]
        self._given += 1
        if facet.kind == "company":
            return Introduction(self._field, facet.label, facet=facet)
        return Introduction(facet.id, None, facet=facet)


def _ask(each: Assessment, worth: float, situation: Situation, lacking: _Lacking) -> Ask:
    role = situation.role_at(each)
    if each.state == "talked":
        if role is not None and each.company is not None:
            return Ask(each, "ask_referral", worth, role)
        introduction = lacking.next()
        return Ask(each, "ask_intro" if introduction else "ask_coffee", worth, role, introduction)
    if each.company is not None and situation.aim.fields and not is_ask(each):
        inside = Introduction(situation.aim.fields[0], each.company[0], inside=True)
        return Ask(each, "ask_intro", worth, role, inside)
    if each.dormant:
        return Ask(each, "reconnect", worth, role)
    return _ask_elsewhere(each, worth, role, lacking)


def _ask_elsewhere(each: Assessment, worth: float, role: Role | None, lacking: _Lacking) -> Ask:
    """Who answered once, or works next to the field, may know somebody where nobody is known."""
    introduction = None
    if each.company is None and not each.recruits:
        if each.facet in {"adjacent", "family"}:
            introduction = lacking.next()
        elif each.person.exchange.received or each.touch.met_on is not None:
            introduction = lacking.next(companies_only=True)
    return Ask(each, "ask_intro" if introduction else "ask_coffee", worth, role, introduction)


def _asked_this_week(situation: Situation) -> list[Assessment]:
    """Whom the week's first word went to: for a conversation, or, after one, for a referral or an introduction."""
    return [
        each
        for each in situation.found
        if each.touch.state in {"pending", "done"}
        and not each.touch.nudges
        and each.touch.at is not None
        and each.touch.at != each.touch.met_on
        and situation.today - each.touch.at < _WEEK
    ]
