"""Listings packed, topic rows found by their own key, groups found by name and link, an operator's rulings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.ingest.matching.groups import name_key
from app.listings.items import pack, unpack

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BATCH = 1_000


def upgrade() -> None:
    """Add the tables, then turn the text of every listing into its packed form."""
    op.create_table(
        "group_link",
        sa.Column("key", _KEY, autoincrement=False, nullable=False),
        sa.Column("group_id", _KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "group_id", name=op.f("pk_group_link")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_group_link_group_id", "group_link", ["group_id"])
    op.create_table(
        "match_ruling",
        sa.Column("one", _KEY, autoincrement=False, nullable=False),
        sa.Column("other", _KEY, autoincrement=False, nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_match_ruling")),
        sqlite_with_rowid=False,
    )
    op.drop_index("ix_event_topic_event_id", table_name="event_topic")
    op.drop_index("ix_event_cell_start_at", table_name="event")
    op.create_index("ix_event_cell_start_at", "event", ["cell", "start_at", "lat", "lon"])
    _index_where("ix_event_all_day", "event", ["cell", "start_at"], "all_day")
    op.add_column("meetup_group", sa.Column("name_key", sa.BigInteger(), nullable=True))
    _name_groups()
    _index_where("ix_meetup_group_name_key", "meetup_group", ["name_key"], "name_key IS NOT NULL")
    op.add_column("listing", sa.Column("content", sa.LargeBinary(), server_default="", nullable=False))
    _pack_listings()
    for name in ("event_id", "group_id"):
        op.drop_index(f"ix_listing_{name}", table_name="listing")
    with op.batch_alter_table("listing") as batch:
        batch.alter_column("content", server_default=None)
        batch.drop_column("record")
    for name in ("event_id", "group_id"):
        _index_where(f"ix_listing_{name}", "listing", [name], f"{name} IS NOT NULL")


def downgrade() -> None:
    """Turn packed listings into text again, and drop what was added."""
    op.add_column("listing", sa.Column("record", sa.Text(), server_default="", nullable=False))
    _unpack_listings()
    for name in ("event_id", "group_id"):
        op.drop_index(f"ix_listing_{name}", table_name="listing")
    with op.batch_alter_table("listing") as batch:
        batch.alter_column("record", server_default=None)
        batch.drop_column("content")
    for name in ("event_id", "group_id"):
        op.create_index(f"ix_listing_{name}", "listing", [name])
    op.drop_index("ix_meetup_group_name_key", table_name="meetup_group")
    op.drop_column("meetup_group", "name_key")
    op.drop_index("ix_event_all_day", table_name="event")
    op.drop_index("ix_event_cell_start_at", table_name="event")
    op.create_index("ix_event_cell_start_at", "event", ["cell", "start_at"])
    op.create_index("ix_event_topic_event_id", "event_topic", ["event_id"])
    op.drop_table("match_ruling")
    op.drop_table("group_link")


def _index_where(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _name_groups() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, name, city FROM meetup_group")).all()
    for row in rows:
        connection.execute(
            sa.text("UPDATE meetup_group SET name_key = :key WHERE id = :id"),
            {"key": name_key(row.name, row.city), "id": row.id},
        )


def _pack_listings() -> None:
    for rows in _listings("record"):
        op.get_bind().execute(
            sa.text("UPDATE listing SET content = :content WHERE id = :id"),
            [{"id": row.id, "content": pack(row.record)} for row in rows],
        )


def _unpack_listings() -> None:
    for rows in _listings("content"):
        op.get_bind().execute(
            sa.text("UPDATE listing SET record = :record WHERE id = :id"),
            [{"id": row.id, "record": unpack(row.content)} for row in rows],
        )


def _listings(column: str) -> Iterator[list[sa.Row[Any]]]:
    after = -1
    query = sa.text(
        f"SELECT id, {column} FROM listing WHERE id > :after ORDER BY id LIMIT :batch"  # noqa: S608  a name of ours
    )
    while rows := list(op.get_bind().execute(query, {"after": after, "batch": _BATCH})):
        yield rows
        after = rows[-1].id
