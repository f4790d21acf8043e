"""`nextcircle search`: the API's own question and answer, without HTTP."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from app.core.clock import utc_now
from app.core.errors import ProblemError
from app.db import Database
from app.service.pages import event_page, group_page
from app.service.parameters import EventParameters, GroupParameters
from app.settings import Settings


def search(
    database: Database, settings: Settings, kind: str, options: dict[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The page the API would answer, and sentences about what is wrong with the question."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        with database.read() as connection:
            if kind == "events":
                events = EventParameters.model_validate(given)
                return event_page(connection, events, utc_now(), settings.base_url), []
            groups = GroupParameters.model_validate(given)
            return group_page(connection, groups, utc_now(), settings.base_url), []
    except ValidationError as error:
        return {}, [f"--{each['loc'][0]}: {each['msg']}" for each in error.errors()]
    except ProblemError as error:
        return {}, [_sentence(each) for each in error.errors]


def _sentence(error: Any) -> str:
    hint = f" (did you mean {', '.join(error.suggestions)}?)" if error.suggestions else ""
    return f"--{error.parameter} {error.value or ''}: {error.detail}{hint}"
