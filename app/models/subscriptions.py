"""Tables of the digest: who asked for it, what was sent to whom, what each has seen already."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.types import JSON
from sqlmodel import Field

from app.models.columns import KEY, Table, UtcTime, index_where, time_column


class Subscription(Table, table=True):
    """One person's standing question, and when the answer is mailed.

    `state` is pending, active, paused, unsubscribed, bounced or complained. The last three keep no address, only the hash of
    the mailbox.
    """

    __table_args__ = (
        index_where("ix_subscription_next_at", "next_at", "next_at IS NOT NULL"),
        index_where("ix_subscription_confirm_hash", "confirm_hash", "confirm_hash IS NOT NULL"),
    )

    id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    state: str = Field(sa_column=Column(String(12), nullable=False))
    email: str = Field(sa_column=Column(Text, nullable=False))
    # app.digest.mailboxes.mailbox_key: the same for every spelling of one mailbox.
    mailbox: str = Field(sa_column=Column(String(32), nullable=False, index=True))
    # app.digest.schemas.Wish, as JSON.
    wish: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = time_column(nullable=False)
    # {"at", "wording", "page"} of the consent.
    consent: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    # SHA-256 of the token in the confirmation mail.
    confirm_hash: str | None = Field(default=None, sa_column=Column(String(64)))
    confirmed_at: datetime | None = time_column()
    # When the next digest is due; None while there is none to come.
    next_at: datetime | None = time_column()
    # Of the links to manage and to the feeds; a new link makes the older ones invalid.
    link_version: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    paused_until: datetime | None = time_column()
    # How many digests in a row had nothing to say.
    quiet: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    # Ids that are "not for me", and {id of a group: ISO date until when it is not shown}.
    excluded: list[str] = Field(sa_column=Column(JSON, nullable=False))
    snoozed: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    # Days of temporary failures that the receiving server reported, ISO dates.
    bounces: list[str] = Field(sa_column=Column(JSON, nullable=False))


class Delivery(Table, table=True):
    """A mail that is due, once for each (subscription, kind, period); a worker claims it by a lease.

    `kind` is digest, confirm, link or reminder. `state` is claimed (nothing made yet), rendered, sending (the server is being given the
    text), and at the end sent, failed, skipped or uncertain.
    """

    __tablename__: ClassVar[str] = "delivery"
    __table_args__ = (
        index_where("ix_delivery_open", "retry_at", "state IN ('claimed', 'rendered', 'sending')"),
        index_where("ix_delivery_message_id", "message_id", "message_id IS NOT NULL"),
    )

    subscription_id: int = Field(
        sa_column=Column(KEY, ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True)
    )
    kind: str = Field(sa_column=Column(String(10), primary_key=True))
    period_at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    state: str = Field(sa_column=Column(String(10), nullable=False))
    lease_owner: str | None = Field(default=None, sa_column=Column(String(64)))
    # Until then it is the owner's; from then on anybody's who is free.
    retry_at: datetime = time_column(nullable=False)
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    message_id: str | None = Field(default=None, sa_column=Column(Text))
    # The mail as it is sent, deflated; gone as soon as it has been.
    message: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    # What it shows, to be remembered once it is sent: {"items": [DigestItem ...], ...}.
    shown: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    # How often a server may or may not have taken it.
    uncertain: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    ended_at: datetime | None = time_column(index=True)
    detail: str | None = Field(default=None, sa_column=Column(Text))
    # Whether its reader found it useful; None until they say so.
    useful: bool | None = Field(default=None, sa_column=Column(Boolean))


class DigestItem(Table, table=True):
    """An event or group that somebody was sent, as it was then."""

    __tablename__: ClassVar[str] = "digest_item"
    __table_args__ = ({"sqlite_with_rowid": False},)

    subscription_id: int = Field(
        sa_column=Column(KEY, ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True)
    )
    item_id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=Column(String(1), nullable=False))  # e | g
    shown_at: datetime = time_column(nullable=False)
    # A hash of organiser and name: the dates of one series have the same.
    series: int = Field(sa_column=Column(BigInteger, nullable=False))
    # {"name", "start_date", "place", "event_status", "removed"} as it was told last.
    told: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
