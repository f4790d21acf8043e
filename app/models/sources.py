"""Tables of what listings come from: sources, their runs, suggestions, take-downs."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    false,
    true,
)
from sqlalchemy.types import JSON
from sqlmodel import Field

from app.models.columns import KEY, Table, time_column


class Source(Table, table=True):
    """One address that listings come from, with its health and its lease."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(sa_column=Column(String(120), nullable=False, unique=True))
    platform: str = Field(sa_column=Column(String(40), nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    url: str = Field(sa_column=Column(Text, nullable=False))
    # Sources of one host are never read at the same time.
    host: str = Field(sa_column=Column(String(255), nullable=False, index=True))
    # catalogue | operator | discovered | suggested | loaded | sample
    origin: str = Field(sa_column=Column(String(20), nullable=False))
    access: str = Field(sa_column=Column(String(10), nullable=False))
    enabled: bool = Field(default=True, sa_column=Column(Boolean, nullable=False))
    # Why it is not fetched although enabled (ten failures, 404, an operator's word); None = it runs.
    paused: str | None = Field(default=None, sa_column=Column(Text))
    city: str | None = Field(default=None, sa_column=Column(Text))
    region: str | None = Field(default=None, sa_column=Column(Text))
    country: str | None = Field(default=None, sa_column=Column(String(2)))
    lat: float | None = Field(default=None, sa_column=Column(Double))
    lon: float | None = Field(default=None, sa_column=Column(Double))
    timezone: str | None = Field(default=None, sa_column=Column(String(64)))
    topics: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    evidence: str | None = Field(default=None, sa_column=Column(Text))
    terms: str | None = Field(default=None, sa_column=Column(Text))
    # Whom to name beside its listings (None = its name), the licence (SPDX), and how much of them may be shown:
    # characters of a description (None = all), the image.
    attribution: str | None = Field(default=None, sa_column=Column(Text))
    license: str | None = Field(default=None, sa_column=Column(String(60)))
    republish_description: int | None = Field(default=None, sa_column=Column(Integer))
    republish_image: bool = Field(
        default=True, sa_column=Column(Boolean, nullable=False, server_default=true())
    )
    # An operator set these; the catalogue's count no more.
    own_rules: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    etag: str | None = Field(default=None, sa_column=Column(Text))
    last_modified: str | None = Field(default=None, sa_column=Column(Text))
    body_hash: str | None = Field(default=None, sa_column=Column(String(32)))
    interval_seconds: int = Field(default=21_600, sa_column=Column(Integer, nullable=False))
    next_fetch_at: datetime = time_column(nullable=False, index=True)
    lease_owner: str | None = Field(default=None, sa_column=Column(String(64)))
    lease_until: datetime | None = time_column()
    failures: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    last_run_at: datetime | None = time_column()
    last_ok_at: datetime | None = time_column()
    last_outcome: str | None = Field(default=None, sa_column=Column(String(40)))
    # Good runs since the last bad one; how many events an answer usually has; None = not known yet.
    streak: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    usual_events: int | None = Field(default=None, sa_column=Column(Integer))
    # Share in percent of the events of the last good answer that say it: {"location": 80, ...}.
    filled: dict[str, int] | None = Field(default=None, sa_column=Column(JSON))
    created_at: datetime = time_column(nullable=False)


class Suggestion(Table, table=True):
    """An address that somebody thinks should be read; nothing is fetched before an operator says yes."""

    id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    # The key of the canonical address: one address is one suggestion.
    url_key: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    url: str = Field(sa_column=Column(Text, nullable=False))
    note: str | None = Field(default=None, sa_column=Column(Text))
    near: str | None = Field(default=None, sa_column=Column(Text))
    # held | accepted | declined
    state: str = Field(default="held", sa_column=Column(String(10), nullable=False))
    created_at: datetime = time_column(nullable=False)
    decided_at: datetime | None = time_column()


class TakeDown(Table, table=True):
    """What an organiser asks of an event or group of their own; held until an operator has dealt with it."""

    __tablename__: ClassVar[str] = "take_down"

    id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    # remove | correct | claim
    action: str = Field(sa_column=Column(String(10), nullable=False))
    # The address of a listing or our id of a group or event.
    target: str = Field(sa_column=Column(Text, nullable=False))
    contact: str = Field(sa_column=Column(Text, nullable=False))
    note: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime = time_column(nullable=False)
    done_at: datetime | None = time_column()


class HiddenKey(Table, table=True):
    """The key of an address or listing that was taken down; whatever bears it is never stored again."""

    __tablename__: ClassVar[str] = "hidden_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    target: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = time_column(nullable=False)


class FetchRun(Table, table=True):
    """One attempt to read a source, whatever came of it."""

    __tablename__: ClassVar[str] = "fetch_run"
    __table_args__ = (Index("ix_fetch_run_source_id_started_at", "source_id", "started_at"),)

    id: int | None = Field(default=None, sa_column=Column(KEY, primary_key=True, autoincrement=True))
    source_id: int = Field(sa_column=Column(ForeignKey("source.id", ondelete="CASCADE"), nullable=False))
    started_at: datetime = time_column(nullable=False)
    elapsed_ms: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    # ok | unchanged | not_modified | empty | incomplete | shrunken | drift | no_key | a failure's name
    outcome: str = Field(sa_column=Column(String(40), nullable=False))
    detail: str | None = Field(default=None, sa_column=Column(Text))
    status: int | None = Field(default=None, sa_column=Column(SmallInteger))
    bytes: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    counts: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    warnings: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
