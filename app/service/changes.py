"""`since`: what changed among the answers to a question, for those who keep a copy. Nothing is lost while data changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from app.core.errors import ParameterError, wrong_parameters
from app.core.ids import public
from app.search import cursor as cursors
from app.search.changes import Changes, Position, beginning, changes_after, newest
from app.search.related import beside_events, beside_groups, data_version
from app.service.parameters import EventParameters, GroupParameters, TopicParameters, understand
from app.service.serialize import event_json, group_json

_ALONE = ("cursor", "facets")
# A cursor of pages keeps the moment of the first one; changes have none.
_ANY_MOMENT = datetime.fromtimestamp(0, UTC)


def changed_events(
    asked: EventParameters, connection: Connection, now: datetime, base_url: str
) -> tuple[dict[str, Any], str]:
    """The events that changed after a position, and the version of the data they were read from."""
    query, resolved, question = understand(asked, now, "events")
    after = _position(asked, question, connection)
    changes = changes_after(connection, "event", query, after)
    beside = beside_events(connection, _rows(changes))

    def shaped(row: Row[Any]) -> dict[str, Any]:
        return event_json(row, beside, changes.distances[row.id], base_url)

    if asked.from_ is None:
        # It moves on all the time; the answer to one who knows everything stays the same.
        resolved["from"] = None
    return _document(changes, shaped, resolved, question), data_version(connection)


def changed_groups(
    asked: GroupParameters, connection: Connection, now: datetime, base_url: str
) -> tuple[dict[str, Any], str]:
    """The groups that changed after a position; what happens to the events of a group is a change of it."""
    query, resolved, question = understand(asked, now, "groups")
    after = _position(asked, question, connection)
    changes = changes_after(connection, "meetup_group", query, after)
    beside = beside_groups(connection, _rows(changes), now)

    def shaped(row: Row[Any]) -> dict[str, Any]:
        return group_json(row, beside, changes.distances[row.id], base_url, now)

    return _document(changes, shaped, resolved, question), data_version(connection)


def cursor_of(position: Position, question: str) -> str:
    """The `since` that goes on after a position; `question` as `understand` spells it."""
    cursor = cursors.Cursor(float(position.change), position.id, _ANY_MOMENT)
    return cursors.encode(cursor, _of_changes(question))


def _position(asked: TopicParameters, question: str, connection: Connection) -> Position:
    for name in _ALONE:
        if getattr(asked, name) is not None:
            raise wrong_parameters(
                [ParameterError(name, getattr(asked, name), "cannot be combined with since")]
            )
    assert asked.since is not None
    if asked.since == "start":
        return beginning()
    if asked.since == "now":
        return newest(connection)
    try:
        found = cursors.decode(asked.since, _of_changes(question))
    except cursors.CursorError as error:
        detail = f"{error}; begin with now or start"
        wrong = wrong_parameters([ParameterError("since", asked.since, detail, ("now", "start"))])
        wrong.status = 400
        raise wrong from None
    return Position(int(found.key), found.id)


def _document(
    changes: Changes, shaped: Callable[[Row[Any]], dict[str, Any]], resolved: dict[str, Any], question: str
) -> dict[str, Any]:
    return {
        "items": [
            {"id": public(each), "removed": True} if isinstance(each, int) else shaped(each)
            for each in changes.items
        ],
        "next": cursor_of(changes.position, question),
        "more": changes.more,
        "resolved": resolved,
    }


def _of_changes(question: str) -> str:
    """A cursor of pages is none of changes."""
    return f"changes of {question}"


def _rows(changes: Changes) -> list[Row[Any]]:
    return [each for each in changes.items if not isinstance(each, int)]
