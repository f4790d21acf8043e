"""Whether digests were useful to their readers: one answer for each, kept with its delivery and deleted with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, func, select, update

from app.models import Delivery

_delivery: Final = Delivery.__table__


def note_vote(connection: Connection, identity: int, period_at: datetime, *, useful: bool) -> bool:
    """Store an answer, replacing an earlier one. Returns False if the digest no longer exists."""
    result = connection.execute(
        update(_delivery).where(_is_digest(identity, period_at)).values(useful=useful)
    )
    return result.rowcount == 1


def has_digest(connection: Connection, identity: int, period_at: datetime) -> bool:
    """Whether the digest that somebody is asked about is still known."""
    query = select(_delivery.c.subscription_id).where(_is_digest(identity, period_at))
    return connection.execute(query).first() is not None


def votes(connection: Connection) -> dict[str, int]:
    """How many digests were useful to their readers (`yes`), and how many were not (`no`)."""
    query = (
        select(_delivery.c.useful, func.count())
        .where(_delivery.c.useful.is_not(None))
        .group_by(_delivery.c.useful)
    )
    counts = {bool(useful): int(count) for useful, count in connection.execute(query)}
    return {"yes": counts.get(True, 0), "no": counts.get(False, 0)}


def digests_of(connection: Connection, identity: int) -> list[dict[str, Any]]:
    """The digests of a subscription, the latest first: when each was due, how it ended, and the answer."""
    query = (
        select(_delivery.c.period_at, _delivery.c.state, _delivery.c.ended_at, _delivery.c.useful)
        .where(_delivery.c.subscription_id == identity, _delivery.c.kind == "digest")
        .order_by(_delivery.c.period_at.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _is_digest(identity: int, period_at: datetime) -> Any:
    return and_(
        _delivery.c.subscription_id == identity,
        _delivery.c.kind == "digest",
        _delivery.c.period_at == period_at,
    )
