"""What the scores of a network mean, in sentences that never say more than its state."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.network.assessment import Assessment
from app.network.constants import constants
from app.network.exhaustion import Exhaustion, Facet, Reason
from app.network.goal import ResolvedGoal
from app.network.progress import NetworkState

ASSUMPTIONS_URL: Final = "/docs/exhaustion"
HEADLINES: Final[dict[NetworkState, str]] = {
    "unmapped": "Start with a map, or skip straight to groups",
    "untapped": "You have people to ask before you look further",
    "partially_worked": "Keep asking; start one group in parallel",
    "exhausted": "Time to grow new connections",
}
_SMALL: Final = "Start asking; start one group in parallel"
_WAITING: Final = "Some answers are still out; start one group in parallel"
# "Exhausted" is said only of those who have asked; the two others have another trouble, and the same way out.
_EXHAUSTED: Final[dict[Reason, str]] = {
    "worked_out": "You have asked nearly everyone who could help: time to grow new connections",
    "redundant": "Your contacts for this goal are all in one place: time to grow new connections",
    "thin": "Your network is too small for this goal: time to grow new connections",
}
_LABELS: Final[dict[NetworkState, str]] = {
    "unmapped": "not mapped yet",
    "untapped": "people to ask",
    "partially_worked": "partly asked",
    "exhausted": "exhausted",
}
_EXHAUSTED_LABELS: Final[dict[Reason, str]] = {
    "worked_out": "exhausted: nearly everyone was asked",
    "redundant": "all in one place",
    "thin": "too small for this goal",
}
_REASONS: Final[dict[Reason, str]] = {
    "worked_out": "You have talked to most of the people who can help with this",
    "redundant": "Most of the people who can help with this work at one employer and know the same things",
    "thin": "Too few of the people you know are near this goal",
}


def headline(measured: Exhaustion) -> str:
    """What to do now, and how many were contacted so far."""
    text = _EXHAUSTED[measured.reason] if measured.reason else HEADLINES[measured.state]
    if measured.state == "partially_worked" and measured.relevant:
        if not measured.contacted:
            text = _SMALL
        elif measured.contacted == measured.relevant:
            text = _WAITING
    if measured.contacted and measured.relevant >= measured.contacted:
        text += f" ({measured.contacted} of {measured.relevant} contacted)"
    return text


def label(measured: Exhaustion) -> str:
    """The state in a few words."""
    if measured.state == "partially_worked" and measured.relevant and not measured.contacted:
        return "small, and nobody asked yet"
    return _EXHAUSTED_LABELS[measured.reason] if measured.reason else _LABELS[measured.state]


def summary(measured: Exhaustion, aim: ResolvedGoal) -> str:
    """The state in one sentence, in conversations instead of scores."""
    if measured.state == "unmapped":
        return "No contacts were read yet, so nothing can be said about your network."
    target = f"{measured.target:g}"
    own = "conversations_target" in aim.goal.model_fields_set
    needs = f"you are aiming for {target}" if own else f"a search like yours usually needs {target}"
    if not measured.relevant:
        return f"Nobody you know seems to work near this goal; {needs} conversations."
    still = " still" if measured.contacted else ""
    return f"Your contacts could{still} give {conversations(measured.remaining)}; {needs}."


def conversations(count: float) -> str:
    """A number of useful conversations as people say it."""
    if count < 0.25:
        return "hardly any useful conversation"
    if count < 0.75:
        return "less than one useful conversation"
    rounded = math.floor(count + 0.5)
    return f"about {rounded} useful conversation{'s' * (rounded != 1)}"


def shown(measured: Exhaustion) -> float:
    """E with two decimals, never rounded up to the threshold of a state that it has not reached."""
    rounded = round(measured.exhaustion, 2)
    least = constants().state.exhausted
    below = measured.exhaustion < least <= rounded
    return round(least - 0.01, 2) if below else rounded


def describe(
    found: Sequence[Assessment], measured: Exhaustion, aim: ResolvedGoal, now: datetime
) -> dict[str, Any]:
    """The exhaustion object of the API, every number of it explained."""
    return {
        "state": measured.state,
        "label": label(measured),
        "headline": headline(measured),
        "summary": summary(measured, aim),
        "reason": measured.reason,
        "phase": measured.phase,
        "E": shown(measured),
        "W": round(measured.worked, 2),
        "S": round(measured.remaining, 2),
        "K": round(measured.potential, 2),
        "D": measured.target,
        "relevant": measured.relevant,
        "contacted": measured.contacted,
        "effective_employers": round(measured.effective_employers, 1),
        "coverage": round(measured.coverage, 2),
        "facets": [_facet(each) for each in measured.facets],
        "why": _why(found, measured, now),
        "explanations": _explanations(measured),
        "next_review": (now + timedelta(days=constants().state.review_days)).date().isoformat(),
        "assumptions_url": ASSUMPTIONS_URL,
    }


def _facet(facet: Facet) -> dict[str, Any]:
    return {
        "kind": facet.kind,
        "id": facet.id,
        "label": facet.label,
        "level": facet.level,
        "contacts": facet.contacts,
        "worked": facet.worked,
        "contacted": facet.contacted,
    }


def _why(found: Sequence[Assessment], measured: Exhaustion, now: datetime) -> list[str]:
    if measured.state == "unmapped":
        return ["No contacts were read yet; groups can be found without any"]
    why = [_REASONS[measured.reason]] if measured.reason else []
    why += [_field(each, found) for each in measured.facets if each.kind == "field"]
    nobody = [each.label for each in measured.facets if each.kind == "company" and not each.contacts]
    if nobody:
        why.append(f"No one at {_listed(nobody)}")
    why += [
        f"{_people(each.contacts)} at {each.label}, {each.contacted or 'none'} contacted so far"
        for each in measured.facets
        if each.kind == "company" and each.contacts
    ]
    since = (now - timedelta(days=constants().progress.fresh_days)).date()
    talked = sum(
        each.relevant and each.state in {"talked", "done"} and (each.touch.at or now.date()) >= since
        for each in found
    )
    if talked:
        why.append(f"{talked} conversation{'s' * (talked != 1)} in the last 12 months")
    return why


def _field(facet: Facet, found: Sequence[Assessment]) -> str:
    if not facet.contacts:
        return f"No one in {facet.label}"
    untouched = sum(each.position.field == facet.id and each.state == "new" for each in found)
    if not untouched:
        return f"You have contacted everyone you know in {facet.label}"
    return f"{_people(untouched)} in {facet.label} you have not contacted yet"


def _explanations(measured: Exhaustion) -> dict[str, str]:
    """Each number in a sentence."""
    names = ("K", "S", "D", "E", "W", "effective_employers", "coverage")
    if measured.state == "unmapped":
        return dict.fromkeys(names, "Nobody was read yet, so there is nothing to count.")
    left = 100 * (1 - shown(measured))
    covers = "less than 1" if 0 < left < 1 else f"{left:.0f}"
    return {
        "K": f"{_people(measured.relevant)} who could help {'is' if measured.relevant == 1 else 'are'} worth about "
        f"{measured.potential:.1f} useful conversations, counting how near they are to the goal, how reachable, and that "
        "colleagues tell the same.",
        "S": f"About {measured.remaining:.1f} of them {'are' if measured.remaining >= 1.05 else 'is'} still to be had.",
        "D": f"A search like yours needs about {measured.target:g} conversations.",
        "E": f"What is left to ask for covers {covers} % of that.",
        "W": f"{measured.contacted} of {measured.relevant} were contacted, which used about "
        f"{math.floor(100 * measured.worked)} % of what they could give."
        if measured.contacted
        else "Nobody has been contacted yet.",
        "effective_employers": f"These people count as {measured.effective_employers:.1f} different employers.",
        "coverage": f"The chance that one of them opens a door at a company or in a field of the goal is about "
        f"{round(100 * measured.coverage)} %.",
    }


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _listed(names: Sequence[str]) -> str:
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
