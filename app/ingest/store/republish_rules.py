"""An operator's rules on what may be shown of a source's listings; what is stored is brought in line at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update

from app.db import Also, Database, nothing
from app.ingest.store import touch
from app.ingest.store.events import Events
from app.ingest.store.groups import Groups
from app.models import Listing, Source
from app.sources.repository.sources import RULES

_source: Final = Source.__table__
_listing: Final = Listing.__table__
_BATCH: Final = 500


def set_rules(
    database: Database, slug: str, rules: dict[str, Any], now: datetime, also: Also = nothing
) -> int | None:
    """Set rules (names among `RULES`) and write what they change again, in short transactions.

    Returns how many events and groups changed, or None if the source does not exist. Raises ValueError for an unknown rule.
    """
    unknown = set(rules) - set(RULES)
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]} is not a rule; the rules are {', '.join(RULES)}")
    with database.write() as connection:
        database.lock_store(connection)
        row = connection.execute(
            update(_source)
            .where(_source.c.slug == slug)
            .values(**rules, own_rules=True)
            .returning(_source.c.id)
        ).first()
        if row is None:
            return None
        also(connection)
        touch(connection)
    return _write_anew(database, row.id, now)


def _write_anew(database: Database, source_id: int, now: datetime) -> int:
    changed, after = 0, -1
    while True:
        with database.write() as connection:
            database.lock_store(connection)
            query = select(_listing.c.id, _listing.c.event_id, _listing.c.group_id).where(
                _listing.c.source_id == source_id, _listing.c.removed_at.is_(None), _listing.c.id > after
            )
            rows = connection.execute(query.order_by(_listing.c.id).limit(_BATCH)).all()
            if not rows:
                return changed
            groups = Groups(connection, now)
            changed += groups.rewrite({row.group_id for row in rows if row.group_id is not None})
            events = Events(connection, now, groups)
            changed += events.rewrite({row.event_id for row in rows if row.event_id is not None})
            events.finish()
            touch(connection)
            after = rows[-1].id
