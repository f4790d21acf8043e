"""Log-ins to the operator's pages, and what people asked for in vain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "operator_session",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("key_id", sa.BigInteger()),
        sa.Column("binding", sa.String(64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_operator_session")),
    )
    op.create_table(
        "unmet_demand",
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("field", sa.String(80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "place", "field", name=op.f("pk_unmet_demand")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("unmet_demand")
    op.drop_table("operator_session")
