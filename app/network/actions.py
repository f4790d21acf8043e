"""What to do next and why: whom to ask, to remind, to thank, to leave alone, and when to go out instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal

from app.network.asks import Ask, asks
from app.network.assessment import Assessment
from app.network.companies import plain_company
from app.network.constants import constants
from app.network.drafts import Drafts
from app.network.goal import ResolvedGoal
from app.network.questions import questions
from app.network.reasons import ago, lacking, reason, reasons_for
from app.network.situation import Situation
from app.network.text import short_name

Kind = Literal[
    "ask_coffee", "reconnect", "nudge", "thank_you", "ask_referral", "ask_intro", "attend_group", "close"
]


def actions(situation: Situation) -> list[dict[str, Any]]:
    """Follow-ups first, then the week's asks, where to go, and whom to leave alone; with reasons and the words to write."""
    drafts = Drafts(situation.aim, situation.writer, situation.now)
    due = list(_follow_ups(situation, drafts))
    over = [each for each in due if each["kind"] == "close"]
    return [
        *(each for each in due if each["kind"] != "close"),
        *_asks(situation, drafts),
        *_growth(situation),
        *over,
    ]


# --- follow-ups --------------------------------------------------------------------------------------------


def _follow_ups(situation: Situation, drafts: Drafts) -> Iterator[dict[str, Any]]:
    due = [
        (kind, each) for each in situation.found if (kind := _follow_up(each, situation.today)) is not None
    ]
    order: dict[str, int] = {"thank_you": 0, "nudge": 1, "close": 2}
    due.sort(key=lambda pair: (order[pair[0]], -pair[1].remaining, pair[1].person.key))
    for kind, each in due:
        priority = 1.0 if kind == "thank_you" else each.remaining
        yield _action(kind, each, situation.aim, drafts, priority, _due_reasons(kind, each, situation.today))


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
        said = [reason("said", f"You talked about: {each.touch.said}")] if each.touch.said else []
        return [
            reason("met", f"You met{where} {ago(days)}"),
            *said,
            reason("overdue", "Write today, before it fades")
            if late
            else reason("fresh", "A word within two days is remembered"),
        ]
    assert each.touched is not None
    days = (today - each.touched).days
    if kind == "nudge":
        return [reason("no_answer", f"You wrote {ago(days)} and have no answer; one reminder is fine")]
    return [reason("no_answer", f"No answer for {days} days; leave it there and ask somebody else")]


# --- asks --------------------------------------------------------------------------------------------------


def _asks(situation: Situation, drafts: Drafts) -> Iterator[dict[str, Any]]:
    for ask in asks(situation):
        reasons = reasons_for(ask.assessment, situation, ask.introduction)
        yield _action(ask.kind, ask.assessment, situation.aim, drafts, ask.priority, reasons, ask)


# --- growth ------------------------------------------------------------------------------------------------


def _growth(situation: Situation) -> Iterator[dict[str, Any]]:
    """Where to go, as a question to the recommender; also for those who have no map."""
    measured = situation.measured
    if measured.phase == "ask" and measured.state != "unmapped":
        return
    reasons = []
    if measured.state == "unmapped":
        reasons.append(reason("unmapped", "Groups can be found without a map"))
    else:
        reasons.append(reason(measured.state, "New circles bring what the people you know cannot"))
        reasons += [reason("new_circle", lacking(each)) for each in situation.uncovered[:3]]
    regular = max(
        (each for key, each in situation.progress.visits.items() if key.startswith("group:") and each.name),
        key=lambda each: (each.visits, each.name or ""),
        default=None,
    )
    if regular is not None:
        times = "once" if regular.visits == 1 else f"{regular.visits} times"
        reasons.append(
            reason("known_circle", f"You have been to {regular.name} {times}: regulars get to know people")
        )
    yield {
        "kind": "attend_group",
        "contact": None,
        "priority": round(1 - measured.coverage, 3),
        "reasons": reasons,
        "draft": None,
        "questions": [],
        "follow_up_after_days": None,
        "search": _search(situation),
    }


def _search(situation: Situation) -> dict[str, Any]:
    """The question to the recommender: as an address, and as a body that says what the network covers."""
    body = search_body(situation.aim, situation.measured.phase, situation.covered)
    query = {name: value for name, value in body.items() if name != "covered"}
    return {"path": "/v1/recommendations", "query": query, "body": body}


def search_body(aim: ResolvedGoal, phase: str, covered: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `POST /v1/recommendations` for a goal and what a network covers."""
    return {
        "near": aim.near,
        "radius_km": aim.goal.radius_km,
        "field": list(aim.fields),
        "company": [label for label, _ in aim.companies],
        "phase": phase,
        "covered": dict(covered) if any(covered.values()) else None,
    }


# --- one action --------------------------------------------------------------------------------------------


def _action(
    kind: Kind,
    each: Assessment,
    aim: ResolvedGoal,
    drafts: Drafts,
    priority: float,
    reasons: Iterable[dict[str, str]],
    ask: Ask | None = None,
) -> dict[str, Any]:
    person = each.person
    role = ask.role if ask else None
    introduction = ask.introduction if ask else None
    inside = introduction is not None and introduction.inside
    company = plain_company(person.company or "") if person.employer else None
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
        "draft": None if kind == "close" else drafts.draft(kind, each, role=role, introduction=introduction),
        "questions": questions(each.position, company, aim, person.key, inside=inside)
        if ask is not None and kind != "ask_referral"
        else [],
        "follow_up_after_days": None if ask is None else int(constants().action.follow_up_days),
        "search": None,
    }
