"""What an operator chose at the first start, kept by key."""

from __future__ import annotations

from sqlalchemy import text

from app.db import Database


def remembered(database: Database, key: str) -> str | None:
    """An answer that was kept."""
    with database.read() as connection:
        row = connection.execute(text("SELECT value FROM meta WHERE key = :key"), {"key": key}).first()
    return None if row is None else str(row.value)


def remember(database: Database, key: str, value: str) -> None:
    """Keep an answer."""
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO meta (key, value) VALUES (:key, :value)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            ),
            {"key": key, "value": value},
        )
