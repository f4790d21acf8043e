"""The answers about a network, from JSON values as they were sent: the same for API, pages and commands. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.gc import seldom_collected
from app.network.actions import search_body
from app.network.aggregate import read_aggregate
from app.network.analysis import analyse, plan
from app.network.exports import read_files
from app.network.goal import read_goal
from app.network.limits import PROGRESS_BYTES, TOLD_BYTES
from app.network.log import LogRow, search_log
from app.network.people import people_of
from app.network.progress import read_progress
from app.network.reports import read_reports, with_keys
from app.network.validation import check_size
from app.network.work_search import DECIDES, offices


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person with their whole name, for the eyes of the one whose contacts they are; never part of an answer."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """An analysis, and the names behind its keys."""

    answer: dict[str, Any]
    named: dict[str, NamedPerson]


def network_analysis(
    files: Sequence[bytes], goal: Any, progress: Any, reports: Any, now: datetime
) -> dict[str, Any]:
    """An `AnalysisOut` of exports of contacts. Raises WrongInputError with every mistake in the JSON values, ExportError for files
    that cannot be used."""
    return network_report(files, goal, progress, reports, now).answer


def network_report(
    files: Sequence[bytes], goal: Any, progress: Any, reports: Any, now: datetime
) -> NetworkReport:
    """The same with whole names and profiles, for a terminal or a page of one's own. Raises as `network_analysis`."""
    _check_sizes(goal=goal, progress=progress, did=reports)
    aim, before, done = read_goal(goal), read_progress(progress), read_reports(reports)
    with seldom_collected():
        people = people_of(read_files(files))
        done = with_keys(done, {each.key: each.name for each in people.persons}, before)
        answer = analyse(people, aim, before, done, now)
    said = {
        key: NamedPerson(each["name"], None) for key, each in answer["progress"].items() if "name" in each
    }
    return NetworkReport(
        answer, said | {each.key: NamedPerson(each.name, each.url) for each in people.persons}
    )


def network_plan(goal: Any, progress: Any, aggregate: Any, reports: Any, now: datetime) -> dict[str, Any]:
    """A `PlanOut`: what to do next without any export. Raises WrongInputError with every mistake."""
    _check_sizes(goal=goal, progress=progress, aggregate=aggregate, did=reports)
    aim, before, done = read_goal(goal), read_progress(progress), read_reports(reports)
    return plan(aim, before, read_aggregate(aggregate), with_keys(done, {}, before), now)


def activity_log(progress: Any, since: date | None, until: date | None) -> list[LogRow]:
    """What progress says was done, by date. Raises WrongInputError."""
    _check_sizes(progress=progress)
    return search_log(read_progress(progress), since, until)


def work_search_offices() -> dict[str, Any]:
    """A `WorkSearchOut`: what offices ask of a search for work, by code."""
    return {"items": [each.as_dict() for each in offices().values()], "note": DECIDES}


def recommendation_body(goal: Any, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the recommender is asked for a mapped network: the goal, the phase, and what is covered; it names no contact."""
    aim = read_goal(goal)
    return search_body(aim, answer["phase"], answer["covered"])


def _check_sizes(**documents: Any) -> None:
    for name, document in documents.items():
        check_size(name, document, PROGRESS_BYTES if name == "progress" else TOLD_BYTES)
