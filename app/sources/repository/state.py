"""Sources in the database as an operator wants them: off, paused, on again, read at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import case, literal, update

from app.db import Also, Database, nothing
from app.models import Source

_source: Final = Source.__table__

# Why a source that was removed is not read; what it brought stays until it is over.
REMOVED: Final = "removed by the operator"


def remove(database: Database, slug: str, also: Also = nothing) -> bool:
    """Switch a source off for good; what it brought stays until it is over. False if there is none."""
    return _change(database, slug, {"enabled": False, "paused": REMOVED}, also)


def pause(database: Database, slug: str, reason: str, also: Also = nothing) -> bool:
    """Stop reading a source until it is resumed. False if there is none that is on."""
    return _change(database, slug, {"paused": reason}, also, _source.c.enabled)


def fetch_soon(database: Database, slug: str, now: datetime, also: Also = nothing) -> bool:
    """Let a worker read a source as soon as one can, paused or not. False if there is none that is on."""
    return _change(database, slug, {"next_fetch_at": now, "paused": None}, also, _source.c.enabled)


def _change(database: Database, slug: str, values: dict[str, Any], also: Also, *conditions: Any) -> bool:
    with database.write() as connection:
        result = connection.execute(
            update(_source).where(_source.c.slug == slug, *conditions).values(**values)
        )
        if result.rowcount:
            also(connection)
    return result.rowcount == 1


def resume(database: Database, slug: str, now: datetime, also: Also = nothing) -> bool:
    """Let a paused source run again, when it is due; what was usual of it counts no more. False if none is paused."""
    return _resume(database, now, also, _source.c.slug == slug) == 1


def resume_all(database: Database, now: datetime, also: Also = nothing) -> int:
    """As `resume`, of every paused source; how many."""
    return _resume(database, now, also)


def pause_all(database: Database, reason: str, also: Also = nothing) -> int:
    """Stop reading every source that is on; how many."""
    with database.write() as connection:
        result = connection.execute(
            update(_source)
            .where(_source.c.enabled, _source.c.paused.is_(None), _source.c.origin != "sample")
            .values(paused=reason)
        )
        if result.rowcount:
            also(connection)
    return int(result.rowcount)


def _resume(database: Database, now: datetime, also: Also, *conditions: Any) -> int:
    with database.write() as connection:
        result = connection.execute(
            update(_source)
            .where(_source.c.enabled, _source.c.paused.is_not(None), *conditions)
            .values(
                paused=None,
                failures=0,
                usual_events=None,
                # Never earlier than its host asked for.
                next_fetch_at=case(
                    (_source.c.next_fetch_at > now, _source.c.next_fetch_at),
                    else_=literal(now, _source.c.next_fetch_at.type),
                ),
            )
        )
        if result.rowcount:
            also(connection)
    return int(result.rowcount)
