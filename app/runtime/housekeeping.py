"""What is done now and then whatever is fetched: deleting what nobody looks at any more, the nightly dump.

A period of a job is claimed in the run table, so that one worker of all does it, once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from app.db import Database, DatabaseAwayError
from app.jobs import repository as jobs
from app.maintenance.retention import purge
from app.settings import Settings
from app.sources.repository import sources

log = logging.getLogger(__name__)

_EVERY: Final = timedelta(hours=6)
_LEASE: Final = timedelta(minutes=30)
# The dump of a day is made from three o'clock UTC on, and at the first start as soon as there is something to dump.
_DUMP_EVERY: Final = timedelta(days=1)
_DUMP_HOUR: Final = timedelta(hours=3)
_DUMP_LEASE: Final = timedelta(hours=2)


class House:
    """Keeps one database in order. `dump` makes the files of the dump and says what went wrong; None = there is none."""

    def __init__(
        self,
        database: Database,
        name: str,
        settings: Settings,
        *,
        dump: Callable[[], Awaitable[str | None]] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.database = database
        self.name = name
        self.settings = settings
        self.dump = dump
        self.clock = clock or database.clock

    async def keep(self) -> None:
        """Every six hours: delete what is older than the settings keep."""
        await self._once("housekeeping", _EVERY, timedelta(0), _LEASE, self._tidy)

    async def make_dump(self) -> None:
        """Nightly, once there is anything to dump."""
        if self.dump is None:
            return
        try:
            if not await asyncio.to_thread(sources.holds_listings, self.database):
                return
        except DatabaseAwayError as error:
            log.warning("the dump waits for the database: %s", error)
            return
        await self._once("dump", _DUMP_EVERY, _DUMP_HOUR, _DUMP_LEASE, self.dump)

    async def _tidy(self) -> None:
        now = await asyncio.to_thread(self.clock)
        purged = await asyncio.to_thread(purge, self.database, self.settings, now)
        if any(purged.as_dict().values()):
            log.info("purged: %s", purged.as_dict())

    async def _once(
        self,
        job: str,
        every: timedelta,
        hour: timedelta,
        lease: timedelta,
        work: Callable[[], Awaitable[str | None]],
    ) -> None:
        """Do the work of the running period, which begins `hour` late, unless a worker has done it or is at it."""
        try:
            now = await asyncio.to_thread(self.clock)
            due = jobs.period(now - hour, every)
            if not await asyncio.to_thread(jobs.claim, self.database, job, due, self.name, now, lease):
                return
            failure = await work()
            if failure is not None:
                log.warning("%s failed: %s", job, failure)
            ended = await asyncio.to_thread(self.clock)
            await asyncio.to_thread(jobs.done, self.database, job, due, self.name, ended, failure)
        except DatabaseAwayError as error:
            log.warning("%s waits for the database: %s", job, error)
