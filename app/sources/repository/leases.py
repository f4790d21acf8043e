"""Claiming the sources that are due, one worker at a time, and writing down how it went."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from app.db import Database
from app.listings.items import SourceRef, source_ref
from app.models import FetchRun, Listing, Source
from scrapers.http.retry import LONGEST
from scrapers.platform import Access

_source = Source.__table__
_run = FetchRun.__table__
_listing = Listing.__table__

# Longer than a fetch with all its pages may last, so that only the dead lose a lease.
LEASE: Final = timedelta(minutes=5)
# Times are kept in whole seconds.
_SECOND: Final = timedelta(seconds=1)
# What a host may ask for at most, and how much later than that it was asked.
_LONGEST_WAIT: Final = LONGEST + timedelta(days=2)
# How far ahead a time may lie that another worker wrote: a lease, and as much as its clock may differ from ours.
_AHEAD: Final = LEASE + timedelta(minutes=15)
# Between two runs on one host by different workers; whole seconds, so that one second has surely passed.
HOST_PAUSE: Final = timedelta(seconds=2)
FAILURES_TO_PAUSE: Final = 10
# How far back it is looked whether others fail as well: as long as the longest wait after a failure.
OUTAGE: Final = timedelta(hours=25)
_SEVERAL_HOSTS: Final = 2
# Where addresses come from that nobody here has vouched for.
ON_TRIAL: Final = ("catalogue", "discovered")
# A run that ended so has not reached its host at all: nobody there needs a pause.
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
    origin: str
    owner: str
    ref: SourceRef

    @property
    def is_on_trial(self) -> bool:
        """Whether the address came with the catalogue or from a page, and nothing good was ever read from it."""
        return self.last_ok_at is None and self.origin in ON_TRIAL


def worker_name() -> str:
    """A name for this process that no other has: where its number counts, the number, chance."""
    return f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"


@cache
def _machine() -> str:
    """What distinguishes where process numbers are given out: the host, its start, and the container.

    Two containers may have one host name and the same numbers; then their worker processes must not take each other for dead.
    """
    try:
        booted = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = Path("/proc/self/ns/pid").readlink()
    except OSError:
        # Nobody can tell: leases end by themselves.
        return f"{socket.gethostname()[:30]}.{secrets.token_hex(4)}"
    return f"{socket.gethostname()[:30]}.{hashlib.sha256(f'{booted} {space}'.encode()).hexdigest()[:8]}"


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
    query = _free(now).order_by(_source.c.next_fetch_at, _source.c.id).limit(limit * 8)
    if slugs is None:
        query = query.where(_source.c.paused.is_(None), _source.c.origin != "sample")
    else:
        query = query.where(_source.c.slug.in_(list(slugs)))
    if only_due:
        query = query.where(_is_due(now))
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


def _free(now: datetime) -> Select[Any]:
    """The sources that are on and that nobody reads, nor any other of their hosts."""
    other = aliased(_source, name="other")
    # The samples' host is this process.
    same_host = exists().where(
        _source.c.origin != "sample",
        other.c.host == _source.c.host,
        or_(
            other.c.lease_until.between(now + _SECOND, now + _AHEAD),
            and_(
                other.c.last_run_at.between(now - HOST_PAUSE + _SECOND, now + _AHEAD),
                other.c.last_outcome.not_in(_NEVER_ASKED),
            ),
        ),
        other.c.id != _source.c.id,
    )
    return select(_source).where(
        _source.c.enabled,
        # One that ends later than any can was written by a clock that was ahead.
        or_(_source.c.lease_until.is_(None), ~_source.c.lease_until.between(now + _SECOND, now + _AHEAD)),
        ~same_host,
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a source is to be fetched; a time that nothing asks for was written by a clock that was ahead."""
    return or_(_source.c.next_fetch_at <= now, _source.c.next_fetch_at > now + _LONGEST_WAIT)


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
        "origin",
    )
    return Claim(**{name: row[name] for name in names}, owner=owner, ref=source_ref(dict(row)))


def count_due(database: Database, now: datetime, *, pages: bool) -> int:
    """How many sources wait to be fetched."""
    query = select(func.count()).where(
        _source.c.enabled,
        _source.c.paused.is_(None),
        _is_due(now),
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


def others_answer(connection: Connection, claim: Claim, now: datetime) -> bool:
    """Whether another host answered well lately: then the network is there, and a failure is the source's."""
    query = select(_source.c.id).where(*_others(claim, now), _source.c.last_ok_at > now - OUTAGE).limit(1)
    return connection.execute(query).first() is not None


def other_hosts_fail(connection: Connection, claim: Claim, now: datetime) -> bool:
    """Whether several other hosts failed lately and none answered well: then what fails is on our side."""
    if others_answer(connection, claim, now):
        return False
    query = select(func.count(_source.c.host.distinct())).where(*_others(claim, now))
    return int(connection.execute(query).scalar_one()) >= _SEVERAL_HOSTS


def _others(claim: Claim, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What is true of sources of other hosts that were asked lately."""
    own = select(_source.c.host).where(_source.c.id == claim.id).scalar_subquery()
    return (_source.c.host != own, _source.c.origin != "sample", _source.c.last_run_at > now - OUTAGE)


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
    with database.write() as connection:
        owners = connection.execute(
            select(_source.c.lease_owner).where(_source.c.lease_owner.is_not(None)).distinct()
        ).scalars()
        dead = [owner for owner in owners if _is_dead(owner)]
        if not dead:
            return 0
        result = connection.execute(
            update(_source).where(_source.c.lease_owner.in_(dead)).values(lease_owner=None, lease_until=None)
        )
    return int(result.rowcount)


def _is_dead(owner: str) -> bool:
    machine, _, rest = owner.rpartition(":")[0].rpartition(":")
    if machine != _machine() or not rest.isdigit():
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
