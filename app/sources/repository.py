"""Sources in the database: adding them, claiming those that are due, and writing down how it went."""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from app.db import Also, Database, nothing
from app.listings.items import SourceRef, source_ref
from app.models import FetchRun, Listing, Source
from app.sources.catalogue import CatalogueSource
from app.sources.schedule import FIRST_SECONDS
from app.sources.state import REMOVED
from scrapers.platform import Access

_source = Source.__table__
_run = FetchRun.__table__
_listing = Listing.__table__

# Longer than a fetch with all its pages may last, so that only the dead lose a lease.
LEASE: Final = timedelta(minutes=5)
# Between two runs on one host by different workers; whole seconds, so that one second has surely passed.
HOST_PAUSE: Final = timedelta(seconds=2)
FAILURES_TO_PAUSE: Final = 10
# A run that ended so has not reached its host at all: nobody there needs a pause.
# What a source says of showing its listings elsewhere.
RULES: Final = ("attribution", "license", "republish_description", "republish_image")
_NEVER_ASKED: Final = ("dns", "connect", "no_key")


class LeaseLostError(Exception):
    """The source was claimed by another worker in the meantime; nothing of this run may be written."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A source that is ours to fetch until the lease ends."""

    id: int
    slug: str
    name: str
    platform: str
    url: str
    access: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    failures: int
    interval_seconds: int
    streak: int
    usual_events: int | None
    last_ok_at: datetime | None
    owner: str
    ref: SourceRef


def worker_name() -> str:
    """A name for this process that no other has: host, process, chance."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def add(
    database: Database,
    sources: Iterable[CatalogueSource],
    origin: str,
    now: datetime,
    *,
    enabled: bool = True,
    also: Also = nothing,
) -> list[str]:
    """Add the sources whose address is not there yet, due at once; their slugs. `also` is done with it."""
    added: list[str] = []
    with database.write() as connection:
        database.lock_store(connection)
        known = {row.url for row in connection.execute(select(_source.c.url))}
        slugs = {row.slug for row in connection.execute(select(_source.c.slug))}
        for each in sources:
            if each.url in known:
                if origin == "catalogue":
                    _keep_to(connection, each)
                continue
            slug = _free(each.slug, slugs)
            slugs.add(slug)
            known.add(each.url)
            added.append(slug)
            row = {**asdict(each), "access": each.access.value, "topics": list(each.topics), "slug": slug}
            connection.execute(
                insert(_source).values(
                    **row,
                    host=(urlsplit(each.url).hostname or "")[:255],
                    origin=origin,
                    enabled=enabled,
                    interval_seconds=FIRST_SECONDS,
                    next_fetch_at=now,
                    failures=0,
                    streak=0,
                    created_at=now,
                )
            )
        if added:
            also(connection)
    return added


def _keep_to(connection: Connection, each: CatalogueSource) -> None:
    """Bring the terms of a source that is there already up to date with the catalogue's, unless an operator set its rules."""
    rules = {name: getattr(each, name) for name in ("terms", *RULES)}
    connection.execute(
        update(_source)
        .where(_source.c.url == each.url, _source.c.origin == "catalogue", ~_source.c.own_rules)
        .values(**rules)
    )


def claim_due(
    database: Database,
    owner: str,
    now: datetime,
    limit: int,
    *,
    pages: bool,
    slugs: Sequence[str] | None = None,
    only_due: bool = True,
) -> list[Claim]:
    """Lease up to `limit` sources that are due, one a host; with `slugs` only those, paused ones too.

    Only one claim runs at a time, so that two workers never hold two sources of one host.
    """
    other = aliased(_source, name="other")
    # The samples' host is this process.
    same_host = exists().where(
        _source.c.origin != "sample",
        other.c.host == _source.c.host,
        or_(
            other.c.lease_until > now,
            and_(other.c.last_run_at > now - HOST_PAUSE, other.c.last_outcome.not_in(_NEVER_ASKED)),
        ),
        other.c.id != _source.c.id,
    )
    query = (
        select(_source)
        .where(
            _source.c.enabled,
            or_(_source.c.lease_until.is_(None), _source.c.lease_until <= now),
            ~same_host,
        )
        .order_by(_source.c.next_fetch_at, _source.c.id)
        .limit(limit * 8)
    )
    if slugs is None:
        query = query.where(_source.c.paused.is_(None), _source.c.origin != "sample")
    else:
        query = query.where(_source.c.slug.in_(list(slugs)))
    if only_due:
        query = query.where(_source.c.next_fetch_at <= now)
    if not pages:
        query = query.where(_source.c.access == Access.FEED.value)
    claims: list[Claim] = []
    with database.write() as connection:
        database.lock_store(connection)
        hosts: set[str] = set()
        for row in connection.execute(query).mappings():
            if row["host"] in hosts or len(claims) == limit:
                continue
            hosts.add(row["host"])
            claims.append(_claim(row, owner))
        if claims:
            connection.execute(
                update(_source)
                .where(_source.c.id.in_([each.id for each in claims]))
                .values(lease_owner=owner, lease_until=now + LEASE)
            )
    return claims


def _claim(row: Any, owner: str) -> Claim:
    names = (
        "id",
        "slug",
        "name",
        "platform",
        "url",
        "access",
        "etag",
        "last_modified",
        "body_hash",
        "failures",
        "interval_seconds",
        "streak",
        "usual_events",
        "last_ok_at",
    )
    return Claim(**{name: row[name] for name in names}, owner=owner, ref=source_ref(dict(row)))


def count_due(database: Database, now: datetime, *, pages: bool) -> int:
    """How many sources wait to be fetched."""
    query = select(func.count()).where(
        _source.c.enabled,
        _source.c.paused.is_(None),
        _source.c.next_fetch_at <= now,
        _source.c.origin != "sample",
    )
    if not pages:
        query = query.where(_source.c.access == Access.FEED.value)
    with database.read() as connection:
        return int(connection.execute(query).scalar_one())


def check_lease(connection: Connection, claim: Claim) -> None:
    """Raise `LeaseLostError` unless the source is still leased to the claim's owner."""
    row = connection.execute(select(_source.c.lease_owner).where(_source.c.id == claim.id)).first()
    if row is None or row.lease_owner != claim.owner:
        raise LeaseLostError(f"{claim.slug} was claimed by another worker")


def finish(connection: Connection, claim: Claim, run: dict[str, Any], changes: dict[str, Any]) -> None:
    """Write the run down, bring the source up to date and give the lease back."""
    connection.execute(insert(_run).values(source_id=claim.id, **run))
    connection.execute(
        update(_source)
        .where(_source.c.id == claim.id)
        .values(**changes, lease_owner=None, lease_until=None, last_outcome=run["outcome"])
    )


def record_crash(database: Database, claim: Claim, now: datetime) -> None:
    """End a run that our own code failed in: asked again in a day, and told to the operator."""
    run = {
        "started_at": now,
        "elapsed_ms": 0,
        "outcome": "internal_error",
        "detail": "our own code failed on this answer; the log has the reason",
        "status": None,
        "bytes": 0,
        "counts": {},
        "warnings": [],
    }
    changes = {
        "failures": claim.failures + 1,
        "last_run_at": now,
        "next_fetch_at": now + timedelta(days=1),
        "etag": None,
        "last_modified": None,
        "body_hash": None,
    }
    with database.write() as connection:
        check_lease(connection, claim)
        finish(connection, claim, run, changes)


def release(database: Database, owner: str) -> None:
    """Give back every lease of a worker that stops."""
    with database.write() as connection:
        connection.execute(
            update(_source).where(_source.c.lease_owner == owner).values(lease_owner=None, lease_until=None)
        )


def release_dead(database: Database) -> int:
    """Free the leases of processes of this machine that are gone; how many."""
    host = socket.gethostname()[:40]
    with database.write() as connection:
        owners = connection.execute(
            select(_source.c.lease_owner).where(_source.c.lease_owner.is_not(None)).distinct()
        ).scalars()
        dead = [owner for owner in owners if _is_dead(owner, host)]
        if not dead:
            return 0
        result = connection.execute(
            update(_source).where(_source.c.lease_owner.in_(dead)).values(lease_owner=None, lease_until=None)
        )
    return int(result.rowcount)


def _is_dead(owner: str, host: str) -> bool:
    name, _, rest = owner.rpartition(":")[0].rpartition(":")
    if name != host or not rest.isdigit():
        return False
    pid = int(rest)
    if pid == os.getpid():
        return True  # our own number from before a restart: we have claimed nothing yet
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def listing(database: Database, *, pages: bool) -> list[dict[str, Any]]:
    """Every source with its health and how many live listings it has, by name."""
    counts = (
        select(_listing.c.source_id, func.count().label("listings"))
        .where(_listing.c.removed_at.is_(None))
        .group_by(_listing.c.source_id)
        .subquery()
    )
    query = (
        select(_source, func.coalesce(counts.c.listings, 0).label("listings"))
        .outerjoin(counts, counts.c.source_id == _source.c.id)
        .order_by(_source.c.name, _source.c.id)
    )
    with database.read() as connection:
        return [described(dict(row), pages=pages) for row in connection.execute(query).mappings()]


def health_of(database: Database, slug: str) -> dict[str, Any] | None:
    """What `described` leaves out: the interval, good runs in a row, the usual number of events, shares of fields."""
    columns = (
        _source.c.interval_seconds,
        _source.c.streak,
        _source.c.usual_events,
        _source.c.filled,
        _source.c.paused,
    )
    with database.read() as connection:
        row = connection.execute(select(*columns).where(_source.c.slug == slug)).mappings().first()
    return None if row is None else dict(row)


def runs_of(database: Database, slug: str, limit: int = 10) -> list[dict[str, Any]]:
    """The latest runs of a source, newest first."""
    query = (
        select(_run)
        .join(_source, _source.c.id == _run.c.source_id)
        .where(_source.c.slug == slug)
        .order_by(_run.c.started_at.desc(), _run.c.id.desc())
        .limit(limit)
    )
    with database.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def described(row: dict[str, Any], *, pages: bool) -> dict[str, Any]:
    """A source row as people and the API see it, with `state` and the reason for it."""
    state, reason = "on", None
    if row["paused"] == REMOVED:
        state, reason = "off", REMOVED
    elif row["origin"] == "sample":
        state, reason = "sample", "bundled sample listings, gone with the first real ones"
    elif not row["enabled"]:
        state, reason = "off", row["paused"] or "loaded from a file, not fetched"
    elif row["paused"]:
        state, reason = "paused", row["paused"]
    elif row["access"] == Access.PAGE.value and not pages:
        state = "off"
        reason = (
            f"its terms limit automated use ({row['terms'] or 'see the site'}); NEXTCIRCLE_PAGES=on reads it"
        )
    elif row["last_outcome"] == "no_key":
        state, reason = "off", "it answers only with a key; see NEXTCIRCLE_<PLATFORM>_KEY in the settings"
    elif row["failures"]:
        state, reason = "failing", row["last_outcome"]
    shown = (
        "slug", "name", "platform", "url", "origin", "access", "city", "region", "country", "topics", "evidence",
        "terms", "attribution", "license", "republish_description", "republish_image", "failures", "last_run_at", "last_ok_at", "last_outcome", "next_fetch_at", "listings",
    )  # fmt: skip
    return {
        **{name: row.get(name) for name in shown},
        "verified": row["last_ok_at"] is not None,
        "state": state,
        "reason": reason,
    }


def holds_listings(database: Database) -> bool:
    """Whether any listing is stored."""
    with database.read() as connection:
        return connection.execute(select(_listing.c.id).limit(1)).first() is not None


def forget_runs(database: Database, before: datetime) -> int:
    """Delete runs that began before a time; how many."""
    with database.write() as connection:
        return connection.execute(delete(_run).where(_run.c.started_at < before)).rowcount


def _free(slug: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-")[:100] or "source"
    number, free = 2, base
    while free in taken:
        free, number = f"{base}-{number}", number + 1
    return free
