"""The sites that show embeds, by origin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "embedder",
        sa.Column("origin", sa.String(255), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger()),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_embedder")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("embedder")
