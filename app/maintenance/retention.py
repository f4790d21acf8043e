"""How long what is kept: the settings, and the deleting of what is older."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from app.auth.repository import audit
from app.db import Database
from app.demand import repository as demand
from app.embedders import repository as embedders
from app.ingest.store.purge import count_old, purge_batch
from app.ingest.takedowns.repository import forget_settled
from app.jobs import repository as jobs
from app.settings import Settings
from app.sources.repository import sources
from app.sources.suggestions.repository import forget_decided


@dataclass(frozen=True, slots=True)
class Purged:
    """What was deleted, or would be."""

    events_and_groups: int = 0
    runs: int = 0
    requests: int = 0
    audit: int = 0

    def as_dict(self) -> dict[str, Any]:
        """By name."""
        return asdict(self)


def purge(
    database: Database, settings: Settings, now: datetime, progress: Callable[[int], None] = lambda _: None
) -> Purged:
    """Delete what is older than the settings keep, in short transactions."""
    over, removed = _before(settings.keep_events_days, now), _before(settings.keep_removed_days, now)
    deleted = 0
    while True:
        with database.write() as connection:
            database.lock_store(connection)
            batch = purge_batch(connection, over, removed)
        if not batch:
            break
        deleted += batch
        progress(deleted)
    runs = requests = entries = 0
    if (before := _before(settings.keep_runs_days, now)) is not None:
        runs = sources.forget_runs(database, before)
        jobs.forget(database, before)
        embedders.forget(database, before)
        demand.forget(database, before)
        requests = forget_decided(database, before) + forget_settled(database, before)
    if (before := _before(settings.keep_audit_days, now)) is not None:
        entries = audit.forget(database, before)
    return Purged(deleted, runs, requests, entries)


def waiting(database: Database, settings: Settings, now: datetime) -> int:
    """How many events and groups the next purge deletes."""
    with database.read() as connection:
        return count_old(
            connection, _before(settings.keep_events_days, now), _before(settings.keep_removed_days, now)
        )


def _before(days: int, now: datetime) -> datetime | None:
    """The time before which nothing is kept; None = everything is."""
    return now - timedelta(days=days) if days else None
