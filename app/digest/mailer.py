"""Sends what is due: plans digests, claims deliveries, composes, hands over, writes down how it went. Any number run at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from app.core.errors import ProblemError
from app.db import Also, Database, DatabaseAwayError, nothing
from app.digest.compose import Composer
from app.digest.mailboxes import masked
from app.digest.message import Sender, build_message, message_id
from app.digest.posting import posting
from app.digest.repository import deliveries, subscriptions
from app.digest.repository.deliveries import LEASE, Claim, Guarantee, LeaseLostError
from app.digest.repository.secrets import is_home
from app.digest.repository.subscriptions import Subscriber
from app.digest.return_path import return_path
from app.digest.transport import RefusedError, Transport, UncertainError

log = logging.getLogger(__name__)

_BATCH: Final = 20
_PLANNED_AT_ONCE: Final = 500


@dataclass(slots=True)
class Report:
    """How the deliveries of a round ended."""

    due: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    retried: int = 0
    uncertain: int = 0

    def as_dict(self) -> dict[str, int]:
        """For answers."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Mailer:
    """One worker's hand in the mails of a database. `clock` is the database's, so that all agree when a lease ends."""

    database: Database
    transport: Transport
    composer: Composer
    sender: Sender
    name: str
    clock: Callable[[], datetime]
    guarantee: Guarantee = "at-least-once"
    lease: timedelta = LEASE
    stopping: Callable[[], bool] = field(default=lambda: False)

    async def tick(self) -> Report:
        """Send everything that is due now; a database that is away is waited for until the next tick."""
        report = Report()
        try:
            if not await asyncio.to_thread(is_home, self.database):
                return report
            await self.send_due(report)
        except DatabaseAwayError as error:
            log.warning("the database is away, mails wait: %s", error)
        finally:
            self.composer.forget_answers()
        return report

    async def send_due(self, report: Report) -> None:
        """Plan and send until nothing is due, or the worker is told to stop: then what was not begun is left to others."""
        while not self.stopping():
            now = await asyncio.to_thread(self.clock)
            if not await asyncio.to_thread(deliveries.is_anything_due, self.database, now):
                return
            report.due += await asyncio.to_thread(deliveries.plan_due, self.database, now, _PLANNED_AT_ONCE)
            claims = await asyncio.to_thread(
                deliveries.claim, self.database, self.name, now, _BATCH, self.guarantee, self.lease
            )
            if claims:
                await self._send_all(claims, report)

    async def _send_all(self, claims: Sequence[Claim], report: Report) -> None:
        """While one mail is on its way, the next is made."""
        coming = asyncio.create_task(self._prepared(claims[0], report))
        for position in range(1, len(claims) + 1):
            ready = await coming
            is_last = position == len(claims) or self.stopping()
            if not is_last:
                coming = asyncio.create_task(self._prepared(claims[position], report))
            if ready is not None:
                await self._send(ready[0], ready[1], report)
            if is_last:
                return

    async def _prepared(self, claim: Claim, report: Report) -> tuple[Claim, str] | None:
        """The claim with its mail, and the address; None where nothing is to be sent."""
        try:
            return await asyncio.to_thread(self._prepare, claim, report)
        except LeaseLostError as error:
            log.warning("%s", error)
        except DatabaseAwayError:
            # Nothing was written; the lease ends by itself.
            log.warning("the database is away; a mail waits")
        return None

    def _prepare(self, claim: Claim, report: Report) -> tuple[Claim, str] | None:
        now = self.clock()
        with self.database.read() as connection:
            subscriber = subscriptions.any_by_id(connection, claim.subscription_id)
        if subscriber is None:
            return None
        if claim.message is not None:
            return claim, subscriber.email
        try:
            made = self._made(subscriber, claim, now)
        except DatabaseAwayError:
            raise
        except ProblemError as error:
            self._give_up(claim, now, error.detail, report)
            return None
        except Exception:
            log.exception("a %s could not be composed", claim.kind)
            self._give_up(claim, now, "our own code failed; the log has the reason", report)
            return None
        if made is None:
            deliveries.skipped(self.database, claim, now, "nothing new that fits")
            report.skipped += 1
            return None
        content, identity, shown, also = made
        return deliveries.rendered(self.database, claim, content, identity, shown, also), subscriber.email

    def _made(
        self, subscriber: Subscriber, claim: Claim, now: datetime
    ) -> tuple[bytes, str, list[dict[str, Any]], Also] | None:
        """The bytes of the mail, its Message-ID, what it shows and what else is done with it; None where there is nothing to say."""
        shown: list[dict[str, Any]] = []
        also: Also = nothing
        # What the driver raises inside becomes `DatabaseAwayError` at the end of the block.
        with self.database.read() as connection:
            if claim.kind == "reminder":
                mail = self.composer.remind(connection, subscriber, claim.period_at, now)
            else:
                digest = self.composer.compose(connection, subscriber, now, claim.period_at)
                mail = None if digest is None else digest.mail
                shown = [] if digest is None else digest.shown
                also = nothing if digest is None else posting(digest, subscriber, claim.period_at, now)
        if mail is None:
            return None
        identity = message_id(claim.subscription_id, claim.kind, claim.period_at, self.sender.domain)
        unsubscribe = self.composer.links(subscriber).unsubscribe
        return (
            build_message(mail, self.sender, subscriber.email, identity, now, unsubscribe),
            identity,
            shown,
            also,
        )

    def _give_up(self, claim: Claim, now: datetime, detail: str, report: Report) -> None:
        deliveries.retry_or_fail(self.database, claim, now, detail, permanent=True)
        report.failed += 1

    async def _send(self, claim: Claim, recipient: str, report: Report) -> None:
        assert claim.message is not None

        async def before() -> None:
            until = self.clock() + self.lease
            await asyncio.to_thread(deliveries.sending, self.database, claim, until)

        try:
            await self.transport.deliver(claim.message, self._return_path(claim), recipient, before)
        except LeaseLostError as error:
            log.warning("%s", error)
        except DatabaseAwayError:
            log.warning("the database is away; a mail to %s waits", masked(recipient))
        except UncertainError as error:
            report.uncertain += 1
            detail = str(error)
            log.warning("%s: %s", masked(recipient), detail)
            await self._write(
                lambda now: deliveries.uncertain(self.database, claim, now, self.guarantee, detail)
            )
        except RefusedError as error:
            log.warning("%s: %s", masked(recipient), error)
            refusal = error
            await self._write(lambda now: self._refused(claim, refusal, now, report))
        else:
            report.sent += 1
            await self._write(lambda now: deliveries.sent(self.database, claim, now))

    def _return_path(self, claim: Claim) -> str:
        """Where a bounce of the mail goes."""
        if not self.sender.tags_return_path:
            return self.sender.address
        return return_path(
            self.composer.keys, self.sender.address, claim.subscription_id, claim.kind, claim.period_at
        )

    def _refused(self, claim: Claim, error: RefusedError, now: datetime, report: Report) -> None:
        if deliveries.retry_or_fail(self.database, claim, now, str(error), permanent=error.permanent):
            report.failed += 1
        else:
            report.retried += 1
        if error.no_mailbox:
            with self.database.write() as connection:
                subscriptions.end(connection, claim.subscription_id, "bounced")

    async def _write(self, step: Callable[[datetime], object]) -> None:
        """Write down what happened. What cannot be written is decided as if this worker had died here."""
        try:
            await asyncio.to_thread(lambda: step(self.clock()))
        except LeaseLostError as error:
            log.warning("%s", error)
        except DatabaseAwayError as error:
            log.warning("how a mail went could not be written down: %s", error)
