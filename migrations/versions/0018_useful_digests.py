"""Whether the reader of a digest found it useful."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("delivery", sa.Column("useful", sa.Boolean()))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("delivery", "useful")
