"""What to do next and why: whom to ask, to remind, to thank, to leave alone, and when to go out instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from app.network.assessment import Assessment
from app.network.companies import company_key
from app.network.constants import constants
from app.network.drafts import draft, questions
from app.network.exhaustion import Exhaustion, Facet
from app.network.goal import ResolvedGoal, Role
from app.network.progress import Progress
from app.network.text import short_name
from app.taxonomy.taxonomy import load

Kind = Literal[
    "ask_coffee", "reconnect", "nudge", "thank_you", "ask_referral", "ask_intro", "attend_group", "close"
]
_WEEK = timedelta(days=7)
_ASKS = frozenset({"ask_coffee", "reconnect", "ask_intro", "ask_referral"})


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that actions are chosen from. `own` are folded names of one's employers and until when (None = still)."""

    found: Sequence[Assessment]
    aim: ResolvedGoal
    measured: Exhaustion
    progress: Progress
    own: dict[str, str | None]
    now: datetime

    @property
    def today(self) -> date:
        """In UTC."""
        return self.now.date()

    @property
    def uncovered(self) -> list[Facet]:
        """Companies and fields of the goal where nobody opens a door."""
        return [each for each in self.measured.facets if each.level == "none" and each.kind != "adjacent"]


def actions(situation: Situation) -> list[dict[str, Any]]:
    """Follow-ups first, then the week's asks, then where to go; each with its reasons and the words to write."""
    return [*_follow_ups(situation), *_asks(situation), *_growth(situation)]


# --- follow-ups --------------------------------------------------------------------------------------------


def _follow_ups(situation: Situation) -> Iterator[dict[str, Any]]:
    due = [
        (kind, each) for each in situation.found if (kind := _follow_up(each, situation.today)) is not None
    ]
    order: dict[str, int] = {"thank_you": 0, "nudge": 1, "close": 2}
    due.sort(key=lambda pair: (order[pair[0]], -pair[1].remaining, pair[1].person.key))
    for kind, each in due:
        priority = 1.0 if kind == "thank_you" else each.remaining
        yield _action(kind, each, situation, priority, _due_reasons(kind, each, situation.today))


def _follow_up(each: Assessment, today: date) -> Kind | None:
    met = each.touch.met_on
    if met is not None and not each.touch.thanked and each.state != "closed":
        return "thank_you" if (today - met).days < constants().action.rest_days else None
    # Messages to friends are nobody's business here, unless one says so oneself.
    concerns = each.relevant or each.touch.by == "user"
    if each.state != "pending" or each.touched is None or not concerns:
        return None
    days = (today - each.touched).days
    if each.touch.nudges >= constants().action.nudges or days > constants().action.nudge_until_days:
        return "close"
    return "nudge" if days >= constants().action.nudge_from_days and not each.touch.nudges else None


def _due_reasons(kind: Kind, each: Assessment, today: date) -> list[dict[str, str]]:
    if kind == "thank_you":
        assert each.touch.met_on is not None
        days = (today - each.touch.met_on).days
        where = f" at {each.touch.met_at}" if each.touch.met_at else ""
        late = days > constants().action.thank_days
        return [
            _reason("met", f"You met{where} {_ago(days)}"),
            _reason("overdue", "Write today, before it fades")
            if late
            else _reason("fresh", "A word within two days is remembered"),
        ]
    assert each.touched is not None
    days = (today - each.touched).days
    if kind == "nudge":
        return [_reason("no_answer", f"You wrote {_ago(days)} and have no answer; one reminder is fine")]
    return [_reason("no_answer", f"No answer for {days} days; leave it there and ask somebody else")]


# --- asks --------------------------------------------------------------------------------------------------


def _asks(situation: Situation) -> Iterator[dict[str, Any]]:
    """The best asks that the week has room for, one an employer."""
    asked = _asked_this_week(situation)
    room = situation.aim.goal.weekly_capacity - len(asked)
    employers = {_employer(each, situation.aim) for each in asked}
    candidates = [(_priority(each, situation.today), each) for each in situation.found if each.relevant]
    candidates.sort(key=lambda pair: (-pair[0], pair[1].person.key))
    towards = _Towards(situation.uncovered)
    for priority, each in candidates:
        employer = _employer(each, situation.aim)
        if room <= 0 or priority <= 0:
            return
        if each.state not in {"new", "talked"} or employer in employers:
            continue
        role = _role(each, situation.aim)
        kind, facet = _ask(each, role, towards)
        reasons = _reasons(each, situation)
        if facet is not None:
            reasons.insert(0, _reason("towards", f"{_nobody(facet)}; they may know somebody"))
        yield _action(kind, each, situation, priority, reasons, role=role, towards=facet)
        room -= 1
        employers.add(employer)


class _Towards:
    """Hands out what is uncovered, a facet to each introduction in turn."""

    def __init__(self, facets: Sequence[Facet]) -> None:
        self._facets = facets
        self._given = 0

    def next(self) -> Facet | None:
        if not self._facets:
            return None
        self._given += 1
        return self._facets[(self._given - 1) % len(self._facets)]


def _ask(each: Assessment, role: Role | None, towards: _Towards) -> tuple[Kind, Facet | None]:
    if each.state == "talked":
        if role is not None and each.company is not None:
            return "ask_referral", None
        facet = towards.next()
        return ("ask_intro", facet) if facet else ("ask_coffee", None)
    if each.dormant:
        return "reconnect", None
    near = each.company is None and not each.recruits and each.facet in {"adjacent", "family"}
    facet = towards.next() if near else None
    return ("ask_intro", facet) if facet else ("ask_coffee", None)


def _priority(each: Assessment, today: date) -> float:
    """v r t d^(k-1) (1-w), less where they heard from one of late."""
    if each.touched is None:
        return each.remaining
    days = (today - each.touched).days
    if days < constants().action.rest_days:
        return 0.0
    return each.remaining * (constants().action.tired_factor if days < constants().action.tired_days else 1.0)


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


def _employer(each: Assessment, aim: ResolvedGoal) -> str:
    return aim.aliases.main(each.person.employer) if each.person.employer else each.person.key


def _role(each: Assessment, aim: ResolvedGoal) -> Role | None:
    employer = each.person.employer
    if employer is None:
        return None
    for role in aim.goal.roles:
        key = company_key(role.company)
        if key is not None and aim.aliases.level(key, employer) in {"exact", "alias"}:
            return role
    return None


def _reasons(each: Assessment, situation: Situation) -> list[dict[str, str]]:
    """Why this person, the strongest first."""
    person, found = each.person, []
    if each.company is not None:
        label, level = each.company
        sure = "" if level != "prefix" else f" ({person.company}: please check that it is the same)"
        found.append(_reason("at_target_company", f"Works at {label}, on your target list{sure}"))
        there = sum(other.company is not None and other.company[0] == label for other in situation.found)
        if there == 1:
            found.append(_reason("only_path", "Your only contact there"))
    fields = load().fields
    if each.facet is not None and each.position.field is not None:
        label = fields[each.position.field].label
        code, text = {
            "target": ("in_target_field", label),
            "adjacent": ("adjacent_field", f"{label}, next to your field"),
            "family": ("same_family", f"{label}, in the same family as your field"),
        }[each.facet]
        found.append(_reason(code, text))
    if each.recruits:
        found.append(_reason("recruiter", "Recruits for your field"))
    if each.touch.met_on is not None:
        where = f"at {each.touch.met_at}" if each.touch.met_at else "in person"
        found.append(_reason("met", f"You met {where} on {each.touch.met_on.isoformat()}"))
    if person.employer is not None and situation.own.get(person.employer):
        found.append(_reason("worked_there", f"You worked at {person.company} yourself"))
    found.append(_tie_reason(each, situation))
    return found


def _tie_reason(each: Assessment, situation: Situation) -> dict[str, str]:
    last = each.person.exchange.last
    if each.dormant and last is not None:
        years = int((situation.now - last).days / 365.25)
        return _reason(
            "dormant", f"Last in touch {years} years ago - ties that slept bring new advice and keep trust"
        )
    if each.state == "talked":
        return _reason("talked", "You are in touch already")
    if last is not None:
        return _reason("in_touch", f"Last in touch {_ago((situation.now - last).days)}")
    return _reason(
        "weak_tie", "Not in touch, as far as your files show - looser ties often carry newer information"
    )


# --- growth ------------------------------------------------------------------------------------------------


def _growth(situation: Situation) -> Iterator[dict[str, Any]]:
    """Where to go, as a question to the recommender; also for those who have no map."""
    measured, aim = situation.measured, situation.aim
    if measured.phase == "ask" and measured.state != "unmapped":
        return
    reasons = []
    if measured.state == "unmapped":
        reasons.append(_reason("unmapped", "Groups can be found without a map"))
    else:
        reasons.append(_reason(measured.state, "New circles bring what the people you know cannot"))
        reasons += [_reason("new_circle", _nobody(each)) for each in situation.uncovered[:3]]
    regular = max(
        (each for key, each in situation.progress.visits.items() if key.startswith("group:") and each.name),
        key=lambda each: (each.visits, each.name or ""),
        default=None,
    )
    if regular is not None:
        times = "once" if regular.visits == 1 else f"{regular.visits} times"
        reasons.append(
            _reason("known_circle", f"You have been to {regular.name} {times}: regulars get to know people")
        )
    yield {
        "kind": "attend_group",
        "contact": None,
        "priority": round(1 - measured.coverage, 3),
        "reasons": reasons,
        "draft": None,
        "questions": [],
        "follow_up_after_days": None,
        "search": {
            "path": "/v1/recommendations",
            "query": {
                "near": aim.near,
                "radius_km": aim.goal.radius_km,
                "field": list(aim.fields),
                "company": [label for label, _ in aim.companies],
                "phase": measured.phase,
            },
        },
    }


# --- one action --------------------------------------------------------------------------------------------


def _action(
    kind: Kind,
    each: Assessment,
    situation: Situation,
    priority: float,
    reasons: Iterable[dict[str, str]],
    *,
    role: Role | None = None,
    towards: Facet | None = None,
) -> dict[str, Any]:
    person, aim = each.person, situation.aim
    asks = kind in _ASKS
    return {
        "kind": kind,
        "contact": {
            "key": person.key,
            "name": short_name(person.name),
            "position": person.title,
            "company": person.company,
        },
        "priority": round(priority, 3),
        "reasons": list(reasons),
        "draft": None
        if kind == "close"
        else draft(kind, each, aim, situation.own, situation.now, role=role, towards=towards),
        "questions": questions(each.position, person.company if person.employer else None, aim, person.key)
        if asks and kind != "ask_referral"
        else [],
        "follow_up_after_days": int(constants().action.follow_up_days) if asks else None,
        "search": None,
    }


def _reason(code: str, text: str) -> dict[str, str]:
    return {"code": code, "text": text}


def _nobody(facet: Facet) -> str:
    where = f"at {facet.label}" if facet.kind == "company" else f"in {facet.label}"
    return f"You know no one {where}" if not facet.contacts else f"You hardly reach anybody {where}"


def _ago(days: int) -> str:
    if days < 1:
        return "today"
    if days < 60:
        return "yesterday" if days == 1 else f"{days} days ago"
    return f"{days // 30} months ago" if days < 730 else f"{int(days / 365.25)} years ago"
