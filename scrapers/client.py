"""PoliteClient: the only code that makes HTTP requests. GET for listings, POST for GraphQL sources and webhooks.

It keeps robots.txt, one request at a time and a pause per host, Retry-After, honest headers, conditional requests and
hard limits on time, size and redirects, and it goes nowhere that `scrapers.addresses` refuses. It parses nothing but
HTTP, writes no file, schedules nothing and raises nothing: every call ends as a `Response` or a `Failure` whose sentence
a person understands. There are no cookies, no referrer and no proxy or credentials from the environment.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from json import dumps
from typing import Final, Self, cast

import httpcore
import httpx

from scrapers import retry, robots
from scrapers.addresses import (
    AddressGuard,
    BadUrlError,
    BlockedAddressError,
    Resolver,
    Target,
    system_resolver,
)

PROJECT_URL: Final = "https://github.com/nextcircle/nextcircle"
ACCEPT: Final = (
    "text/calendar, application/rss+xml, application/atom+xml, application/feed+json, "
    "application/json;q=0.9, text/html;q=0.8"
)
MAX_REDIRECTS: Final = 5
MAX_HEADERS: Final = 256
MAX_HEADER_BYTES: Final = 64 * 1024
MAX_VALIDATOR: Final = 1_024
# A source on a host that does not answer is not the only one there: the others learn it without asking again.
ERROR_MEMORY: Final = 30.0
# 429 without a usable Retry-After, or with one of no time at all.
LEAST_HOLD: Final = timedelta(seconds=60)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_PIECE = 16 * 1024
_STEP = 64 * 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CODINGS = {"": "identity", "identity": "identity", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
# What a caller may not set: what makes us somebody else, what the client itself owns, and what frames the message.
_OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "proxy-authorization",
        "range",
        "referer",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
# What may follow a redirect to another origin; anything else a caller adds may be a key.
_HARMLESS_HEADERS = frozenset({b"accept", b"accept-language"})
_CHALLENGES = (
    b"<title>just a moment...</title>",
    b"<title>attention required! | cloudflare</title>",
    b"window._cf_chl_opt",
    b"<title>ddos-guard</title>",
    b"id='px-captcha'",
    b'id="px-captcha"',
)


class Outcome(StrEnum):
    """How a call ended. All but the first two are failures."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    ROBOTS_DENIED = "robots_denied"  # by a rule (no status) or by what robots.txt answered (its status)
    BLOCKED_ADDRESS = "blocked_address"  # a name, port or IP address that is never asked
    BAD_URL = "bad_url"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"  # the whole exchange took too long
    INCOMPLETE = "incomplete"  # the answer was cut
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    REDIRECT_LOOP = "redirect_loop"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BAD_REDIRECT = "bad_redirect"
    PROTOCOL = "protocol"  # not HTTP as we understand it
    HTTP_STATUS = "http_status"
    NO_CONTENT = "no_content"
    RATE_LIMITED = "rate_limited"  # 429, or a host that is still under Retry-After
    BLOCKED = "blocked"  # 403, 999 or a page that keeps automated readers out
    GONE = "gone"  # 410 or 451: stop


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask "has it changed?" with (RFC 9110 8.8): opaque, sent back byte for byte.

    Both are latin-1 texts of the bytes received, quotes and `W/` included.
    """

    etag: str | None = None
    last_modified: str | None = None


NO_VALIDATORS: Final = Validators()


@dataclass(frozen=True, slots=True)
class Response:
    """A usable answer. `body` is decoded and complete; it is empty with `not_modified`.

    `url` is where the answer came from, `requested_url` what was asked for. `validators` are the ones to store, also where
    the body is the same as last time. `redirected_permanently_to` is the address that the leading permanent redirects
    (301, 308) name; when to believe it is the caller's decision. `max_age` and `retry_after` are at most 7 days.
    """

    url: str
    requested_url: str
    status: int
    body: bytes
    content_type: str | None = None
    validators: Validators = NO_VALIDATORS
    not_modified: bool = False
    max_age: timedelta | None = None
    retry_after: timedelta | None = None
    redirected_permanently_to: str | None = None

    @property
    def outcome(self) -> Outcome:
        """`OK` or `NOT_MODIFIED`, so that responses and failures are counted alike."""
        return Outcome.NOT_MODIFIED if self.not_modified else Outcome.OK


@dataclass(frozen=True, slots=True)
class Failure:
    """No usable answer. `detail` is one sentence for a person and holds no query string and no key.

    `status` is the HTTP status where there was one. `retry_after` and `max_age` say when the server wants to be asked again.
    """

    url: str
    outcome: Outcome
    detail: str
    status: int | None = None
    retry_after: timedelta | None = None
    max_age: timedelta | None = None

    @property
    def unreachable(self) -> bool:
        """Whether no connection could be made at all: the network may be down rather than the source."""
        return self.outcome in {Outcome.DNS, Outcome.CONNECT}

    @property
    def final(self) -> bool:
        """Whether asking again changes nothing until a person does something."""
        stops = {Outcome.GONE, Outcome.BAD_URL, Outcome.BLOCKED_ADDRESS}
        return self.outcome in stops or (self.outcome is Outcome.ROBOTS_DENIED and self.status is None)


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
        self._transport = transport or _PinnedTransport(
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
            return await self._get(url, _sendable(validators), headers or {})
        except _FetchError as error:
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
        except _FetchError as error:
            return error.failure(url)
        except Exception as error:  # noqa: BLE001  as above
            return _unforeseen(url, error)

    async def _get(self, url: str, validators: Validators, headers: Mapping[str, str]) -> Response:
        route = _Route(self._guard, self._start(url))
        call = _Call(headers=_given(headers, accept=ACCEPT), validators=validators)
        budget = _Budget(self._deadline)
        while True:
            await self._require_permission(route.target, budget)
            try:
                answer = await self._ask(route.target, call, budget)
            except _NotEncodedError:
                if call.identity:
                    raise _FetchError(
                        Outcome.BAD_ENCODING, "the answer is not encoded as its header says."
                    ) from None
                call = replace(call, identity=True)
                continue
            if answer.status not in _REDIRECTS:
                return _judged_get(answer, route, validators)
            before = route.target
            route.follow(answer)
            if route.target.origin != before.origin:
                call = replace(call, headers=_harmless(call.headers))

    async def _post(self, url: str, json: object, headers: Mapping[str, str]) -> Response:
        target = self._start(url)
        content = json if isinstance(json, bytes) else _document(json)
        fields = {
            "content-type": "application/json",
            **{name.lower(): value for name, value in headers.items()},
        }
        call = _Call("POST", _given(fields, accept="application/json"), content=content)
        try:
            answer = await self._ask(target, call, _Budget(self._deadline))
        except _NotEncodedError:
            # Unlike a GET it may have done its work, so it is not sent a second time.
            raise _FetchError(Outcome.BAD_ENCODING, "the answer is not encoded as its header says.") from None
        return _judged_post(answer, target)

    def _start(self, url: str) -> Target:
        try:
            return self._guard.target(url)
        except BadUrlError as error:
            raise _FetchError(Outcome.BAD_URL, _sentence(error)) from error
        except BlockedAddressError as error:
            raise _FetchError(Outcome.BLOCKED_ADDRESS, _sentence(error)) from error

    # robots.txt

    async def _require_permission(self, target: Target, budget: _Budget) -> None:
        verdict = await self._verdict(target, budget)
        if verdict.refusal is not None:
            raise _FetchError(Outcome.ROBOTS_DENIED, f"{verdict.refusal}.", status=verdict.status)
        if not verdict.allows(target.url):
            raise _FetchError(
                Outcome.ROBOTS_DENIED, f"robots.txt of {target.host} does not allow this address."
            )

    async def _verdict(self, target: Target, budget: _Budget) -> robots.Robots:
        copy = self._robots.setdefault(target.origin, _RobotsCopy())
        # Held over the whole fetch, which takes the sites' locks in turn; nobody takes them the other way round.
        async with copy.lock:
            if self._clock() >= copy.expires:
                await self._renew(copy, target, budget)
            if copy.error is not None:
                # A new one each time: an exception that is raised twice keeps both callers' frames alive.
                raise copy.error.reworded(copy.error.detail)
            return copy.verdict

    async def _renew(self, copy: _RobotsCopy, target: Target, budget: _Budget) -> None:
        copy.error = None
        try:
            copy.verdict = await self._fetch_robots(target, budget)
        except _FetchError as error:
            copy.error = error.reworded(f"robots.txt could not be read: {error.detail}")
            # A host under Retry-After says itself how long.
            copy.expires = 0.0 if error.outcome is Outcome.RATE_LIMITED else self._clock() + ERROR_MEMORY
            return
        copy.expires = self._clock() + copy.verdict.lifetime
        self._site(target).crawl_delay = copy.verdict.crawl_delay

    async def _fetch_robots(self, target: Target, budget: _Budget) -> robots.Robots:
        route = _Route(self._guard, self._guard.target(f"{target.origin}/robots.txt"))
        call = _Call(headers=((b"accept", b"text/plain, */*;q=0.1"),), cap=robots.MAX_BYTES + 1, cut=True)
        while True:
            try:
                answer = await self._ask(route.target, call, budget)
            except _NotEncodedError:
                if call.identity:
                    raise _FetchError(Outcome.BAD_ENCODING, "it is not encoded as its header says.") from None
                call = replace(call, identity=True)
                continue
            if answer.status not in _REDIRECTS:
                return robots.from_answer(answer.status, answer.body)
            try:
                route.follow(answer)
            except _FetchError as error:
                if error.outcome in {Outcome.REDIRECT_LOOP, Outcome.TOO_MANY_REDIRECTS}:
                    return robots.absent()
                raise

    # One request

    async def _ask(self, target: Target, call: _Call, budget: _Budget) -> _Answer:
        """One request in its turn; raises `_FetchError` or `_NotEncodedError` and nothing else."""
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

    async def _exchange(self, target: Target, call: _Call) -> _Answer:
        request = self._request(target, call)
        try:
            response = await self._transport.handle_async_request(request)
        except _FetchError:
            raise
        except Exception as error:
            raise _translated(error) from error
        async with AsyncExitStack() as stack:
            stack.push_async_callback(response.aclose)
            fields = _Fields(response.headers.raw)
            body = b""
            if _body_wanted(response.status_code, call.method):
                body = await _body_of(response, fields, call.cap or self._max_body, cut=call.cut)
            return _Answer(
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

    def _request(self, target: Target, call: _Call) -> httpx.Request:
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
            raise _FetchError(
                Outcome.RATE_LIMITED,
                f"{target.host} asked not to be asked again for another {left:.0f} seconds.",
                retry_after=timedelta(seconds=left),
            )

    async def _wait_turn(self, site: _Site, target: Target) -> None:
        least = self._min_interval if self._in_process or target.allowed else max(1.0, self._min_interval)
        left = site.last_end + max(least, site.crawl_delay) - self._clock()
        if left > 0:
            await self._sleep(left)

    def _note_hold(self, site: _Site, answer: _Answer) -> None:
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


# What goes round inside


class _FetchError(Exception):
    """The end of a call, on its way out; becomes a `Failure` at the door."""

    def __init__(
        self,
        outcome: Outcome,
        detail: str,
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
        max_age: timedelta | None = None,
    ) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.max_age = max_age

    def reworded(self, detail: str) -> _FetchError:
        return _FetchError(
            self.outcome, detail, status=self.status, retry_after=self.retry_after, max_age=self.max_age
        )

    def failure(self, url: str) -> Failure:
        return Failure(url, self.outcome, self.detail, self.status, self.retry_after, self.max_age)


class _NotEncodedError(Exception):
    """The first bytes are not of the coding that Content-Encoding announced."""


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
    error: _FetchError | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    method: str = "GET"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    validators: Validators = NO_VALIDATORS
    content: bytes | None = None
    identity: bool = False
    cap: int = 0  # bytes of the decoded body; 0 = the client's own
    cut: bool = False  # a body beyond the cap is cut there instead of refused


class _Budget:
    """The seconds that one call may spend on the wire, all its requests together."""

    def __init__(self, seconds: float) -> None:
        self._whole = seconds
        self._left = seconds

    async def spend(self, exchange: Awaitable[_Answer]) -> _Answer:
        started = time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, self._left)):
                return await exchange
        except TimeoutError:
            raise _FetchError(
                Outcome.TIMEOUT, f"no complete answer came within {self._whole:g} seconds."
            ) from None
        finally:
            self._left -= time.monotonic() - started


class _Fields:
    """The header section of an answer, bytes kept as latin-1; raises `_FetchError` where it is too long."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._fields = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw]
        if len(self._fields) > MAX_HEADERS:
            raise _FetchError(Outcome.PROTOCOL, f"the answer has more than {MAX_HEADERS} header fields.")
        if sum(len(name) + len(value) + 4 for name, value in self._fields) > MAX_HEADER_BYTES:
            raise _FetchError(Outcome.PROTOCOL, "the answer's header is longer than 64 KB.")

    def get(self, name: str) -> str | None:
        return next((value for each, value in self._fields if each == name), None)

    def every(self, name: str) -> str | None:
        """All values as one list (RFC 9110 5.3), null where there is none."""
        values = [value for each, value in self._fields if each == name]
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    fields: _Fields
    body: bytes
    retry_after: timedelta | None
    max_age: timedelta | None

    def error(self, outcome: Outcome, detail: str) -> _FetchError:
        return _FetchError(
            outcome, detail, status=self.status, retry_after=self.retry_after, max_age=self.max_age
        )

    def response(self, target: Target, requested: str) -> Response:
        return Response(
            url=target.url,
            requested_url=requested,
            status=self.status,
            body=self.body,
            content_type=self.fields.get("content-type"),
            validators=_sendable(Validators(self.fields.get("etag"), self.fields.get("last-modified"))),
            max_age=self.max_age,
            retry_after=self.retry_after,
        )


class _Route:
    """The way of one GET through its redirects (RFC 9110 15.4), every hop checked like the first."""

    def __init__(self, guard: AddressGuard, start: Target) -> None:
        self._guard = guard
        self._seen = {start.url}
        self._permanent = True
        self.start = start
        self.target = start
        self.permanently_to: str | None = None

    def follow(self, answer: _Answer) -> None:
        """Move on to where a redirect leads; raises `_FetchError`."""
        location = (answer.fields.get("location") or "").encode("latin-1")
        try:
            following = self._guard.follow(self.target, location)
        except BadUrlError as error:
            raise answer.error(Outcome.BAD_REDIRECT, _sentence(error)) from error
        except BlockedAddressError as error:
            raise answer.error(
                Outcome.BLOCKED_ADDRESS, f"the redirect was not followed: {_sentence(error)}"
            ) from error
        if self.target.scheme == "https" and following.scheme == "http":
            raise answer.error(
                Outcome.BAD_REDIRECT, "the redirect leads from https to http, which is not followed."
            )
        if following.url in self._seen:
            raise answer.error(Outcome.REDIRECT_LOOP, "the redirects go round in a circle.")
        if len(self._seen) > MAX_REDIRECTS:
            raise answer.error(Outcome.TOO_MANY_REDIRECTS, f"there are more than {MAX_REDIRECTS} redirects.")
        self._seen.add(following.url)
        self.target = following
        self._permanent = self._permanent and answer.status in _PERMANENT
        if self._permanent:
            self.permanently_to = following.url


# Judging answers


def _body_wanted(status: int, method: str) -> bool:
    """Bodies of redirects and errors are never read: nothing in them is ours to use, and they may be bombs."""
    return 200 <= status < 300 and status not in {204, 205} and (method == "POST" or status in {200, 203})


def _judged_get(answer: _Answer, route: _Route, sent: Validators) -> Response:
    response = replace(
        answer.response(route.target, route.start.url), redirected_permanently_to=route.permanently_to
    )
    if answer.status == 304:
        if sent == NO_VALIDATORS:
            raise answer.error(
                Outcome.PROTOCOL, 'the answer is "not modified" to a question that did not ask so.'
            )
        fresh = response.validators
        merged = Validators(fresh.etag or sent.etag, fresh.last_modified or sent.last_modified)
        return replace(response, validators=merged, not_modified=True)
    if answer.status in {204, 205}:
        raise answer.error(Outcome.NO_CONTENT, "the answer has no content.")
    if answer.status not in {200, 203}:
        raise _refusal(answer)
    if answer.fields.get("cf-mitigated") is not None or _is_challenge(answer.body):
        raise answer.error(Outcome.BLOCKED, "the host shows a page that keeps automated readers out.")
    return response


def _judged_post(answer: _Answer, target: Target) -> Response:
    if answer.status in _REDIRECTS:
        raise answer.error(Outcome.BAD_REDIRECT, "a POST was redirected, which is not followed.")
    if not 200 <= answer.status < 300:
        raise _refusal(answer)
    return answer.response(target, target.url)


def _refusal(answer: _Answer) -> _FetchError:
    status = answer.status
    if status == 429:
        return answer.error(Outcome.RATE_LIMITED, "the host asks for fewer requests (429).")
    if status in {403, 999}:
        return answer.error(Outcome.BLOCKED, f"the host refuses automated readers ({status}).")
    if status == 410:
        return answer.error(Outcome.GONE, "the address is gone for good (410).")
    if status == 451:
        return answer.error(Outcome.GONE, "the address may not be served for legal reasons (451).")
    if status == 206:
        return answer.error(Outcome.HTTP_STATUS, "the host sent a part where the whole was asked for (206).")
    return answer.error(Outcome.HTTP_STATUS, f"the host answered with status {status}.")


def _is_challenge(body: bytes) -> bool:
    head = body[:8_192].lower()
    if b"<html" not in head:
        return False
    # Imperva's script stands in honest pages too; a page that holds little else is the challenge.
    return any(mark in head for mark in _CHALLENGES) or (len(body) < 2_000 and b"_incapsula_resource" in head)


def _sendable(validators: Validators) -> Validators:
    """The validators that can go over the wire as they came; others are left out whole, never cut or mended."""
    return Validators(_sendable_value(validators.etag), _sendable_value(validators.last_modified))


def _sendable_value(value: str | None) -> str | None:
    if not value or len(value) > MAX_VALIDATOR or value != value.strip(" \t") or _CONTROL.search(value):
        return None
    return value if all(ch <= "\xff" for ch in value) else None


def _given(headers: Mapping[str, str], *, accept: str) -> tuple[tuple[bytes, bytes], ...]:
    fields = {"accept": accept}
    fields.update(
        {name.lower(): value for name, value in headers.items() if name.lower() not in _OWN_HEADERS}
    )
    return tuple((name.encode("ascii"), value.encode("utf-8")) for name, value in fields.items())


def _harmless(headers: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(entry for entry in headers if entry[0] in _HARMLESS_HEADERS)


def _document(json: object) -> bytes:
    return dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _sentence(error: Exception) -> str:
    return f"{error}."


def _unforeseen(url: str, error: Exception) -> Failure:
    return Failure(str(url), Outcome.PROTOCOL, f"the request failed unexpectedly ({type(error).__name__}).")


def _translated(error: Exception) -> _FetchError:
    """What an exception of the transport means."""
    match error:
        case (
            httpcore.ConnectError()
            | httpcore.ConnectTimeout()
            | httpx.ConnectError()
            | httpx.ConnectTimeout()
        ):
            return _FetchError(Outcome.CONNECT, "no connection could be made.")
        case httpcore.TimeoutException() | httpx.TimeoutException() | TimeoutError():
            return _FetchError(Outcome.TIMEOUT, "the answer took too long.")
        case httpcore.RemoteProtocolError() | httpx.RemoteProtocolError():
            # h11 and httpcore have no type of their own for a connection that ended early.
            if "without sending" in str(error):
                return _FetchError(Outcome.INCOMPLETE, "the connection ended before the answer was complete.")
            return _FetchError(Outcome.PROTOCOL, "the answer is not valid HTTP.")
        case httpcore.NetworkError() | httpx.NetworkError():
            return _FetchError(Outcome.INCOMPLETE, "the connection broke before the answer was complete.")
        case _:
            return _FetchError(Outcome.PROTOCOL, f"the exchange failed ({type(error).__name__}).")


# Reading bodies


async def _body_of(response: httpx.Response, fields: _Fields, cap: int, *, cut: bool) -> bytes:
    """The decoded body, at most `cap` bytes; raises `_FetchError` or `_NotEncodedError`."""
    decoder = _Decoder(_coding(fields), cap)
    announced = _announced_length(fields)
    if announced is not None and announced > cap and not cut:
        raise _too_large(cap)
    received = 0
    try:
        async for chunk in cast("httpx.AsyncByteStream", response.stream):
            received += len(chunk)
            decoder.feed(chunk)
            if decoder.full or received > cap:
                if cut:
                    return decoder.result()[:cap]
                raise _too_large(cap)
    except (_FetchError, _NotEncodedError):
        raise
    except Exception as error:
        raise _translated(error) from error
    if announced is not None and received < announced:
        raise _FetchError(Outcome.INCOMPLETE, f"only {received} of {announced} announced bytes came.")
    if not decoder.complete:
        raise _FetchError(Outcome.INCOMPLETE, "the compressed answer ends in the middle.")
    return decoder.result()


def _too_large(cap: int) -> _FetchError:
    return _FetchError(Outcome.TOO_LARGE, f"the answer is larger than {cap:,} bytes.")


def _coding(fields: _Fields) -> str:
    named = [name.strip().lower() for name in (fields.every("content-encoding") or "").split(",")]
    if len(named) > 1 or named[0] not in _CODINGS:
        what = named[0][:20] if len(named) == 1 else f"{len(named)} codings on top of each other"
        raise _FetchError(
            Outcome.BAD_ENCODING, f"the answer is encoded in a way we did not ask for ({what})."
        )
    return _CODINGS[named[0]]


def _announced_length(fields: _Fields) -> int | None:
    value = fields.get("content-length")
    if (
        value is None
        or fields.get("transfer-encoding") is not None
        or not re.fullmatch(r"[0-9]{1,20}", value)
    ):
        return None
    return int(value)


class _Decoder:
    """Undoes one Content-Encoding piece by piece and stops at `cap` bytes, however much the input would unfold to.

    httpx decodes whole chunks without a limit and takes a cut gzip stream for a complete one; hence our own.
    """

    def __init__(self, coding: str, cap: int) -> None:
        self._coding = coding
        self._cap = cap
        self._parts: list[bytes] = []
        self._size = 0
        self._pending = b""
        self._inflater: zlib._Decompress | None = None
        self._done = False

    @property
    def full(self) -> bool:
        """Whether there is more than `cap` bytes."""
        return self._size > self._cap

    @property
    def complete(self) -> bool:
        """Whether the coding's own end was seen; an empty body is complete in any coding."""
        if self._coding == "identity" or self._done:
            return True
        return self._inflater is None and not self._pending

    def feed(self, data: bytes) -> None:
        """Take bytes as received; raises `_NotEncodedError` or `_FetchError` where they are not of the coding."""
        if self._coding == "identity":
            self._keep(data)
            return
        # In small pieces: zlib copies what it has not used yet, which is quadratic in the size of a piece.
        for start in range(0, len(data), _PIECE):
            if self.full or (self._done and self._coding == "deflate"):
                return
            self._inflate(self._pending + data[start : start + _PIECE])

    def result(self) -> bytes:
        return b"".join(self._parts)

    def _keep(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)

    def _inflate(self, data: bytes) -> None:
        self._pending = b""
        while data and not self.full:
            if self._inflater is None:
                if len(data) < 2:
                    self._pending = data
                    return
                if self._done and data[:2] != b"\x1f\x8b":
                    return  # padding behind the last gzip member
                self._inflater = zlib.decompressobj(wbits=_window(self._coding, data))
                self._done = False
            data = self._step(self._inflater, data)

    def _step(self, inflater: zlib._Decompress, data: bytes) -> bytes:
        try:
            self._keep(inflater.decompress(data, _STEP))
        except zlib.error:
            if self._size == 0:
                raise _NotEncodedError from None
            raise _FetchError(Outcome.BAD_ENCODING, "the compressed answer is damaged.") from None
        if inflater.eof:
            # A gzip stream may hold several members one after the other (RFC 1952 2.2).
            self._inflater, self._done = None, True
            return inflater.unused_data if self._coding == "gzip" else b""
        return inflater.unconsumed_tail


def _window(coding: str, head: bytes) -> int:
    """zlib's wbits. "deflate" means the zlib format (RFC 9110 8.4.1.2), but some servers send it without its header."""
    if coding == "gzip":
        return 31
    return 15 if head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0 else -15


# The network


class _Connection(httpcore.AsyncHTTP11Connection):
    """A connection whose lines (status, header, chunk sizes) may be 64 KB long and not h11's 100 KB.

    Small reads, because h11 looks at its limit only where a line is still unfinished.
    """

    READ_NUM_BYTES = 8 * 1024
    MAX_INCOMPLETE_EVENT_SIZE = MAX_HEADER_BYTES


class _MeteredStream(httpcore.AsyncNetworkStream):
    """Counts what comes in, before anything parses it: interim answers and chunk framing are bytes too."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = MAX_HEADER_BYTES + _Connection.READ_NUM_BYTES
        self._error = _FetchError(Outcome.PROTOCOL, "the answer's header is longer than 64 KB.")

    def allow_body(self, limit: int, error: _FetchError) -> None:
        self._left = limit
        self._error = error

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  httpcore's interface
        data = await self._stream.read(max_bytes, timeout)
        self._left -= len(data)
        if self._left < 0:
            raise self._error
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  as above
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _PinnedTransport(httpx.AsyncBaseTransport):
    """One fresh connection for each request, to the very address that the guard has just checked.

    SNI, certificate check and Host keep the name of the URL. There is no pool, no proxy and no environment.
    """

    def __init__(
        self,
        guard: AddressGuard,
        resolver: Resolver,
        connect_timeout: float,
        dns_timeout: float,
        ssl_context: ssl.SSLContext | None,
        max_body: int,
    ) -> None:
        self._guard = guard
        self._resolver = resolver
        self._connect_timeout = connect_timeout
        self._dns_timeout = dns_timeout
        self._ssl_context = ssl_context
        self._max_body = max_body
        self._backend = httpcore.AnyIOBackend()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        target: Target = request.extensions["target"]
        async with AsyncExitStack() as stack:
            stream = _MeteredStream(await self._connect(target))
            stack.push_async_callback(stream.aclose)
            origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
            answer = await _Connection(origin, stream).handle_async_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(
                        scheme=origin.scheme, host=origin.host, port=origin.port, target=request.url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.content,
                )
            )
            # Framing costs bytes beside the body; twice the body is far more than honest chunks need.
            largest = max(self._max_body, robots.MAX_BYTES)
            stream.allow_body(2 * largest + MAX_HEADER_BYTES, _too_large(largest))
            return httpx.Response(
                answer.status, headers=answer.headers, stream=_WireBody(answer, stack.pop_all())
            )

    async def _connect(self, target: Target) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(target)
        stream = await self._first_open(target, addresses)
        return stream if target.scheme == "http" else await self._secured(target, stream)

    async def _addresses(self, target: Target) -> list[str]:
        if target.literal is not None:
            return [str(target.literal)]
        try:
            async with asyncio.timeout(self._dns_timeout):
                answers = list(await self._resolver(target.host, target.port))
        except TimeoutError:
            raise _FetchError(
                Outcome.DNS, f"{target.host} could not be looked up within {self._dns_timeout:g} seconds."
            ) from None
        except OSError as error:
            raise _FetchError(Outcome.DNS, f"{target.host} could not be looked up.") from error
        if not answers:
            raise _FetchError(Outcome.DNS, f"{target.host} has no address.")
        try:
            return self._guard.checked(target, answers)
        except BlockedAddressError as error:
            raise _FetchError(Outcome.BLOCKED_ADDRESS, _sentence(error)) from error

    async def _first_open(self, target: Target, addresses: list[str]) -> httpcore.AsyncNetworkStream:
        """The first connection that opens, of at most two addresses of each family, all within `connect_timeout`."""
        sixes = [address for address in addresses if ":" in address][:2]
        fours = [address for address in addresses if ":" not in address][:2]
        candidates = [address for address in addresses if address in sixes or address in fours]
        until = time.monotonic() + self._connect_timeout
        for tried, address in enumerate(candidates):
            # What a quick refusal leaves over is shared by the addresses still to come.
            share = (until - time.monotonic()) / (len(candidates) - tried)
            try:
                return await self._backend.connect_tcp(address, target.port, timeout=max(0.0, share))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        raise _FetchError(Outcome.CONNECT, f"{target.host} accepts no connection on port {target.port}.")

    async def _secured(
        self, target: Target, stream: httpcore.AsyncNetworkStream
    ) -> httpcore.AsyncNetworkStream:
        if self._ssl_context is None:
            self._ssl_context = httpx.create_ssl_context(trust_env=False)
        try:
            return await stream.start_tls(
                self._ssl_context, server_hostname=target.host, timeout=self._connect_timeout
            )
        except (httpcore.ConnectError, httpcore.ConnectTimeout, ssl.SSLError, ValueError) as error:
            await stream.aclose()
            why = _certificate_fault(error) or "the encrypted connection could not be set up"
            raise _FetchError(Outcome.TLS, f"{target.host} is not trusted: {why}.") from error


def _certificate_fault(error: BaseException | None) -> str | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None


class _WireBody(httpx.AsyncByteStream):
    """The body as it comes in, and the connection that ends with it."""

    def __init__(self, answer: httpcore.Response, connection: AsyncExitStack) -> None:
        self._answer = answer
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        async with self._connection:
            await self._answer.aclose()
