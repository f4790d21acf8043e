"""Embedding origins in the database: seen once a day, disabled and enabled by operators."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, or_, select, text, update

from app.db import Also, Database
from app.models import Embedder

# A program can claim any origin; so many are kept.
MOST_ORIGINS: Final = 5_000

_embedder: Final = Embedder.__table__
# Another process may note the same site at the same time.
_NEW: Final = text(
    """
    INSERT INTO embedder (origin, first_seen_at, last_seen_at, days) VALUES (:origin, :day, :day, 1)
    ON CONFLICT (origin) DO NOTHING
    """
)
_DISABLE: Final = text(
    """
    INSERT INTO embedder (origin, first_seen_at, days, disabled_at, reason) VALUES (:origin, :now, 0, :now, :reason)
    ON CONFLICT (origin) DO UPDATE SET disabled_at = excluded.disabled_at, reason = excluded.reason
    """
)


def note(database: Database, origin: str, now: datetime, patience: float) -> None:
    """Note that a site shows an embed today. Beyond `MOST_ORIGINS` new ones are not kept.

    Raises `DatabaseAwayError` if nothing can be written within `patience` seconds.
    """
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    is_origin = _embedder.c.origin == origin
    with database.write(patience) as connection:
        row = connection.execute(select(_embedder.c.last_seen_at).where(is_origin)).first()
        if row is None:
            count = connection.execute(select(func.count()).select_from(_embedder)).scalar_one()
            if count < MOST_ORIGINS:
                connection.execute(_NEW, {"origin": origin, "day": int(day.timestamp())})
        elif row.last_seen_at is None or row.last_seen_at < day:
            changed = {"last_seen_at": day, "days": _embedder.c.days + 1}
            connection.execute(update(_embedder).where(is_origin).values(**changed))


def embedders(database: Database) -> list[dict[str, Any]]:
    """Every origin: the days on which it was first and last seen, on how many, and since when and why it is disabled."""
    with database.read() as connection:
        query = select(_embedder).order_by(_embedder.c.last_seen_at.desc(), _embedder.c.origin)
        return [dict(row) for row in connection.execute(query).mappings()]


def disabled_origins(database: Database) -> frozenset[str]:
    """The origins that may not show embeds."""
    with database.read() as connection:
        query = select(_embedder.c.origin).where(_embedder.c.disabled_at.is_not(None))
        return frozenset(connection.execute(query).scalars())


def disable(database: Database, origin: str, reason: str, now: datetime, also: Also | None = None) -> None:
    """Refuse embeds to an origin from now on, whether it was seen or not."""
    with database.write() as connection:
        connection.execute(_DISABLE, {"origin": origin, "now": int(now.timestamp()), "reason": reason})
        if also is not None:
            also(connection)


def enable(database: Database, origin: str, also: Also | None = None) -> bool:
    """Allow an origin again. False if it was not disabled."""
    with database.write() as connection:
        found = connection.execute(
            update(_embedder)
            .where(_embedder.c.origin == origin, _embedder.c.disabled_at.is_not(None))
            .values(disabled_at=None, reason=None)
        )
        if found.rowcount and also is not None:
            also(connection)
        return bool(found.rowcount)


def forget(database: Database, before: datetime) -> int:
    """Delete origins that were last seen before a time and are not disabled; how many."""
    with database.write() as connection:
        query = delete(_embedder).where(
            _embedder.c.disabled_at.is_(None),
            or_(_embedder.c.last_seen_at.is_(None), _embedder.c.last_seen_at < before),
        )
        return connection.execute(query).rowcount
