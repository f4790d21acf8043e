"""Deliveries that an operator has to look at, and sending one of them again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, and_, func, select, update

from app.models import Delivery, Subscription

_delivery: Final = Delivery.__table__
_subscription: Final = Subscription.__table__
# Those that are made from the wish each time; what confirms an address or holds a link is asked for by its owner.
RESENT: Final = ("digest", "reminder")
_RUNNING: Final = ("active", "paused")
DUE_WITHIN: Final = timedelta(days=1)
Show = Literal["troubled", "due", "open", "sent", "skipped", "failed", "uncertain"]
_COLUMNS: Final = ("subscription_id", "kind", "period_at", "state", "attempts", "ended_at", "detail")
_IS_OPEN: Final = _delivery.c.ended_at.is_(None)
_WANTED: Final[dict[Show, Any]] = {
    "troubled": _delivery.c.state.in_(("failed", "uncertain")) | (_IS_OPEN & (_delivery.c.attempts > 1)),
    "open": _IS_OPEN,
    "sent": _delivery.c.state == "sent",
    "skipped": _delivery.c.state == "skipped",
    "failed": _delivery.c.state == "failed",
    # A mail that was sent again may have been sent twice.
    "uncertain": (_delivery.c.state == "uncertain") | (_delivery.c.uncertain > 0),
}


def mails(connection: Connection, show: Show, now: datetime, limit: int = 100) -> list[dict[str, Any]]:
    """Mails with their subscription's address and state; the latest first, of those that are due the soonest.

    `troubled` are those that failed, have an unknown outcome or were tried more than once.
    """
    if show == "due":
        return _due(connection, now, limit)
    query = (
        select(
            *(_delivery.c[name] for name in _COLUMNS),
            _subscription.c.email,
            _subscription.c.state.label("subscription"),
        )
        .join(_subscription, _subscription.c.id == _delivery.c.subscription_id)
        .where(_WANTED[show])
        .order_by(_delivery.c.period_at.desc(), _delivery.c.subscription_id)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _due(connection: Connection, now: datetime, limit: int) -> list[dict[str, Any]]:
    """Digests that become due within a day and have no row yet, as rows."""
    columns = (_subscription.c.id, _subscription.c.next_at, _subscription.c.email, _subscription.c.state)
    query = select(*columns).where(_is_due(now + DUE_WITHIN)).order_by(_subscription.c.next_at).limit(limit)
    return [
        {
            "subscription_id": row.id,
            "kind": "digest",
            "period_at": row.next_at,
            "state": "due",
            "attempts": 0,
            "ended_at": None,
            "detail": None,
            "email": row.email,
            "subscription": row.state,
        }
        for row in connection.execute(query)
    ]


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


def count_due(connection: Connection, now: datetime) -> int:
    """How many digests become due within a day."""
    query = select(func.count()).where(_is_due(now + DUE_WITHIN))
    return int(connection.execute(query).scalar_one())


def _is_due(until: datetime) -> Any:
    return and_(_subscription.c.next_at <= until, _subscription.c.state.in_(_RUNNING))
