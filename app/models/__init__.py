"""The tables. SQLModel declares them, Alembic makes them; nothing here asks the database anything.

Times are aware UTC datetimes in Python and whole epoch seconds (BIGINT) in the database: both databases compare and
index them alike. A `Listing` is what one source said, kept as it was said; an `Event` or `Group` is the one real thing
that listings agree on, and can always be made again from them.

The text index has tables that SQLModel cannot declare (FTS5, tsvector): `migrations/versions/0008_text_index.py` makes
them, `app.ingest.store.index` writes and `app.search.words` asks them.
"""

from __future__ import annotations

from app.models.columns import UtcTime
from app.models.listings import (
    Correction,
    Event,
    EventTopic,
    EventVariant,
    Group,
    GroupKey,
    GroupLink,
    GroupTopic,
    Listing,
    MatchRuling,
    Word,
)
from app.models.operations import (
    ApiKey,
    AuditEntry,
    Embedder,
    JobRun,
    Meta,
    OperatorSession,
    UnmetDemand,
)
from app.models.sources import FetchRun, HiddenKey, Source, Suggestion, TakeDown
from app.models.subscriptions import Delivery, DigestItem, Subscription
from app.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Correction",
    "Delivery",
    "DigestItem",
    "Embedder",
    "Event",
    "EventTopic",
    "EventVariant",
    "FetchRun",
    "Group",
    "GroupKey",
    "GroupLink",
    "GroupTopic",
    "HiddenKey",
    "JobRun",
    "Listing",
    "MatchRuling",
    "Meta",
    "OperatorSession",
    "Source",
    "Subscription",
    "Suggestion",
    "TakeDown",
    "UnmetDemand",
    "UtcTime",
    "Webhook",
    "WebhookDelivery",
    "Word",
]
