"""How a call of the client ends: a `Response` or a `Failure`, and the exception that becomes one on its way out.

Plain values. Nothing here asks, reads or waits; what an answer means is judged in `scrapers.http.response`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


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
    def local(self) -> bool:
        """Whether it may well lie on our side: no connection could be made, or a name led to an address that is never asked."""
        return self.unreachable or self.outcome is Outcome.BLOCKED_ADDRESS

    @property
    def absent(self) -> bool:
        """Whether there is nothing at the address, or nothing for us, which may change without a word."""
        denied = self.outcome is Outcome.ROBOTS_DENIED and self.status is None
        return denied or self.outcome is Outcome.GONE or self.status == 404

    @property
    def final(self) -> bool:
        """Whether asking again changes nothing until a person does something."""
        return self.outcome is Outcome.BAD_URL


class FetchError(Exception):
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

    def reworded(self, detail: str) -> FetchError:
        return FetchError(
            self.outcome, detail, status=self.status, retry_after=self.retry_after, max_age=self.max_age
        )

    def failure(self, url: str) -> Failure:
        return Failure(url, self.outcome, self.detail, self.status, self.retry_after, self.max_age)


class NotEncodedError(Exception):
    """The first bytes are not of the coding that Content-Encoding announced."""


def too_large(cap: int) -> FetchError:
    return FetchError(Outcome.TOO_LARGE, f"the answer is larger than {cap:,} bytes.")


def sentence(error: Exception) -> str:
    return f"{error}."
