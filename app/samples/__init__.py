"""Bundled sample listings, for an installation that cannot reach any source: something to look at, marked as samples.

They are payloads in the formats of the real platforms, read by the real platforms and stored by the real ingest; only
the network is replaced. The first real listing that is stored removes them (`app.ingest.store`).
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from app.db import Database
from app.fetching.fetch_source import run_source
from app.ingest.store import remove_samples
from app.samples.repository import count_samples, has_real_listings
from app.samples.site import SampleSite, payloads
from app.sources.repository import leases, sources
from app.sources.repository.leases import HOST_PAUSE
from scrapers.http.client import PoliteClient, user_agent


async def add_samples(database: Database, now: datetime) -> int:
    """Store the samples, dated from today, in place of older ones; how many events and groups there are then.

    0, and no sample is stored, where there are real listings.
    """
    slugs = await asyncio.to_thread(_prepare, database, now)
    if not slugs:
        return 0
    owner = leases.worker_name()
    async with PoliteClient(
        user_agent=user_agent("samples", None, None), transport=SampleSite(now), min_interval=0.0
    ) as client:
        for number, slug in enumerate(slugs):
            # All are on one host, which is claimed once in a while only; nobody waits for a site in the package.
            moment = now - HOST_PAUSE * (len(slugs) - number)
            await _read(database, client, owner, slug, moment)
    return await asyncio.to_thread(_settle, database)


def _prepare(database: Database, now: datetime) -> list[str]:
    """Remove older samples and add the sources of new ones; none where there are real listings."""
    with database.write() as connection:
        database.lock_store(connection)
        if has_real_listings(connection):
            return []
        remove_samples(connection)
    return sources.add(database, [each.source() for each in payloads()], "sample", now - timedelta(hours=1))


async def _read(database: Database, client: PoliteClient, owner: str, slug: str, moment: datetime) -> None:
    claims = await asyncio.to_thread(
        leases.claim_due, database, owner, moment, 1, pages=True, slugs=[slug], only_due=False
    )
    for claim in claims:
        await run_source(client, database, claim, moment)


def _settle(database: Database) -> int:
    """The count; a real listing that came in meanwhile takes the samples with it."""
    with database.write() as connection:
        database.lock_store(connection)
        if has_real_listings(connection):
            remove_samples(connection)
        return count_samples(connection)
