"""Webhooks: made within limits, shown and deleted by their token, switched, looked at for changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from app.db import Database
from app.models import Webhook, WebhookDelivery
from app.search.changes import Position
from app.webhooks.filters import Beginning, FilterKind
from app.webhooks.known import Known, pack, unpack

_webhook = Webhook.__table__
_delivery = WebhookDelivery.__table__

MOST_OF_A_NETWORK: Final = 10
MOST_OF_A_SUBSCRIPTION: Final = 3
# Services that take webhooks for many people have one host.
MOST_OF_A_HOST: Final = 50
MOST_OF_ALL: Final = 2_000
# Between two looks for changes, so that a receiver gets a dozen calls an hour at most; while there is more at once.
SCAN_EVERY: Final = timedelta(minutes=5)
_SCAN_SOON: Final = timedelta(minutes=1)
# A receiver that gave no good answer for so many deliveries, each tried four times, is not asked any more.
MOST_FAILURES: Final = 3
_KEEP_DISABLED: Final = timedelta(days=30)


class TooManyError(Exception):
    """No more webhooks of this kind are taken; the message says of which."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook as the rest of the code sees it. Times are aware UTC."""

    id: int
    secret: str
    url: str
    kind: str
    filter: dict[str, Any] | None
    state: str
    created_at: datetime
    position: Position
    known: dict[int, Known]
    detail: str | None

    @property
    def list_kind(self) -> FilterKind:
        """The list that its filter asks."""
        return "groups" if self.kind == "groups" else "events"


def add(connection: Connection, identity: int, now: datetime, **values: Any) -> None:
    """A webhook that waits for the answer to its challenge. Raises `TooManyError`."""
    for column, most, what in (
        (_webhook.c.network, MOST_OF_A_NETWORK, "your network"),
        (_webhook.c.subscription_id, MOST_OF_A_SUBSCRIPTION, "this subscription"),
        (_webhook.c.host, MOST_OF_A_HOST, "this host"),
    ):
        value = values.get(column.name)
        if value is not None and _count(connection, column == value) >= most:
            raise TooManyError(f"{what} has {most} webhooks already; delete one")
    if _count(connection) >= MOST_OF_ALL:
        raise TooManyError(f"there are {MOST_OF_ALL} webhooks already; no more are taken")
    connection.execute(
        insert(_webhook).values(
            id=identity, state="pending", state_at=now, created_at=now, change=-1, change_id=-1, failures=0, **values
        )
    )  # fmt: skip


def of_token(connection: Connection, token_hash: str) -> list[Endpoint]:
    """What was made with a token, in order of time."""
    query = select(_webhook).where(_webhook.c.token_hash == token_hash).order_by(_webhook.c.id)
    return [_endpoint(row) for row in connection.execute(query).mappings()]


def of_subscription(connection: Connection, subscription_id: int, *, live: bool = False) -> list[Endpoint]:
    """What a subscription's digests are posted to; only what answered its challenge with `live`."""
    query = select(_webhook).where(_webhook.c.subscription_id == subscription_id).order_by(_webhook.c.id)
    if live:
        query = query.where(_webhook.c.state == "live")
    return [_endpoint(row) for row in connection.execute(query).mappings()]


def by_id(connection: Connection, identity: int) -> Endpoint | None:
    """The webhook, None if it was deleted."""
    row = connection.execute(select(_webhook).where(_webhook.c.id == identity)).mappings().first()
    return None if row is None else _endpoint(row)


def remove(connection: Connection, identity: int) -> None:
    """Delete a webhook with everything that was to be posted to it."""
    connection.execute(delete(_webhook).where(_webhook.c.id == identity))


def remove_of_subscription(connection: Connection, subscription_id: int) -> None:
    """Delete what an ended subscription posted to."""
    connection.execute(delete(_webhook).where(_webhook.c.subscription_id == subscription_id))


def make_live(connection: Connection, identity: int, now: datetime, beginning: Beginning | None) -> None:
    """From now on it is posted to. A filter begins at a position, or goes on at its own if there is none."""
    values: dict[str, Any] = {"state": "live", "state_at": now, "failures": 0, "detail": None}
    if beginning is not None:
        position = beginning.position
        values |= {"change": position.change, "change_id": position.id, "known": pack(beginning.known)}
    _change(connection, identity, **values)
    connection.execute(
        update(_webhook).where(_webhook.c.id == identity, _webhook.c.filter.is_not(None)).values(scan_at=now)
    )


def make_pending(connection: Connection, identity: int, now: datetime) -> None:
    """Ask it again whether it wants to be posted to."""
    _change(connection, identity, state="pending", state_at=now, scan_at=None)


def disable(connection: Connection, identity: int, now: datetime, detail: str) -> None:
    """Post nothing to it any more."""
    _change(connection, identity, state="disabled", state_at=now, scan_at=None, detail=detail[:500])


def note_success(connection: Connection, identity: int) -> None:
    """It took a delivery."""
    _change(connection, identity, failures=0, detail=None)


def note_failure(connection: Connection, identity: int, now: datetime, detail: str) -> bool:
    """A delivery was given up; whether there were too many in a row, so that it is disabled."""
    _change(connection, identity, failures=_webhook.c.failures + 1, detail=detail[:500])
    failures = connection.execute(select(_webhook.c.failures).where(_webhook.c.id == identity)).scalar() or 0
    if failures < MOST_FAILURES:
        return False
    disable(connection, identity, now, f"{failures} deliveries in a row failed; the last: {detail}")
    return True


def claim_scans(database: Database, now: datetime, limit: int) -> list[Endpoint]:
    """Filters whose time has come, planned again for later; those that still wait for a delivery are left out."""
    waits = exists().where(
        _delivery.c.webhook_id == _webhook.c.id, _delivery.c.state.in_(("waiting", "sending"))
    )
    # One that lies further ahead than any was planned by a clock that was ahead.
    is_time = or_(_webhook.c.scan_at <= now, _webhook.c.scan_at > now + 2 * SCAN_EVERY)
    due = and_(is_time, _webhook.c.state == "live", ~waits)
    with database.read() as connection:
        if connection.execute(select(_webhook.c.id).where(due).limit(1)).first() is None:
            return []
    with database.write() as connection:
        rows = connection.execute(
            select(_webhook)
            .where(due)
            .order_by(_webhook.c.scan_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).mappings()
        found = [_endpoint(row) for row in rows]
        for endpoint in found:
            _change(connection, endpoint.id, scan_at=now + SCAN_EVERY)
    return found


def move_on(
    connection: Connection,
    endpoint: Endpoint,
    position: Position,
    known: dict[int, Known],
    soon: datetime | None,
) -> bool:
    """Write down what the receiver will have; false if another worker was first. It is looked again soon if a time is given."""
    values: dict[str, Any] = {} if soon is None else {"scan_at": soon + _SCAN_SOON}
    result = connection.execute(
        update(_webhook)
        .where(
            _webhook.c.id == endpoint.id,
            _webhook.c.change == endpoint.position.change,
            _webhook.c.change_id == endpoint.position.id,
        )
        .values(change=position.change, change_id=position.id, known=pack(known), **values)
    )
    return result.rowcount == 1


def forget_disabled(database: Database, now: datetime) -> None:
    """Delete what has been disabled for a month."""
    with database.write() as connection:
        connection.execute(
            delete(_webhook).where(
                _webhook.c.state == "disabled", _webhook.c.state_at <= now - _KEEP_DISABLED
            )
        )


def counts(connection: Connection) -> dict[str, int]:
    """How many there are in each state."""
    rows = connection.execute(select(_webhook.c.state, func.count()).group_by(_webhook.c.state))
    return {str(state): int(count) for state, count in rows}


def _count(connection: Connection, *conditions: Any) -> int:
    query = select(func.count()).select_from(_webhook).where(_webhook.c.state != "disabled", *conditions)
    return int(connection.execute(query).scalar_one())


def _change(connection: Connection, identity: int, **values: Any) -> None:
    connection.execute(update(_webhook).where(_webhook.c.id == identity).values(**values))


def _endpoint(row: Any) -> Endpoint:
    names = ("id", "secret", "url", "kind", "filter", "state", "created_at", "detail")
    return Endpoint(
        position=Position(row["change"], row["change_id"]),
        known=unpack(row["known"]),
        **{name: row[name] for name in names},
    )
