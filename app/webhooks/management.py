"""What people do with their webhooks: make, see, delete, have posted again. No accounts: a token proves who asks."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.core.errors import ProblemError
from app.core.ids import internal, new_ids, public
from app.db import Database
from app.service.parameters import FilterParameters
from app.settings import Settings
from app.webhooks import payloads
from app.webhooks.filters import FilterKind, begin, check_filter
from app.webhooks.receivers import receiver
from app.webhooks.repository import deliveries, endpoints
from app.webhooks.repository.endpoints import Endpoint, TooManyError
from app.webhooks.signatures import new_secret


@dataclass(frozen=True, slots=True)
class Made:
    """A webhook that was just made, with what is shown this once."""

    endpoint: Endpoint
    token: str


class Webhooks:
    """The webhooks of one installation."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    def of_filter(
        self,
        url: str,
        kind: FilterKind,
        filters: FilterParameters,
        network: str,
        token: str | None,
        now: datetime,
        *,
        is_local: bool,
    ) -> Made:
        """A webhook of a saved filter. Raises 422 for the address or the filter, 409 where there are too many."""
        stored = check_filter(filters, kind, now)
        with self.database.read() as connection:
            begin(connection, stored, kind, now)
        return self._made(url, kind, token, now, is_local=is_local, filter=stored, network=network)

    def of_subscription(
        self, url: str, subscription_id: int, token: str | None, now: datetime, *, is_local: bool
    ) -> Made:
        """A webhook of a subscription's digests. Raises as `of_filter` does."""
        return self._made(url, "digest", token, now, is_local=is_local, subscription_id=subscription_id)

    def host_of(self, url: str, *, is_local: bool) -> str:
        """The host of an address that may be posted to. Raises 422."""
        return receiver(url, self.settings, is_local=is_local).site

    def listing(self, token: str) -> list[tuple[Endpoint, list[dict[str, Any]]]]:
        """What was made with a token, each with what was posted to it lately."""
        with self.database.read() as connection:
            found = endpoints.of_token(connection, _hash_of(token))
            return [(each, deliveries.latest(connection, each.id)) for each in found]

    def remove(self, token: str, identity: str) -> None:
        """Delete a webhook at once. Raises 404."""
        with self.database.write() as connection:
            endpoints.remove(connection, _own(connection, token, identity).id)

    def replay(self, token: str, identity: str, delivery: str | None, now: datetime) -> tuple[Endpoint, int]:
        """Post again one delivery, or everything that failed; how many. One that is not live is challenged first. Raises 404."""
        with self.database.write() as connection:
            endpoint = _own(connection, token, identity)
            key = None
            if delivery is not None:
                start, _, key = delivery.partition("-")
                if start != identity:
                    raise ProblemError(404, "this webhook has no such delivery")
            count = deliveries.replay(connection, endpoint.id, key, now)
            if key is not None and not count:
                raise ProblemError(404, "this webhook has no such delivery, or it has not ended yet")
            if endpoint.state == "disabled":
                endpoints.make_pending(connection, endpoint.id, now)
                deliveries.challenge(connection, endpoint.id, payloads.challenge(now), now)
            return _own(connection, token, identity), count

    def _made(
        self, url: str, kind: str, token: str | None, now: datetime, *, is_local: bool, **values: Any
    ) -> Made:
        target = receiver(url, self.settings, is_local=is_local)
        identity = next(new_ids(now, 1))
        with self.database.write() as connection:
            if token is None:
                token = secrets.token_urlsafe(32)
            elif not endpoints.of_token(connection, _hash_of(token)):
                # A token that somebody made up can be guessed.
                raise ProblemError(404, "no webhook was made with this token; leave it out to get one")
            try:
                endpoints.add(
                    connection,
                    identity,
                    now,
                    token_hash=_hash_of(token),
                    secret=new_secret(),
                    url=target.url,
                    host=target.site,
                    kind=kind,
                    **values,
                )
            except TooManyError as error:
                raise ProblemError(409, str(error)) from None
            deliveries.challenge(connection, identity, payloads.challenge(now), now)
            endpoint = endpoints.by_id(connection, identity)
        assert endpoint is not None
        return Made(endpoint, token)


def _own(connection: Connection, token: str, identity: str) -> Endpoint:
    number = internal(identity)
    for endpoint in endpoints.of_token(connection, _hash_of(token)):
        if endpoint.id == number:
            return endpoint
    raise ProblemError(404, "no webhook of this token has this id")


def endpoint_json(endpoint: Endpoint, posted: list[dict[str, Any]]) -> dict[str, Any]:
    """A webhook as its owner sees it, without its secret."""
    return {
        "id": public(endpoint.id),
        "url": endpoint.url,
        "kind": endpoint.kind,
        "filter": endpoint.filter,
        "state": endpoint.state,
        "detail": endpoint.detail,
        "created_at": endpoint.created_at.isoformat(),
        "deliveries": [_delivery_json(endpoint.id, each) for each in posted],
    }


def _delivery_json(webhook_id: int, row: dict[str, Any]) -> dict[str, Any]:
    is_open = row["ended_at"] is None
    return {
        "id": deliveries.delivery_id(webhook_id, row["key"]),
        "state": "waiting" if is_open else row["state"],
        "created_at": row["created_at"].isoformat(),
        "attempts": row["attempts"],
        "next_at": row["retry_at"].isoformat() if is_open else None,
        "ended_at": None if is_open else row["ended_at"].isoformat(),
        "status": row["status"],
        "detail": row["detail"],
    }


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
