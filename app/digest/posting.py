"""A digest for the webhooks of its subscription: written down with the mail, in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from app.db import Also, nothing
from app.digest.compose import Digest, for_reading
from app.digest.repository.subscriptions import Subscriber
from app.digest.resolution import resolve_wish
from app.webhooks import payloads
from app.webhooks.repository import deliveries, endpoints


def posting(digest: Digest, subscriber: Subscriber, period: datetime, now: datetime) -> Also:
    """What writes a digest down for each webhook of its subscription, once for each period; nothing where a sensitive interest is in the wish."""
    if resolve_wish(subscriber.wish, now).is_private:
        return nothing

    def write(connection: Connection) -> None:
        found = endpoints.of_subscription(connection, subscriber.id, live=True)
        payload = payloads.digest(now, for_reading(digest)) if found else b""
        for endpoint in found:
            deliveries.add(connection, endpoint.id, f"digest-{int(period.timestamp())}", payload, now)

    return write
