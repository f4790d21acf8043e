"""The worker: APScheduler as the clock, leases in the database for who does what.

Any number of workers share the work: a source is claimed before it is fetched, a period of a job before it is done, so
that nothing is done twice and nothing that a dead worker left is forgotten. The database being away is waited out.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from app.core.clock import utc_now
from app.db import Database, DatabaseAwayError
from app.fetching.fetch_source import run_source
from app.fetching.run import Run
from app.settings import Settings
from app.sources.repository import leases
from app.sources.repository.leases import Claim, LeaseLostError
from scrapers.fetch import NO_KEYS
from scrapers.http.client import PoliteClient
from scrapers.parser_pool import Reader, read_payload

log = logging.getLogger(__name__)

TICK: Final = timedelta(seconds=5)
# Sources read at the same time; each is of another host.
SLOTS: Final = 16
# A run that stops a worker at SIGTERM gets this long to end by itself.
GRACE: Final = timedelta(seconds=8)
# How often it is looked whether the clock was moved, and by how much it has to be.
CLOCK_LOOK: Final = timedelta(seconds=10)
CLOCK_STEP: Final = timedelta(seconds=30)
# What is done beside fetching begins when the first sources are read.
_BESIDE_WAIT: Final = timedelta(seconds=30)


@dataclass(slots=True)
class Progress:
    """How far the sources that were due are: for people who wait."""

    done: int = 0
    events: int = 0
    reached: int = 0
    failed: int = 0


class Worker:
    """Fetches what is due until it is told to stop; what else is to be done now and then, `run` is told."""

    def __init__(
        self,
        database: Database,
        client: PoliteClient,
        *,
        pages: bool,
        slots: int = SLOTS,
        clock: Callable[[], datetime] | None = None,
        report: Callable[[Run], None] = lambda _: None,
        read: Reader = read_payload,
        keys: Mapping[str, str] = NO_KEYS,
    ) -> None:
        self.database = database
        self.client = client
        self.pages = pages
        self.slots = slots
        # One for all workers of a database, so that they agree when a lease ends. May wait for the database.
        self.clock = clock or database.clock
        # Where time is simulated the end of a run is told too, not measured.
        self.simulated_clock = clock
        # The scheduler waits by the host's.
        self.host_clock: Callable[[], datetime] = utc_now
        self.report = report
        self.read = read
        self.keys = keys
        self.name = leases.worker_name()
        self.progress = Progress()
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def fetch_due(self) -> None:
        """Fetch until nothing is due any more; never more than `slots` at once."""
        while not self._stopping.is_set():
            free = self.slots - len(self._running)
            now, claims = await asyncio.to_thread(self._claim, free)
            for claim in claims:
                task = asyncio.create_task(self._fetch(claim, now))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            if not self._running:
                if not await asyncio.to_thread(self._waiting):
                    return
                # What is due belongs to a host that was asked just now.
                await self._pause(1.0)
            elif free == 0 or not claims:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED, timeout=1.0)

    async def run(
        self,
        beside: Sequence[Callable[[], Awaitable[None]]] = (),
        often: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """Work until SIGTERM or SIGINT; then let running fetches end, and give their leases back if they do not.

        What is `beside` is done every few minutes, what is `often` every few seconds.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        await asyncio.to_thread(self._release_dead)
        scheduler = AsyncIOScheduler(
            timezone="UTC",
            # The default skips a job that is a second late; a late run is better than none, and one is enough.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        scheduler.add_job(
            self._tick, "interval", seconds=TICK.total_seconds(), next_run_time=self.host_clock()
        )
        for each in beside:
            scheduler.add_job(each, "interval", minutes=5, next_run_time=self.host_clock() + _BESIDE_WAIT)
        for each in often:
            scheduler.add_job(each, "interval", seconds=TICK.total_seconds(), next_run_time=self.host_clock())
        scheduler.start()
        watching = asyncio.create_task(self._watch_clock(scheduler))
        try:
            await self._stopping.wait()
        finally:
            watching.cancel()
            scheduler.shutdown(wait=False)
            if self._running:
                await asyncio.wait(self._running, timeout=GRACE.total_seconds())
            for task in self._running:
                task.cancel()
            await asyncio.to_thread(self._release_own)

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Claim nothing more and end soon."""
        self._stopping.set()

    async def _watch_clock(self, scheduler: AsyncIOScheduler) -> None:
        """Run every job again once the clock was moved: the scheduler waits for times of day, which may be days ahead then."""
        apart = self.host_clock().timestamp() - time.monotonic()
        while True:
            await asyncio.sleep(CLOCK_LOOK.total_seconds())
            moved = self.host_clock().timestamp() - time.monotonic() - apart
            if abs(moved) > CLOCK_STEP.total_seconds():
                apart += moved
                log.warning(
                    "the clock was moved by %.0f seconds; everything that waits is looked at again", moved
                )
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))

    async def _tick(self) -> None:
        try:
            await self.fetch_due()
        except DatabaseAwayError as error:
            log.warning("the database is away, fetching waits: %s", error)

    def _claim(self, limit: int) -> tuple[datetime, list[Claim]]:
        now = self.clock()
        if not limit:
            return now, []
        return now, leases.claim_due(self.database, self.name, now, limit, pages=self.pages)

    def _waiting(self) -> bool:
        return leases.count_due(self.database, self.clock(), pages=self.pages) > 0

    async def _fetch(self, claim: Claim, now: datetime) -> None:
        try:
            run = await run_source(
                self.client,
                self.database,
                claim,
                now,
                read=self.read,
                keys=self.keys,
                clock=self.simulated_clock,
            )
        except (LeaseLostError, DatabaseAwayError) as error:
            # Nothing was written; the lease ends by itself and the source is due again.
            log.warning("%s: %s", claim.slug, error)
            return
        except Exception:
            log.exception("%s: the run failed in a way that has no name yet", claim.slug)
            await asyncio.to_thread(self._record_crash, claim)
            return
        self.progress.done += 1
        self.progress.events += run.counts.inserted
        self.progress.reached += run.reached
        self.progress.failed += not run.ok
        log.info("%s: %s, %s", claim.slug, run.outcome, run.detail or run.counts.as_dict())
        self.report(run)

    def _record_crash(self, claim: Claim) -> None:
        """Record a run that our own code failed in, so that the source is not asked again at once."""
        try:
            leases.record_crash(self.database, claim, self.clock())
        except (LeaseLostError, DatabaseAwayError) as error:
            log.warning("%s: %s", claim.slug, error)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _release_dead(self) -> None:
        try:
            leases.release_dead(self.database)
        except DatabaseAwayError as error:
            log.warning("the database is away: %s", error)

    def _release_own(self) -> None:
        try:
            leases.release(self.database, self.name)
        except DatabaseAwayError as error:
            log.warning("the database is away: %s", error)


def make_client(settings: Settings) -> PoliteClient:
    """The client as the settings want it."""
    from importlib.metadata import version

    from scrapers.http.client import user_agent

    agent = user_agent(version("nextcircle"), settings.public_url or None, settings.contact or None)
    return PoliteClient(user_agent=agent, allow_hosts=settings.allow_hosts)
