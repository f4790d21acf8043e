"""The person whose network it is, as far as their own export or their goal says: who writes, and what they share with others."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.network.companies import company_key
from app.network.goal import ResolvedGoal
from app.network.names import bare_name
from app.network.positions import read_positions
from app.network.records import Export, Job


@dataclass(frozen=True, slots=True)
class Owner:
    """Who asks. `employers` are folded names and until when (None = still), `schools` folded names; `jobs` newest first."""

    name: str | None = None
    jobs: tuple[Job, ...] = ()
    employers: dict[str, str | None] = field(default_factory=dict)
    schools: frozenset[str] = frozenset()


NOBODY = Owner()


@dataclass(frozen=True, slots=True)
class Writer:
    """Who signs a draft. `about` is how they describe themselves, `job` what they do or did last.

    `is_experienced`: whether they have worked in a field of the goal; None where nothing is known of their past.
    `works_in_field`: whether they do now.
    """

    name: str | None = None
    about: str | None = None
    job: Job | None = None
    employers: dict[str, str | None] = field(default_factory=dict)
    schools: frozenset[str] = frozenset()
    is_experienced: bool | None = None
    works_in_field: bool = False

    def works_at(self, employer: str | None) -> bool:
        """Whether they are there still, so that a colleague would hear that they are looking."""
        return employer is not None and employer in self.employers and self.employers[employer] is None


def owner_of(export: Export) -> Owner:
    """What an export says about its owner."""
    employers: dict[str, str | None] = {}
    for job in export.jobs:
        key = company_key(job.company)
        if key is not None:
            employers[key] = job.until if job.until and employers.get(key, job.until) else None
    schools = frozenset(key for each in export.schools if (key := company_key(each)) is not None)
    # The job that goes on stands first, then the one that LinkedIn lists first, which is the last one.
    jobs = tuple(sorted(export.jobs, key=lambda job: job.until is not None))
    return Owner(export.own_name, jobs, employers, schools)


def writer_of(owner: Owner, aim: ResolvedGoal) -> Writer:
    """Who writes: by the goal's `me` where it says so, else by the export."""
    me = aim.goal.me
    titles = [job.title for job in owner.jobs if job.title]
    known = read_positions(titles, aim.fields)
    experienced = any(position.field in aim.fields for position in known.values()) if titles else None
    if me is not None and me.experienced is not None:
        experienced = me.experienced
    name = (me.name if me else None) or (bare_name(owner.name) if owner.name else None)
    job = next((each for each in owner.jobs if each.title and company_key(each.company)), None)
    return Writer(
        name=name or None,
        about=me.about if me else None,
        job=job,
        employers=owner.employers,
        schools=owner.schools,
        is_experienced=experienced if aim.fields else None,
        works_in_field=any(
            job.until is None and known[job.title].field in aim.fields for job in owner.jobs if job.title
        ),
    )
