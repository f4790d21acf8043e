"""Tables of the service itself: jobs, API keys, the audit log, single values."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    String,
    Text,
)
from sqlalchemy.types import JSON
from sqlmodel import Field

from app.models.columns import KEY, Table, UtcTime, time_column


class JobRun(Table, table=True):
    """A period of a job: claimed by one worker at a time, done once. (job, due_at) is what makes it once."""

    __tablename__: ClassVar[str] = "job_run"

    job: str = Field(sa_column=Column(String(60), primary_key=True))
    due_at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    lease_owner: str | None = Field(default=None, sa_column=Column(String(64)))
    lease_until: datetime | None = time_column()
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    done_at: datetime | None = time_column()
    error: str | None = Field(default=None, sa_column=Column(Text))


class ApiKey(Table, table=True):
    """A key of a program that asks; of the key itself only its hash and its first characters are kept."""

    __tablename__: ClassVar[str] = "api_key"

    id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    beginning: str = Field(sa_column=Column(String(16), nullable=False))
    hash: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    # Words among read, write, admin.
    scopes: str = Field(sa_column=Column(String(40), nullable=False))
    per_minute: int | None = Field(default=None, sa_column=Column(Integer))
    created_at: datetime = time_column(nullable=False)
    # The day only.
    used_on: datetime | None = time_column()
    revoked_at: datetime | None = time_column()


class AuditEntry(Table, table=True):
    """What an operator did, with which key and to what: written in the transaction that did it, never changed."""

    __tablename__: ClassVar[str] = "audit_entry"

    id: int | None = Field(default=None, sa_column=Column(KEY, primary_key=True, autoincrement=True))
    at: datetime = time_column(nullable=False, index=True)
    # The name of a key, or "command".
    actor: str = Field(sa_column=Column(Text, nullable=False))
    action: str = Field(sa_column=Column(String(40), nullable=False))
    target: str = Field(sa_column=Column(Text, nullable=False))
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class OperatorSession(Table, table=True):
    """A log-in to the operator's pages. Of its token only a hash is kept, and of the key only what the token can be checked against."""

    __tablename__: ClassVar[str] = "operator_session"

    hash: str = Field(sa_column=Column(String(64), primary_key=True))
    # None = the key of the settings.
    key_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    # HMAC of the key's hash under the token: another key in its place ends the session.
    binding: str = Field(sa_column=Column(String(64), nullable=False))
    created_at: datetime = time_column(nullable=False)
    expires_at: datetime = time_column(nullable=False)


class UnmetDemand(Table, table=True):
    """How often a day people asked for a career field around a town and found nothing. Nothing is known of who asked."""

    __tablename__: ClassVar[str] = "unmet_demand"

    # A midnight in UTC.
    day: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    # "Boston, Massachusetts, US"
    place: str = Field(sa_column=Column(String(200), primary_key=True))
    # The id of a career field, empty where none was asked for.
    field: str = Field(sa_column=Column(String(80), primary_key=True))
    count: int = Field(sa_column=Column(Integer, nullable=False))


class Embedder(Table, table=True):
    """A site that shows embeds, by its origin. Of its visitors nothing is known; days are those on which one was shown there."""

    origin: str = Field(sa_column=Column(String(255), primary_key=True))
    # Midnights in UTC. Never seen: an operator disabled it beforehand.
    first_seen_at: datetime = time_column(nullable=False)
    last_seen_at: datetime | None = time_column()
    days: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    disabled_at: datetime | None = time_column()
    reason: str | None = Field(default=None, sa_column=Column(Text))


class Meta(Table, table=True):
    """A few facts about the data set as a whole, such as its version."""

    key: str = Field(sa_column=Column(String(60), primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))
