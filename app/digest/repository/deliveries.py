"""Deliveries: a row for each (subscription, kind, period), claimed by one worker at a time, sent once.

Every step checks that the lease is still the worker's own, so that one that was frozen while another went on writes nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.db import Also, Database, nothing
from app.digest.repository.shown import remember
from app.digest.repository.subscriptions import first_due
from app.digest.schedule import LATEST, LONGEST_WAIT
from app.digest.schemas import Wish
from app.models import Delivery, DigestItem, Subscription

_subscription = Subscription.__table__
_delivery = Delivery.__table__
_item = DigestItem.__table__

# Longer than it takes to make and send a mail, so that only the dead lose a lease.
LEASE: Final = timedelta(minutes=5)
_OPEN: Final = ("claimed", "rendered", "sending")
# After a temporary failure; then it is given up.
RETRIES: Final = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
# A mail that ends its worker each time must not do so forever.
_MOST_ATTEMPTS: Final = 12
# Events of a digest begin within two weeks of it.
_REMINDED_OF: Final = timedelta(days=16)
Guarantee = Literal["at-least-once", "at-most-once"]


class LeaseLostError(Exception):
    """Another worker has claimed the delivery in the meantime; nothing more may be done with it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours until the lease ends. `message` is there once it was rendered."""

    subscription_id: int
    kind: str
    period_at: datetime
    owner: str
    attempts: int
    message: bytes | None
    message_id: str | None


def plan_due(database: Database, now: datetime, limit: int) -> int:
    """Make rows of the digests that are due, free for any worker, and plan the next ones; how many were due.

    What is later than a day and a half waits for the next period.
    """
    with database.write() as connection:
        rows = connection.execute(
            select(
                _subscription.c.id,
                _subscription.c.wish,
                _subscription.c.next_at,
                _subscription.c.confirmed_at,
            )
            .where(_is_due(now))
            .order_by(_subscription.c.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            if row.next_at <= now:
                late = now - row.next_at > LATEST
                state = (
                    {"state": "skipped", "ended_at": now, "detail": "too late"}
                    if late
                    else {"state": "claimed"}
                )
                _add(connection, row.id, "digest", row.next_at, retry_at=now, **state)
            connection.execute(
                update(_subscription)
                .where(_subscription.c.id == row.id)
                .values(
                    next_at=first_due(Wish(**row.wish), now, row.confirmed_at or now),
                    state="active",
                    paused_until=None,
                )
            )
    return len(rows)


def plan_reminders(database: Database, now: datetime) -> int:
    """Make rows of the reminders of events that begin in one to two days, for those who asked for them; how many."""
    with database.write() as connection:
        rows = connection.execute(
            select(_item.c.subscription_id, _item.c.told)
            .join(_subscription, _subscription.c.id == _item.c.subscription_id)
            .where(
                _subscription.c.state == "active",
                _subscription.c.wish["remind"].as_boolean(),
                _item.c.kind == "e",
                _item.c.shown_at > now - _REMINDED_OF,
            )
        ).all()
        due = {
            (row.subscription_id, start)
            for row in rows
            if not row.told.get("removed")
            and "T" in row.told["start_date"]
            and timedelta(days=1)
            < (start := datetime.fromisoformat(row.told["start_date"])) - now
            <= timedelta(days=2)
        }
        for identity, start in sorted(due):
            _add(connection, identity, "reminder", start, retry_at=now, state="claimed")
    return len(due)


def add_rendered(
    connection: Connection, identity: int, kind: str, now: datetime, message: bytes, message_id: str
) -> None:
    """A mail that is ready to be sent at once."""
    _add(
        connection, identity, kind, now, retry_at=now, state="rendered", message=zlib.compress(message), message_id=message_id
    )  # fmt: skip


def _add(connection: Connection, identity: int, kind: str, period: datetime, **values: Any) -> None:
    """The row, unless it is there: after a clock that went back a period comes again."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = dialect.insert(_delivery).values(
        subscription_id=identity, kind=kind, period_at=period, attempts=0, uncertain=0, **values
    )
    connection.execute(row.on_conflict_do_nothing())


def claim(
    database: Database,
    owner: str,
    now: datetime,
    limit: int,
    guarantee: Guarantee = "at-least-once",
    lease: timedelta = LEASE,
) -> list[Claim]:
    """Lease up to `limit` open deliveries whose time has come or whose worker is gone.

    Where a worker died while a server was being given the text, nobody knows whether it was taken. It is counted as uncertain,
    and sent again unless the guarantee is at most once.
    """
    with database.write() as connection:
        rows = connection.execute(
            select(_delivery)
            .where(_is_open(now))
            .order_by(_delivery.c.retry_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).mappings()
        claims = []
        for row in rows.all():
            state = _state_of_attempt(row, guarantee)
            values: dict[str, Any] = {
                "state": state,
                "lease_owner": owner,
                "retry_at": now + lease,
                "attempts": row["attempts"] + 1,
                "uncertain": row["uncertain"] + (row["state"] == "sending"),
            }
            if state in _OPEN:
                claims.append(_claimed(row, owner))
            else:
                values |= {"ended_at": now, "message": None}
            if state == "failed":
                values["detail"] = "no attempt came to an end"
            if state == "uncertain":
                remember(connection, row["subscription_id"], row["shown"] or (), row["period_at"])
            connection.execute(update(_delivery).where(_is(row)).values(**values))
    return claims


def is_anything_due(database: Database, now: datetime) -> bool:
    """Whether a digest or a mail waits: without the lock of writers, as it is asked every few seconds."""
    with database.read() as connection:
        digest = select(_subscription.c.id).where(_is_due(now)).limit(1)
        mail = select(_delivery.c.subscription_id).where(_is_open(now)).limit(1)
        return any(connection.execute(each).first() is not None for each in (mail, digest))


def _is_due(now: datetime) -> Any:
    """Whether a digest is due; one that lies further ahead than any was planned by a clock that was ahead."""
    return and_(
        or_(_subscription.c.next_at <= now, _subscription.c.next_at > now + LONGEST_WAIT * 3),
        _subscription.c.state.in_(("active", "paused")),
    )


def _is_open(now: datetime) -> Any:
    """Whether a delivery may be claimed; one that waits longer than any can was planned by a clock that was ahead."""
    longest = now + RETRIES[-1] + timedelta(days=1)
    return and_(
        _delivery.c.state.in_(_OPEN), or_(_delivery.c.retry_at <= now, _delivery.c.retry_at > longest)
    )


def _state_of_attempt(row: Any, guarantee: Guarantee) -> str:
    """The state of a delivery that is claimed: open again, or at its end."""
    if row["attempts"] >= _MOST_ATTEMPTS:
        return "failed"
    if row["state"] == "sending":
        return "uncertain" if guarantee == "at-most-once" else "rendered"
    return str(row["state"])


def _claimed(row: Any, owner: str) -> Claim:
    return Claim(
        row["subscription_id"],
        row["kind"],
        row["period_at"],
        owner,
        row["attempts"] + 1,
        None if row["message"] is None else zlib.decompress(row["message"]),
        row["message_id"],
    )


def rendered(
    database: Database,
    claim: Claim,
    message: bytes,
    message_id: str,
    shown: Sequence[dict[str, Any]],
    also: Also = nothing,
) -> Claim:
    """Keep the mail, so that every attempt sends the same; the claim with it."""
    with database.write() as connection:
        _step(
            connection, claim, state="rendered", message=zlib.compress(message), message_id=message_id, shown=list(shown)
        )  # fmt: skip
        also(connection)
    return replace(claim, message=message, message_id=message_id)


def sending(database: Database, claim: Claim, until: datetime) -> None:
    """Say that from here on nobody knows whether the server has it, until it has answered."""
    with database.write() as connection:
        _step(connection, claim, state="sending", retry_at=until)


def sent(database: Database, claim: Claim, now: datetime) -> None:
    """The server has taken it: what it shows counts as shown."""
    with database.write() as connection:
        shown = _shown(connection, claim)
        _step(connection, claim, state="sent", ended_at=now, message=None, detail=None)
        remember(connection, claim.subscription_id, shown, now)
        if claim.kind == "digest":
            # The offer to look farther away shows nothing, and is made once.
            _count_quiet(connection, claim, 0 if shown else _subscription.c.quiet + 1)


def unsent(database: Database, claim: Claim) -> None:
    """The server has surely not taken the text: it is as if it had never been offered."""
    with database.write() as connection:
        _step(connection, claim, state="rendered")


def skipped(database: Database, claim: Claim, now: datetime, detail: str) -> None:
    """There was nothing to say."""
    with database.write() as connection:
        _step(connection, claim, state="skipped", ended_at=now, detail=detail)
        if claim.kind == "digest":
            _count_quiet(connection, claim, _subscription.c.quiet + 1)


def uncertain(database: Database, claim: Claim, now: datetime, guarantee: Guarantee, detail: str) -> None:
    """The connection was cut between the text and the answer."""
    values: dict[str, Any] = {"uncertain": _delivery.c.uncertain + 1, "detail": detail}
    with database.write() as connection:
        if guarantee == "at-most-once":
            shown = _shown(connection, claim)
            _step(connection, claim, state="uncertain", ended_at=now, message=None, **values)
            remember(connection, claim.subscription_id, shown, now)
        elif claim.attempts > len(RETRIES):
            # A server that takes mails and never answers must not send one to a person again and again.
            _step(connection, claim, state="failed", ended_at=now, message=None, **values)
        else:
            later = now + RETRIES[claim.attempts - 1]
            _step(connection, claim, state="rendered", retry_at=later, lease_owner=None, **values)


def retry_or_fail(database: Database, claim: Claim, now: datetime, detail: str, *, permanent: bool) -> bool:
    """Try again later, or give up after three retries or a permanent failure; whether it was given up."""
    given_up = permanent or claim.attempts > len(RETRIES)
    with database.write() as connection:
        if given_up:
            _step(connection, claim, state="failed", ended_at=now, message=None, detail=detail[:500])
        else:
            later = now + RETRIES[claim.attempts - 1]
            state = "claimed" if claim.message is None else "rendered"
            _step(connection, claim, state=state, retry_at=later, lease_owner=None, detail=detail[:500])
    return given_up


def release(database: Database, owner: str, now: datetime) -> None:
    """Give back what a worker that stops has not begun to send."""
    with database.write() as connection:
        connection.execute(
            update(_delivery)
            .where(_delivery.c.lease_owner == owner, _delivery.c.state.in_(("claimed", "rendered")))
            .values(lease_owner=None, retry_at=now, attempts=_delivery.c.attempts - 1)
        )


def had_since(connection: Connection, identity: int, kind: str, since: datetime) -> bool:
    """Whether a mail of a kind was due since a time."""
    query = select(_delivery.c.period_at).where(
        _delivery.c.subscription_id == identity, _delivery.c.kind == kind, _delivery.c.period_at > since
    )
    return connection.execute(query.limit(1)).first() is not None


def by_message_id(connection: Connection, message_id: str) -> int | None:
    """The subscription that a mail was sent for."""
    return connection.execute(
        select(_delivery.c.subscription_id).where(_delivery.c.message_id == message_id)
    ).scalar()


def totals(connection: Connection, since: datetime | None = None) -> dict[str, int]:
    """How many digests ended how, and how many are open; `uncertain` counts every time that nobody knows of."""
    query = select(_delivery.c.state, func.count(), func.sum(_delivery.c.uncertain)).where(
        _delivery.c.kind == "digest"
    )
    if since is not None:
        query = query.where(or_(_delivery.c.ended_at >= since, _delivery.c.ended_at.is_(None)))
    found = {"sent": 0, "skipped": 0, "failed": 0, "open": 0, "uncertain": 0}
    for state, count, times in connection.execute(query.group_by(_delivery.c.state)):
        if state in found and state != "uncertain":
            found[state] += int(count)
        elif state in _OPEN:
            found["open"] += int(count)
        found["uncertain"] += int(times or 0)
    return found


def purge(database: Database, before: datetime) -> None:
    """Delete what ended, and what was shown of events that are over, before a time."""
    with database.write() as connection:
        connection.execute(delete(_delivery).where(_delivery.c.ended_at < before))
        connection.execute(delete(_item).where(_item.c.kind == "e", _item.c.shown_at < before))


def _shown(connection: Connection, claim: Claim) -> list[dict[str, Any]]:
    return connection.execute(select(_delivery.c.shown).where(_is_claim(claim))).scalar() or []


def _count_quiet(connection: Connection, claim: Claim, count: Any) -> None:
    connection.execute(
        update(_subscription).where(_subscription.c.id == claim.subscription_id).values(quiet=count)
    )


def _step(connection: Connection, claim: Claim, **values: Any) -> None:
    result = connection.execute(
        update(_delivery).where(_is_claim(claim), _delivery.c.lease_owner == claim.owner).values(**values)
    )
    if result.rowcount != 1:
        raise LeaseLostError(
            f"the {claim.kind} of {claim.period_at:%Y-%m-%d %H:%M} was claimed by another worker"
        )


def _is_claim(claim: Claim) -> Any:
    return and_(
        _delivery.c.subscription_id == claim.subscription_id,
        _delivery.c.kind == claim.kind,
        _delivery.c.period_at == claim.period_at,
    )


def _is(row: Any) -> Any:
    return and_(
        _delivery.c.subscription_id == row["subscription_id"],
        _delivery.c.kind == row["kind"],
        _delivery.c.period_at == row["period_at"],
    )
