"""A saved filter: the question of a list that stands, what its receiver has at the beginning, and what is news since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.core.ids import public
from app.db import Reading
from app.search.changes import Changes, Position, changes_after, newest
from app.search.query import MAX_FEED_LIMIT
from app.search.related import related_of_events, related_of_groups
from app.service.feeds import event_feed, group_feed
from app.service.links import is_private
from app.service.parameters import (
    EventFeedParameters,
    EventParameters,
    FilterParameters,
    GroupFeedParameters,
    GroupParameters,
    TopicParameters,
)
from app.service.resolution import resolve_query
from app.service.serialize import distance_json, event_json, group_json
from app.webhooks.known import Known, known_of
from app.webhooks.payloads import MOST_ITEMS

FilterKind = Literal["events", "groups"]
SENSITIVE: Final = (
    "no webhook is made of a question about health, belief, politics or identity: whoever runs the receiver would know "
    "what was asked"
)
# What belongs to a page, or moves with the time of the question.
_NOT_IN_FILTERS: Final = ("from_", "to", "ask", "sort", "series", "limit")
# Looks of up to 2,000 changes each for one delivery.
_MOST_LOOKS: Final = 10


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a receiver can read by itself when it begins, and the change that it is told from."""

    position: Position
    known: dict[int, Known]


@dataclass(frozen=True, slots=True)
class News:
    """What a receiver is told, and what it has then. `more`: there is more at once."""

    items: list[dict[str, Any]]
    position: Position
    known: dict[int, Known]
    more: bool


def check_filter(parameters: FilterParameters, kind: FilterKind, now: datetime) -> dict[str, Any]:
    """The filter as it is stored. Raises the 422 for what cannot be part of one, and for a sensitive interest."""
    given = parameters.model_dump(mode="json", by_alias=True, exclude_unset=True)
    wrong = [name for name in _NOT_IN_FILTERS if name in parameters.model_fields_set]
    if wrong:
        raise wrong_parameters(
            ParameterError(name.rstrip("_"), None, "cannot be part of a webhook, which tells of everything to come")
            for name in wrong
        )  # fmt: skip
    asked = _parameters(given, kind)
    if is_private(asked, resolve_query(asked, now, kind).resolved):
        raise ProblemError(422, SENSITIVE)
    return given


def begin(connection: Reading, stored: Mapping[str, Any], kind: FilterKind, now: datetime) -> Beginning:
    """What a receiver has from now on. Raises the 422 for a filter that finds more than a feed holds."""
    position = newest(connection)
    given = {**stored, "limit": MAX_FEED_LIMIT}
    if kind == "events":
        document = event_feed(connection, EventFeedParameters.model_validate(given), now, "", "rss")
    else:
        document = group_feed(connection, GroupFeedParameters.model_validate(given), now, "", "rss")
    if document["cut"]:
        raise ProblemError(422, f"the filter finds more than {MAX_FEED_LIMIT:,} {kind}; narrow it")
    return Beginning(position, known_of(document["items"]))


def news_of(
    connection: Reading,
    stored: Mapping[str, Any],
    kind: FilterKind,
    position: Position,
    known: Mapping[int, Known],
    now: datetime,
    base_url: str,
) -> News:
    """What was added, changed, cancelled or removed since a position, among what the receiver has or should have."""
    has = {key: each for key, each in known.items() if each.over_at > now.timestamp()}
    query = replace(resolve_query(_parameters(stored, kind), now, kind).query, limit=MOST_ITEMS)
    table: Literal["event", "meetup_group"] = "event" if kind == "events" else "meetup_group"
    items: list[dict[str, Any]] = []
    for _ in range(_MOST_LOOKS):
        changes = changes_after(connection, table, query, position, has.keys())
        documents = _documents(connection, changes, kind, now, base_url)
        for row in changes.items:
            identity = row if isinstance(row, int) else int(row.id)
            item = _news(identity, documents.get(identity), has)
            if item is not None:
                items.append(item)
        position = changes.position
        if items or not changes.more:
            return News(items, position, has, changes.more)
    return News(items, position, has, True)


def _news(identity: int, document: dict[str, Any] | None, has: dict[int, Known]) -> dict[str, Any] | None:
    """What is told of one item, None where nothing is; `has` is brought up to date."""
    before = has.get(identity)
    if document is None:
        if has.pop(identity, None) is None:
            return None
        return {"change": "removed", "id": public(identity), "item": None}
    after = known_of([document])[identity]
    has[identity] = after
    if before is not None and before.checksum == after.checksum:
        return None
    is_cancelled = document.get("event_status") == "EventCancelled"
    if before is None and is_cancelled:
        return None
    change = "cancelled" if is_cancelled else "new" if before is None else "changed"
    return {"change": change, "id": public(identity), "item": document}


def _documents(
    connection: Reading, changes: Changes, kind: FilterKind, now: datetime, base_url: str
) -> dict[int, dict[str, Any]]:
    rows = [row for row in changes.items if not isinstance(row, int)]
    if not rows:
        return {}
    if kind == "events":
        related = related_of_events(connection, rows)
        made = {row.id: event_json(row, related, base_url) for row in rows}
    else:
        related = related_of_groups(connection, rows, now)
        made = {row.id: group_json(row, related, base_url, now) for row in rows}
    return {key: item | distance_json(changes.distances[key]) for key, item in made.items()}


def _parameters(stored: Mapping[str, Any], kind: FilterKind) -> TopicParameters:
    model = EventParameters if kind == "events" else GroupParameters
    return model.model_validate(dict(stored))
