"""Reports of mail servers: what could not be delivered (RFC 3464) and who complained (RFC 5965); and what follows from them."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection

from app.db import Database
from app.digest.repository import deliveries, subscriptions
from app.digest.return_path import subscription_of
from app.digest.tokens import LinkKeys

BounceKind = Literal["hard", "soft", "complaint"]
# A report quotes the mail that it is about; more than this is not one.
_MOST_BYTES: Final = 2_000_000
# Where servers write down whom a mail was for.
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "X-Envelope-To")
_MAIL_SERVERS: Final = frozenset({"mailer-daemon", "postmaster"})


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a report says of the mail with this Message-ID, or for this subscription, or both."""

    message_id: str | None
    kind: BounceKind
    subscription_id: int | None = None


def read_report(content: bytes, keys: LinkKeys | None = None) -> Bounce | None:
    """Read a delivery or complaint report; None for any other mail, or if nothing in it says which mail it is about.

    With `keys`, an address of ours that the report was sent to identifies the mail too.
    """
    message = message_from_bytes(content[:_MOST_BYTES])
    kind, original = None, None
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            kind = kind or _of_delivery(part)
        elif part.get_content_type() == "message/feedback-report":
            kind = "complaint"
        elif part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            original = original or _message_id(part)
    subscription_id = None if keys is None else subscription_of(keys, _recipients(message))
    if kind is None and subscription_id is not None and _is_plain_bounce(message):
        # It says that something failed, and not for how long: three of them end a subscription.
        kind = "soft"
    if kind is None or (original is None and subscription_id is None):
        return None
    return Bounce(original, kind, subscription_id)


def note_bounce(connection: Connection, identity: int, kind: BounceKind, now: datetime) -> bool:
    """What a report means for a subscription; whether it has ended. A hard one ends it at once, soft ones the third time in 30 days."""
    if kind == "soft":
        return subscriptions.note_soft_bounce(connection, identity, now)
    return subscriptions.end(connection, identity, "bounced" if kind == "hard" else "complained")


def read_maildir(
    database: Database, folder: Path, now: datetime, keys: LinkKeys | None = None
) -> dict[str, int]:
    """Read the new mails of a maildir that reports go to, and mark them as seen; how many of each kind there were."""
    counts = {"hard": 0, "soft": 0, "complaint": 0, "other": 0, "ended": 0}
    for bounce in _unseen(folder, keys):
        if bounce is None:
            counts["other"] += 1
            continue
        with database.write() as connection:
            identity = bounce.subscription_id
            if identity is None and bounce.message_id is not None:
                identity = deliveries.by_message_id(connection, bounce.message_id)
            if identity is None:
                counts["other"] += 1
                continue
            counts[bounce.kind] += 1
            counts["ended"] += note_bounce(connection, identity, bounce.kind, now)
    return counts


def _unseen(folder: Path, keys: LinkKeys | None) -> Iterator[Bounce | None]:
    box = mailbox.Maildir(folder, factory=None, create=False)
    for key in box.keys():  # noqa: SIM118  a mailbox is no mapping
        message = box[key]
        if message.get_subdir() == "cur" and "S" in message.get_flags():
            continue
        yield read_report(message.as_bytes(), keys)
        message.set_subdir("cur")
        message.add_flag("S")
        box[key] = message


def _recipients(message: Message) -> Iterator[str]:
    for name in _RECIPIENTS:
        yield from (str(value) for value in message.get_all(name, ()))


def _is_plain_bounce(message: Message) -> bool:
    """Whether a mail server wrote it, without a report that programs read (qmail does so), and not somebody who is on holiday."""
    sender = parseaddr(str(message.get("From", "")))[1].partition("@")[0].lower()
    automatic = str(message.get("Auto-Submitted", "")).strip().lower()
    return sender in _MAIL_SERVERS and not automatic.startswith("auto-replied")


def _of_delivery(part: Message) -> BounceKind | None:
    """Of the worst recipient: what failed for good is hard, what waits or failed for now is soft."""
    found: BounceKind | None = None
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        status = str(block.get("Status", "")).strip()
        action = str(block.get("Action", "")).strip().lower()
        if action == "failed" and status.startswith("5"):
            return "hard"
        if action in {"failed", "delayed"}:
            found = "soft"
    return found


def _message_id(part: Message) -> str | None:
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = payload[0]
    else:
        decoded = part.get_payload(decode=True)
        inner = message_from_bytes(decoded if isinstance(decoded, bytes) else b"")
    found = inner.get("Message-ID") if isinstance(inner, Message) else None
    return str(found).strip() if found else None
