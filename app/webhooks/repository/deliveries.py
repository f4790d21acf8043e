"""What is posted to webhooks: a row for each thing, claimed by one worker at a time, tried again, kept to be posted again.

A receiver may get a delivery twice, when the answer to the first was lost: it has the same `webhook-id` then.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.core.ids import public
from app.db import Database
from app.models import Webhook, WebhookDelivery

_webhook = Webhook.__table__
_delivery = WebhookDelivery.__table__

CHALLENGE: Final = "challenge"
# Longer than a call may take, with those to the same host before it.
LEASE: Final = timedelta(minutes=5)
# After a failure; then it is given up.
RETRIES: Final = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
_OPEN: Final = ("waiting", "sending")
# What can be posted again, of one webhook.
MOST_KEPT: Final = 50
KEEP: Final = timedelta(days=14)


class LeaseLostError(Exception):
    """Another worker has claimed the delivery in the meantime, or it was deleted; nothing more may be done with it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours until the lease ends, and where it goes."""

    webhook_id: int
    key: str
    owner: str
    attempts: int
    payload: bytes
    url: str
    secret: str

    @property
    def identity(self) -> str:
        """What the receiver knows the delivery by: the same at every attempt."""
        return delivery_id(self.webhook_id, self.key)


def delivery_id(webhook_id: int, key: str) -> str:
    """The `webhook-id` of a delivery. It holds no full stop, which parts what is signed."""
    return f"{public(webhook_id)}-{key}"


def add(connection: Connection, webhook_id: int, key: str, payload: bytes, now: datetime) -> bool:
    """Something to post, once: false if there is such a row already. What is oldest of too much that ended is deleted."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = dialect.insert(_delivery).values(
        webhook_id=webhook_id, key=key, state="waiting", created_at=now, retry_at=now, attempts=0, payload=zlib.compress(payload)
    )  # fmt: skip
    added = connection.execute(row.on_conflict_do_nothing().returning(_delivery.c.key)).first() is not None
    kept = (
        select(_delivery.c.key)
        .where(_delivery.c.webhook_id == webhook_id)
        .order_by(_delivery.c.created_at.desc(), _delivery.c.key)
        .limit(MOST_KEPT)
    )
    connection.execute(
        delete(_delivery).where(
            _delivery.c.webhook_id == webhook_id,
            _delivery.c.ended_at.is_not(None),
            _delivery.c.key.not_in(kept.scalar_subquery()),
        )
    )
    return added


def challenge(connection: Connection, webhook_id: int, payload: bytes, now: datetime) -> None:
    """Ask a receiver, again if it was asked before, whether it wants to be posted to."""
    where = and_(_delivery.c.webhook_id == webhook_id, _delivery.c.key == CHALLENGE)
    connection.execute(delete(_delivery).where(where))
    add(connection, webhook_id, CHALLENGE, payload, now)


def claim(database: Database, owner: str, now: datetime, limit: int, lease: timedelta = LEASE) -> list[Claim]:
    """Lease open deliveries whose time has come, at most one of each host, so that a slow one holds up no other."""
    with database.read() as connection:
        keys = [tuple(row) for row in connection.execute(_due(now, limit))]
    if not keys:
        return []
    claims = []
    with database.write() as connection:
        for webhook_id, key in keys:
            is_it = and_(_delivery.c.webhook_id == webhook_id, _delivery.c.key == key)
            result = connection.execute(
                update(_delivery)
                .where(is_it, _is_open(now))
                .values(
                    state="sending",
                    lease_owner=owner,
                    retry_at=now + lease,
                    attempts=_delivery.c.attempts + 1,
                )
            )
            if result.rowcount != 1:
                continue
            row = connection.execute(
                select(_delivery.c.attempts, _delivery.c.payload, _webhook.c.url, _webhook.c.secret)
                .join(_webhook, _webhook.c.id == _delivery.c.webhook_id)
                .where(is_it)
            ).one()
            payload = zlib.decompress(row.payload)
            claims.append(Claim(webhook_id, key, owner, row.attempts, payload, row.url, row.secret))
    return claims


def _due(now: datetime, limit: int) -> Any:
    """The delivery of each host that has waited longest; before it is live, a receiver gets nothing but its challenge."""
    place = func.row_number().over(partition_by=_webhook.c.host, order_by=_delivery.c.retry_at)
    ranked = (
        select(_delivery.c.webhook_id, _delivery.c.key, _delivery.c.retry_at, place.label("place"))
        .join(_webhook, _webhook.c.id == _delivery.c.webhook_id)
        .where(
            _is_open(now),
            or_(
                _webhook.c.state == "live", and_(_webhook.c.state == "pending", _delivery.c.key == CHALLENGE)
            ),
        )
        .subquery()
    )
    return (
        select(ranked.c.webhook_id, ranked.c.key)
        .where(ranked.c.place == 1)
        .order_by(ranked.c.retry_at)
        .limit(limit)
    )


def _is_open(now: datetime) -> Any:
    """Whether a delivery may be claimed; one that waits longer than any can was planned by a clock that was ahead."""
    longest = now + RETRIES[-1] + timedelta(days=8)
    return and_(
        _delivery.c.state.in_(_OPEN), or_(_delivery.c.retry_at <= now, _delivery.c.retry_at > longest)
    )


def sent(connection: Connection, claim: Claim, now: datetime, status: int) -> None:
    """The receiver has taken it."""
    _step(connection, claim, state="sent", ended_at=now, status=status, detail=None)


def retry_or_fail(
    connection: Connection,
    claim: Claim,
    now: datetime,
    status: int | None,
    detail: str,
    wait: timedelta,
    *,
    final: bool,
) -> bool:
    """Try again later, not before the receiver wants it, or give up after three retries; whether it was given up."""
    values: dict[str, Any] = {"status": status, "detail": detail[:500], "lease_owner": None}
    given_up = final or claim.attempts > len(RETRIES)
    if given_up:
        _step(connection, claim, state="failed", ended_at=now, **values)
    else:
        later = now + max(RETRIES[claim.attempts - 1], wait)
        _step(connection, claim, state="waiting", retry_at=later, **values)
    return given_up


def replay(connection: Connection, webhook_id: int, key: str | None, now: datetime) -> int:
    """Post again what ended: one delivery, or everything that failed; how many."""
    which = _delivery.c.key == key if key is not None else _delivery.c.state == "failed"
    result = connection.execute(
        update(_delivery)
        .where(
            _delivery.c.webhook_id == webhook_id,
            _delivery.c.key != CHALLENGE,
            _delivery.c.ended_at.is_not(None),
            which,
        )
        .values(state="waiting", attempts=0, retry_at=now, ended_at=None, lease_owner=None)
    )
    return int(result.rowcount)


def latest(connection: Connection, webhook_id: int) -> list[dict[str, Any]]:
    """What was posted or waits, the newest first."""
    columns = [_delivery.c[name] for name in ("key", "state", "created_at", "attempts", "retry_at", "ended_at", "status", "detail")]  # fmt: skip
    query = select(*columns).where(_delivery.c.webhook_id == webhook_id)
    rows = connection.execute(
        query.order_by(_delivery.c.created_at.desc(), _delivery.c.key).limit(MOST_KEPT)
    ).mappings()
    return [dict(row) for row in rows]


def release(database: Database, owner: str, now: datetime) -> None:
    """Give back what a worker that stops has not ended."""
    with database.write() as connection:
        connection.execute(
            update(_delivery)
            .where(_delivery.c.lease_owner == owner, _delivery.c.state == "sending")
            .values(state="waiting", lease_owner=None, retry_at=now, attempts=_delivery.c.attempts - 1)
        )


def purge(database: Database, now: datetime) -> None:
    """Delete what ended long ago."""
    with database.write() as connection:
        connection.execute(delete(_delivery).where(_delivery.c.ended_at < now - KEEP))


def _step(connection: Connection, claim: Claim, **values: Any) -> None:
    result = connection.execute(
        update(_delivery)
        .where(
            _delivery.c.webhook_id == claim.webhook_id,
            _delivery.c.key == claim.key,
            _delivery.c.lease_owner == claim.owner,
            _delivery.c.state == "sending",
        )
        .values(**values)
    )
    if result.rowcount != 1:
        raise LeaseLostError(f"the delivery {claim.identity} was claimed by another worker or deleted")
