"""The mails and webhooks of a worker: sent every few seconds, what nobody confirmed forgotten, what ended deleted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from app.db import Database, DatabaseAwayError
from app.digest.configuration import mail_state, make_mailer
from app.digest.mailer import Mailer
from app.digest.repository import deliveries, subscriptions
from app.digest.repository.secrets import is_home
from app.fetching.worker import GRACE, Worker
from app.settings import Settings
from app.webhooks.repository import deliveries as webhook_deliveries
from app.webhooks.repository import endpoints as webhook_endpoints
from app.webhooks.sender import Sender

log = logging.getLogger(__name__)

_TIDY_EVERY: Final = timedelta(hours=1)
# How long it is known what somebody was shown of events.
_KEEP: Final = timedelta(days=120)


class Post:
    """Sends what is due as long as the worker runs, unless mail is off."""

    def __init__(self, settings: Settings, database: Database, worker: Worker) -> None:
        self.settings = settings
        self.database = database
        self.worker = worker
        self._mailer: Mailer | None = None
        self._sender = Sender(settings, database, worker.name, worker.clock)
        self._tidied: float | None = None
        # Held while mails are sent.
        self._busy = asyncio.Lock()
        self._posting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._posting.acquire(), GRACE.total_seconds())
        await self._sender.close()
        if self._mailer is None:
            return
        # A mail that is on its way is let through: cut off, nobody would know whether it was taken.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._busy.acquire(), GRACE.total_seconds())
        await self._mailer.transport.close()
        await asyncio.to_thread(self._release, self._mailer)

    async def send(self) -> None:
        """One round."""
        try:
            await asyncio.to_thread(self._tidy)
            if self._mailer is None:
                if mail_state(self.settings).to == "nowhere":
                    return
                self._mailer = await asyncio.to_thread(self._make_mailer)
        except DatabaseAwayError as error:
            log.warning("the database is away, mails wait: %s", error)
            return
        async with self._busy:
            report = await self._mailer.tick()
        if any(report.as_dict().values()):
            log.info("mails: %s", report.as_dict())

    async def post_webhooks(self) -> None:
        """One round of webhooks; a copy of a database and a backup that was restored post nothing."""
        try:
            if not await asyncio.to_thread(is_home, self.database):
                return
            async with self._posting:
                report = await self._sender.tick()
        except DatabaseAwayError as error:
            log.warning("the database is away, webhooks wait: %s", error)
            return
        if any(report.as_dict().values()):
            log.info("webhooks: %s", report.as_dict())

    def _make_mailer(self) -> Mailer:
        mailer = make_mailer(self.settings, self.database, self.worker.name, self.worker.clock)
        mailer.stopping = lambda: self.worker.is_stopping
        return mailer

    def _tidy(self) -> None:
        now = self.worker.clock()
        if self._tidied is not None and now.timestamp() - self._tidied < _TIDY_EVERY.total_seconds():
            return
        self._tidied = now.timestamp()
        subscriptions.forget_pending(self.database, now)
        deliveries.plan_reminders(self.database, now)
        deliveries.purge(self.database, now - _KEEP)
        webhook_deliveries.purge(self.database, now)
        webhook_endpoints.forget_disabled(self.database, now)

    def _release(self, mailer: Mailer) -> None:
        try:
            deliveries.release(self.database, mailer.name, self.worker.clock())
        except DatabaseAwayError as error:
            log.warning("the database is away: %s", error)
