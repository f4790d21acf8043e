"""What an answer means: its header fields, its redirects, and whether it is one that a listing can be read from.

Pure judgement over answers that have come in. The asking, the waiting and the decoding are elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from scrapers.http.address_guard import AddressGuard, BadUrlError, BlockedAddressError, Target
from scrapers.http.outcomes import NO_VALIDATORS, FetchError, Outcome, Response, Validators, sentence
from scrapers.http.transport import MAX_HEADER_BYTES

MAX_REDIRECTS: Final = 5
MAX_HEADERS: Final = 256
MAX_VALIDATOR: Final = 1_024
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

_PERMANENT: Final = frozenset({301, 308})
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_CHALLENGES: Final = (
    b"<title>just a moment...</title>",
    b"<title>attention required! | cloudflare</title>",
    b"window._cf_chl_opt",
    b"<title>ddos-guard</title>",
    b"id='px-captcha'",
    b'id="px-captcha"',
)


class Fields:
    """The header section of an answer, bytes kept as latin-1; raises `FetchError` where it is too long."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._fields = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw]
        if len(self._fields) > MAX_HEADERS:
            raise FetchError(Outcome.PROTOCOL, f"the answer has more than {MAX_HEADERS} header fields.")
        if sum(len(name) + len(value) + 4 for name, value in self._fields) > MAX_HEADER_BYTES:
            raise FetchError(Outcome.PROTOCOL, "the answer's header is longer than 64 KB.")

    def get(self, name: str) -> str | None:
        return next((value for each, value in self._fields if each == name), None)

    def every(self, name: str) -> str | None:
        """All values as one list (RFC 9110 5.3), None where there is none."""
        values = [value for each, value in self._fields if each == name]
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came in, its body decoded; nothing is judged yet."""

    status: int
    fields: Fields
    body: bytes
    retry_after: timedelta | None
    max_age: timedelta | None

    def error(self, outcome: Outcome, detail: str) -> FetchError:
        return FetchError(
            outcome, detail, status=self.status, retry_after=self.retry_after, max_age=self.max_age
        )

    def response(self, target: Target, requested: str) -> Response:
        return Response(
            url=target.url,
            requested_url=requested,
            status=self.status,
            body=self.body,
            content_type=self.fields.get("content-type"),
            validators=sendable(Validators(self.fields.get("etag"), self.fields.get("last-modified"))),
            max_age=self.max_age,
            retry_after=self.retry_after,
        )


class Route:
    """The way of one GET through its redirects (RFC 9110 15.4), every hop checked like the first."""

    def __init__(self, guard: AddressGuard, start: Target) -> None:
        self._guard = guard
        self._seen = {start.url}
        self._permanent = True
        self.start = start
        self.target = start
        self.permanently_to: str | None = None

    def follow(self, answer: Answer) -> None:
        """Move on to where a redirect leads; raises `FetchError`."""
        location = (answer.fields.get("location") or "").encode("latin-1")
        try:
            following = self._guard.follow(self.target, location)
        except BadUrlError as error:
            raise answer.error(Outcome.BAD_REDIRECT, sentence(error)) from error
        except BlockedAddressError as error:
            raise answer.error(
                Outcome.BLOCKED_ADDRESS, f"the redirect was not followed: {sentence(error)}"
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


def body_wanted(status: int, method: str) -> bool:
    """Bodies of redirects and errors are never read: nothing in them is ours to use, and they may be bombs."""
    return 200 <= status < 300 and status not in {204, 205} and (method == "POST" or status in {200, 203})


def judged_get(answer: Answer, route: Route, sent: Validators) -> Response:
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


def judged_post(answer: Answer, target: Target) -> Response:
    if answer.status in REDIRECTS:
        raise answer.error(Outcome.BAD_REDIRECT, "a POST was redirected, which is not followed.")
    if not 200 <= answer.status < 300:
        raise _refusal(answer)
    return answer.response(target, target.url)


def _refusal(answer: Answer) -> FetchError:
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


def sendable(validators: Validators) -> Validators:
    """The validators that can go over the wire as they came; others are left out whole, never cut or mended."""
    return Validators(_sendable_value(validators.etag), _sendable_value(validators.last_modified))


def _sendable_value(value: str | None) -> str | None:
    if not value or len(value) > MAX_VALIDATOR or value != value.strip(" \t") or _CONTROL.search(value):
        return None
    return value if all(ch <= "\xff" for ch in value) else None


def announced_length(fields: Fields) -> int | None:
    value = fields.get("content-length")
    if (
        value is None
        or fields.get("transfer-encoding") is not None
        or not re.fullmatch(r"[0-9]{1,20}", value)
    ):
        return None
    return int(value)
