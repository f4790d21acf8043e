"""`/v1/admin/sources`: adding, pausing, resuming, removing, reading at once, and what may be shown of each."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field, StrictBool
from starlette.responses import Response

from app.api.admin.deps import JSON_BODY, Actor, DoneOut, Shape, Slug, done, private, problems
from app.api.sources import source_json
from app.api.vocabulary import NoParameters
from app.auth.repository.audit import recorder
from app.core.errors import ProblemError
from app.fetching.preview import preview
from app.http.deps import AppState, Now, PlainLine, PlainText, State
from app.ingest.store.republish_rules import set_rules
from app.service.admin import sources as admin
from app.service.parameters import Word
from app.service.schemas import SourceOut, SourcesOut
from app.sources.coverage import pages_allowed
from app.sources.repository import sources as stored
from app.sources.repository import state as source_state

router = APIRouter()


class SourceIn(Shape):
    """An address to read, as `nextcircle sources add` takes it."""

    url: Annotated[PlainLine, Field(max_length=2_000)]
    name: Annotated[PlainLine | None, Field(max_length=200)] = None
    near: Word | None = None
    platform: Word | None = None


class PreviewIn(Shape):
    """An address to look at, and the town that it is for."""

    url: Annotated[PlainLine, Field(min_length=1, max_length=2_000)]
    near: Word | None = None


class FoundSourceOut(Shape):
    """Something that can be read again and again. `how` says what led to it, `problem` why it could not be read."""

    url: str
    platform: str
    how: str
    access: Literal["feed", "page", "forbidden"]
    robots: str
    terms: str | None
    event_count: int | None
    group_count: int | None
    events: list[dict[str, Any]] = Field(description="A few of them")
    problem: str | None
    is_source: bool = Field(description="Whether it is a source already")


class SourcePreviewOut(Shape):
    """What an address offers. `problem` says why it could not be read."""

    url: str
    problem: str | None
    items: list[FoundSourceOut]


class PauseIn(Shape):
    """Why it is not read for now."""

    reason: Annotated[PlainLine, Field(min_length=1, max_length=200)]


class ManyOut(Shape):
    """How many sources it changed."""

    changed: int


def _a_number(value: object) -> object:
    """JSON has numbers: a text or a yes is none, whatever it looks like."""
    if isinstance(value, str | bool):
        raise ValueError("must be a number")  # noqa: TRY004  what pydantic tells
    return value


class RulesIn(Shape):
    """What may be shown; what is not named stays. `republish_description`: characters, 0 = none, null = all of it."""

    attribution: Annotated[PlainText | None, Field(max_length=200)] = None
    license: Annotated[PlainText | None, Field(max_length=60)] = None
    republish_description: Annotated[int, Field(ge=0, le=100_000), BeforeValidator(_a_number)] | None = None
    republish_image: StrictBool = True


class RulesOut(Shape):
    """The rules are set; so many events and groups are shown otherwise now."""

    slug: str
    changed: int


@router.get(
    "/sources",
    operation_id="adminListSources",
    summary="Sources and their health",
    response_model=SourcesOut,
    responses=problems(),
)
def list_sources(asked: Annotated[NoParameters, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """As `/v1/sources`."""
    return private({"items": _rows(state)})


@router.post(
    "/sources",
    operation_id="addSource",
    summary="Add a source",
    status_code=201,
    response_model=SourceOut,
    responses=problems(409),
    dependencies=JSON_BODY,
)
def add_source(asked: SourceIn, actor: Actor, state: AppState, now: Now) -> Response:
    """It is read as soon as a worker can. 409 if the address is there already."""
    slug = admin.add_source(
        state.database, actor, now, asked.url, name=asked.name, near=asked.near, platform=asked.platform
    )
    row = next(each for each in _rows(state) if each["slug"] == slug)
    return private(row, 201)


@router.post(
    "/preview-source",
    operation_id="previewSource",
    summary="What an address offers, before it is added",
    response_model=SourcePreviewOut,
    responses=problems(),
    dependencies=JSON_BODY,
)
async def preview_source(asked: PreviewIn, actor: Actor, state: AppState, now: Now) -> Response:
    """Asks the site, by robots.txt and at its pace, for a minute at most; nothing is stored."""
    await asyncio.to_thread(admin.note_preview, state.database, actor, now, asked.url)
    try:
        found = await preview(state.settings, asked.url, asked.near, now)
    except TimeoutError:
        return private({"url": asked.url, "problem": "the site took too long to answer", "items": []})
    rows = await asyncio.to_thread(_rows, state)
    known = {row["url"] for row in rows}
    items = [{**each.as_dict(), "is_source": each.source.url in known} for each in found.found]
    return private({"url": found.url, "problem": found.problem, "items": items})


@router.post(
    "/pause-sources",
    operation_id="pauseAllSources",
    summary="Stop reading every source for now",
    response_model=ManyOut,
    responses=problems(),
    dependencies=JSON_BODY,
)
def pause_all_sources(asked: PauseIn, actor: Actor, state: AppState, now: Now) -> Response:
    """What they brought stays."""
    return private({"changed": admin.pause_all_sources(state.database, actor, now, asked.reason)})


@router.post(
    "/resume-sources",
    operation_id="resumeAllSources",
    summary="Read every paused source again",
    response_model=ManyOut,
    responses=problems(),
)
def resume_all_sources(actor: Actor, state: AppState, now: Now) -> Response:
    """When each is due."""
    return private({"changed": admin.resume_all_sources(state.database, actor, now)})


@router.post(
    "/sources/{slug}/pause",
    operation_id="pauseSource",
    summary="Stop reading a source for now",
    response_model=DoneOut,
    responses=problems(404, 409),
    dependencies=JSON_BODY,
)
def pause_source(slug: Slug, asked: PauseIn, actor: Actor, state: AppState, now: Now) -> Response:
    """What it brought stays."""
    admin.pause_source(state.database, actor, now, slug, asked.reason)
    return done(slug, "paused")


@router.post(
    "/sources/{slug}/resume",
    operation_id="resumeSource",
    summary="Read a paused source again",
    response_model=DoneOut,
    responses=problems(404, 409),
)
def resume_source(slug: Slug, actor: Actor, state: AppState, now: Now) -> Response:
    """When it is due."""
    admin.resume_source(state.database, actor, now, slug)
    return done(slug, "resumed")


@router.post(
    "/sources/{slug}/fetch",
    operation_id="fetchSource",
    summary="Read a source as soon as a worker can",
    status_code=202,
    response_model=DoneOut,
    responses=problems(404, 409),
)
def fetch_source(slug: Slug, actor: Actor, state: AppState, now: Now) -> Response:
    """Its host's pause is kept."""
    admin.fetch_source(state.database, actor, now, slug)
    return done(slug, "due", 202)


@router.delete(
    "/sources/{slug}",
    operation_id="removeSource",
    summary="Stop reading a source for good",
    response_model=DoneOut,
    responses=problems(404, 409),
)
def remove_source(slug: Slug, actor: Actor, state: AppState, now: Now) -> Response:
    """What it brought stays until it is over."""
    admin.remove_source(state.database, actor, now, slug)
    return done(slug, "removed")


@router.patch(
    "/sources/{slug}/rules",
    operation_id="setSourceRules",
    summary="What may be shown of a source's listings",
    response_model=RulesOut,
    responses=problems(404, 409),
    dependencies=JSON_BODY,
)
def set_source_rules(slug: Slug, asked: RulesIn, actor: Actor, state: AppState, now: Now) -> Response:
    """What is stored is brought in line at once. 409 for a source that was removed; `hide` and `remove` are for what it left."""
    row = next((each for each in _rows(state) if each["slug"] == slug), None)
    if row is not None and row["reason"] == source_state.REMOVED:
        raise ProblemError(409, f"{slug} is {row['state']}: {row['reason']}")
    rules = asked.model_dump(exclude_unset=True)
    also = recorder(actor, "source.rules", slug, now, rules)
    changed = set_rules(state.database, slug, rules, now, also) if rules else 0
    if changed is None:
        raise _unknown(slug)
    return private({"slug": slug, "changed": changed})


def _rows(state: State) -> list[dict[str, Any]]:
    pages = pages_allowed(state.settings, state.database)
    return [source_json(row) for row in stored.listing(state.database, pages=pages)]


def _unknown(slug: str) -> ProblemError:
    return ProblemError(404, f"{slug}: unknown source; /v1/admin/sources lists them")
