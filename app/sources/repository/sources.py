"""Sources in the database: adding them, and telling how they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, func, insert, select, update

from app.db import Also, Database, nothing
from app.models import FetchRun, Listing, Source
from app.places.cells import haversine_km
from app.sources.catalogue import CatalogueSource
from app.sources.outcome_words import in_words
from app.sources.repository.leases import ON_TRIAL
from app.sources.repository.state import REMOVED
from app.sources.schedule import FIRST_SECONDS
from scrapers.platform import Access

_source = Source.__table__
_run = FetchRun.__table__
_listing = Listing.__table__

# What a source says of showing its listings elsewhere.
RULES: Final = ("attribution", "license", "republish_description", "republish_image")


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
            f"{_terms_said(row['terms'])}; NEXTCIRCLE_PAGES=on or `nextcircle sources pages --on` reads it"
        )
    elif row["last_outcome"] == "no_key":
        state, reason = "off", "it answers only with a key; see NEXTCIRCLE_<PLATFORM>_KEY in the settings"
    elif row["failures"]:
        state, reason = "failing", in_words(row["last_outcome"])
        if row["last_ok_at"] is None and row["origin"] in ON_TRIAL:
            reason = f"never read yet: {reason}; it is tried again by itself"
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


def count_near(connection: Connection, lat: float, lon: float, km: float, *, pages: bool) -> int:
    """How many sources are read within `km` of a point; those without coordinates are of no town and do not count."""
    query = select(_source.c.lat, _source.c.lon).where(
        _source.c.enabled,
        _source.c.paused.is_(None),
        _source.c.origin.not_in(("sample", "loaded")),
        _source.c.lat.is_not(None),
        _source.c.lon.is_not(None),
    )
    if not pages:
        query = query.where(_source.c.access == Access.FEED.value)
    return sum(haversine_km(lat, lon, row.lat, row.lon) <= km for row in connection.execute(query))


def _terms_said(terms: str | None) -> str:
    return (
        f"its terms limit automated use ({terms})"
        if terms
        else "it is a page, whose terms may limit automated use"
    )


def page_terms(database: Database) -> dict[str, int]:
    """How many sources of access class `page` there are by the address of their terms ("" = each site's own)."""
    terms = func.coalesce(_source.c.terms, "").label("terms")
    query = (
        select(terms, func.count().label("sources"))
        .where(_source.c.access == Access.PAGE.value, _source.c.enabled)
        .group_by(terms)
        .order_by(func.count().desc(), terms)
    )
    with database.read() as connection:
        return {row.terms: row.sources for row in connection.execute(query)}


def holds_listings(database: Database) -> bool:
    """Whether any listing is stored."""
    with database.read() as connection:
        return connection.execute(select(_listing.c.id).limit(1)).first() is not None


def by_url(database: Database, urls: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of the sources at these addresses."""
    with database.read() as connection:
        return [
            dict(row) for row in connection.execute(select(_source).where(_source.c.url.in_(urls))).mappings()
        ]


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
