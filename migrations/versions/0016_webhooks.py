"""Webhooks: addresses that digests and changes are posted to, and what was posted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "webhook",
        sa.Column("id", _KEY, autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("subscription_id", _KEY),
        sa.Column("filter", sa.JSON()),
        sa.Column("network", sa.String(32)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("state_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.LargeBinary()),
        sa.Column("scan_at", sa.BigInteger()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text()),
        _refers("webhook", "subscription_id", "subscription"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    for column in ("token_hash", "host", "subscription_id"):
        op.create_index(op.f(f"ix_webhook_{column}"), "webhook", [column])
    _index_where("webhook", "scan_at", "scan_at", "scan_at IS NOT NULL")
    _index_where("webhook", "network", "network", "network IS NOT NULL")
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook_id", _KEY, nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("status", sa.Integer()),
        sa.Column("detail", sa.Text()),
        _refers("webhook_delivery", "webhook_id", "webhook"),
        sa.PrimaryKeyConstraint("webhook_id", "key", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(op.f("ix_webhook_delivery_ended_at"), "webhook_delivery", ["ended_at"])
    _index_where("webhook_delivery", "open", "retry_at", "state IN ('waiting', 'sending')")


def downgrade() -> None:
    """Drop them."""
    for table in ("webhook_delivery", "webhook"):
        op.drop_table(table)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def _index_where(table: str, name: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(op.f(f"ix_{table}_{name}"), table, [column], sqlite_where=where, postgresql_where=where)
