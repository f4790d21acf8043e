"""PoliteClient: the only code that makes HTTP requests. GET for listings, POST for GraphQL sources and webhooks.

It keeps robots.txt, one request at a time and a pause per host, Retry-After, honest headers, conditional requests and
hard limits on time, size and redirects, and it goes nowhere that `scrapers.http.address_guard` refuses. It parses nothing but
HTTP, writes no file, schedules nothing and raises nothing: every call ends as a `Response` or a `Failure` whose sentence
a person understands. There are no cookies, no referrer and no proxy or credentials from the environment.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Self

import httpx

from scrapers.http import retry, robots
from scrapers.http.address_guard import (
    AddressGuard,
    BadUrlError,
    BlockedAddressError,
    Resolver,
    Target,
    system_resolver,
)
from scrapers.http.outcomes import (
    NO_VALIDATORS,
    Failure,
    FetchError,
    NotEncodedError,
    Outcome,
    Response,
    Validators,
    sentence,
)
from scrapers.http.request import Budget, Call, body_of, document_of, given, harmless
from scrapers.http.response import (
    REDIRECTS,
    Answer,
    Fields,
    Route,
    body_wanted,
    judged_get,
    judged_post,
    sendable,
)
from scrapers.http.transport import PinnedTransport, translated

__all__ = ["NO_VALIDATORS", "Failure", "Outcome", "PoliteClient", "Response", "Validators", "user_agent"]

PROJECT_URL: Final = "https://github.com/nextcircle/nextcircle"
ACCEPT: Final = (
    "text/calendar, application/rss+xml, application/atom+xml, application/feed+json, "
    "application/json;q=0.9, text/html;q=0.8"
)
# A source on a host that does not answer is not the only one there: the others learn it without asking again.
ERROR_MEMORY: Final = 30.0
# 429 without a usable Retry-After, or with one of no time at all.
LEAST_HOLD: Final = timedelta(seconds=60)


class PoliteClient:
    """Asks hosts politely; an async context manager whose life bounds its memory of robots.txt and Retry-After.

    `allow_hosts` (`host:port`) are excepted from the address guard, and nothing else is; `own_hosts` are our own names.
    `min_interval`, `deadline`, `connect_timeout` and `dns_timeout` are seconds, `max_body` bytes after decoding. Below one
    second `min_interval` counts only for `allow_hosts` and with an injected `transport`. The deadline counts the time
    spent on the wire for one call, robots.txt and redirects included, not the pauses that politeness asks for.

    With an injected `transport` nothing is looked up and nothing pinned, since nothing touches the network; all other
    rules hold. `clock` (monotonic seconds), `sleep`, `now` (aware UTC), `resolver` and `ssl_context` are for tests.
    """

    def __init__(  # noqa: PLR0913  every one is named and has a default
        self,
        *,
        user_agent: str,
        allow_hosts: tuple[str, ...] = (),
        own_hosts: tuple[str, ...] = (),
        transport: httpx.AsyncBaseTransport | None = None,
        min_interval: float = 1.0,
        deadline: float = 30.0,
        max_body: int = 10_000_000,
        connect_timeout: float = 5.0,
        dns_timeout: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        resolver: Resolver = system_resolver,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._guard = AddressGuard(allow_hosts, own_hosts)
        self._in_process = transport is not None
        self._transport = transport or PinnedTransport(
            self._guard, resolver, connect_timeout, dns_timeout, ssl_context, max_body
        )
        self._min_interval = min_interval
        self._deadline = deadline
        self._max_body = max_body
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._sites: dict[str, _Site] = {}
        self._robots: dict[str, _RobotsCopy] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.aclose()

    async def get(
        self,
        url: str,
        *,
        validators: Validators = NO_VALIDATORS,
        headers: Mapping[str, str] | None = None,
    ) -> Response | Failure:
        """Fetch a listing, asking only whether it changed where `validators` of the last answer are given.

        robots.txt of every host on the way is obeyed. `headers` may add fields such as an API key; they are not sent on
        to another origin.
        """
        try:
            return await self._get(url, sendable(validators), headers or {})
        except FetchError as error:
            return error.failure(url)
        except Exception as error:  # noqa: BLE001  one bad source must not stop the others, whatever it found
            return _unforeseen(url, error)

    async def post(
        self, url: str, *, json: object, headers: Mapping[str, str] | None = None
    ) -> Response | Failure:
        """Send a JSON document (`bytes` are sent as they are, for callers that sign them).

        robots.txt does not speak about POST; guard, pauses and limits hold. Redirects are not followed. Any 2xx is a
        `Response`.
        """
        try:
            return await self._post(url, json, headers or {})
        except FetchError as error:
            return error.failure(url)
        except Exception as error:  # noqa: BLE001  as above
            return _unforeseen(url, error)

    async def _get(self, url: str, validators: Validators, headers: Mapping[str, str]) -> Response:
        route = Route(self._guard, self._start(url))
        call = Call(headers=given(headers, accept=ACCEPT), validators=validators)
        budget = Budget(self._deadline)
        while True:
            await self._require_permission(route.target, budget)
            try:
                answer = await self._ask(route.target, call, budget)
            except NotEncodedError:
                if call.identity:
                    raise FetchError(
                        Outcome.BAD_ENCODING, "the answer is not encoded as its header says."
                    ) from None
                call = replace(call, identity=True)
                continue
            if answer.status not in REDIRECTS:
                return judged_get(answer, route, validators)
            before = route.target
            route.follow(answer)
            if route.target.origin != before.origin:
                call = replace(call, headers=harmless(call.headers))

    async def _post(self, url: str, json: object, headers: Mapping[str, str]) -> Response:
        target = self._start(url)
        content = json if isinstance(json, bytes) else document_of(json)
        fields = {
            "content-type": "application/json",
            **{name.lower(): value for name, value in headers.items()},
        }
        call = Call("POST", given(fields, accept="application/json"), content=content)
        try:
            answer = await self._ask(target, call, Budget(self._deadline))
        except NotEncodedError:
            # Unlike a GET it may have done its work, so it is not sent a second time.
            raise FetchError(Outcome.BAD_ENCODING, "the answer is not encoded as its header says.") from None
        return judged_post(answer, target)

    def _start(self, url: str) -> Target:
        try:
            return self._guard.target(url)
        except BadUrlError as error:
            raise FetchError(Outcome.BAD_URL, sentence(error)) from error
        except BlockedAddressError as error:
            raise FetchError(Outcome.BLOCKED_ADDRESS, sentence(error)) from error

    # robots.txt

    async def _require_permission(self, target: Target, budget: Budget) -> None:
        verdict = await self._verdict(target, budget)
        if verdict.refusal is not None:
            raise FetchError(Outcome.ROBOTS_DENIED, f"{verdict.refusal}.", status=verdict.status)
        if not verdict.allows(target.url):
            raise FetchError(
                Outcome.ROBOTS_DENIED, f"robots.txt of {target.host} does not allow this address."
            )

    async def _verdict(self, target: Target, budget: Budget) -> robots.Robots:
        copy = self._robots.setdefault(target.origin, _RobotsCopy())
        # Held over the whole fetch, which takes the sites' locks in turn; nobody takes them the other way round.
        async with copy.lock:
            if self._clock() >= copy.expires:
                await self._renew(copy, target, budget)
            if copy.error is not None:
                # A new one each time: an exception that is raised twice keeps both callers' frames alive.
                raise copy.error.reworded(copy.error.detail)
            return copy.verdict

    async def _renew(self, copy: _RobotsCopy, target: Target, budget: Budget) -> None:
        copy.error = None
        try:
            copy.verdict = await self._fetch_robots(target, budget)
        except FetchError as error:
            copy.error = error.reworded(f"robots.txt could not be read: {error.detail}")
            # A host under Retry-After says itself how long.
            copy.expires = 0.0 if error.outcome is Outcome.RATE_LIMITED else self._clock() + ERROR_MEMORY
            return
        copy.expires = self._clock() + copy.verdict.lifetime
        self._site(target).crawl_delay = copy.verdict.crawl_delay

    async def _fetch_robots(self, target: Target, budget: Budget) -> robots.Robots:
        route = Route(self._guard, self._guard.target(f"{target.origin}/robots.txt"))
        call = Call(headers=((b"accept", b"text/plain, */*;q=0.1"),), cap=robots.MAX_BYTES + 1, cut=True)
        while True:
            try:
                answer = await self._ask(route.target, call, budget)
            except NotEncodedError:
                if call.identity:
                    raise FetchError(Outcome.BAD_ENCODING, "it is not encoded as its header says.") from None
                call = replace(call, identity=True)
                continue
            if answer.status not in REDIRECTS:
                return robots.from_answer(answer.status, answer.body)
            try:
                route.follow(answer)
            except FetchError as error:
                if error.outcome in {Outcome.REDIRECT_LOOP, Outcome.TOO_MANY_REDIRECTS}:
                    return robots.absent()
                raise

    # One request

    async def _ask(self, target: Target, call: Call, budget: Budget) -> Answer:
        """One request in its turn; raises `FetchError` or `NotEncodedError` and nothing else."""
        site = self._site(target)
        async with site.lock:
            self._respect_hold(site, target)
            await self._wait_turn(site, target)
            try:
                answer = await budget.spend(self._exchange(target, call))
            finally:
                site.last_end = self._clock()
            self._note_hold(site, answer)
            return answer

    async def _exchange(self, target: Target, call: Call) -> Answer:
        request = self._request(target, call)
        try:
            response = await self._transport.handle_async_request(request)
        except FetchError:
            raise
        except Exception as error:
            raise translated(error) from error
        async with AsyncExitStack() as stack:
            stack.push_async_callback(response.aclose)
            fields = Fields(response.headers.raw)
            body = b""
            if body_wanted(response.status_code, call.method):
                body = await body_of(response, fields, call.cap or self._max_body, cut=call.cut)
            return Answer(
                status=response.status_code,
                fields=fields,
                body=body,
                retry_after=retry.retry_after(
                    fields.get("retry-after"), date=fields.get("date"), now=self._now()
                ),
                max_age=retry.max_age(
                    fields.every("cache-control"),
                    fields.get("expires"),
                    date=fields.get("date"),
                    now=self._now(),
                ),
            )

    def _request(self, target: Target, call: Call) -> httpx.Request:
        fields = [
            (b"user-agent", self._user_agent.encode("latin-1", "replace")),
            *call.headers,
            (b"accept-encoding", b"identity" if call.identity else b"gzip"),
            # With a second or more between requests a kept connection is worth little, and a fresh one cannot hold
            # the rest of an answer that its server made longer than announced.
            (b"connection", b"close"),
        ]
        if call.validators.etag is not None:
            fields.append((b"if-none-match", call.validators.etag.encode("latin-1")))
        if call.validators.last_modified is not None:
            fields.append((b"if-modified-since", call.validators.last_modified.encode("latin-1")))
        return httpx.Request(
            call.method, target.url, headers=fields, content=call.content, extensions={"target": target}
        )

    # Politeness

    def _site(self, target: Target) -> _Site:
        return self._sites.setdefault(target.site, _Site())

    def _respect_hold(self, site: _Site, target: Target) -> None:
        left = site.held_until - self._clock()
        if left > 0:
            raise FetchError(
                Outcome.RATE_LIMITED,
                f"{target.host} asked not to be asked again for another {left:.0f} seconds.",
                retry_after=timedelta(seconds=left),
            )

    async def _wait_turn(self, site: _Site, target: Target) -> None:
        least = self._min_interval if self._in_process or target.allowed else max(1.0, self._min_interval)
        left = site.last_end + max(least, site.crawl_delay) - self._clock()
        if left > 0:
            await self._sleep(left)

    def _note_hold(self, site: _Site, answer: Answer) -> None:
        hold = answer.retry_after or timedelta()
        if answer.status == 429:
            hold = max(hold, LEAST_HOLD)
        elif answer.status != 503:
            return
        site.held_until = max(site.held_until, self._clock() + hold.total_seconds())


def user_agent(version: str, public_url: str | None, contact: str | None) -> str:
    """The honest name of an installation: `NextCircle/<version> (+<url>/bot; <contact>)`.

    Without a public address the project's own is named; characters that would end the comment or the field are dropped.
    """
    about = f"+{_comment_text(public_url or PROJECT_URL).rstrip('/')}/bot"
    reach = _comment_text(contact or "")
    return f"{robots.PRODUCT_TOKEN}/{re.sub('[^A-Za-z0-9.+_-]', '', version)} ({'; '.join(filter(None, (about, reach)))})"


def _comment_text(text: str) -> str:
    return re.sub(r"[^\x20-\x7e]|[()\\]", "", text).strip()


@dataclass(slots=True)
class _Site:
    """What politeness remembers of a host: times are on the client's clock."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    last_end: float = float("-inf")
    held_until: float = float("-inf")
    crawl_delay: float = 0.0


@dataclass(slots=True)
class _RobotsCopy:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    expires: float = float("-inf")
    verdict: robots.Robots = field(default_factory=robots.Robots)
    error: FetchError | None = None


def _unforeseen(url: str, error: Exception) -> Failure:
    return Failure(str(url), Outcome.PROTOCOL, f"the request failed unexpectedly ({type(error).__name__}).")
