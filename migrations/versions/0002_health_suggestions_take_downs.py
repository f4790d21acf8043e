"""How sources are in numbers; suggestions, take-downs and what was hidden by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns and tables."""
    op.add_column("source", sa.Column("streak", sa.Integer(), server_default="0", nullable=False))
    op.add_column("source", sa.Column("usual_events", sa.Integer(), nullable=True))
    op.add_column("source", sa.Column("filled", sa.JSON(), nullable=True))
    op.create_table(
        "suggestion",
        sa.Column("id", _KEY, autoincrement=False, nullable=False),
        sa.Column("url_key", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("near", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("url_key", name=op.f("uq_suggestion_url_key")),
    )
    op.create_table(
        "take_down",
        sa.Column("id", _KEY, autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_take_down")),
    )
    op.create_table(
        "hidden_key",
        sa.Column("key", _KEY, autoincrement=False, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_hidden_key")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("hidden_key")
    op.drop_table("take_down")
    op.drop_table("suggestion")
    op.drop_column("source", "filled")
    op.drop_column("source", "usual_events")
    op.drop_column("source", "streak")
