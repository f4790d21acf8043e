"""What operators did: written in the transaction that did it, read newest first, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from app.db import Also, Database
from app.models import AuditEntry

_entry: Final = AuditEntry.__table__


def recorder(
    actor: str, action: str, target: str, now: datetime, detail: dict[str, Any] | None = None
) -> Also:
    """What writes an entry down. `actor`: the name of a key; `target`: an id, a slug or an address."""

    def record(connection: Connection) -> None:
        connection.execute(
            insert(_entry).values(at=now, actor=actor, action=action, target=target, detail=detail or {})
        )

    return record


def entries(database: Database, limit: int, before: int | None = None) -> list[dict[str, Any]]:
    """Entries, the newest first; `before` = those with a lower id."""
    query = select(_entry).order_by(_entry.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_entry.c.id < before)
    with database.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def entry(database: Database, identity: int) -> dict[str, Any] | None:
    """One entry, None if there is none with this id."""
    with database.read() as connection:
        row = connection.execute(select(_entry).where(_entry.c.id == identity)).mappings().first()
    return None if row is None else dict(row)


def forget(database: Database, before: datetime) -> int:
    """Delete entries that are older than a time; how many."""
    with database.write() as connection:
        return connection.execute(delete(_entry).where(_entry.c.at < before)).rowcount
