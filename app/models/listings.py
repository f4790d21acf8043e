"""Tables of listings, and of the events and groups that they agree on."""

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
    LargeBinary,
    SmallInteger,
    String,
    Text,
    false,
)
from sqlalchemy.types import JSON
from sqlmodel import Field

from app.models.columns import KEY, Table, UtcTime, index_where, time_column
from app.places.cells import NO_CELL


class Listing(Table, table=True):
    """What one source said of one event or group. `id` is the hash of (source, kind, uid, recurrence id)."""

    __table_args__ = (
        Index("ix_listing_source_id", "source_id", "kind", "start_at"),
        index_where("ix_listing_event_id", "event_id", "event_id IS NOT NULL"),
        index_where("ix_listing_group_id", "group_id", "group_id IS NOT NULL"),
    )

    id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    source_id: int = Field(sa_column=Column(ForeignKey("source.id", ondelete="CASCADE"), nullable=False))
    kind: str = Field(sa_column=Column(String(1), nullable=False))  # e | g
    content_hash: int = Field(sa_column=Column(BigInteger, nullable=False))
    event_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    group_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    start_at: datetime | None = time_column()
    first_seen_at: datetime = time_column(nullable=False)
    removed_at: datetime | None = time_column()
    # Since when the whole answers of its source lack it.
    missing_since: datetime | None = time_column()
    # Members of scrapers.records.to_json that are not None, as app.listings.items.pack keeps them.
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Event(Table, table=True):
    """One real event (one occurrence of it), as its listings agree."""

    __table_args__ = (
        index_where(
            "ix_event_cell_start_at",
            "cell, start_at, until_at, lat, lon",
            "removed_at IS NULL AND merged_into IS NULL",
        ),
        index_where("ix_event_all_day", "cell, start_at", "all_day"),
        # What only a town is known of, for matching: it lies in the middle of the town among venues.
        index_where(
            "ix_event_town",
            "cell, start_at",
            "NOT all_day AND NOT exact AND removed_at IS NULL AND merged_into IS NULL",
        ),
        # What lasts longer than a day is found by its end: where it began says nothing about whether it is still on.
        index_where("ix_event_long", "cell, until_at, start_at, lat, lon", "until_at - start_at > 86400"),
        Index("ix_event_start_at", "start_at"),
        Index("ix_event_url_key", "url_key", "start_at"),
        Index("ix_event_group_id", "group_id", "start_at"),
        Index("ix_event_change", "change", "id"),
        # The ids that lead to an event.
        index_where("ix_event_merged_into", "merged_into", "merged_into IS NOT NULL"),
    )

    id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    description: str | None = Field(default=None, sa_column=Column(Text))
    url: str | None = Field(default=None, sa_column=Column(Text))
    url_key: int | None = Field(default=None, sa_column=Column(BigInteger))
    image: str | None = Field(default=None, sa_column=Column(Text))
    start_at: datetime = time_column(nullable=False)
    # The end, or for events without one the start: "still running" is until_at > now.
    until_at: datetime = time_column(nullable=False)
    has_end: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    timezone: str = Field(sa_column=Column(String(64), nullable=False))
    all_day: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    # Minutes after local midnight and ISO weekday (1 = Monday) of the start, in the event's own zone.
    local_minute: int = Field(sa_column=Column(SmallInteger, nullable=False))
    local_weekday: int = Field(sa_column=Column(SmallInteger, nullable=False))
    event_status: str = Field(sa_column=Column(String(24), nullable=False))
    event_attendance_mode: str | None = Field(default=None, sa_column=Column(String(8)))
    place_name: str | None = Field(default=None, sa_column=Column(Text))
    address: str | None = Field(default=None, sa_column=Column(Text))
    city: str | None = Field(default=None, sa_column=Column(Text))
    region: str | None = Field(default=None, sa_column=Column(Text))
    country: str | None = Field(default=None, sa_column=Column(String(2)))
    lat: float | None = Field(default=None, sa_column=Column(Double))
    lon: float | None = Field(default=None, sa_column=Column(Double))
    cell: int = Field(default=NO_CELL, sa_column=Column(Integer, nullable=False))
    # Whether the point is the venue's own and not its town's.
    exact: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    group_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    is_free: bool | None = Field(default=None, sa_column=Column(Boolean))
    price_min: float | None = Field(default=None, sa_column=Column(Double))
    price_max: float | None = Field(default=None, sa_column=Column(Double))
    currency: str | None = Field(default=None, sa_column=Column(String(3)))
    language: str | None = Field(default=None, sa_column=Column(String(16)))
    # {"field": [[id, confidence], ...], "interest": ..., "purpose": ...}, best first, as compact JSON.
    topics: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    career: float = Field(default=0.0, sa_column=Column(Double, nullable=False))
    sample: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    updated_at: datetime = time_column(nullable=False)
    removed_at: datetime | None = time_column()
    merged_into: int | None = Field(default=None, sa_column=Column(BigInteger))
    # The data version that the last change of this row made, and the one that made the row.
    change: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    born: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class EventVariant(Table, table=True):
    """What a listing says otherwise than its event's row, as far as matching looks events up by it.

    Whoever is the same as this listing finds the event by it, whichever listing the row was made of.
    """

    __tablename__: ClassVar[str] = "event_variant"
    __table_args__ = (
        Index("ix_event_variant_cell", "cell", "start_at"),
        index_where("ix_event_variant_url_key", "url_key, start_at", "url_key IS NOT NULL"),
        index_where("ix_event_variant_group_id", "group_id, start_at", "group_id IS NOT NULL"),
        {"sqlite_with_rowid": False},
    )

    event_id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    listing_id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    start_at: datetime = time_column(nullable=False)
    all_day: bool = Field(sa_column=Column(Boolean, nullable=False))
    lat: float | None = Field(default=None, sa_column=Column(Double))
    lon: float | None = Field(default=None, sa_column=Column(Double))
    cell: int = Field(sa_column=Column(Integer, nullable=False))
    exact: bool = Field(sa_column=Column(Boolean, nullable=False))
    url_key: int | None = Field(default=None, sa_column=Column(BigInteger))
    group_id: int | None = Field(default=None, sa_column=Column(BigInteger))


class EventTopic(Table, table=True):
    """(topic, cell, start) of every coming or past event: the index that field and interest queries walk.

    `topic` is `app.taxonomy.keys.topic_key(kind, id)`. Rows of removed events are deleted.
    """

    __tablename__: ClassVar[str] = "event_topic"
    __table_args__ = ({"sqlite_with_rowid": False},)

    topic: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    cell: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    start_at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    event_id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))


class Group(Table, table=True):
    """One real group or organisation that holds events, whatever platforms it is on."""

    __tablename__: ClassVar[str] = "meetup_group"
    __table_args__ = (
        index_where(
            "ix_meetup_group_cell",
            "cell, latest_event_at, members, lat, lon",
            "removed_at IS NULL AND merged_into IS NULL",
        ),
        Index("ix_meetup_group_change", "change", "id"),
        index_where("ix_meetup_group_name_key", "name_key", "name_key IS NOT NULL"),
        index_where("ix_meetup_group_merged_into", "merged_into", "merged_into IS NOT NULL"),
    )

    id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    # app.ingest.matching.groups.name_key: what groups of one name have in common.
    name_key: int | None = Field(default=None, sa_column=Column(BigInteger))
    description: str | None = Field(default=None, sa_column=Column(Text))
    url: str | None = Field(default=None, sa_column=Column(Text))
    image: str | None = Field(default=None, sa_column=Column(Text))
    members: int | None = Field(default=None, sa_column=Column(Integer))
    city: str | None = Field(default=None, sa_column=Column(Text))
    region: str | None = Field(default=None, sa_column=Column(Text))
    country: str | None = Field(default=None, sa_column=Column(String(2)))
    lat: float | None = Field(default=None, sa_column=Column(Double))
    lon: float | None = Field(default=None, sa_column=Column(Double))
    cell: int = Field(default=NO_CELL, sa_column=Column(Integer, nullable=False))
    timezone: str | None = Field(default=None, sa_column=Column(String(64)))
    topics: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    career: float = Field(default=0.0, sa_column=Column(Double, nullable=False))
    # Start of the latest event known, past or coming; None = none known. Its state follows from it and the time.
    latest_event_at: datetime | None = time_column()
    sample: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    updated_at: datetime = time_column(nullable=False)
    removed_at: datetime | None = time_column()
    merged_into: int | None = Field(default=None, sa_column=Column(BigInteger))
    # The data version that the last change of this row made, and the one that made the row.
    change: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    born: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class GroupTopic(Table, table=True):
    """(topic, cell) of every group, as `EventTopic` has them of events."""

    __tablename__: ClassVar[str] = "group_topic"
    __table_args__ = (Index("ix_group_topic_group_id", "group_id"), {"sqlite_with_rowid": False})

    topic: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    cell: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    group_id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))


class Word(Table, table=True):
    """A word as listings spell it (folded), and in how many events it was met: for `begin*` and "did you mean"."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    word: str = Field(
        sa_column=Column(String(40).with_variant(String(40, "C"), "postgresql"), primary_key=True)
    )
    events: int = Field(default=0, sa_column=Column(Integer, nullable=False))


class GroupKey(Table, table=True):
    """What a group is known by: the hash of a canonical address or of a platform's own id."""

    __tablename__: ClassVar[str] = "group_key"
    __table_args__ = (Index("ix_group_key_group_id", "group_id"), {"sqlite_with_rowid": False})

    key: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    group_id: int = Field(sa_column=Column(BigInteger, nullable=False))


class GroupLink(Table, table=True):
    """An address that a group's own words point to, as the hash that `GroupKey` has of it."""

    __tablename__: ClassVar[str] = "group_link"
    __table_args__ = (Index("ix_group_link_group_id", "group_id"), {"sqlite_with_rowid": False})

    key: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    group_id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))


class MatchRuling(Table, table=True):
    """An operator's word on two listings: of one event or group, or not. The lower id comes first."""

    __tablename__: ClassVar[str] = "match_ruling"
    __table_args__ = ({"sqlite_with_rowid": False},)

    one: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    other: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    same: bool = Field(sa_column=Column(Boolean, nullable=False))
    created_at: datetime = time_column(nullable=False)


class Correction(Table, table=True):
    """An operator's word on one event or group: hidden, or for other topics than we concluded."""

    # Of an event or group; they have no id in common.
    id: int = Field(sa_column=Column(KEY, primary_key=True, autoincrement=False))
    hidden: bool = Field(sa_column=Column(Boolean, nullable=False))
    # {"field": [ids], ...}: a kind that is there replaces what was concluded of it.
    topics: dict[str, list[str]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    created_at: datetime = time_column(nullable=False)
