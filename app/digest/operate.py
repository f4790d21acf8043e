"""What operators do with the digest, for the admin API and the operator's pages alike: every action is logged."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.auth.repository.audit import recorder
from app.core.errors import ProblemError
from app.core.ids import internal, public
from app.db import Database
from app.digest.bounces import BounceKind, note_bounce
from app.digest.compose import Composer, Digest
from app.digest.mailboxes import masked
from app.digest.repository import deliveries, follow_up, subscriptions
from app.digest.repository.follow_up import Show
from app.digest.repository.secrets import make_home
from app.digest.repository.subscriptions import Subscriber
from app.digest.tokens import LinkKeys
from app.digest.transfer import Imported, export_lines, import_lines
from app.settings import Settings


def report_bounce(
    database: Database, actor: str, now: datetime, kind: BounceKind, message_id: str | None, email: str | None
) -> tuple[int, int]:
    """Take down what a provider says of a mail or an address; how many subscriptions it was about, and how many have ended."""
    with database.write() as connection:
        found: list[int] = []
        if message_id:
            identity = deliveries.by_message_id(connection, message_id)
            found += [] if identity is None else [identity]
        if email:
            found += [each.id for each in subscriptions.with_mailbox(connection, email)]
        found = list(dict.fromkeys(found))
        ended = sum(note_bounce(connection, identity, kind, now) for identity in found)
        record = recorder(actor, "digest.bounce", kind, now, {"found": len(found), "ended": ended})
        record(connection)
    return len(found), ended


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as operators see it: the id of its subscription, a masked address, and whether it can be sent again."""

    subscription: str
    email: str
    kind: str
    state: str
    period_at: datetime
    ended_at: datetime | None
    attempts: int
    detail: str | None
    can_be_resent: bool


@dataclass(frozen=True, slots=True)
class SubscriberRow:
    """A subscription as operators see it, with a masked address. Only what was confirmed has a preview."""

    id: str
    email: str
    place: str
    state: str
    next_at: datetime | None
    has_preview: bool


def mails(database: Database, show: Show, now: datetime, limit: int = 100) -> list[Mail]:
    """The mails of a kind of outcome, the latest first."""
    with database.read() as connection:
        rows = follow_up.mails(connection, show, now, limit)
    return [
        Mail(
            subscription=public(row["subscription_id"]),
            email=masked(row["email"]),
            can_be_resent=row["state"] in ("failed", "uncertain")
            and row["kind"] in follow_up.RESENT
            and row["subscription"] in ("active", "paused"),
            **{name: row[name] for name in ("kind", "state", "period_at", "ended_at", "attempts", "detail")},
        )
        for row in rows
    ]


def subscribers(
    database: Database, limit: int, after: str | None = None
) -> tuple[list[SubscriberRow], str | None]:
    """Subscriptions in order of their ids, and the id that the next ones come after; None at the end."""
    with database.read() as connection:
        rows = subscriptions.listing(connection, limit + 1, internal(after or "") or 0)
    found = [
        SubscriberRow(
            id=public(each.id),
            email=masked(each.email),
            place=each.wish.near or f"{each.wish.lat}, {each.wish.lon}",
            state=each.state,
            next_at=each.next_at,
            has_preview=each.state != "pending",
        )
        for each in rows[:limit]
    ]
    return found, found[-1].id if len(rows) > limit else None


def resend(
    database: Database, actor: str, now: datetime, subscription_id: str, kind: str, period_at: datetime
) -> None:
    """Make and send a mail again that failed or is uncertain. Raises 409 where there is none."""
    with database.write() as connection:
        if not follow_up.send_again(connection, internal(subscription_id) or 0, kind, period_at, now):
            raise ProblemError(409, "no such mail failed, or its subscription has ended")
        detail = {"kind": kind, "period_at": period_at.isoformat()}
        recorder(actor, "digest.resend", subscription_id, now, detail)(connection)


def preview_of(
    database: Database, settings: Settings, actor: str, now: datetime, subscription_id: str
) -> tuple[Subscriber, Digest | None]:
    """What a subscriber would be mailed now; None where there is nothing to say. Its links are not theirs and open nothing."""
    with database.write() as connection:
        recorder(actor, "digest.preview", subscription_id, now)(connection)
    composer = Composer(settings.base_url, LinkKeys(secrets.token_bytes(32)), settings.postal_address)
    with database.read() as connection:
        subscriber = subscriptions.by_id(connection, internal(subscription_id) or 0)
        if subscriber is None:
            raise ProblemError(404, "no such subscription, or it has ended")
        return subscriber, composer.compose(connection, subscriber, now, now)


def import_subscriptions(database: Database, actor: str, now: datetime, content: bytes) -> Imported:
    """Take over subscriptions that were confirmed elsewhere."""
    imported = import_lines(database, content, now)
    detail = {"added": imported.added, "refused": len(imported.refused)}
    with database.write() as connection:
        recorder(actor, "digest.import", "subscriptions", now, detail)(connection)
    return imported


def export_subscriptions(database: Database, actor: str, now: datetime) -> Sequence[bytes]:
    """Every running subscription as a line of JSON."""
    with database.write() as connection:
        recorder(actor, "digest.export", "subscriptions", now)(connection)
    return list(export_lines(database))


def adopt(database: Database, actor: str, now: datetime) -> None:
    """Let this database mail, after it was restored or copied."""
    make_home(database, recorder(actor, "digest.adopt", "digest", now))
