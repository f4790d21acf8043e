"""The answers about a network, from JSON values as they were sent: the same for API, pages and commands. Nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.core.gc import seldom_collected
from app.network.aggregate import read_aggregate
from app.network.analysis import analyse, plan
from app.network.exports import read_files
from app.network.goal import read_goal
from app.network.limits import PROGRESS_BYTES, TOLD_BYTES
from app.network.people import people_of
from app.network.progress import read_progress
from app.network.reports import read_reports
from app.network.validation import check_size


def network_analysis(
    files: Sequence[bytes], goal: Any, progress: Any, reports: Any, now: datetime
) -> dict[str, Any]:
    """An `AnalysisOut` of exports of contacts. Raises WrongInputError with every mistake in the JSON values, ExportError for files
    that cannot be used."""
    _check_sizes(goal=goal, progress=progress, did=reports)
    aim, before, done = read_goal(goal), read_progress(progress), read_reports(reports)
    with seldom_collected():
        return analyse(people_of(read_files(files)), aim, before, done, now)


def network_plan(goal: Any, progress: Any, aggregate: Any, reports: Any, now: datetime) -> dict[str, Any]:
    """A `PlanOut`: what to do next without any export. Raises WrongInputError with every mistake."""
    _check_sizes(goal=goal, progress=progress, aggregate=aggregate, did=reports)
    return plan(
        read_goal(goal), read_progress(progress), read_aggregate(aggregate), read_reports(reports), now
    )


def _check_sizes(**documents: Any) -> None:
    for name, document in documents.items():
        check_size(name, document, PROGRESS_BYTES if name == "progress" else TOLD_BYTES)
