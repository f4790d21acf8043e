"""The tables. SQLModel declares them, Alembic makes them; nothing here asks the database anything.

Times are aware UTC datetimes in Python and whole epoch seconds (BIGINT) in the database: both databases compare and
index them alike. A `Listing` is what one source said, kept as it was said; an `Event` or `Group` is the one real thing
that listings agree on, and can always be made again from them.

The text index has tables that SQLModel cannot declare (FTS5, tsvector): `migrations/versions/0008_text_index.py` makes
them, `app.ingest.store.index` writes and `app.search.words` asks them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

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
    TypeDecorator,
    false,
    text,
    true,
)
from sqlalchemy.types import JSON
from sqlmodel import Field, SQLModel

from app.places.cells import NO_CELL

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite makes only INTEGER primary keys the row's own address; BIGINT ones cost a second index.
_KEY = BigInteger().with_variant(Integer(), "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime as whole seconds since 1970 in UTC; years before 1970 are negative."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:  # noqa: ARG002
        """Refuses naive datetimes: nobody knows which instant they name."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Aware, in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


def _time(*, nullable: bool = True, index: bool = False) -> Any:
    column: Column[datetime] = Column(UtcTime(), nullable=nullable, index=index)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def _index_where(name: str, columns: str, condition: str) -> Index:
    """An index of the rows for which a condition holds, on both databases."""
    where = text(condition)
    return Index(name, *columns.split(", "), sqlite_where=where, postgresql_where=where)


class Source(SQLModel, table=True):
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
    # Why it is not fetched although enabled (ten failures, 404, an operator's word); null = it runs.
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
    # Whom to name beside its listings (null = its name), the licence (SPDX), and how much of them may be shown:
    # characters of a description (null = all), the image.
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
    next_fetch_at: datetime = _time(nullable=False, index=True)
    lease_owner: str | None = Field(default=None, sa_column=Column(String(64)))
    lease_until: datetime | None = _time()
    failures: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    last_run_at: datetime | None = _time()
    last_ok_at: datetime | None = _time()
    last_outcome: str | None = Field(default=None, sa_column=Column(String(40)))
    # Good runs since the last bad one; how many events an answer usually has; null = not known yet.
    streak: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    usual_events: int | None = Field(default=None, sa_column=Column(Integer))
    # Share in percent of the events of the last good answer that say it: {"location": 80, ...}.
    filled: dict[str, int] | None = Field(default=None, sa_column=Column(JSON))
    created_at: datetime = _time(nullable=False)


class Suggestion(SQLModel, table=True):
    """An address that somebody thinks should be read; nothing is fetched before an operator says yes."""

    id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    # The key of the canonical address: one address is one suggestion.
    url_key: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    url: str = Field(sa_column=Column(Text, nullable=False))
    note: str | None = Field(default=None, sa_column=Column(Text))
    near: str | None = Field(default=None, sa_column=Column(Text))
    # held | accepted | declined
    state: str = Field(default="held", sa_column=Column(String(10), nullable=False))
    created_at: datetime = _time(nullable=False)
    decided_at: datetime | None = _time()


class TakeDown(SQLModel, table=True):
    """What an organiser asks of an event or group of theirs; held until an operator has dealt with it."""

    __tablename__: ClassVar[str] = "take_down"

    id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    # remove | correct | claim
    action: str = Field(sa_column=Column(String(10), nullable=False))
    # The address of a listing or our id of a group or event.
    target: str = Field(sa_column=Column(Text, nullable=False))
    contact: str = Field(sa_column=Column(Text, nullable=False))
    note: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime = _time(nullable=False)
    done_at: datetime | None = _time()


class HiddenKey(SQLModel, table=True):
    """The key of an address or listing that was taken down; whatever bears it is never stored again."""

    __tablename__: ClassVar[str] = "hidden_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    target: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = _time(nullable=False)


class FetchRun(SQLModel, table=True):
    """One attempt to read a source, whatever came of it."""

    __tablename__: ClassVar[str] = "fetch_run"
    __table_args__ = (Index("ix_fetch_run_source_id_started_at", "source_id", "started_at"),)

    id: int | None = Field(default=None, sa_column=Column(_KEY, primary_key=True, autoincrement=True))
    source_id: int = Field(sa_column=Column(ForeignKey("source.id", ondelete="CASCADE"), nullable=False))
    started_at: datetime = _time(nullable=False)
    elapsed_ms: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    # ok | unchanged | not_modified | empty | incomplete | shrunken | drift | no_key | a failure's name
    outcome: str = Field(sa_column=Column(String(40), nullable=False))
    detail: str | None = Field(default=None, sa_column=Column(Text))
    status: int | None = Field(default=None, sa_column=Column(SmallInteger))
    bytes: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    counts: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    warnings: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class Listing(SQLModel, table=True):
    """What one source said of one event or group. `id` is the hash of (source, kind, uid, recurrence id)."""

    __table_args__ = (
        Index("ix_listing_source_id", "source_id", "kind", "start_at"),
        _index_where("ix_listing_event_id", "event_id", "event_id IS NOT NULL"),
        _index_where("ix_listing_group_id", "group_id", "group_id IS NOT NULL"),
    )

    id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    source_id: int = Field(sa_column=Column(ForeignKey("source.id", ondelete="CASCADE"), nullable=False))
    kind: str = Field(sa_column=Column(String(1), nullable=False))  # e | g
    content_hash: int = Field(sa_column=Column(BigInteger, nullable=False))
    event_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    group_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    start_at: datetime | None = _time()
    first_seen_at: datetime = _time(nullable=False)
    removed_at: datetime | None = _time()
    # Members of scrapers.records.to_json that are not null, as app.ingest.items.pack keeps them.
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Event(SQLModel, table=True):
    """One real event (one occurrence of it), as its listings agree."""

    __table_args__ = (
        _index_where(
            "ix_event_cell_start_at",
            "cell, start_at, until_at, lat, lon",
            "removed_at IS NULL AND merged_into IS NULL",
        ),
        _index_where("ix_event_all_day", "cell, start_at", "all_day"),
        # What only a town is known of, for matching: it lies in the middle of the town among venues.
        _index_where(
            "ix_event_town",
            "cell, start_at",
            "NOT all_day AND NOT exact AND removed_at IS NULL AND merged_into IS NULL",
        ),
        # What lasts longer than a day is found by its end: where it began says nothing about whether it is still on.
        _index_where("ix_event_long", "cell, until_at, start_at, lat, lon", "until_at - start_at > 86400"),
        Index("ix_event_start_at", "start_at"),
        Index("ix_event_url_key", "url_key", "start_at"),
        Index("ix_event_group_id", "group_id", "start_at"),
        Index("ix_event_change", "change", "id"),
    )

    id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    description: str | None = Field(default=None, sa_column=Column(Text))
    url: str | None = Field(default=None, sa_column=Column(Text))
    url_key: int | None = Field(default=None, sa_column=Column(BigInteger))
    image: str | None = Field(default=None, sa_column=Column(Text))
    start_at: datetime = _time(nullable=False)
    # The end, or for events without one the start: "still running" is until_at > now.
    until_at: datetime = _time(nullable=False)
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
    updated_at: datetime = _time(nullable=False)
    removed_at: datetime | None = _time()
    merged_into: int | None = Field(default=None, sa_column=Column(BigInteger))
    # The data version that the last change of this row made, and the one that made the row.
    change: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    born: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class EventVariant(SQLModel, table=True):
    """What a listing says otherwise than its event's row, as far as matching looks events up by it.

    Whoever is the same as this listing finds the event by it, whichever listing the row was made of.
    """

    __tablename__: ClassVar[str] = "event_variant"
    __table_args__ = (
        Index("ix_event_variant_cell", "cell", "start_at"),
        _index_where("ix_event_variant_url_key", "url_key, start_at", "url_key IS NOT NULL"),
        _index_where("ix_event_variant_group_id", "group_id, start_at", "group_id IS NOT NULL"),
        {"sqlite_with_rowid": False},
    )

    event_id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    listing_id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    start_at: datetime = _time(nullable=False)
    all_day: bool = Field(sa_column=Column(Boolean, nullable=False))
    lat: float | None = Field(default=None, sa_column=Column(Double))
    lon: float | None = Field(default=None, sa_column=Column(Double))
    cell: int = Field(sa_column=Column(Integer, nullable=False))
    exact: bool = Field(sa_column=Column(Boolean, nullable=False))
    url_key: int | None = Field(default=None, sa_column=Column(BigInteger))
    group_id: int | None = Field(default=None, sa_column=Column(BigInteger))


class EventTopic(SQLModel, table=True):
    """(topic, cell, start) of every coming or past event: the index that field and interest queries walk.

    `topic` is `app.taxonomy.keys.topic_key(kind, id)`. Rows of removed events are deleted.
    """

    __tablename__: ClassVar[str] = "event_topic"
    __table_args__ = ({"sqlite_with_rowid": False},)

    topic: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    cell: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    start_at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    event_id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))


class Group(SQLModel, table=True):
    """One real group or organisation that holds events, whatever platforms it is on."""

    __tablename__: ClassVar[str] = "meetup_group"
    __table_args__ = (
        _index_where(
            "ix_meetup_group_cell",
            "cell, latest_event_at, members, lat, lon",
            "removed_at IS NULL AND merged_into IS NULL",
        ),
        Index("ix_meetup_group_change", "change", "id"),
        _index_where("ix_meetup_group_name_key", "name_key", "name_key IS NOT NULL"),
    )

    id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    # app.ingest.kinship.name_key: what groups of one name have in common.
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
    # Start of the latest event known, past or coming; null = none known. Its state follows from it and the time.
    latest_event_at: datetime | None = _time()
    sample: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    updated_at: datetime = _time(nullable=False)
    removed_at: datetime | None = _time()
    merged_into: int | None = Field(default=None, sa_column=Column(BigInteger))
    # The data version that the last change of this row made, and the one that made the row.
    change: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    born: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class GroupTopic(SQLModel, table=True):
    """(topic, cell) of every group, as `EventTopic` has them of events."""

    __tablename__: ClassVar[str] = "group_topic"
    __table_args__ = (Index("ix_group_topic_group_id", "group_id"), {"sqlite_with_rowid": False})

    topic: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    cell: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    group_id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))


class Word(SQLModel, table=True):
    """A word as listings spell it (folded), and in how many events it was met: for `begin*` and "did you mean"."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    word: str = Field(
        sa_column=Column(String(40).with_variant(String(40, "C"), "postgresql"), primary_key=True)
    )
    events: int = Field(default=0, sa_column=Column(Integer, nullable=False))


class GroupKey(SQLModel, table=True):
    """What a group is known by: the hash of a canonical address or of a platform's own id."""

    __tablename__: ClassVar[str] = "group_key"
    __table_args__ = (Index("ix_group_key_group_id", "group_id"), {"sqlite_with_rowid": False})

    key: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    group_id: int = Field(sa_column=Column(BigInteger, nullable=False))


class GroupLink(SQLModel, table=True):
    """An address that a group's own words point to, as the hash that `GroupKey` has of it."""

    __tablename__: ClassVar[str] = "group_link"
    __table_args__ = (Index("ix_group_link_group_id", "group_id"), {"sqlite_with_rowid": False})

    key: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    group_id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))


class MatchRuling(SQLModel, table=True):
    """An operator's word on two listings: of one event or group, or not. The lower id comes first."""

    __tablename__: ClassVar[str] = "match_ruling"
    __table_args__ = ({"sqlite_with_rowid": False},)

    one: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    other: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    same: bool = Field(sa_column=Column(Boolean, nullable=False))
    created_at: datetime = _time(nullable=False)


class Correction(SQLModel, table=True):
    """An operator's word on one event or group: hidden, or for other topics than we concluded."""

    # Of an event or group; they have no id in common.
    id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    hidden: bool = Field(sa_column=Column(Boolean, nullable=False))
    # {"field": [ids], ...}: a kind that is there replaces what was concluded of it.
    topics: dict[str, list[str]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    created_at: datetime = _time(nullable=False)


class JobRun(SQLModel, table=True):
    """A period of a job: claimed by one worker at a time, done once. (job, due_at) is what makes it once."""

    __tablename__: ClassVar[str] = "job_run"

    job: str = Field(sa_column=Column(String(60), primary_key=True))
    due_at: datetime = Field(sa_column=Column(UtcTime(), primary_key=True))
    lease_owner: str | None = Field(default=None, sa_column=Column(String(64)))
    lease_until: datetime | None = _time()
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    done_at: datetime | None = _time()
    error: str | None = Field(default=None, sa_column=Column(Text))


class ApiKey(SQLModel, table=True):
    """A key of a program that asks; of the key itself only its hash and its first characters are kept."""

    __tablename__: ClassVar[str] = "api_key"

    id: int = Field(sa_column=Column(_KEY, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    beginning: str = Field(sa_column=Column(String(16), nullable=False))
    hash: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    # Words among read, write, admin.
    scopes: str = Field(sa_column=Column(String(40), nullable=False))
    per_minute: int | None = Field(default=None, sa_column=Column(Integer))
    created_at: datetime = _time(nullable=False)
    # The day only.
    used_on: datetime | None = _time()
    revoked_at: datetime | None = _time()


class AuditEntry(SQLModel, table=True):
    """What an operator did, with which key and to what: written in the transaction that did it, never changed."""

    __tablename__: ClassVar[str] = "audit_entry"

    id: int | None = Field(default=None, sa_column=Column(_KEY, primary_key=True, autoincrement=True))
    at: datetime = _time(nullable=False, index=True)
    # The name of a key, or "command".
    actor: str = Field(sa_column=Column(Text, nullable=False))
    action: str = Field(sa_column=Column(String(40), nullable=False))
    target: str = Field(sa_column=Column(Text, nullable=False))
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Meta(SQLModel, table=True):
    """A few facts about the data set as a whole, such as its version."""

    key: str = Field(sa_column=Column(String(60), primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))


__all__ = [
    "ApiKey",
    "AuditEntry",
    "Correction",
    "Event",
    "EventTopic",
    "EventVariant",
    "FetchRun",
    "Group",
    "GroupKey",
    "GroupLink",
    "GroupTopic",
    "HiddenKey",
    "JobRun",
    "Listing",
    "MatchRuling",
    "Meta",
    "Source",
    "Suggestion",
    "TakeDown",
    "UtcTime",
    "Word",
]
