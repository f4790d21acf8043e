"""Forms whose answers wait for an operator. They are checked by the model of the API, and what was typed stays where it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from app.http.deps import State
from app.translations.catalogue import Language
from app.web.forms import is_of_a_program, language_of, shown_at
from app.web.responses import page


@dataclass(frozen=True, slots=True)
class HeldForm:
    """A form: its template, the model of what it sends, and what holds that."""

    template: str
    model: type[BaseModel]
    hold: Callable[[Request, State, Any, datetime], str]

    def shown(self, request: Request, now: datetime) -> Response:
        """The form, filled in with what the address says."""
        return self._page(request, language_of(request), now, request.query_params)

    def sent(self, request: Request, form: Mapping[str, str], state: State, now: datetime) -> Response:
        """Hold what was sent, or show what is wrong with it. Raises the 429 for a client that sends too much."""
        language = language_of(request, form.get("language"))
        if is_of_a_program(form, now):
            # Whoever made this up learns nothing from the answer.
            return self._page(request, language, now, {}, held=True)
        try:
            asked = self.model.model_validate(
                {name: form.get(name) or None for name in self.model.model_fields}
            )
        except ValidationError as error:
            wrong = {str(each["loc"][0]) for each in error.errors() if each["loc"]}
            return self._page(request, language, now, form, wrong=wrong)
        self.hold(request, state, asked, now)
        return self._page(request, language, now, {}, held=True)

    def _page(
        self,
        request: Request,
        language: Language,
        now: datetime,
        given: Mapping[str, str],
        *,
        wrong: set[str] | None = None,
        held: bool = False,
    ) -> Response:
        values = {
            "asked": {name: given.get(name, "") for name in self.model.model_fields},
            "wrong": wrong or set(),
            "held": held,
            "shown": shown_at(now),
            "samples": False,
        }
        response = page(request, self.template, values, 422 if wrong else 200, language)
        response.headers["Cache-Control"] = "no-store"
        return response
