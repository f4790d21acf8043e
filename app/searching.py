"""`nextcircle search`: the API's own question and answer, without HTTP."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from app.api.parameters import EventParameters, GroupParameters, understand
from app.api.shaping import event_json, group_json
from app.clock import utc_now
from app.db import Database
from app.errors import ProblemError
from app.search import cursor as cursors
from app.search.details import beside_events, beside_groups
from app.search.engine import find_events, find_groups
from app.settings import Settings


def search(
    database: Database, settings: Settings, kind: str, options: dict[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The page the API would answer, and sentences about what is wrong with the question."""
    model = EventParameters if kind == "events" else GroupParameters
    try:
        asked = model.model_validate({name: value for name, value in options.items() if value is not None})
        query, resolved, question = understand(asked, utc_now(), "events" if kind == "events" else "groups")
    except ValidationError as error:
        return {}, [f"--{each['loc'][0]}: {each['msg']}" for each in error.errors()]
    except ProblemError as error:
        return {}, [_sentence(each) for each in error.errors]
    with database.read() as connection:
        if kind == "events":
            found = find_events(connection, query)
            beside = beside_events(connection, found.rows)
            items = [
                event_json(row, beside, found.distances[row.id], settings.base_url) for row in found.rows
            ]
        else:
            found = find_groups(connection, query)
            beside = beside_groups(connection, found.rows, query.now)
            items = [
                group_json(row, beside, found.distances[row.id], settings.base_url, query.now)
                for row in found.rows
            ]
    following = (
        None if found.next is None else cursors.encode(cursors.Cursor(*found.next, now=query.now), question)
    )
    return {"items": items, "next": following, "resolved": resolved}, []


def _sentence(error: Any) -> str:
    hint = f" (did you mean {', '.join(error.suggestions)}?)" if error.suggestions else ""
    return f"--{error.parameter} {error.value or ''}: {error.detail}{hint}"
