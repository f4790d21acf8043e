"""`/for-job`: the answer for one job as a page, and the bookmarklet that opens it from the page of the job. Nothing is kept."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.core.errors import ProblemError
from app.http.deps import AppState, Now, Reading
from app.service.job_schemas import JobIn
from app.service.jobs import job_document, known
from app.translations.catalogue import N_, preferred_language
from app.translations.translator import Translator, translator
from app.web.responses import PageRoute, page
from app.web.views import event_view, group_view

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_FIELDS: Final = ("title", "company", "location")
_LIMIT: Final = 6
# What was asked is nobody else's business.
_PRIVATE: Final = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
_ROLES: Final = {
    "hosts": N_("hosts it"),
    "venue": N_("is where it takes place"),
    "sponsors": N_("sponsors it"),
    "speaks": N_("speaks there"),
    "named": N_("is named there"),
}


@router.get("/for-job")
def for_job(request: Request, state: AppState, connection: Reading, now: Now) -> Response:
    """Groups and events for a job, and where its company can be met; without one the form and the bookmarklet."""
    say = translator(preferred_language(request.headers.get("accept-language")))
    asked = {name: request.query_params.get(name, "").strip() for name in _FIELDS}
    found = None
    if any(known(value) for value in asked.values()):
        found = _found(job_document(connection, _job(asked), now, state.settings.base_url, _LIMIT), now, say)
    values = {
        "asked": asked,
        "found": found,
        "bookmarklet": bookmarklet(state.settings.base_url),
        "samples": False,
    }
    response = page(request, "job.html", values, language=say.language)
    response.headers.update(_PRIVATE)
    response.headers["Vary"] = "Accept-Language"
    return response


@cache
def bookmarklet(base_url: str) -> str:
    """The address of a bookmark that reads the job on a page and opens the answer."""
    source = (resources.files("app.web") / "static" / "job.js").read_text("utf-8")
    lines = (line.strip() for line in source.replace("export function", "function").splitlines())
    reader = "\n".join(line for line in lines if line and not line.startswith("//"))
    opened = (
        f"open('{base_url}/for-job?'+new URLSearchParams(Object.entries(readJob()).filter((each)=>each[1])))"
    )
    return "javascript:" + quote(f"(()=>{{{reader}\n{opened}}})()", safe="()'=>.,;:/?&+[]!*")


def _job(asked: dict[str, str]) -> JobIn:
    try:
        return JobIn(**{name: value or None for name, value in asked.items()})
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise ProblemError(422, f"{error.errors()[0]['loc'][0]} {said}") from None


def _found(document: dict[str, Any], now: datetime, say: Translator) -> dict[str, Any]:
    """The answer as the template takes it."""
    resolved = document["resolved"]
    place = resolved["place"]
    understood = [say.label(resolved["field"]["id"])] if resolved["field"] else []
    if place:
        understood.append(
            ", ".join(part for part in (place["name"], place["region"], place["country"]) if part)
        )
    if resolved["online"]:
        understood.append(say.gettext("online"))
    return {
        "understood": understood,
        "unresolved": document["unresolved"],
        "groups": [
            (group_view(each["group"], now, say), _reasons(each))
            for each in document["groups"]
            if each["group"]
        ],
        "events": [
            (event_view(each["event"], now, say), _reasons(each))
            for each in document["events"]
            if each["event"]
        ],
        "company": [
            (event_view(each["event"], now, say), say.gettext(_ROLES[each["role"]]))
            for each in document["company_events"]
        ],
        "links": document["links"],
    }


def _reasons(pick: dict[str, Any]) -> str:
    return " · ".join(each["text"] for each in pick["reasons"][:3])
