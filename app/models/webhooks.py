"""Tables of webhooks: where what is new is posted to, and what was."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.types import JSON
from sqlmodel import Field

from app.models.columns import KEY, Table, index_where, time_column


class Webhook(Table, table=True):
    """An address that a subscription's digests, or what changes among the answers to a filter, are posted to.

    `kind` is digest, events or groups. `state` is pending (it has not answered the challenge yet), live or disabled.
    """

    __table_args__ = (
        index_where("ix_webhook_scan_at", "scan_at", "scan_at IS NOT NULL"),
        index_where("ix_webhook_network", "network", "network IS NOT NULL"),
    )

    id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    # SHA-256 of the token that shows, changes and deletes it.
    token_hash: str = Field(sa_column=Column(String(64), nullable=False, index=True))
    # `whsec_` and base64: what is posted is signed with it.
    secret: str = Field(sa_column=Column(Text, nullable=False))
    url: str = Field(sa_column=Column(Text, nullable=False))
    host: str = Field(sa_column=Column(String(300), nullable=False, index=True))
    kind: str = Field(sa_column=Column(String(6), nullable=False))
    subscription_id: int | None = Field(
        default=None, sa_column=Column(KEY, ForeignKey("subscription.id", ondelete="CASCADE"), index=True)
    )
    # The parameters of a list, as they were given.
    filter: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    # A keyed hash of the network that asked for it, for the limit of each.
    network: str | None = Field(default=None, sa_column=Column(String(32)))
    state: str = Field(sa_column=Column(String(8), nullable=False))
    state_at: datetime = time_column(nullable=False)
    created_at: datetime = time_column(nullable=False)
    # Up to which change, and which row of it, the receiver was told everything.
    change: int = Field(sa_column=Column(BigInteger, nullable=False))
    change_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    # app.webhooks.known: what the receiver has, deflated.
    known: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    # When it is looked for changes next; None unless it is live and has a filter.
    scan_at: datetime | None = time_column()
    # Deliveries in a row that were given up.
    failures: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    detail: str | None = Field(default=None, sa_column=Column(Text))


class WebhookDelivery(Table, table=True):
    """One thing to post to a webhook, once for each key; a worker claims it by a lease.

    `state` is waiting, sending, and at the end sent or failed. The payload stays, so that it can be posted again.
    """

    __tablename__: ClassVar[str] = "webhook_delivery"
    __table_args__ = (index_where("ix_webhook_delivery_open", "retry_at", "state IN ('waiting', 'sending')"),)

    webhook_id: int = Field(
        sa_column=Column(KEY, ForeignKey("webhook.id", ondelete="CASCADE"), primary_key=True)
    )
    # `challenge`, `digest-<period>` or `change-<change>-<id>`.
    key: str = Field(sa_column=Column(String(60), primary_key=True))
    state: str = Field(sa_column=Column(String(8), nullable=False))
    created_at: datetime = time_column(nullable=False)
    lease_owner: str | None = Field(default=None, sa_column=Column(String(64)))
    # Until then it is the owner's; from then on anybody's who is free.
    retry_at: datetime = time_column(nullable=False)
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    # The document as it is signed and posted, deflated.
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    ended_at: datetime | None = time_column(index=True)
    # The status that the receiver answered, and what went wrong.
    status: int | None = Field(default=None, sa_column=Column(Integer))
    detail: str | None = Field(default=None, sa_column=Column(Text))
