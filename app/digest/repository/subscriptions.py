"""Subscriptions: made, confirmed, changed, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, insert, select, update

from app.core.ids import new_ids
from app.db import Database
from app.digest.mailboxes import mailbox_key
from app.digest.schedule import next_due
from app.digest.schemas import Wish, stored
from app.digest.tokens import hash_of
from app.models import Delivery, Subscription
from app.webhooks.repository import endpoints

_subscription = Subscription.__table__
_delivery = Delivery.__table__

CONFIRM_WITHIN: Final = timedelta(hours=72)
# Between two mails that somebody asked for without proof that the mailbox is theirs.
_PAUSE: Final = timedelta(days=1)
_MOST_OF_A_MAILBOX: Final = 5
# A mailbox that refused our mails or complained gets none that a stranger asks for.
_REFUSED: Final = ("bounced", "complained")
_ON: Final = ("active", "paused")
_SOFT_BOUNCES: Final = 3
_SOFT_WITHIN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscription as the rest of the code sees it. Times are aware UTC."""

    id: int
    state: str
    email: str
    wish: Wish
    zone: str
    created_at: datetime
    consent: dict[str, Any]
    confirmed_at: datetime | None
    next_at: datetime | None
    link_version: int
    paused_until: datetime | None
    quiet: int
    excluded: list[str]
    snoozed: dict[str, str]

    def hidden(self, now: datetime) -> list[str]:
        """Ids that must not be shown now."""
        today = now.date().isoformat()
        return [*self.excluded, *(group for group, until in self.snoozed.items() if until > today)]


def add_pending(
    connection: Connection,
    identity: int,
    email: str,
    wish: Wish,
    consent: dict[str, Any],
    token: str,
    now: datetime,
) -> bool:
    """A subscription that waits to be confirmed with the token; false where no mail may be sent to the mailbox now."""
    mailbox = mailbox_key(email)
    if not _may_be_mailed(connection, mailbox, now):
        return False
    connection.execute(
        insert(_subscription).values(
            id=identity, state="pending", email=email, mailbox=mailbox, wish=stored(wish), created_at=now, consent=consent,
            confirm_hash=hash_of(token), link_version=1, quiet=0, excluded=[], snoozed={}, bounces=[],
        )
    )  # fmt: skip
    return True


def _may_be_mailed(connection: Connection, mailbox: str, now: datetime) -> bool:
    rows = connection.execute(
        select(_subscription.c.state, _subscription.c.created_at).where(_subscription.c.mailbox == mailbox)
    ).all()
    if (
        any(row.state in _REFUSED for row in rows)
        or sum(row.state in _ON for row in rows) >= _MOST_OF_A_MAILBOX
    ):
        return False
    return all(row.created_at <= now - _PAUSE for row in rows)


def confirm(database: Database, token: str, now: datetime) -> Subscriber | None:
    """Begin what a token confirms, once; None if it was used, is too old or was never given out.

    It takes the place of what the same mailbox had for the same place.
    """
    with database.write() as connection:
        row = connection.execute(_by_token(token, now)).mappings().first()
        if row is None:
            return None
        wish = Wish(**row["wish"])
        connection.execute(
            update(_subscription)
            .where(_subscription.c.id == row["id"])
            .values(state="active", confirm_hash=None, confirmed_at=now, next_at=first_due(wish, now, now))
        )
        others = connection.execute(
            select(_subscription.c.id, _subscription.c.wish).where(
                _subscription.c.mailbox == row["mailbox"],
                _subscription.c.id != row["id"],
                _subscription.c.state.in_(_ON),
            )
        ).all()
        for other in others:
            if all(other.wish.get(name) == row["wish"].get(name) for name in ("near", "lat", "lon")):
                erase(connection, other.id)
        return _one(connection, row["id"])


def pending(connection: Connection, token: str, now: datetime) -> Subscriber | None:
    """What a token would confirm."""
    row = connection.execute(_by_token(token, now)).mappings().first()
    return None if row is None else _subscriber(row)


def _by_token(token: str, now: datetime) -> Any:
    return select(_subscription).where(
        _subscription.c.confirm_hash == hash_of(token),
        _subscription.c.created_at > now - CONFIRM_WITHIN,
    )


def any_by_id(connection: Connection, identity: int) -> Subscriber | None:
    """The subscription, waiting ones too; None if there is none or it has ended."""
    return _one(connection, identity)


def by_id(connection: Connection, identity: int) -> Subscriber | None:
    """The subscription; None if there is none or it has ended."""
    found = _one(connection, identity)
    return found if found is not None and found.state in _ON else None


def with_mailbox(connection: Connection, email: str) -> list[Subscriber]:
    """The running subscriptions of a mailbox."""
    rows = connection.execute(
        select(_subscription)
        .where(_subscription.c.mailbox == mailbox_key(email), _subscription.c.state.in_(_ON))
        .order_by(_subscription.c.id)
    ).mappings()
    return [_subscriber(row) for row in rows]


def change_wish(connection: Connection, subscriber: Subscriber, wish: Wish, now: datetime) -> None:
    """Another wish from now on; when the next one is due follows from it."""
    begun = subscriber.confirmed_at or now
    start = max(now, subscriber.paused_until or now)
    _change(connection, subscriber.id, wish=stored(wish), next_at=first_due(wish, start, begun), quiet=0)


def pause(connection: Connection, subscriber: Subscriber, until: datetime) -> None:
    """Mail nothing until then."""
    begun = subscriber.confirmed_at or until
    due = first_due(subscriber.wish, until, begun)
    _change(connection, subscriber.id, state="paused", paused_until=until, next_at=due)


def resume(connection: Connection, subscriber: Subscriber, now: datetime) -> None:
    """End a pause."""
    due = first_due(subscriber.wish, now, subscriber.confirmed_at or now)
    _change(connection, subscriber.id, state="active", paused_until=None, next_at=due)


def exclude(connection: Connection, subscriber: Subscriber, item: str) -> None:
    """Never show an event or group again."""
    _change(connection, subscriber.id, excluded=list(dict.fromkeys([*subscriber.excluded, item]))[-500:])


def snooze(connection: Connection, subscriber: Subscriber, group: str, until: date) -> None:
    """Show nothing of a group until a day."""
    _change(connection, subscriber.id, snoozed={**subscriber.snoozed, group: until.isoformat()})


def hide_nothing(connection: Connection, subscriber: Subscriber) -> None:
    """Show everything again."""
    _change(connection, subscriber.id, excluded=[], snoozed={})


def use_links(connection: Connection, subscriber: Subscriber) -> None:
    """Let only links to manage and to feeds of this version work."""
    _change(connection, subscriber.id, link_version=subscriber.link_version)


def end(connection: Connection, identity: int, state: str) -> bool:
    """End a subscription as unsubscribed, bounced or complained; of its owner only the hash of the mailbox stays."""
    connection.execute(
        delete(_delivery).where(_delivery.c.subscription_id == identity, _delivery.c.ended_at.is_(None))
    )
    endpoints.remove_of_subscription(connection, identity)
    result = connection.execute(
        update(_subscription)
        .where(_subscription.c.id == identity, _subscription.c.state.in_((*_ON, "pending")))
        .values(
            state=state,
            email="",
            wish={},
            consent={},
            confirm_hash=None,
            next_at=None,
            excluded=[],
            snoozed={},
        )
    )
    return result.rowcount == 1


def erase(connection: Connection, identity: int) -> None:
    """Delete a subscription and everything about it."""
    connection.execute(delete(_subscription).where(_subscription.c.id == identity))


def note_soft_bounce(connection: Connection, identity: int, now: datetime) -> bool:
    """Count a temporary failure that a server reported; whether there were too many, so that it has ended."""
    row = connection.execute(select(_subscription.c.bounces).where(_subscription.c.id == identity)).first()
    if row is None:
        return False
    since = (now - _SOFT_WITHIN).date().isoformat()
    recent = [*(day for day in row.bounces if day >= since), now.date().isoformat()]
    _change(connection, identity, bounces=recent)
    return len(recent) >= _SOFT_BOUNCES and end(connection, identity, "bounced")


def forget_pending(database: Database, now: datetime) -> int:
    """Delete what nobody confirmed in time; how many."""
    with database.write() as connection:
        result = connection.execute(
            delete(_subscription).where(
                _subscription.c.state == "pending", _subscription.c.created_at <= now - CONFIRM_WITHIN
            )
        )
    return int(result.rowcount)


def counts(connection: Connection) -> dict[str, int]:
    """How many there are in each state."""
    rows = connection.execute(select(_subscription.c.state, func.count()).group_by(_subscription.c.state))
    return {str(state): int(count) for state, count in rows}


def listing(connection: Connection, limit: int, after: int = 0) -> list[Subscriber]:
    """Subscriptions in order of their ids."""
    rows = connection.execute(
        select(_subscription)
        .where(_subscription.c.id > after, _subscription.c.state.in_((*_ON, "pending")))
        .order_by(_subscription.c.id)
        .limit(limit)
    ).mappings()
    return [_subscriber(row) for row in rows]


def add_confirmed(
    database: Database, email: str, wish: Wish, consent: dict[str, Any], now: datetime
) -> Subscriber | None:
    """A subscription that its owner confirmed elsewhere; None where the mailbox has refused our mails or has one for this place."""
    mailbox = mailbox_key(email)
    with database.write() as connection:
        rows = connection.execute(
            select(_subscription.c.state, _subscription.c.wish).where(_subscription.c.mailbox == mailbox)
        ).all()
        place = {name: stored(wish).get(name) for name in ("near", "lat", "lon")}
        for row in rows:
            same = row.state in _ON and all(row.wish.get(name) == value for name, value in place.items())
            if row.state in _REFUSED or same:
                return None
        identity = next(new_ids(now, 1))
        connection.execute(
            insert(_subscription).values(
                id=identity, state="active", email=email, mailbox=mailbox, wish=stored(wish), created_at=now,
                consent=consent, confirmed_at=now, next_at=first_due(wish, now, now), link_version=1, quiet=0,
                excluded=[], snoozed={}, bounces=[],
            )
        )  # fmt: skip
        return _one(connection, identity)


def first_due(wish: Wish, after: datetime, begun: datetime) -> datetime:
    """When the first digest after a moment is due, of a subscription that began then."""
    zone = wish.timezone or "UTC"
    anchor = begun.astimezone(ZoneInfo(zone)).date()
    return next_due(after, wish.weekday, wish.time, zone, wish.every, anchor).astimezone(UTC)


def _one(connection: Connection, identity: int) -> Subscriber | None:
    row = connection.execute(select(_subscription).where(_subscription.c.id == identity)).mappings().first()
    return None if row is None or not row["wish"] else _subscriber(row)


def _change(connection: Connection, identity: int, **values: Any) -> None:
    connection.execute(update(_subscription).where(_subscription.c.id == identity).values(**values))


def _subscriber(row: Any) -> Subscriber:
    names = (
        "id", "state", "email", "created_at", "consent", "confirmed_at", "next_at", "link_version", "paused_until",
        "quiet", "excluded", "snoozed",
    )  # fmt: skip
    wish = Wish(**row["wish"])
    return Subscriber(wish=wish, zone=wish.timezone or "UTC", **{name: row[name] for name in names})
