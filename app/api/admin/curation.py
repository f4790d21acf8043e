"""`/v1/admin/events` and `/v1/admin/groups`: what is one and what is not, what is hidden, what each is for."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from app.api.admin.deps import JSON_BODY, Actor, DoneOut, PublicId, Shape, done, private, problems
from app.http.deps import AppState, Now
from app.service.admin import curation
from app.service.admin.curation import Things

_NAMES: Final[dict[Things, str]] = {"events": "Event", "groups": "Group"}
_WITH_ARTICLE: Final[dict[Things, str]] = {"events": "an event", "groups": "a group with its events"}
_Id = Annotated[str, Field(min_length=13, max_length=13, pattern="^[0-9a-hj-km-np-tv-z]{13}$")]


class ListingOut(Shape):
    """What one source says of it."""

    id: str
    source: str
    name: str
    url: str | None
    start_date: str | None


class TopicsIn(Shape):
    """Ids by kind; a kind that is there replaces what was concluded of it, `[]` = none of it."""

    field: Annotated[list[str] | None, Field(max_length=20)] = None
    interest: Annotated[list[str] | None, Field(max_length=20)] = None
    purpose: Annotated[list[str] | None, Field(max_length=20)] = None


class ThingOut(Shape):
    """An event or group as it is stored: the listings it is made of, and what operators said of it."""

    id: str
    name: str
    removed: bool
    merged_into: str | None
    hidden: bool
    topics: dict[str, list[str]] | None
    listings: list[ListingOut]


class MergeIn(Shape):
    """Ids of the same kind that are one with this."""

    ids: Annotated[list[_Id], Field(min_length=1, max_length=20)]


class MergedOut(Shape):
    """The id that all of them lead to."""

    id: str


class PartIn(Shape):
    """The listings that are something else."""

    listings: Annotated[list[_Id], Field(min_length=1, max_length=100)]


class PartedOut(Shape):
    """What there is now; the old id first."""

    ids: list[str]


def router_of(things: Things) -> APIRouter:
    """The routes of events, or those of groups."""
    router = APIRouter(prefix=f"/{things}/{{thing_id}}")
    _add_parts(router, things)
    _add_rulings(router, things)
    return router


def _add_parts(router: APIRouter, things: Things) -> None:
    """What it is made of: to read, to make one and to part."""
    name = _NAMES[things]

    @router.get(
        "",
        operation_id=f"adminGet{name}",
        summary=f"{name} with its listings",
        response_model=ThingOut,
        responses=problems(404),
    )
    def get_thing(thing_id: PublicId, actor: Actor, state: AppState) -> Response:  # noqa: ARG001
        """Hidden, removed and merged ones too."""
        return private(curation.described(state.database, things, thing_id))

    @router.post(
        "/merge",
        operation_id=f"merge{name}s",
        summary=f"Make {things} one",
        response_model=MergedOut,
        responses=problems(404, 409),
        dependencies=JSON_BODY,
    )
    def merge(thing_id: PublicId, asked: MergeIn, actor: Actor, state: AppState, now: Now) -> Response:
        """For good: later fetches keep to it. The oldest id survives, the others answer 308."""
        merged = curation.merge(state.database, actor, now, things, thing_id, asked.ids)
        return private({"id": merged})

    @router.post(
        "/unmerge",
        operation_id=f"unmerge{name}",
        summary="Part listings from the others",
        response_model=PartedOut,
        responses=problems(404, 409),
        dependencies=JSON_BODY,
    )
    def unmerge(thing_id: PublicId, asked: PartIn, actor: Actor, state: AppState, now: Now) -> Response:
        """For good: later fetches keep to it."""
        ids = curation.unmerge(state.database, actor, now, things, thing_id, asked.listings)
        return private({"ids": ids})

    @router.post(
        "/confirm",
        operation_id=f"confirm{name}",
        summary="Say that its listings are one",
        response_model=DoneOut,
        responses=problems(404, 409),
    )
    def confirm(thing_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
        """It is not asked again on the page where merges are reviewed."""
        curation.confirm(state.database, actor, now, things, thing_id)
        return done(thing_id, "confirmed")


def _add_rulings(router: APIRouter, things: Things) -> None:
    """What is said of it whatever its sources say: hidden or not, and what it is for."""
    name = _NAMES[things]

    @router.post(
        "/hide",
        operation_id=f"hide{name}",
        summary=f"Hide {_WITH_ARTICLE[things]} until it is shown again",
        response_model=DoneOut,
        responses=problems(404),
    )
    def hide(thing_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
        """Whatever its sources say."""
        curation.hide(state.database, actor, now, things, thing_id, hidden=True)
        return done(thing_id, "hidden")

    @router.post(
        "/unhide",
        operation_id=f"unhide{name}",
        summary="Show what was hidden",
        response_model=DoneOut,
        responses=problems(404),
    )
    def unhide(thing_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
        """As its sources have it now."""
        curation.hide(state.database, actor, now, things, thing_id, hidden=False)
        return done(thing_id, "shown")

    @router.put(
        "/topics",
        operation_id=f"set{name}Topics",
        summary="Say what it is for",
        response_model=DoneOut,
        responses=problems(404),
        dependencies=JSON_BODY,
    )
    def set_topics(thing_id: PublicId, asked: TopicsIn, actor: Actor, state: AppState, now: Now) -> Response:
        """Outlives every fetch and `nextcircle reclassify`. `{}` = what we conclude ourselves."""
        topics = asked.model_dump(exclude_none=True)
        curation.set_topics(state.database, actor, now, things, thing_id, topics)
        return done(thing_id, "classified")
