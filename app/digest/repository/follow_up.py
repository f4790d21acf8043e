"""Deliveries that an operator has to look at, and sending one of them again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, select, update

from app.models import Delivery, Subscription

_delivery: Final = Delivery.__table__
_subscription: Final = Subscription.__table__
# Those that are made from the wish each time; what confirms an address or holds a link is asked for by its owner.
RESENT: Final = ("digest", "reminder")
_RUNNING: Final = ("active", "paused")


def troubled(connection: Connection, limit: int = 100) -> list[dict[str, Any]]:
    """Deliveries that failed, have an unknown outcome or were tried more than once; the latest first."""
    columns = (
        "subscription_id",
        "kind",
        "period_at",
        "state",
        "attempts",
        "uncertain",
        "ended_at",
        "retry_at",
        "detail",
    )
    query = (
        select(
            *(_delivery.c[name] for name in columns),
            _subscription.c.email,
            _subscription.c.state.label("subscription"),
        )
        .join(_subscription, _subscription.c.id == _delivery.c.subscription_id)
        .where(
            _delivery.c.state.in_(("failed", "uncertain"))
            | (_delivery.c.ended_at.is_(None) & (_delivery.c.attempts > 1))
        )
        .order_by(_delivery.c.period_at.desc(), _delivery.c.subscription_id)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def send_again(connection: Connection, identity: int, kind: str, period_at: datetime, now: datetime) -> bool:
    """Let a worker make and send a mail that failed or is uncertain; false where there is none, or its subscription has ended."""
    running = select(_subscription.c.id).where(
        _subscription.c.id == identity, _subscription.c.state.in_(_RUNNING)
    )
    result = connection.execute(
        update(_delivery)
        .where(
            _delivery.c.subscription_id == identity,
            _delivery.c.kind == kind,
            _delivery.c.period_at == period_at,
            _delivery.c.kind.in_(RESENT),
            _delivery.c.state.in_(("failed", "uncertain")),
            _delivery.c.subscription_id.in_(running),
        )
        .values(
            state="claimed",
            attempts=0,
            lease_owner=None,
            retry_at=now,
            ended_at=None,
            message=None,
            detail=None,
        )
    )
    return result.rowcount == 1


def due_within(connection: Connection, now: datetime, time: timedelta) -> int:
    """How many digests are due until then."""
    query = select(func.count()).where(
        _subscription.c.next_at <= now + time, _subscription.c.state.in_(_RUNNING)
    )
    return int(connection.execute(query).scalar_one())
