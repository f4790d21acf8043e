"""Reads of the database for requests: short ones on SQLite in the event loop, all others in a few threads.

A thread costs more than a short answer from an SQLite file takes; whatever may take longer must not keep others waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import anyio

from app.db import Database, Reader, Reading
from app.search.related import data_version

# A statement that takes longer is stopped, and the request is a 503.
LONGEST_SECONDS: Final = 2.0
_THREADS: Final = 4

Result = TypeVar("Result")


class Reads:
    """Runs reads of one database for the requests of one event loop."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._threads: anyio.CapacityLimiter | None = None

    async def version(self) -> str:
        """The version of the data as it is now."""
        if self.database.is_sqlite:
            return self.database.sqlite_version()
        return (await self.in_thread(lambda _: None))[1]

    def at_once(self, work: Callable[[Reader], Result]) -> Result:
        """What a short work reads from an SQLite file, in the event loop, of the version that `version` has just said."""
        with self.database.quick_read(LONGEST_SECONDS) as reader:
            return work(reader)

    async def in_thread(self, work: Callable[[Reading], Result]) -> tuple[Result, str]:
        """What the work reads, and the version of the data that it read."""
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(_THREADS)
        return await anyio.to_thread.run_sync(self._read, work, limiter=self._threads)

    def _read(self, work: Callable[[Reading], Result]) -> tuple[Result, str]:
        with self.database.read(LONGEST_SECONDS) as connection:
            return work(connection), data_version(connection)
