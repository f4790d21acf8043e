"""The run table: a worker claims a (job, due time), works, and marks it done.

A claim is a lease. A worker that dies leaves the period to the next one; a worker that was only frozen finds, when it
marks its work done, that the lease is no longer its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, text

from app.db import Database
from app.models import JobRun

# After so many starts that never ended a period is left alone, so that it cannot take the worker down forever.
MOST_ATTEMPTS: Final = 3

_job_run = JobRun.__table__

# One statement on both databases: the row is ours if it is new, or neither done nor leased to somebody alive.
_CLAIM = text(
    """
    INSERT INTO job_run (job, due_at, lease_owner, lease_until, attempts)
    VALUES (:job, :due, :owner, :until, 1)
    ON CONFLICT (job, due_at) DO UPDATE
    SET lease_owner = excluded.lease_owner, lease_until = excluded.lease_until, attempts = job_run.attempts + 1
    WHERE job_run.done_at IS NULL AND job_run.lease_until < :now AND job_run.attempts < :most
    RETURNING attempts
    """
)
_DONE = text(
    """
    UPDATE job_run SET done_at = :now, lease_until = NULL, error = :error
    WHERE job = :job AND due_at = :due AND lease_owner = :owner AND done_at IS NULL
    """
)


def period(now: datetime, every: timedelta) -> datetime:
    """The start of the period that `now` is in, the same for every worker: whole multiples since 1970."""
    seconds = int(every.total_seconds())
    start = int(now.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(start, now.tzinfo)


def claim(
    database: Database, job: str, due_at: datetime, owner: str, now: datetime, lease: timedelta
) -> bool:
    """Whether the period is this worker's to do now."""
    with database.write() as connection:
        row = connection.execute(
            _CLAIM,
            {
                "job": job,
                "due": int(due_at.timestamp()),
                "owner": owner,
                "until": int((now + lease).timestamp()),
                "now": int(now.timestamp()),
                "most": MOST_ATTEMPTS,
            },
        ).first()
    return row is not None


def done(
    database: Database, job: str, due_at: datetime, owner: str, now: datetime, error: str | None = None
) -> bool:
    """Mark the period done; false if the lease had passed to another worker."""
    with database.write() as connection:
        result = connection.execute(
            _DONE,
            {
                "job": job,
                "due": int(due_at.timestamp()),
                "owner": owner,
                "now": int(now.timestamp()),
                "error": error,
            },
        )
    return result.rowcount == 1


def forget(database: Database, before: datetime) -> None:
    """Delete what was done before a time."""
    with database.write() as connection:
        connection.execute(delete(_job_run).where(_job_run.c.done_at < before))
