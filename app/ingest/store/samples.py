"""Takes the bundled sample listings away, with everything that was made of them."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from app.ingest.store.index import clear_events, clear_groups
from app.ingest.store.rows import EVENT, GROUP, GROUP_KEY, LISTING, SOURCE


def remove_samples(connection: Connection) -> None:
    """Delete the bundled sample listings and everything made of them."""
    sources = [row.id for row in connection.execute(select(SOURCE.c.id).where(SOURCE.c.origin == "sample"))]
    if not sources:
        return
    clear_events(connection, connection.scalars(select(EVENT.c.id).where(EVENT.c.sample)).all())
    clear_groups(connection, connection.scalars(select(GROUP.c.id).where(GROUP.c.sample)).all())
    connection.execute(
        delete(GROUP_KEY).where(GROUP_KEY.c.group_id.in_(select(GROUP.c.id).where(GROUP.c.sample)))
    )
    connection.execute(delete(EVENT).where(EVENT.c.sample))
    connection.execute(delete(GROUP).where(GROUP.c.sample))
    connection.execute(delete(LISTING).where(LISTING.c.source_id.in_(sources)))
    connection.execute(delete(SOURCE).where(SOURCE.c.id.in_(sources)))
