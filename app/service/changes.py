"""`since`: what changed among the answers to a query, for clients that keep a copy. Nothing is lost while data changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.core.errors import ParameterError, wrong_parameters
from app.core.ids import public
from app.db import Reading
from app.search import cursor as cursors
from app.search.changes import Changes, Position, beginning, changes_after, newest
from app.search.related import related_of_events, related_of_groups
from app.search.rows import Row
from app.service.parameters import EventParameters, GroupParameters, TopicParameters
from app.service.resolution import Kind, question_of, resolve_query
from app.service.serialize import distance_json, event_json, group_json

_NOT_WITH_SINCE = ("cursor", "facets")
# A cursor of pages carries the time of its first page; changes have no such time.
_NO_TIME = datetime.fromtimestamp(0, UTC)


def changed_events(
    connection: Reading, parameters: EventParameters, now: datetime, base_url: str
) -> dict[str, Any]:
    """The `EventPage` of what changed after the position that `since` names."""
    query = resolve_query(parameters, now, "events")
    if parameters.from_ is None:
        # It would change with every request, although nothing else does.
        query.resolved["from"] = None
    changes = changes_after(
        connection, "event", query.query, _position(connection, parameters, query.question)
    )
    related = related_of_events(connection, _rows(changes))

    def item(row: Row) -> dict[str, Any]:
        return event_json(row, related, base_url) | distance_json(changes.distances[row.id])

    return _document(changes, item, query.resolved, query.question)


def changed_groups(
    connection: Reading, parameters: GroupParameters, now: datetime, base_url: str
) -> dict[str, Any]:
    """The `GroupPage` of what changed after the position that `since` names; a group changes with its events."""
    query = resolve_query(parameters, now, "groups")
    position = _position(connection, parameters, query.question)
    changes = changes_after(connection, "meetup_group", query.query, position)
    related = related_of_groups(connection, _rows(changes), now)

    def item(row: Row) -> dict[str, Any]:
        return group_json(row, related, base_url, now) | distance_json(changes.distances[row.id])

    return _document(changes, item, query.resolved, query.question)


def since_position(position: Position, parameters: TopicParameters, kind: Kind) -> str:
    """The `since` that continues after a position, for a query with these parameters."""
    return _since(position, question_of(parameters, kind))


def _since(position: Position, question: str) -> str:
    cursor = cursors.Cursor(float(position.change), position.id, _NO_TIME)
    return cursors.encode(cursor, _of_changes(question))


def _position(connection: Reading, parameters: TopicParameters, question: str) -> Position:
    for name in _NOT_WITH_SINCE:
        if getattr(parameters, name) is not None:
            raise wrong_parameters(
                [ParameterError(name, getattr(parameters, name), "cannot be combined with since")]
            )
    assert parameters.since is not None
    if parameters.since == "start":
        return beginning()
    if parameters.since == "now":
        return newest(connection)
    try:
        cursor = cursors.decode(parameters.since, _of_changes(question))
    except cursors.CursorError as error:
        detail = f"{error}; begin with now or start"
        problem = wrong_parameters([ParameterError("since", parameters.since, detail, ("now", "start"))])
        problem.status = 400
        raise problem from None
    return Position(int(cursor.key), cursor.id)


def _document(
    changes: Changes, item: Callable[[Row], dict[str, Any]], resolved: dict[str, Any], question: str
) -> dict[str, Any]:
    return {
        "items": [
            {"id": public(row), "removed": True} if isinstance(row, int) else item(row)
            for row in changes.items
        ],
        "next": _since(changes.position, question),
        "more": changes.more,
        "resolved": resolved,
    }


def _of_changes(question: str) -> str:
    """Keeps cursors of changes and cursors of pages apart."""
    return f"changes of {question}"


def _rows(changes: Changes) -> list[Row]:
    return [row for row in changes.items if not isinstance(row, int)]
