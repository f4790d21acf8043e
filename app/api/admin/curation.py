"""`/v1/admin/events` and `/v1/admin/groups`: what is one and what is not, what is hidden, what each is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from app.api.admin.deps import JSON_BODY, Actor, DoneOut, PublicId, Shape, done, private, problems
from app.auth.repository.audit import recorder
from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.core.ids import internal, public
from app.http.deps import AppState, Now, State
from app.ingest.store import moderation, touch
from app.ingest.store.corrections import NONE, corrections_of
from app.search.related import one
from app.taxonomy.taxonomy import load
from scrapers.records import ScrapedEvent

_TABLES: dict[str, Literal["event", "meetup_group"]] = {"events": "event", "groups": "meetup_group"}
_KINDS: dict[str, moderation.Kind] = {"events": "event", "groups": "group"}
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


def router_of(things: Literal["events", "groups"]) -> APIRouter:
    """The routes of events, or those of groups."""
    name = "Event" if things == "events" else "Group"
    a_thing = "an event" if things == "events" else "a group with its events"
    router = APIRouter(prefix=f"/{things}/{{thing_id}}")

    @router.get(
        "",
        operation_id=f"adminGet{name}",
        summary=f"{name} with its listings",
        response_model=ThingOut,
        responses=problems(404),
    )
    def get_thing(thing_id: PublicId, actor: Actor, state: AppState) -> Response:  # noqa: ARG001
        """Hidden, removed and merged ones too."""
        with state.database.read() as connection:
            return private(_described(connection, things, thing_id))

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
        ids = [thing_id, *asked.ids]

        def work(connection: Connection) -> Response:
            numbers = [_living(connection, things, each) for each in ids]
            return private({"id": public(moderation.merge(connection, _KINDS[things], numbers, now))})

        return _audited_write(state, actor, f"{things}.merge", thing_id, now, {"ids": ids}, work)

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

        def work(connection: Connection) -> Response:
            number = _living(connection, things, thing_id)
            listings = [each for text in asked.listings if (each := internal(text)) is not None]
            ids = moderation.part(connection, _KINDS[things], number, listings, now)
            return private({"ids": [public(each) for each in ids]})

        return _audited_write(
            state, actor, f"{things}.unmerge", thing_id, now, {"listings": asked.listings}, work
        )

    @router.post(
        "/hide",
        operation_id=f"hide{name}",
        summary=f"Hide {a_thing} until it is shown again",
        response_model=DoneOut,
        responses=problems(404),
    )
    def hide(thing_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
        """Whatever its sources say."""
        return _hide(state, actor, things, thing_id, now, hidden=True)

    @router.post(
        "/unhide",
        operation_id=f"unhide{name}",
        summary="Show what was hidden",
        response_model=DoneOut,
        responses=problems(404),
    )
    def unhide(thing_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
        """As its sources have it now."""
        return _hide(state, actor, things, thing_id, now, hidden=False)

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
        _check(topics)

        def work(connection: Connection) -> Response:
            number = _known(connection, things, thing_id)
            moderation.reclassify(connection, _KINDS[things], number, topics, now)
            return done(thing_id, "classified")

        return _audited_write(state, actor, f"{things}.topics", thing_id, now, topics, work)

    return router


def _described(connection: Connection, things: str, thing_id: str) -> dict[str, Any]:
    """A `ThingOut`."""
    number = _known(connection, things, thing_id)
    row = one(connection, _TABLES[things], number)
    assert row is not None
    said = corrections_of(connection, [number]).get(number, NONE)
    return {
        "id": thing_id,
        "name": row.name,
        "removed": row.removed_at is not None,
        "merged_into": None if row.merged_into is None else public(row.merged_into),
        "hidden": said.hidden,
        "topics": said.topics,
        "listings": [
            _listing(each) for each in moderation.moderated_listings(connection, _KINDS[things], number)
        ],
    }


def _hide(state: State, actor: str, things: str, thing_id: str, now: datetime, *, hidden: bool) -> Response:
    name = "hide" if hidden else "unhide"

    def work(connection: Connection) -> Response:
        number = _known(connection, things, thing_id)
        moderation.hide(connection, _KINDS[things], number, now, hidden=hidden)
        return done(thing_id, "hidden" if hidden else "shown")

    return _audited_write(state, actor, f"{things}.{name}", thing_id, now, {}, work)


def _audited_write(
    state: State,
    actor: str,
    action: str,
    target: str,
    now: datetime,
    detail: dict[str, Any],
    work: Callable[[Connection], Response],
) -> Response:
    """Do it and write it down, both or neither."""
    with state.database.write() as connection:
        state.database.lock_store(connection)
        try:
            response = work(connection)
        except moderation.CuratingError as error:
            raise ProblemError(409, str(error)) from None
        recorder(actor, action, target, now, detail)(connection)
        touch(connection)
        return response


def _known(connection: Connection, things: str, thing_id: str) -> int:
    number = internal(thing_id)
    if number is None or one(connection, _TABLES[things], number) is None:
        raise ProblemError(
            404, f"{thing_id} is not the id of {'an event' if things == 'events' else 'a group'}"
        )
    return number


def _living(connection: Connection, things: str, thing_id: str) -> int:
    number = _known(connection, things, thing_id)
    row = one(connection, _TABLES[things], number)
    assert row is not None
    if row.removed_at is not None or row.merged_into is not None:
        raise ProblemError(409, f"{thing_id} is removed or merged already")
    return number


def _listing(each: Any) -> dict[str, Any]:
    record = each.record
    start = record.start_date.isoformat() if isinstance(record, ScrapedEvent) and record.start_date else None
    return {
        "id": public(each.listing_id),
        "source": each.source.name,
        "name": record.name,
        "url": record.url,
        "start_date": start,
    }


def _check(topics: dict[str, list[str]]) -> None:
    words = load()
    known: dict[str, Mapping[str, object]] = {
        "field": words.fields,
        "interest": words.interests,
        "purpose": words.purposes,
    }
    wrong = [
        ParameterError(kind, each, f"is no {kind}; /v1/{kind}s lists them")
        for kind, ids in topics.items()
        for each in ids
        if each not in known[kind]
    ]
    if wrong:
        raise wrong_parameters(wrong)
