"""What the forms of pages share: their fields, the language they are answered in, and how programs that fill them in are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Request

from app.translations.catalogue import LANGUAGES, Language, preferred_language

# People need longer than this to fill in a form; a program that fills in every field finds one that no person sees.
_FASTEST_SECONDS: Final = 2


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, the first value of each."""
    form = await request.form(max_files=0, max_fields=50)
    return {name: value.strip() for name, value in reversed(form.multi_items()) if isinstance(value, str)}


Form = Annotated[dict[str, str], Depends(_form)]


def is_of_a_program(form: Mapping[str, str], now: datetime) -> bool:
    """Whether a form was filled in by a program: its hidden field is not empty, or nobody types that fast."""
    shown = form.get("shown", "")
    took_time = shown.isascii() and shown.isdigit() and int(shown[:12]) + _FASTEST_SECONDS <= now.timestamp()
    return bool(form.get("website")) or not took_time


def shown_at(now: datetime) -> str:
    """What a form sends back to tell how long it was looked at."""
    return f"{int(now.timestamp())}"


def language_of(request: Request, chosen: str | None = None) -> Language:
    """The one chosen, or what the browser likes best."""
    chosen = chosen or request.query_params.get("lang")
    for each in LANGUAGES:
        if each == chosen:
            return each
    return preferred_language(request.headers.get("accept-language"))
