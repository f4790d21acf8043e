"""A network of invented people and a goal, judged at one moment: what the tests of map, exhaustion and actions share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from app.network.aggregate import read_aggregate
from app.network.analysis import analyse, plan
from app.network.goal import read_goal
from app.network.progress import read_progress
from app.network.reports import read_reports
from tests.app.network.exports import connections, people

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DATA = {"fields": ["data-science-ai"]}


def analysed(
    rows: Iterable[str],
    goal: dict[str, Any] | None = None,
    progress: Any = None,
    did: Any = None,
    *more: str,
    now: datetime = NOW,
) -> dict[str, Any]:
    """The answer for the connections in `rows` and other files."""
    read = people(connections(rows), *more)
    return analyse(read, read_goal(goal or DATA), read_progress(progress), read_reports(did), now)


def planned(
    goal: dict[str, Any] | None = None,
    progress: Any = None,
    aggregate: Any = None,
    did: Any = None,
    now: datetime = NOW,
) -> dict[str, Any]:
    """The answer without an export."""
    return plan(
        read_goal(goal or DATA), read_progress(progress), read_aggregate(aggregate), read_reports(did), now
    )


def kinds(answer: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Actions as (kind, key of the contact)."""
    return [(each["kind"], each["contact"] and each["contact"]["key"]) for each in answer["actions"]]


def codes(action: dict[str, Any]) -> list[str]:
    return [each["code"] for each in action["reasons"]]
