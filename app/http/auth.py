"""The guard before every route: who asks (an address, a key), whether the key is one, whether it was asked too often.

Without a limit and without a key in the request it does nothing that costs.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.auth.keys import ADMIN, Credentials, digest, is_same, sent_key
from app.auth.repository.keys import credentials_of
from app.core.client_address import Address, caller_address, is_in, networks, rate_limit_key
from app.core.clock import utc_now
from app.db import Database, DatabaseAwayError
from app.http.problems import problem
from app.http.rate_limit import RateLimiter, RateLimitStatus
from app.settings import Settings

# How long a key that was revoked elsewhere may still be taken for one.
KEY_SECONDS: Final = 1.0
_MOST_KEYS: Final = 10_000
# Asked by those who run it, again and again.
FREE: Final = ("/healthz", "/readyz", "/metrics", "/static/", "/embed/assets/", "/embed/v1")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request; `credentials` are those of a valid key."""

    rate_limit_key: str
    credentials: Credentials | None = None
    ip: Address | None = None
    # An untrusted proxy claims to forward for another address.
    untrusted_proxy: bool = False


class Authentication:
    """Puts a `Caller` into the request's state; answers 401 for a wrong key and 429 for one request too many."""

    def __init__(self, app: ASGIApp, *, settings: Settings, database: Database) -> None:
        self.app = app
        self.database = database
        self.admin_key = settings.admin_key.get_secret_value()
        self.per_address = settings.rate_limit
        self.per_key = settings.key_rate_limit if settings.rate_limit else 0
        self.exempt = networks(settings.rate_limit_exempt)
        self.trusted = networks(settings.trusted_proxies)
        self.limiter = RateLimiter()
        self._known: dict[str, tuple[float, Credentials | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through who may ask now."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        address, untrusted_proxy = caller_address(
            (scope.get("client") or ("",))[0], scope["headers"], self.trusted
        )
        who = rate_limit_key(address)
        key = sent_key(scope["headers"])
        credentials = None
        if key is not None:
            try:
                credentials = await self._credentials(key)
            except DatabaseAwayError:
                away = problem(
                    503, "the database cannot be reached at the moment", headers={"Retry-After": "5"}
                )
                await away(scope, receive, send)
                return
        status = None
        if not scope["path"].startswith(FREE):
            if credentials is not None:
                status = self._of_key(credentials)
            elif self.per_address and (untrusted_proxy or address is None or not is_in(address, self.exempt)):
                status = self.limiter.count("anon", who, self.per_address)
        scope.setdefault("state", {})["caller"] = Caller(who, credentials, address, untrusted_proxy)
        if status is not None:
            send = self._telling(send, status, who if credentials is None else f"key {credentials.id}")
            if status.refused:
                seconds = str(status.seconds)
                detail = f"{status.quota} requests a minute are allowed; ask again in {seconds} seconds"
                await problem(429, detail, headers={"Retry-After": seconds})(scope, receive, send)
                return
        if key is not None and credentials is None:
            refusal = problem(
                401, "the API key is not valid; leave it out for public reads", headers=UNAUTHORIZED
            )
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _credentials(self, key: str) -> Credentials | None:
        if not key:
            return None
        if self.admin_key and is_same(key, self.admin_key):
            return ADMIN
        hashed = digest(key)
        now = time.monotonic()
        until, credentials = self._known.get(hashed, (0.0, None))
        if until <= now:
            credentials = await asyncio.to_thread(credentials_of, self.database, hashed, utc_now())
            if len(self._known) >= _MOST_KEYS:
                self._known.clear()
            self._known[hashed] = (now + KEY_SECONDS, credentials)
        return credentials

    def _of_key(self, credentials: Credentials) -> RateLimitStatus | None:
        quota = credentials.per_minute if credentials.per_minute is not None else self.per_key
        return self.limiter.count("key", f"key {credentials.id}", quota) if quota else None

    def _telling(self, send: Send, status: RateLimitStatus, who: str) -> Send:
        """A `send` that adds the header fields, and gives the request back where the client had the answer already."""
        headers = status.headers()

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
                if message["status"] == 304:
                    self.limiter.give_back(who)
            await send(message)

        return telling


UNAUTHORIZED: Final = {"WWW-Authenticate": 'Bearer realm="NextCircle"'}
