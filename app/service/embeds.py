"""What embeds show: the answer to a question, one event, or one group with its next events."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar

from app.core.errors import ProblemError
from app.db import Reading
from app.service.embed_parameters import EmbedParameters
from app.service.items import coming_events, event_document, group_document
from app.service.months import month_page
from app.service.pages import event_page, group_page
from app.service.parameters import EventParameters, GroupParameters, TopicParameters

List = TypeVar("List", bound=TopicParameters)
_MOST_OF_A_GROUP: Final = 5
_PRIVATE: Final = (
    "no embed is made of a question about health, belief, politics or identity: whoever reads the page it stands in "
    "would know what was asked"
)


def embed_document(
    connection: Reading, parameters: EmbedParameters, now: datetime, base_url: str
) -> dict[str, Any]:
    """`kind`, `items`, `resolved`, `links` and whether there is `more`. Raises the problems of the list, and the 422 for a
    sensitive interest."""
    if parameters.kind == "groups":
        page = group_page(connection, _as_list(parameters, GroupParameters), now, base_url)
    else:
        asked = _as_list(parameters, EventParameters)
        if "series" not in parameters.model_fields_set:
            # Of a weekly evening one date is enough; the calendar behind the embed has them all.
            asked.series = "collapse"
            asked.model_fields_set.discard("series")
        page = event_page(connection, asked, now, base_url)
    return _document(parameters.kind, page)


def month_document(
    connection: Reading, parameters: EmbedParameters, now: datetime, base_url: str
) -> dict[str, Any]:
    """The same for the events of one month, with the `month` as its first day and the date of `today` there. Raises as
    `embed_document` does."""
    asked = _as_list(parameters, EventParameters)
    found = month_page(connection, asked, parameters.month, now, base_url)
    return _document("events", found.document) | {"month": found.first, "today": found.today}


def one_event_document(connection: Reading, event_id: str, base_url: str) -> dict[str, Any]:
    """The same shape for one event. Raises as `event_document` does."""
    return _alone("events", [event_document(connection, event_id, base_url)])


def one_group_document(connection: Reading, group_id: str, now: datetime, base_url: str) -> dict[str, Any]:
    """The same shape for the next events of a group, which is beside them as `group`. Raises as `group_document` does."""
    group = group_document(connection, group_id, now, base_url)
    events = coming_events(connection, group_id, now, base_url, _MOST_OF_A_GROUP)
    return _alone("events", events) | {"group": group}


def question_of(parameters: EmbedParameters) -> EventParameters:
    """What an embed asks, without how it looks."""
    return _as_list(parameters, EventParameters)


def _as_list(parameters: EmbedParameters, model: type[List]) -> List:
    """The question of an embed as one for a list; everything in it was validated."""
    shared = parameters.model_fields_set & model.model_fields.keys()
    values = {name: getattr(parameters, name) for name in shared} | {"limit": parameters.limit}
    return model.model_construct(_fields_set=shared, **values)


def _document(kind: str, page: dict[str, Any]) -> dict[str, Any]:
    if page["links"] is None:
        raise ProblemError(422, _PRIVATE)
    return {
        "kind": kind,
        "items": page["items"],
        "resolved": page["resolved"],
        "links": page["links"],
        "more": page["next"] is not None,
        "group": None,
    }


def _alone(kind: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    nothing: dict[str, Any] = {"near": [], "field": [], "interest": [], "purpose": []}
    return {"kind": kind, "items": items, "resolved": nothing, "links": None, "more": False, "group": None}
