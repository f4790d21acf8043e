"""How far a network is worked out for a goal: scores, coverage, and a state with hysteresis. `verdict` puts it in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from app.network.assessment import Assessment
from app.network.constants import constants
from app.network.goal import ResolvedGoal
from app.network.mapping import coverage, effective_employers, level
from app.network.progress import LastState, NetworkState
from app.taxonomy.taxonomy import load

Reason = Literal["worked_out", "redundant", "thin"]
Phase = Literal["ask", "ask+grow", "grow"]
PHASES: Final[dict[NetworkState, Phase]] = {
    "unmapped": "ask",
    "untapped": "ask",
    "partially_worked": "ask+grow",
    "exhausted": "grow",
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
    contacted: int = 0

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
    relevant: int = 0
    contacted: int = 0

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


def measure(
    found: Sequence[Assessment], aim: ResolvedGoal, last: LastState | None, today: date | None = None
) -> Exhaustion:
    """The exhaustion of a network; `last` is the state at the last look. Without `today` every question counts as open."""
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
        relevant=len(relevant),
        contacted=sum(each.state != "new" for each in relevant),
    )
    state = state_for(
        bare.exhaustion,
        bare.worked,
        mapped=bool(found),
        last=last.state if last else None,
        waiting=waiting_share(relevant, today),
    )
    reason = _reason(bare.worked, relevant, aim) if state == "exhausted" else None
    return replace(bare, state=state, reason=reason)


def state_for(
    exhaustion: float, worked: float, *, mapped: bool, last: NetworkState | None, waiting: float = 0.0
) -> NetworkState:
    """The state of two scores. Exhaustion is left only clearly below where it is entered.

    Whoever has asked and still waits for too many answers (`waiting`, a share) is not done asking.
    """
    if not mapped:
        return "unmapped"
    # Whoever loses the last hair to rounding is not sent back.
    until = constants().state.recovered if last == "exhausted" else constants().state.exhausted
    if round(exhaustion, 9) >= until:
        done = worked < constants().state.worked_out or waiting <= constants().state.waiting
        return "exhausted" if done else "partially_worked"
    if exhaustion < constants().state.partial_exhaustion and worked < constants().state.partial_worked:
        return "untapped"
    return "partially_worked"


def waiting_share(found: Iterable[Assessment], today: date | None) -> float:
    """Of those who were contacted, the share whose answer may still come."""
    contacted = [each for each in found if each.state != "new"]
    since = today - timedelta(days=constants().state.waiting_days) if today else date.min
    waiting = sum(each.state == "pending" and (each.touched or date.max) >= since for each in contacted)
    return waiting / len(contacted) if contacted else 0.0


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
        contacted=sum(each.state != "new" for each in there),
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
