"""Everything that the next steps are chosen from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from app.network.assessment import Assessment
from app.network.companies import company_key
from app.network.exhaustion import Exhaustion, Facet
from app.network.goal import ResolvedGoal, Role
from app.network.owner import Writer
from app.network.progress import Progress


@dataclass(frozen=True)
class Situation:
    """People, goal, scores and progress at a moment, who asks, and what the network covers."""

    found: Sequence[Assessment]
    aim: ResolvedGoal
    measured: Exhaustion
    progress: Progress
    writer: Writer
    covered: Mapping[str, Any]
    now: datetime

    @property
    def today(self) -> date:
        """In UTC."""
        return self.now.date()

    @cached_property
    def uncovered(self) -> list[Facet]:
        """Companies and fields of the goal where nobody opens a door."""
        return [each for each in self.measured.facets if each.level == "none" and each.kind != "adjacent"]

    @cached_property
    def at_target(self) -> Counter[str]:
        """How many people work at each company of the goal."""
        return Counter(each.company[0] for each in self.found if each.company is not None)

    @cached_property
    def contacted_at(self) -> Counter[str]:
        """How many people of each employer were contacted."""
        return Counter(self.employer(each) for each in self.found if each.relevant and each.state != "new")

    def employer(self, assessment: Assessment) -> str:
        """What colleagues have in common; a person without an employer has it alone."""
        person = assessment.person
        return self.aim.aliases.main(person.employer) if person.employer else person.key

    def role_at(self, assessment: Assessment) -> Role | None:
        """The open role of the goal at somebody's employer."""
        employer = assessment.person.employer
        if employer is None:
            return None
        for role in self.aim.goal.roles:
            key = company_key(role.company)
            if key is not None and self.aim.aliases.level(key, employer) in {"exact", "alias"}:
                return role
        return None
