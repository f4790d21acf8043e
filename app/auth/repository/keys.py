"""API keys in the database: made once and shown once, kept as a hash, revoked for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from app.auth.keys import SCOPES, Credentials, Scope, digest, new_key, shown
from app.core.ids import internal, new_ids, public
from app.db import Also, Database, nothing
from app.models import ApiKey

_key: Final = ApiKey.__table__


def add_key(
    database: Database,
    name: str,
    scopes: frozenset[Scope],
    per_minute: int | None,
    now: datetime,
    also: Also = nothing,
) -> tuple[str, str]:
    """Make a key; its id and the key itself, which nobody can read again."""
    key, identity = new_key(), next(new_ids(now, 1))
    with database.write() as connection:
        connection.execute(
            insert(_key).values(
                id=identity,
                name=name,
                beginning=shown(key),
                hash=digest(key),
                scopes=" ".join(each for each in SCOPES if each in scopes),
                per_minute=per_minute,
                created_at=now,
            )
        )
        also(connection)
    return public(identity), key


def keys(database: Database) -> list[dict[str, Any]]:
    """Every key, the oldest first, revoked ones too; never the key or its hash."""
    with database.read() as connection:
        rows = connection.execute(select(_key).order_by(_key.c.created_at, _key.c.id)).mappings()
        return [_described(dict(row)) for row in rows]


def revoke(database: Database, public_id: str, now: datetime, also: Also = nothing) -> bool:
    """Make a key worthless, within a second. False if there is none of this id that is valid."""
    with database.write() as connection:
        result = connection.execute(
            update(_key)
            .where(_key.c.id == internal(public_id), _key.c.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        if result.rowcount:
            also(connection)
    return result.rowcount == 1


def credentials_of(database: Database, hashed: str, now: datetime) -> Credentials | None:
    """Whom the key of a hash belongs to; None for one that is unknown or revoked. Keeps the day of its last use."""
    with database.read() as connection:
        row = connection.execute(
            select(_key).where(_key.c.hash == hashed, _key.c.revoked_at.is_(None))
        ).first()
    if row is None:
        return None
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if row.used_on != today:
        with database.write() as connection:
            connection.execute(update(_key).where(_key.c.id == row.id).values(used_on=today))
    return _credentials(row)


def credentials_by_id(connection: Connection, key_id: int) -> tuple[Credentials, str] | None:
    """Whom a key belongs to, and the key's hash; None for one that is unknown or revoked."""
    row = connection.execute(select(_key).where(_key.c.id == key_id, _key.c.revoked_at.is_(None))).first()
    return None if row is None else (_credentials(row), row.hash)


def _credentials(row: Any) -> Credentials:
    scopes: frozenset[Scope] = frozenset(each for each in SCOPES if each in row.scopes.split())
    return Credentials(row.name, scopes, row.per_minute, row.id)


def _described(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": public(row["id"]),
        "name": row["name"],
        "beginning": row["beginning"],
        "scopes": row["scopes"].split(),
        "per_minute": row["per_minute"],
        "created_at": row["created_at"],
        "used_on": row["used_on"].date() if row["used_on"] else None,
        "revoked_at": row["revoked_at"],
    }
