"""The text index of events and groups, the words met, and what lasts longer than a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.ingest.store.reindex import reindex

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_FTS5 = "content='', contentless_delete=1, detail=none, tokenize='ascii'"


def upgrade() -> None:
    """Add tables, columns and indexes, then index what is stored."""
    op.create_table(
        "word",
        sa.Column(
            "word",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_word")),
        sqlite_with_rowid=False,
    )
    _index_where("ix_event_long", "event", ["cell", "until_at"], "until_at - start_at > 86400")
    op.drop_index("ix_meetup_group_cell", table_name="meetup_group")
    living = "removed_at IS NULL AND merged_into IS NULL"
    _index_where(
        "ix_meetup_group_cell", "meetup_group", ["cell", "latest_event_at", "members", "lat", "lon"], living
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE TABLE event_text (document INTEGER PRIMARY KEY, event_id INTEGER NOT NULL)")
        for name in ("event_text_terms", "group_text_terms"):
            op.execute(f"CREATE VIRTUAL TABLE {name} USING fts5(terms, {_FTS5})")
    else:
        op.execute(
            "CREATE TABLE event_text"
            " (event_id BIGINT PRIMARY KEY, start_at BIGINT NOT NULL, terms tsvector NOT NULL)"
        )
        op.execute("CREATE TABLE group_text (group_id BIGINT PRIMARY KEY, terms tsvector NOT NULL)")
        for name in ("event_text", "group_text"):
            op.execute(f"CREATE INDEX ix_{name}_terms ON {name} USING gin (terms)")
    reindex(op.get_bind())


def downgrade() -> None:
    """Drop what was added."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE event_text_terms")
        op.execute("DROP TABLE group_text_terms")
    else:
        op.execute("DROP TABLE group_text")
    op.execute("DROP TABLE event_text")
    op.drop_index("ix_meetup_group_cell", table_name="meetup_group")
    op.create_index("ix_meetup_group_cell", "meetup_group", ["cell"])
    op.drop_index("ix_event_long", table_name="event")
    op.drop_table("word")


def _index_where(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
