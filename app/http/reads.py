"""Reads of the database for requests: short ones on SQLite in the event loop, all others in a few threads.

A thread costs more than a short answer from an SQLite file takes; whatever may take longer must not keep others waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import anyio

from app.db import Database, Reading
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
        return (await self.run(lambda _: None, short=False))[1]

    async def run(self, work: Callable[[Reading], Result], *, short: bool) -> tuple[Result, str]:
        """What the work reads, and the version of the data that it read."""
        if short and self.database.is_sqlite:
            version = self.database.sqlite_version()
            with self.database.quick_read(LONGEST_SECONDS) as reader:
                return work(reader), version
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(_THREADS)
        return await anyio.to_thread.run_sync(self._read, work, limiter=self._threads)

    def _read(self, work: Callable[[Reading], Result]) -> tuple[Result, str]:
        with self.database.read(LONGEST_SECONDS) as connection:
            return work(connection), data_version(connection)
