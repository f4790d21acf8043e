"""Posts what waits: signed, to addresses that the guarded client reaches, and writes down how it went."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Final

from app.core.errors import ProblemError
from app.db import Database, DatabaseAwayError
from app.settings import Settings
from app.webhooks import payloads
from app.webhooks.filters import Beginning, begin
from app.webhooks.receivers import is_on_loopback, local_host, own_hosts
from app.webhooks.repository import deliveries, endpoints
from app.webhooks.repository.deliveries import CHALLENGE, Claim, LeaseLostError
from app.webhooks.scan import scan_due
from app.webhooks.signatures import signed_headers
from scrapers.http.client import Failure, PoliteClient, Response, user_agent

log = logging.getLogger(__name__)

# Calls at the same time, each to another host.
_AT_ONCE: Final = 16
_DEADLINE_SECONDS: Final = 10.0
# Of an answer: enough for that to a challenge.
_MOST_ANSWER_BYTES: Final = 4_096
_GONE: Final = 410


@dataclass(slots=True)
class Report:
    """How the deliveries of a round ended, and how many filters had news."""

    news: int = 0
    sent: int = 0
    retried: int = 0
    failed: int = 0
    disabled: int = 0

    def as_dict(self) -> dict[str, int]:
        """For logs and answers."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of one call. `status` is that of HTTP, if there was one."""

    ok: bool
    status: int | None
    detail: str
    body: bytes = b""
    wait: timedelta = timedelta()


class Sender:
    """One worker's hand in the webhooks of a database. An async context manager: it ends with its connections."""

    def __init__(
        self, settings: Settings, database: Database, name: str, clock: Callable[[], datetime]
    ) -> None:
        self.settings = settings
        self.database = database
        self.name = name
        self.clock = clock
        self._stack = AsyncExitStack()
        self._clients: dict[str | None, PoliteClient] = {}

    async def close(self) -> None:
        """End the connections and give back what was not ended."""
        await self._stack.aclose()
        await asyncio.to_thread(self._release)

    async def tick(self) -> Report:
        """One round: look for news, then post one delivery to each host that one waits for."""
        report = Report()
        now = await asyncio.to_thread(self.clock)
        report.news = await asyncio.to_thread(scan_due, self.database, now, self.settings.base_url)
        claims = await asyncio.to_thread(deliveries.claim, self.database, self.name, now, _AT_ONCE)
        await asyncio.gather(*(self._send(claim, report) for claim in claims))
        return report

    async def _send(self, claim: Claim, report: Report) -> None:
        now = await asyncio.to_thread(self.clock)
        answer = await self._posted(claim, now)
        if (
            answer.ok
            and claim.key == CHALLENGE
            and not payloads.answers_challenge(claim.payload, answer.body)
        ):
            answer = _Answer(
                False, answer.status, "the answer does not hold the challenge as {'challenge': ...}"
            )
        try:
            await asyncio.to_thread(self._settle, claim, answer, report)
        except LeaseLostError as error:
            log.warning("%s", error)
        except DatabaseAwayError as error:
            # It is as if this worker had died: when the lease ends, the receiver gets the same again.
            log.warning("how a webhook went could not be written down: %s", error)

    async def _posted(self, claim: Claim, now: datetime) -> _Answer:
        host = local_host(claim.url)
        if host is not None and not is_on_loopback(self.settings):
            return _Answer(
                False, None, "addresses of this machine are not posted to by a public installation"
            )
        headers = signed_headers(claim.secret, claim.identity, now, claim.payload)
        client = await self._client(host)
        outcome = await client.post(claim.url, json=claim.payload, headers=headers)
        match outcome:
            case Response():
                return _Answer(True, outcome.status, "", outcome.body)
            case Failure():
                return _Answer(False, outcome.status, outcome.detail, wait=outcome.retry_after or timedelta())

    async def _client(self, host: str | None) -> PoliteClient:
        """The client for public addresses, or one for a single address of this machine. What sources may be fetched from is another list."""
        if host not in self._clients:
            agent = user_agent(
                version("nextcircle"), self.settings.public_url or None, self.settings.contact or None
            )
            client = PoliteClient(
                user_agent=agent,
                allow_hosts=() if host is None else (host,),
                own_hosts=own_hosts(self.settings),
                min_interval=1.0 if host is None else 0.0,
                deadline=_DEADLINE_SECONDS,
                max_body=_MOST_ANSWER_BYTES,
            )
            self._clients[host] = await self._stack.enter_async_context(client)
        return self._clients[host]

    def _settle(self, claim: Claim, answer: _Answer, report: Report) -> None:
        now = self.clock()
        if answer.ok:
            self._settle_success(claim, now, answer.status or 200, report)
            return
        with self.database.write() as connection:
            gone = answer.status == _GONE
            given_up = deliveries.retry_or_fail(
                connection, claim, now, answer.status, answer.detail, answer.wait, final=gone
            )
            log.warning("webhook %s: %s", claim.identity, answer.detail)
            if not given_up:
                report.retried += 1
                return
            report.failed += 1
            if gone or claim.key == CHALLENGE:
                endpoints.disable(connection, claim.webhook_id, now, answer.detail)
                report.disabled += 1
            else:
                report.disabled += endpoints.note_failure(connection, claim.webhook_id, now, answer.detail)

    def _settle_success(self, claim: Claim, now: datetime, status: int, report: Report) -> None:
        beginning, problem = None, None
        if claim.key == CHALLENGE:
            try:
                beginning = self._beginning(claim, now)
            except ProblemError as error:
                problem = error.detail
        with self.database.write() as connection:
            deliveries.sent(connection, claim, now, status)
            if problem is not None:
                endpoints.disable(connection, claim.webhook_id, now, problem)
                report.disabled += 1
            elif claim.key == CHALLENGE:
                endpoints.make_live(connection, claim.webhook_id, now, beginning)
            else:
                endpoints.note_success(connection, claim.webhook_id)
        report.sent += 1

    def _beginning(self, claim: Claim, now: datetime) -> Beginning | None:
        """What the receiver of a filter has at first; None for one that was live before and goes on where it was."""
        with self.database.read() as connection:
            endpoint = endpoints.by_id(connection, claim.webhook_id)
            if endpoint is None or endpoint.filter is None or endpoint.position.change >= 0:
                return None
            return begin(connection, endpoint.filter, endpoint.list_kind, now)

    def _release(self) -> None:
        try:
            deliveries.release(self.database, self.name, self.clock())
        except DatabaseAwayError as error:
            log.warning("the database is away: %s", error)
