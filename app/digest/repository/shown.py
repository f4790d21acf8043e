"""What somebody was shown: an item and what was told of it, so that the next mail repeats nothing and tells what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, insert, select, update

from app.models import DigestItem, Event, Group

_item: Final = DigestItem.__table__


def remember(connection: Connection, identity: int, shown: Iterable[dict[str, Any]], now: datetime) -> None:
    """Write down what was shown; what was told of an item before is replaced."""
    for item in shown:
        where = and_(_item.c.subscription_id == identity, _item.c.item_id == item["item_id"])
        changed = connection.execute(update(_item).where(where).values(told=item["told"])).rowcount
        if not changed:
            connection.execute(insert(_item).values(subscription_id=identity, shown_at=now, **item))


def history(connection: Connection, identity: int) -> list[dict[str, Any]]:
    """What somebody was shown, the latest first."""
    rows = connection.execute(
        select(_item)
        .where(_item.c.subscription_id == identity)
        .order_by(_item.c.shown_at.desc(), _item.c.item_id)
    ).mappings()
    return [dict(row) for row in rows]


def current_ids(connection: Connection, kind: str, ids: Sequence[int]) -> dict[int, int]:
    """The ids that events (`e`) or groups (`g`) have now, of those that went up in another."""
    table = (Event if kind == "e" else Group).__table__
    rows = connection.execute(
        select(table.c.id, table.c.merged_into).where(table.c.id.in_(ids), table.c.merged_into.is_not(None))
    )
    return {int(one): int(other) for one, other in rows}
