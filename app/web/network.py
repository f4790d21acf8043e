"""My network: drop an export, see how far it gets you, whom to ask next with a draft, and the groups that fill the gaps.

Everything is worked out in memory and gone with the answer. What was done is kept by the visitor: in the hidden part of the page, and
in a file that can be saved and brought along next time.
"""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.responses import Response

from app.core.errors import ProblemError
from app.core.ids import key
from app.http.deps import AppState, Now, State
from app.http.network_uploads import files_and_texts, quietly_in_a_thread, read_json, room
from app.http.uploads import Form, Part, received
from app.network.limits import PROGRESS_BYTES, TOLD_BYTES, UPLOAD_BYTES
from app.service.network import network_analysis, network_plan, recommendation_body
from app.service.recommendation_schemas import RecommendationIn
from app.service.recommendations import recommendation_document
from app.translations.catalogue import LANGUAGES
from app.translations.translator import Translator, translator
from app.web.forms import language_of
from app.web.picks import pick_views
from app.web.responses import PageRoute, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
STREAMED: Final = frozenset({"/network"})
_BYTES: Final = UPLOAD_BYTES + 5 * 1024 * 1024
_TYPED: Final = ("fields", "companies", "city", "name", "about", "language")
_KEPT: Final = ("goal", "progress", "aggregate")
_DID: Final = ("did", "went_to", "met", "met_company")
_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_BAR: Final = 300
_MOST_BARS: Final = 8
_GAPS: Final = ("ask+grow", "grow")


@router.get("/network")
def ask(request: Request) -> Response:
    """The form."""
    return _form(request, {})


@router.post("/network")
async def analyse(request: Request, state: AppState, now: Now) -> Response:
    """What an export, or what was kept of one, says: in memory, for this answer alone."""
    form = Form(request.headers.get("content-type", ""))
    typed: dict[str, str] = {}

    def work(parts: list[Part]) -> dict[str, Any]:
        files, texts = files_and_texts(parts, (*_TYPED, *_KEPT, *_DID), needed=False)
        # A browser sends an empty file for a field that was left empty.
        files = [each for each in files if each]
        typed.update(
            {name: texts.get(name, b"").decode("utf-8", "replace").strip() for name in (*_TYPED, *_DID)}
        )
        kept = {
            name: read_json(name, texts.get(name), PROGRESS_BYTES if name == "progress" else TOLD_BYTES)
            for name in _KEPT
        }
        goal = kept["goal"] or _goal(typed)
        progress = kept["progress"]
        if isinstance(progress, dict) and isinstance(progress.get("progress"), dict):
            progress = progress["progress"]
        did = _reports(typed, now.date())
        if files:
            answer = network_analysis(files, goal, progress, did, now)
        elif progress is not None or kept["aggregate"] is not None:
            answer = network_plan(goal, progress, kept["aggregate"], did, now)
        else:
            raise ProblemError(422, "choose the file of your contacts first")
        return {"answer": answer, "goal": goal, "aggregate": answer.get("aggregate") or kept["aggregate"]}

    async with received(request, room, _BYTES, form.write):
        try:
            found = await quietly_in_a_thread(lambda: work(form.parts()))
        except ProblemError as error:
            if error.status not in {400, 413, 415, 422}:
                raise
            return _form(request, typed, error)
    response: Response = await quietly_in_a_thread(lambda: _result(request, state, found, now))
    return response


def _result(request: Request, state: State, found: dict[str, Any], now: datetime) -> Response:
    answer, goal = found["answer"], found["goal"]
    kept = {"goal": goal, "progress": answer["progress"], "aggregate": found["aggregate"]}
    values = {
        "answer": answer,
        "bars": _bars(answer),
        "picks": [],
        "kept": {name: orjson.dumps(value).decode() for name, value in kept.items() if value is not None},
        "saved": base64.b64encode(orjson.dumps({"progress": answer["progress"]})).decode(),
        "samples": False,
    }
    if answer["phase"] in _GAPS:
        with state.database.read() as connection:
            values["picks"] = _groups(
                connection, goal, answer, now, state.settings.base_url, translator(language_of(request))
            )
    response = page(request, "network_result.html", values)
    response.headers.update(_PRIVATE)
    return response


def _groups(
    connection: Connection, goal: Any, answer: dict[str, Any], now: datetime, base_url: str, say: Translator
) -> list[dict[str, Any]]:
    """Groups for the gaps of the network; none where the goal names no place or nothing is known there."""
    try:
        asked = RecommendationIn.model_validate(recommendation_body(goal, answer) | {"limit": 3})
        found = recommendation_document(connection, asked, now, base_url, say)
        return pick_views(found["items"], now, base_url, say)
    except (ProblemError, ValidationError):
        return []


def _form(request: Request, typed: dict[str, str], error: ProblemError | None = None) -> Response:
    values = {
        "asked": {**dict.fromkeys(_TYPED, ""), **typed},
        "languages": LANGUAGES,
        "troubles": [] if error is None else _troubles(error),
        "samples": False,
    }
    response = page(request, "network.html", values, 200 if error is None else 422)
    response.headers.update(_PRIVATE)
    return response


def _troubles(error: ProblemError) -> list[str]:
    hint = str(error.members.get("hint") or "")
    sentences = [f"{each.detail[:1].upper()}{each.detail[1:]}" for each in error.errors] or [error.detail]
    return [*sentences, *([hint] if hint and hint not in sentences else [])]


def _goal(typed: dict[str, str]) -> dict[str, Any]:
    """What was typed as a goal; what is empty is left out."""
    goal: dict[str, Any] = {
        name: [part.strip() for part in typed[name].split(",") if part.strip()]
        for name in ("fields", "companies")
    }
    if typed["city"]:
        goal["city"] = {"q": typed["city"]}
    if typed["name"]:
        goal["me"] = {"name": typed["name"], **({"about": typed["about"]} if typed["about"] else {})}
    if typed["language"]:
        goal["language"] = typed["language"]
    return goal


def _reports(typed: dict[str, str], today: date) -> list[dict[str, Any]] | None:
    """What a button said was done: `asked KEY`, or an evening and who was met there."""
    what, _, contact = typed["did"].partition(" ")
    if what == "went" and typed["went_to"]:
        met = [{"name": typed["met"], **({"company": typed["met_company"]} if typed["met_company"] else {})}]
        event = {"id": f"typed-{key(typed['went_to'], today.isoformat())}", "name": typed["went_to"]}
        return [{"what": "went", "event": event, "met": met if typed["met"] else []}]
    if what and contact:
        return [{"what": what, "key": contact}]
    return None


def _bars(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of the network as bars of a chart, those of the goal first as the answer has them."""
    rows = answer.get("map", {}).get("by_field", [])[:_MOST_BARS]
    most = max((row["contacts"] for row in rows), default=1)
    return [
        {
            "label": row["label"],
            "count": row["contacts"],
            "goal": row["goal"],
            "width": round(_BAR * row["contacts"] / most),
        }
        for row in rows
    ]
