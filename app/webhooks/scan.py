"""Looks for what is news to saved filters, and writes down what is to be posted, in one transaction with how far it looked."""

from __future__ import annotations

import logging
from datetime import datetime

from pydantic import ValidationError

from app.core.errors import ProblemError
from app.db import Database
from app.webhooks import payloads
from app.webhooks.filters import news_of
from app.webhooks.repository import deliveries, endpoints
from app.webhooks.repository.endpoints import Endpoint

log = logging.getLogger(__name__)

_BATCH = 20


def scan_due(database: Database, now: datetime, base_url: str) -> int:
    """Look for news of every filter whose time has come; how many have some. Any number of workers do this at once."""
    found = 0
    while batch := endpoints.claim_scans(database, now, _BATCH):
        for endpoint in batch:
            try:
                found += _scan(database, endpoint, now, base_url)
            except (ProblemError, ValidationError) as error:
                # Its words or parameters mean nothing any more: they change with versions.
                said = error.detail if isinstance(error, ProblemError) else error.errors()[0]["msg"]
                with database.write() as connection:
                    endpoints.disable(connection, endpoint.id, now, f"the filter is not understood: {said}")
    return found


def _scan(database: Database, endpoint: Endpoint, now: datetime, base_url: str) -> bool:
    if endpoint.filter is None:
        return False
    kind = endpoint.list_kind
    with database.read() as connection:
        news = news_of(connection, endpoint.filter, kind, endpoint.position, endpoint.known, now, base_url)
    if news.position == endpoint.position and news.known == endpoint.known:
        return False
    with database.write() as connection:
        soon = now if news.more else None
        if not endpoints.move_on(connection, endpoint, news.position, news.known, soon):
            return False
        if not news.items:
            return False
        key = f"change-{news.position.change}-{news.position.id}"
        payload = payloads.changes(kind, now, news.items, more=news.more)
        return deliveries.add(connection, endpoint.id, key, payload, now)
