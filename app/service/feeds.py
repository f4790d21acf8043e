"""Answers as feeds: one page with everything up to the limit, and what it is called. The formats are made of it elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from app.core.errors import ProblemError
from app.db import Reading
from app.search.engine import MOST_RANKED
from app.search.query import MAX_LIMIT
from app.service.items import event_document
from app.service.links import Kind, query_of
from app.service.pages import event_page, group_page
from app.service.parameters import (
    EventFeedParameters,
    EventParameters,
    FilterParameters,
    GroupFeedParameters,
    GroupParameters,
    TopicParameters,
)

List = TypeVar("List", bound=TopicParameters)
_PRIVATE: Final = (
    "no feed is made of a question about health, belief, politics or identity: whoever reads its address knows what "
    "was asked; ask the list under {path} instead"
)


def event_feed(
    connection: Reading, parameters: EventFeedParameters, now: datetime, base_url: str, ending: str
) -> dict[str, Any]:
    """The feed of a question for events. Raises the problems of the list, and the 422 for a sensitive interest."""
    page = event_page(connection, _as_list(parameters, EventParameters), now, base_url)
    return _feed("events", parameters, page, base_url, ending)


def group_feed(
    connection: Reading, parameters: GroupFeedParameters, now: datetime, base_url: str, ending: str
) -> dict[str, Any]:
    """The feed of a question for groups. Raises as `event_feed` does."""
    page = group_page(connection, _as_list(parameters, GroupParameters), now, base_url)
    return _feed("groups", parameters, page, base_url, ending)


def one_event_feed(connection: Reading, event_id: str, base_url: str) -> dict[str, Any]:
    """A feed of one event. Raises as `event_document` does."""
    item = event_document(connection, event_id, base_url)
    return {
        "kind": "events",
        "title": item["name"],
        "description": f"An event found by NextCircle: {item['page']}",
        "self": f"{base_url}/v1/events/{item['id']}.ics",
        "page": item["page"],
        "updated": item["updated_at"],
        "cut": False,
        "next": None,
        "items": [item],
    }


def _as_list(parameters: FilterParameters, model: type[List]) -> List:
    """The question of a feed as one for a list, whose limit is lower; everything in it was validated."""
    return model.model_construct(_fields_set=set(parameters.model_fields_set), **dict(parameters))


def _feed(
    kind: Kind,
    parameters: EventFeedParameters | GroupFeedParameters,
    page: dict[str, Any],
    base_url: str,
    ending: str,
) -> dict[str, Any]:
    path = f"/v1/{kind}"
    if page["links"] is None:
        raise ProblemError(422, _PRIVATE.format(path=path))
    items = page["items"]
    more = page["next"] is not None
    # By relevance only so many are ranked at all.
    cut = more or (parameters.sort == "relevance" and len(items) >= MOST_RANKED)
    query = query_of(parameters)
    limit = (
        f"{'&' if query else '?'}limit={parameters.limit}" if "limit" in parameters.model_fields_set else ""
    )
    return {
        "kind": kind,
        "title": _title(kind, page["resolved"]),
        "description": _description(kind, len(items), cut=cut),
        "self": f"{base_url}{path}.{ending}{query}{limit}",
        "page": page["links"]["page"] or f"{base_url}/search",
        "updated": max((item["updated_at"] for item in items), default=None),
        "cut": cut,
        "next": _next(base_url + path + query, page["next"]) if more else None,
        "items": items,
    }


def _next(address: str, cursor: str) -> str:
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode({'limit': MAX_LIMIT, 'cursor': cursor})}"


def _title(kind: Kind, resolved: dict[str, Any]) -> str:
    """`Events near Boston, Massachusetts: Software engineering`."""
    places = [
        ", ".join(filter(None, (each["place"]["name"], each["place"]["region"]))) for each in resolved["near"]
    ]
    topics = [
        each["label"]
        for name in ("field", "interest", "purpose")
        for each in resolved[name]
        if not each["input"].startswith("!")
    ]
    where = f" near {' or '.join(places)}" if places else ""
    return f"{kind.capitalize()}{where}" + (f": {', '.join(topics)}" if topics else "")


def _description(kind: Kind, count: int, *, cut: bool) -> str:
    said = f"Meetup {kind} found by NextCircle."
    if cut:
        order = "first" if kind == "groups" else "soonest"
        said += (
            f" Only the {order} {count:,} are here; narrow the question, or raise limit, to see the others."
        )
    return said
