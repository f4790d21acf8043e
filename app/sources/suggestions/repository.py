"""Suggestions in the database: kept once an address, listed, decided. Nothing is fetched here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.core.ids import internal, key, new_ids, public
from app.db import Also, Database, nothing
from app.listings.urls import canonical
from app.models import Suggestion

_suggestion = Suggestion.__table__


def suggest(database: Database, url: str, note: str | None, near: str | None, now: datetime) -> str:
    """Hold an address for an operator; its id, which is the old one where somebody suggested it before."""
    address_key = key("suggestion", canonical(url) or url)
    with database.write() as connection:
        database.lock_store(connection)
        known = connection.execute(
            select(_suggestion.c.id).where(_suggestion.c.url_key == address_key)
        ).first()
        if known is not None:
            return public(known.id)
        identity = next(new_ids(now, 1))
        connection.execute(
            insert(_suggestion).values(
                id=identity,
                url_key=address_key,
                url=url,
                note=note,
                near=near,
                state="held",
                created_at=now,
            )
        )
    return public(identity)


def suggestions(database: Database, *, held_only: bool = True) -> list[dict[str, Any]]:
    """Suggestions, the oldest first."""
    query = select(_suggestion).order_by(_suggestion.c.created_at, _suggestion.c.id)
    if held_only:
        query = query.where(_suggestion.c.state == "held")
    with database.read() as connection:
        rows = connection.execute(query).mappings()
        return [_described(dict(row)) for row in rows]


def held(database: Database, public_id: str) -> dict[str, Any] | None:
    """The suggestion of an id that waits for a decision."""
    return next((each for each in suggestions(database) if each["id"] == public_id), None)


def decide(
    database: Database,
    public_id: str,
    state: str,
    now: datetime,
    also: Also = nothing,
) -> bool:
    """Accept or decline a suggestion that is held. False if none of this id is."""
    number = internal(public_id)
    with database.write() as connection:
        result = connection.execute(
            update(_suggestion)
            .where(_suggestion.c.id == number, _suggestion.c.state == "held")
            .values(state=state, decided_at=now)
        )
        if result.rowcount:
            also(connection)
    return result.rowcount == 1


def forget_decided(database: Database, before: datetime) -> int:
    """Delete suggestions that were decided before a time; how many. The same address may be suggested again."""
    with database.write() as connection:
        return connection.execute(delete(_suggestion).where(_suggestion.c.decided_at < before)).rowcount


def _described(row: dict[str, Any]) -> dict[str, Any]:
    shown = ("url", "note", "near", "state", "created_at", "decided_at")
    return {"id": public(row["id"]), **{name: row[name] for name in shown}}
