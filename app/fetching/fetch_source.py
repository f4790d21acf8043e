"""One run over one source: retrieve -> parse -> ingest -> write down how it went.

Whatever a source answers, the run ends with a named outcome and nothing known is lost. The network is the client's, the
bytes are the platform's; this module decides what follows from an answer, and when to ask again.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from app.db import MUCH_PATIENCE_SECONDS, Database
from app.fetching.outcomes import (
    KEY_WAIT,
    after_bad_answer,
    after_failure,
    after_reading,
    after_success,
    of_a_trial,
    of_an_outage,
)
from app.fetching.run import Found, Run
from app.ingest.pipeline import pieces, prepare, understand_changed, visible
from app.ingest.store import renumber, retire, store
from app.listings.items import Item
from app.listings.normalise import Rejected
from app.sources.catalogue import CatalogueSource
from app.sources.repository.leases import (
    Claim,
    check_lease,
    finish,
    other_hosts_fail,
    others_answer,
)
from app.sources.repository.sources import add
from scrapers.fetch import NO_KEYS, ask
from scrapers.http.client import Failure, Outcome, PoliteClient, Response, Validators
from scrapers.parser_pool import ParseError, Reader, read_payload
from scrapers.platform import Access, Payload, ReadContext
from scrapers.records import Reading, ScrapedRecord
from scrapers.registry import platform, platform_for

# Pages of one listing in one run; what lies beyond is read at the next one or never, and nothing is removed for it.
MOST_PAGES: Final = 50
# With the last page's own deadline and the storing, well within a lease: a slow host must not cost the whole run.
PAGES_SECONDS: Final = 180.0
_MOST_WARNINGS: Final = 50
# Outcomes that say something of this source alone, whatever happens elsewhere.
_OWN_FAULTS: Final = frozenset({Outcome.BAD_URL.value, "no_key"})
# Lines of a calendar that change with every answer and mean nothing.
_VOLATILE = re.compile(rb"^(DTSTAMP|CREATED|LAST-MODIFIED)[;:].*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Began:
    """When a run began, on the clock that dates it and on the one that measures it."""

    at: datetime
    monotonic: float
    clock: Callable[[], datetime] | None

    def elapsed_ms(self) -> int:
        return int((time.monotonic() - self.monotonic) * 1000)

    def ended(self) -> datetime:
        """The moment that the pause of the host counts from."""
        return self.clock() if self.clock is not None else self.at + timedelta(milliseconds=self.elapsed_ms())


async def run_source(
    client: PoliteClient,
    database: Database,
    claim: Claim,
    now: datetime,
    *,
    read: Reader = read_payload,
    keys: Mapping[str, str] = NO_KEYS,
    force: bool = False,
    clock: Callable[[], datetime] | None = None,
) -> Run:
    """Fetch, read and store one claimed source, all its pages; the lease is given back, whatever happened.

    Raises `LeaseLostError` (nothing written) and `DatabaseAwayError`. `force` asks without validators. `read` is a
    `ParserPool`'s where the bytes are not ours, `keys` are the operator's for platforms that ask for one. `clock` tells
    when the run ended; without one the time that it took is added to `now`.
    """
    began = _Began(now, time.monotonic(), clock)
    run, outcome = await _retrieve(client, claim, now, read, keys, force=force)
    if isinstance(outcome, Found):
        await asyncio.to_thread(_store, database, claim, outcome, run, now, began)
    else:
        await asyncio.to_thread(_close, database, claim, run, now, began, outcome)
    return run


async def _retrieve(
    client: PoliteClient,
    claim: Claim,
    now: datetime,
    read: Reader,
    keys: Mapping[str, str],
    *,
    force: bool,
) -> tuple[Run, Found | dict[str, Any]]:
    """Ask and read: the run so far, with what was found or, where there is nothing to store, the source's new state."""
    run = Run(claim.slug, claim.name, "ok")
    if (missing := _missing_key(claim, keys)) is not None:
        run.outcome, run.reached = "no_key", False
        run.detail = f"it answers only with a key: set NEXTCIRCLE_{missing}_KEY"
        return run, {"last_run_at": now, "next_fetch_at": now + KEY_WAIT}
    validators = Validators() if force else Validators(claim.etag, claim.last_modified)
    answer = await ask(client, claim.platform, claim.url, keys, validators)
    run.outcome, run.status = answer.outcome.value, answer.status
    if isinstance(answer, Failure):
        run.detail = answer.detail
        run.reached = not answer.unreachable and answer.outcome is not Outcome.TIMEOUT
        return run, after_failure(claim, answer, now)
    if answer.not_modified:
        return run, after_success(claim, answer, now, claim.body_hash, changed=False)
    run.bytes = len(answer.body)
    digest = _digest(answer.body)
    if digest == claim.body_hash and not force:
        run.outcome = "unchanged"
        return run, after_success(claim, answer, now, digest, changed=False)
    try:
        reading, pages = await _read_pages(client, claim, answer, run, now, read, keys)
    except ParseError as error:
        run.outcome, run.detail = error.outcome, error.detail
        return run, after_bad_answer(claim, now, run.outcome)
    return run, Found(reading, answer, None if pages > 1 else digest)


def _missing_key(claim: Claim, keys: Mapping[str, str]) -> str | None:
    """The name of the key that the address is not answered without and that the operator has not set."""
    found = platform(claim.platform)
    if found is None or found.key_name in keys:
        return None
    return found.key_name if found.needs_key(claim.url) else None


async def _read_pages(
    client: PoliteClient,
    claim: Claim,
    first: Response,
    run: Run,
    now: datetime,
    read: Reader,
    keys: Mapping[str, str],
) -> tuple[Reading, int]:
    """The readings of all pages of a listing as one, and how many pages there were."""
    readings = [await asyncio.to_thread(_reading, claim, first, now, read)]
    asked = {claim.url, first.url}
    waiting = _further(claim, readings[0], asked)
    complete = True
    until = time.monotonic() + PAGES_SECONDS
    while waiting:
        if len(readings) >= MOST_PAGES or time.monotonic() > until:
            complete = False
            break
        url = waiting.pop(0)
        asked.add(url)
        answer = await ask(client, claim.platform, url, keys, Validators())
        if isinstance(answer, Failure):
            run.warnings.append({"code": "page_failed", "detail": answer.detail})
            complete = False
            break
        run.bytes += len(answer.body)
        readings.append(await asyncio.to_thread(_reading, claim, answer, now, read))
        waiting += [each for each in _further(claim, readings[-1], asked) if each not in waiting]
    joined = Reading(
        format=readings[0].format,
        events=tuple(event for each in readings for event in each.events),
        groups=tuple(group for each in readings for group in each.groups),
        next=tuple(url for each in readings for url in each.next if url not in asked),
        warnings=tuple(warning for each in readings for warning in each.warnings),
        complete=complete and all(each.complete for each in readings),
        items_seen=sum(each.items_seen for each in readings),
    )
    return joined, len(readings)


def _further(claim: Claim, reading: Reading, asked: set[str]) -> list[str]:
    """The further pages of a listing: on its own host and of its own access class; other addresses are other sources."""
    found = platform(claim.platform)
    host = urlsplit(claim.url).netloc
    return [
        url
        for url in reading.next
        if url not in asked
        and urlsplit(url).netloc == host
        and found is not None
        and (found.access(url) or found.default_access) == claim.access
    ]


def _store(
    database: Database,
    claim: Claim,
    found: Found,
    run: Run,
    now: datetime,
    began: _Began,
) -> None:
    """Store a reading, piece by piece, and write the run down in the transaction of the last one."""
    reading = found.reading
    records: tuple[ScrapedRecord, ...] = (*reading.groups, *reading.events)
    items, rejected = prepare([(claim.ref, record) for record in records], now)
    run.warnings = (run.warnings + _warnings(reading, rejected))[:_MOST_WARNINGS]
    items = understand_changed(database, items)
    run.counts.rejected = len(rejected)
    if reading.complete:
        with _leased(database, claim) as connection:
            renumber(connection, claim.id, visible(connection, items), now)
    *earlier, last = pieces(items)
    for piece in earlier:
        with _leased(database, claim) as connection:
            run.counts.add(store(connection, visible(connection, piece), now))
    with _leased(database, claim) as connection:
        run.counts.add(store(connection, visible(connection, last), now))
        _judge(connection, claim, reading, items, run, now)
        if run.whole:
            changes = after_reading(claim, found, run, now)
        else:
            # The next answer is read again, and asked for soon, as after a failure.
            changes = _fair(connection, claim, after_bad_answer(claim, now, run.outcome), now)
        _finish(connection, claim, run, now, began, changes)
    _discover(database, claim, reading, now)


@contextmanager
def _leased(database: Database, claim: Claim) -> Iterator[Connection]:
    """A write transaction that stores listings of a source that is still ours. Raises `LeaseLostError`."""
    with database.write(MUCH_PATIENCE_SECONDS) as connection:
        database.lock_store(connection)
        check_lease(connection, claim)
        yield connection


def _digest(body: bytes) -> str:
    return hashlib.blake2b(_VOLATILE.sub(b"", body), digest_size=16).hexdigest()


def _reading(claim: Claim, answer: Response, now: datetime, read: Reader) -> Reading:
    """The reading of an answer by the source's own platform."""
    context = ReadContext(
        source=claim.name, now=now, timezone=claim.ref.hint.timezone or "UTC", base_url=answer.url
    )
    return read(claim.platform, Payload(answer.url, answer.body, answer.content_type), context)


def _judge(
    connection: Any, claim: Claim, reading: Reading, items: list[Item], run: Run, now: datetime
) -> None:
    """Retire what vanished, but only on an answer that is whole; name what is wrong with one that is not."""
    if not reading.complete:
        if reading.items_seen or reading.events or reading.groups:
            run.outcome = "incomplete"
            run.detail = "the answer was cut; nothing is concluded from what it lacks"
        else:
            run.outcome = "empty"
            run.detail = _first_warning(run) or "the answer holds no event and no group"
        return
    run.whole = True
    usual = claim.usual_events
    missing = retire(
        connection,
        claim.id,
        {each.listing_id for each in items},
        now,
        empty=not reading.events,
        full=usual is None or run.counts.events >= usual,
    )
    run.counts.retired, run.unconfirmed = missing.retired, missing.waiting
    if not reading.items_seen and not reading.events and not reading.groups:
        run.outcome, run.detail = "empty", "the answer holds no event and no group"
    elif missing.many and missing.waiting:
        run.outcome = "shrunken"
        run.detail = f"{missing.waiting} coming events are missing; they stay until another whole answer lacks them too"


def _discover(database: Database, claim: Claim, reading: Reading, now: datetime) -> None:
    """Add the feeds that an answer names, such as the calendars of a city's groups, as sources of their own."""
    found = []
    own = platform(claim.platform)
    leads_on = own is not None and own.leads_on
    for url in reading.next:
        reader = platform_for(url)
        if reader is None or url == claim.url or not (reader.rank == 0 or leads_on):
            continue
        if reader.access(url) is not Access.FEED:
            continue
        hint = claim.ref.hint
        found.append(
            CatalogueSource(
                slug=f"{reader.name}-{url.rstrip('/').split('//')[-1].split('/', 1)[-1]}"[:80],
                platform=reader.name,
                name=f"{reader.label}: {url.split('//')[-1]}"[:200],
                url=url,
                access=Access.FEED,
                city=hint.city,
                region=hint.region,
                country=hint.country,
                lat=hint.lat,
                lon=hint.lon,
                timezone=hint.timezone,
                evidence=f"named on {claim.url}",
            )
        )
    if found:
        add(database, found, "discovered", now)


def _close(
    database: Database, claim: Claim, run: Run, now: datetime, began: _Began, changes: dict[str, Any]
) -> None:
    with _leased(database, claim) as connection:
        if not run.ok and run.outcome not in _OWN_FAULTS:
            changes = _fair(connection, claim, changes, now)
        _finish(connection, claim, run, now, began, changes)


def _fair(connection: Connection, claim: Claim, changes: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The columns that change after a failure, by whose it probably is: ours, or that of an address never read yet."""
    if other_hosts_fail(connection, claim, now):
        return of_an_outage(claim, changes)
    if claim.is_on_trial and others_answer(connection, claim, now):
        return of_a_trial(claim, changes)
    return changes


def _finish(
    connection: Any, claim: Claim, run: Run, now: datetime, began: _Began, changes: dict[str, Any]
) -> None:
    run.elapsed_ms = began.elapsed_ms()
    ended = began.ended()
    # Waiting begins with the answer, which may have come long after the run began; whole seconds are kept, so upwards.
    due = changes["next_fetch_at"] + (ended - began.at)
    due += timedelta(microseconds=-due.microsecond % 1_000_000)
    finish(connection, claim, _row(run, now), {**changes, "last_run_at": ended, "next_fetch_at": due})


def _row(run: Run, now: datetime) -> dict[str, Any]:
    return {
        "started_at": now,
        "elapsed_ms": run.elapsed_ms,
        "outcome": run.outcome,
        "detail": run.detail,
        "status": run.status,
        "bytes": run.bytes,
        "counts": run.counts.as_dict(),
        "warnings": run.warnings,
    }


def _warnings(reading: Reading, rejected: list[Rejected]) -> list[dict[str, str]]:
    said = [(each.code, each.detail) for each in reading.warnings]
    said += [(each.code, each.detail) for each in rejected]
    kept = [{"code": code, "detail": detail[:300]} for code, detail in said[:_MOST_WARNINGS]]
    if len(said) > _MOST_WARNINGS:
        kept.append({"code": "more", "detail": f"and {len(said) - _MOST_WARNINGS} more"})
    return kept


def _first_warning(run: Run) -> str | None:
    return run.warnings[0]["detail"] if run.warnings else None
