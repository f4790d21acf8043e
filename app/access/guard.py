"""The guard before every route: who asks (an address, a key), whether the key is one, whether it was asked too often.

Without a limit and without a key in the request it does nothing that costs.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.addresses import Address, asking, household, is_in, networks
from app.access.keys import Holder, digest, is_same, sent_key
from app.access.limits import Limits, Standing
from app.access.store import holder_of
from app.clock import utc_now
from app.db import Database, DatabaseAwayError
from app.errors import problem
from app.settings import Settings

# How long a key that was revoked elsewhere may still be taken for one.
KEY_SECONDS: Final = 1.0
_MOST_KEYS: Final = 10_000
_ADMIN: Final = Holder("admin key", frozenset({"read", "write", "admin"}))
# Asked by those who run it, again and again.
FREE: Final = ("/healthz", "/readyz", "/metrics", "/static/")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `address`: what limits count by; `holder`: of a valid key."""

    address: str
    holder: Holder | None = None
    ip: Address | None = None
    # A proxy that nobody trusts claims to ask for somebody else.
    hearsay: bool = False


class Guard:
    """Puts a `Caller` into the request's state; answers 401 for a wrong key and 429 for one request too many."""

    def __init__(self, app: ASGIApp, *, settings: Settings, database: Database) -> None:
        self.app = app
        self.database = database
        self.admin_key = settings.admin_key.get_secret_value()
        self.per_address = settings.rate_limit
        self.per_key = settings.key_rate_limit if settings.rate_limit else 0
        self.exempt = networks(settings.rate_limit_exempt)
        self.trusted = networks(settings.trusted_proxies)
        self.limits = Limits()
        self._known: dict[str, tuple[float, Holder | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through who may ask now."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        address, hearsay = asking((scope.get("client") or ("",))[0], scope["headers"], self.trusted)
        who = household(address)
        key = sent_key(scope["headers"])
        holder = None
        if key is not None:
            try:
                holder = await self._holder(key)
            except DatabaseAwayError:
                away = problem(
                    503, "the database cannot be reached at the moment", headers={"Retry-After": "5"}
                )
                await away(scope, receive, send)
                return
        standing = None
        if not scope["path"].startswith(FREE):
            if holder is not None:
                standing = self._of_key(holder)
            elif self.per_address and (hearsay or address is None or not is_in(address, self.exempt)):
                standing = self.limits.count("anon", who, self.per_address)
        scope.setdefault("state", {})["caller"] = Caller(who, holder, address, hearsay)
        if standing is not None:
            send = self._telling(send, standing, who if holder is None else f"key {holder.id}")
            if standing.refused:
                seconds = str(standing.seconds)
                detail = f"{standing.quota} requests a minute are allowed; ask again in {seconds} seconds"
                await problem(429, detail, headers={"Retry-After": seconds})(scope, receive, send)
                return
        if key is not None and holder is None:
            refusal = problem(
                401, "the API key is not valid; leave it out for public reads", headers=UNAUTHORIZED
            )
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _holder(self, key: str) -> Holder | None:
        if not key:
            return None
        if self.admin_key and is_same(key, self.admin_key):
            return _ADMIN
        hashed = digest(key)
        now = time.monotonic()
        until, holder = self._known.get(hashed, (0.0, None))
        if until <= now:
            holder = await asyncio.to_thread(holder_of, self.database, hashed, utc_now())
            if len(self._known) >= _MOST_KEYS:
                self._known.clear()
            self._known[hashed] = (now + KEY_SECONDS, holder)
        return holder

    def _of_key(self, holder: Holder) -> Standing | None:
        quota = holder.per_minute if holder.per_minute is not None else self.per_key
        return self.limits.count("key", f"key {holder.id}", quota) if quota else None

    def _telling(self, send: Send, standing: Standing, who: str) -> Send:
        """A `send` that adds the header fields, and gives the request back where the client had the answer already."""
        headers = standing.headers()

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
                if message["status"] == 304:
                    self.limits.give_back(who)
            await send(message)

        return telling


UNAUTHORIZED: Final = {"WWW-Authenticate": 'Bearer realm="NextCircle"'}
