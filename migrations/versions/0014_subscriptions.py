"""The digest: subscriptions, what is mailed to them once, and what each has been shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "subscription",
        sa.Column("id", _KEY, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.String(32), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("consent", sa.JSON(), nullable=False),
        sa.Column("confirm_hash", sa.String(64)),
        sa.Column("confirmed_at", sa.BigInteger()),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.BigInteger()),
        sa.Column("quiet", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.JSON(), nullable=False),
        sa.Column("snoozed", sa.JSON(), nullable=False),
        sa.Column("bounces", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_mailbox"), "subscription", ["mailbox"])
    _index_where("subscription", "next_at", "next_at", "next_at IS NOT NULL")
    _index_where("subscription", "confirm_hash", "confirm_hash", "confirm_hash IS NOT NULL")
    op.create_table(
        "delivery",
        sa.Column("subscription_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("period_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("message", sa.LargeBinary()),
        sa.Column("shown", sa.JSON()),
        sa.Column("uncertain", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("detail", sa.Text()),
        _of_a_subscription("delivery"),
        sa.PrimaryKeyConstraint("subscription_id", "kind", "period_at", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_ended_at"), "delivery", ["ended_at"])
    _index_where("delivery", "open", "retry_at", "state IN ('claimed', 'rendered', 'sending')")
    _index_where("delivery", "message_id", "message_id", "message_id IS NOT NULL")
    op.create_table(
        "digest_item",
        sa.Column("subscription_id", _KEY, nullable=False),
        sa.Column("item_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(1), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.Column("series", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        _of_a_subscription("digest_item"),
        sa.PrimaryKeyConstraint("subscription_id", "item_id", name=op.f("pk_digest_item")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("digest_item", "delivery", "subscription"):
        op.drop_table(table)


def _of_a_subscription(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subscription_id"],
        ["subscription.id"],
        name=op.f(f"fk_{table}_subscription_id"),
        ondelete="CASCADE",
    )


def _index_where(table: str, name: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(op.f(f"ix_{table}_{name}"), table, [column], sqlite_where=where, postgresql_where=where)
