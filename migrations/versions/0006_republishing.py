"""What may be shown of a source's listings, and whom to name beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; everything that is there may be shown as it was."""
    op.add_column("source", sa.Column("attribution", sa.Text(), nullable=True))
    op.add_column("source", sa.Column("license", sa.String(length=60), nullable=True))
    op.add_column("source", sa.Column("republish_description", sa.Integer(), nullable=True))
    op.add_column(
        "source", sa.Column("republish_image", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column("source", sa.Column("own_rules", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Drop them."""
    for name in ("own_rules", "republish_image", "republish_description", "license", "attribution"):
        op.drop_column("source", name)
