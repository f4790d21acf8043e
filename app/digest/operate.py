"""What operators do with the digest, for the admin API and the operator's pages alike: every action is logged."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from app.auth.repository.audit import recorder
from app.core.errors import ProblemError
from app.core.ids import internal
from app.db import Database
from app.digest.bounces import BounceKind, note_bounce
from app.digest.compose import Composer, Digest
from app.digest.repository import deliveries, subscriptions
from app.digest.repository.follow_up import send_again
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


def resend(
    database: Database, actor: str, now: datetime, subscription_id: str, kind: str, period_at: datetime
) -> None:
    """Make and send a mail again that failed or is uncertain. Raises 409 where there is none."""
    with database.write() as connection:
        if not send_again(connection, internal(subscription_id) or 0, kind, period_at, now):
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
