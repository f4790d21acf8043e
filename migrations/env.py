"""Alembic's entry: runs the revisions on the connection that `migrations.upgrade` opened."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

import app.models


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:  # noqa: ARG001
    """Write our own types as what they are in the database, so that old revisions need no code of ours."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, app.models.UtcTime) else False


config = context.config
connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=False,
    compare_type=True,
    render_item=render_item,
)
context.run_migrations()
