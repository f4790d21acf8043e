"""How far a network is worked out for a goal: scores, coverage, a state with hysteresis, and all of it in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from app.network.assessment import Assessment
from app.network.constants import constants
from app.network.goal import ResolvedGoal
from app.network.mapping import coverage, effective_employers, level
from app.network.progress import LastState, NetworkState
from app.taxonomy.taxonomy import load

Reason = Literal["worked_out", "redundant", "thin"]
Phase = Literal["ask", "ask+grow", "grow"]
ASSUMPTIONS_URL: Final = "/docs/exhaustion"
HEADLINES: Final[dict[NetworkState, str]] = {
    "unmapped": "Start with a map, or skip straight to groups",
    "untapped": "You have people to ask before you look further",
    "partially_worked": "Keep asking; start one group in parallel",
    "exhausted": "Time to grow new connections",
}
PHASES: Final[dict[NetworkState, Phase]] = {
    "unmapped": "ask",
    "untapped": "ask",
    "partially_worked": "ask+grow",
    "exhausted": "grow",
}
_REASONS: Final[dict[Reason | None, str]] = {
    "worked_out": "You have talked to most of the people who can help with this",
    "redundant": "Most of the people who can help with this work at one employer and know the same things",
    "thin": "The people you know were never near this goal",
}


@dataclass(frozen=True, slots=True)
class Facet:
    """A company, field or adjacent field of the goal, and how the network covers it."""

    kind: Literal["company", "field", "adjacent"]
    id: str
    label: str
    coverage: float
    contacts: int
    worked: int

    @property
    def level(self) -> str:
        """none | thin | covered."""
        return level(self.coverage)


@dataclass(frozen=True, slots=True)
class Exhaustion:
    """The scores (K, S in expected useful conversations; E, W, coverage in 0..1) and what follows from them."""

    state: NetworkState
    reason: Reason | None
    potential: float
    remaining: float
    target: float
    effective_employers: float
    coverage: float
    facets: tuple[Facet, ...]

    @property
    def exhaustion(self) -> float:
        """E = 1 - min(1, S/D)."""
        return 1 - min(1.0, self.remaining / self.target)

    @property
    def worked(self) -> float:
        """W = 1 - S/K; 0 where there was nothing to work."""
        return 1 - self.remaining / self.potential if self.potential else 0.0

    @property
    def phase(self) -> Phase:
        """What to do: ask, grow, or both."""
        return PHASES[self.state]


def measure(found: Sequence[Assessment], aim: ResolvedGoal, last: LastState | None) -> Exhaustion:
    """The exhaustion of a network; `last` is the state at the last look."""
    relevant = [each for each in found if each.relevant]
    facets = tuple(_facets(found, aim))
    bare = Exhaustion(
        state="unmapped",
        reason=None,
        potential=sum(each.potential for each in relevant),
        remaining=sum(each.remaining for each in relevant),
        target=aim.goal.conversations_target,
        effective_employers=effective_employers(relevant, aim),
        coverage=goal_coverage(facets),
        facets=facets,
    )
    state = state_for(bare.exhaustion, bare.worked, mapped=bool(found), last=last.state if last else None)
    reason = _reason(bare.worked, relevant, aim) if state == "exhausted" else None
    return Exhaustion(
        state,
        reason,
        bare.potential,
        bare.remaining,
        bare.target,
        bare.effective_employers,
        bare.coverage,
        facets,
    )


def state_for(exhaustion: float, worked: float, *, mapped: bool, last: NetworkState | None) -> NetworkState:
    """The state of two scores. Exhaustion is left only clearly below where it is entered."""
    if not mapped:
        return "unmapped"
    # Whoever loses the last hair to rounding is not sent back.
    until = constants().state.recovered if last == "exhausted" else constants().state.exhausted
    if round(exhaustion, 9) >= until:
        return "exhausted"
    if exhaustion < constants().state.partial_exhaustion and worked < constants().state.partial_worked:
        return "untapped"
    return "partially_worked"


def describe(found: Sequence[Assessment], measured: Exhaustion, now: datetime) -> dict[str, Any]:
    """The exhaustion object of the API, every number of it explained."""
    return {
        "state": measured.state,
        "headline": HEADLINES[measured.state],
        "reason": measured.reason,
        "phase": measured.phase,
        "E": round(measured.exhaustion, 2),
        "W": round(measured.worked, 2),
        "S": round(measured.remaining, 2),
        "K": round(measured.potential, 2),
        "D": measured.target,
        "effective_employers": round(measured.effective_employers, 1),
        "coverage": round(measured.coverage, 2),
        "facets": [
            {
                "kind": each.kind,
                "id": each.id,
                "label": each.label,
                "level": each.level,
                "contacts": each.contacts,
                "worked": each.worked,
            }
            for each in measured.facets
        ],
        "why": _why(found, measured),
        "explanations": _explanations(measured),
        "next_review": (now + timedelta(days=constants().state.review_days)).date().isoformat(),
        "assumptions_url": ASSUMPTIONS_URL,
    }


def _facets(found: Sequence[Assessment], aim: ResolvedGoal) -> Iterable[Facet]:
    fields = load().fields
    for label, key in aim.companies:
        there = [each for each in found if each.company is not None and each.company[0] == label]
        yield _facet("company", key.replace(" ", "-"), label, there)
    for kind, ids in (("field", aim.fields), ("adjacent", aim.adjacent)):
        for field in ids:
            inside = [each for each in found if each.position.field == field]
            yield _facet("field" if kind == "field" else "adjacent", field, fields[field].label, inside)


def _facet(
    kind: Literal["company", "field", "adjacent"], identity: str, label: str, there: Sequence[Assessment]
) -> Facet:
    return Facet(
        kind=kind,
        id=identity,
        label=label,
        coverage=coverage(each.strength for each in there),
        contacts=len(there),
        worked=sum(each.state in {"talked", "done", "closed"} for each in there),
    )


def goal_coverage(facets: Iterable[Facet]) -> float:
    """The weighted mean over the parts that the goal has."""
    parts = {"company": "companies", "field": "fields", "adjacent": "adjacent"}
    by_kind: dict[str, list[float]] = {}
    for each in facets:
        by_kind.setdefault(each.kind, []).append(each.coverage)
    weights = {kind: float(getattr(constants().coverage, parts[kind])) for kind in by_kind}
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(weights[kind] * sum(values) / len(values) for kind, values in by_kind.items()) / total


def _reason(worked: float, relevant: Sequence[Assessment], aim: ResolvedGoal) -> Reason:
    if worked >= constants().state.worked_out:
        return "worked_out"
    employers = Counter(
        aim.aliases.main(each.person.employer) for each in relevant if each.person.employer is not None
    )
    largest = max(employers.values(), default=0)
    many = len(relevant) >= constants().state.redundant_contacts
    return "redundant" if many and largest >= constants().state.redundant_share * len(relevant) else "thin"


# --- in words ----------------------------------------------------------------------------------------------


def _why(found: Sequence[Assessment], measured: Exhaustion) -> list[str]:
    if measured.state == "unmapped":
        return ["No contacts were read yet; groups can be found without any"]
    why = [_REASONS[measured.reason]] if measured.reason else []
    for facet in measured.facets:
        if facet.kind == "field" and facet.contacts:
            untouched = sum(each.position.field == facet.id and each.state == "new" for each in found)
            why.append(f"{_people(untouched)} in {facet.label} you have not contacted yet")
        elif facet.kind == "field":
            why.append(f"No one in {facet.label}")
    nobody = [each.label for each in measured.facets if each.kind == "company" and not each.contacts]
    if nobody:
        why.append(f"No one at {_listed(nobody)}")
    why += [
        f"{_people(each.contacts)} at {each.label}, {each.worked or 'none'} of them talked to or closed"
        for each in measured.facets
        if each.kind == "company" and each.contacts
    ]
    talked = sum(each.relevant and each.state in {"talked", "done"} for each in found)
    if talked:
        why.append(f"{talked} conversation{'s' * (talked != 1)} in the last 12 months")
    return why


def _explanations(measured: Exhaustion) -> dict[str, str]:
    """Each number in a sentence."""
    percent = round(100 * measured.exhaustion)
    return {
        "K": f"The relevant people you know are worth about {measured.potential:.1f} useful conversations, "
        "counting how near they are to the goal, how reachable, and that colleagues tell the same.",
        "S": f"About {measured.remaining:.1f} of them are still to be had.",
        "D": f"A search like yours needs about {measured.target:g} conversations.",
        "E": f"What is left covers {100 - percent} % of that, so the network is {percent} % exhausted for this goal.",
        "W": f"{round(100 * measured.worked)} % of what it could give has been asked for.",
        "effective_employers": f"The relevant people count as {measured.effective_employers:.1f} different employers.",
        "coverage": f"{round(100 * measured.coverage)} % of the goal's companies and fields are within reach of somebody "
        "you know.",
    }


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _listed(names: Sequence[str]) -> str:
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
