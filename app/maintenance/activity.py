"""What happened lately, in numbers: reads of sources, new listings, mails, subscriptions. No address, no wish of anybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

from app.db import Database

_DAY: Final = timedelta(days=1)
DAYS: Final = 28
_GOOD: Final = ("ok", "unchanged", "not_modified")
_RUNS: Final = text("SELECT outcome, counts FROM fetch_run WHERE started_at > :since")
_MAILS: Final = text(
    "SELECT kind, state, ended_at FROM delivery WHERE ended_at > :since AND state IN ('sent', 'failed', 'uncertain')"
)
_SUBSCRIPTIONS: Final = text("SELECT confirmed_at FROM subscription WHERE confirmed_at > :since")
_BOUNCES: Final = text("SELECT at, detail FROM audit_entry WHERE at > :since AND action = 'digest.bounce'")
_WAITING: Final = text(
    """
    SELECT COUNT(*) AS found, MIN(next_fetch_at) AS oldest FROM source
    WHERE enabled AND paused IS NULL AND origin <> 'sample' AND next_fetch_at <= :now
      AND (lease_until IS NULL OR lease_until <= :now) AND (access <> 'page' OR :pages)
    """
)
_JOBS: Final = text(
    """
    SELECT job, due_at, done_at, error FROM job_run
    WHERE (job, due_at) IN (SELECT job, MAX(due_at) FROM job_run WHERE done_at IS NOT NULL GROUP BY job) ORDER BY job
    """
)


@dataclass(frozen=True, slots=True)
class Job:
    """The last period of a job that came to an end; `error` says why it failed."""

    name: str
    done_at: datetime
    error: str | None


@dataclass(slots=True)
class Activity:
    """A day of reading, and four weeks of mail by day, the oldest day first."""

    reads: int = 0
    failed_reads: int = 0
    new_listings: int = 0
    changed_listings: int = 0
    removed_listings: int = 0
    due_sources: int = 0
    oldest_due_at: datetime | None = None
    days: list[date] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    # Mails that were not delivered, and what providers reported.
    bounces: list[int] = field(default_factory=list)
    subscriptions: list[int] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)


def activity(database: Database, now: datetime, *, pages: bool) -> Activity:
    """What happened until now."""
    found = Activity(days=[(now - (DAYS - 1 - each) * _DAY).date() for each in range(DAYS)])
    moment = int(now.timestamp())
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - (DAYS - 1) * _DAY
    since = {"since": int(first.timestamp()) - 1}
    with database.read() as connection:
        _count_reads(connection, found, int((now - _DAY).timestamp()))
        waiting = connection.execute(_WAITING, {"now": moment, "pages": pages}).one()
        found.due_sources = waiting.found
        found.oldest_due_at = None if waiting.oldest is None else _moment(waiting.oldest, now)
        sent: Counter[date] = Counter()
        bounced: Counter[date] = Counter()
        for row in connection.execute(_MAILS, since):
            (sent if row.state == "sent" else bounced)[_moment(row.ended_at, now).date()] += 1
        for row in connection.execute(_BOUNCES, since):
            bounced[_moment(row.at, now).date()] += 1
        confirmed = Counter(
            _moment(row.confirmed_at, now).date() for row in connection.execute(_SUBSCRIPTIONS, since)
        )
        found.jobs = [Job(row.job, _moment(row.done_at, now), row.error) for row in connection.execute(_JOBS)]
    found.mails = [sent[day] for day in found.days]
    found.bounces = [bounced[day] for day in found.days]
    found.subscriptions = [confirmed[day] for day in found.days]
    return found


def _count_reads(connection: Connection, found: Activity, since: int) -> None:
    for row in connection.execute(_RUNS, {"since": since}):
        found.reads += 1
        found.failed_reads += row.outcome not in _GOOD
        counts: dict[str, Any] = orjson.loads(row.counts) if isinstance(row.counts, str) else row.counts
        found.new_listings += counts.get("inserted", 0) + counts.get("attached", 0)
        found.changed_listings += counts.get("updated", 0)
        found.removed_listings += counts.get("retired", 0)


def _moment(seconds: int, now: datetime) -> datetime:
    return datetime.fromtimestamp(seconds, now.tzinfo)
