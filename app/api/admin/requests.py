"""`/v1/admin/suggestions` and `/v1/admin/take-downs`: what strangers ask, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from app.api.admin.deps import JSON_BODY, Actor, DoneOut, PublicId, Shape, done, private, problems
from app.http.deps import AppState, Now, PlainLine
from app.ingest.takedowns.repository import take_downs
from app.service.admin import requests
from app.sources.suggestions.repository import suggestions

router = APIRouter()


class Held(Shape):
    """Only those nobody has decided yet, or all."""

    state: Literal["held", "all"] = "held"


class HeldSuggestionOut(Shape):
    """A suggestion. `state`: held, accepted or declined."""

    id: str
    url: str
    note: str | None
    near: str | None
    state: Literal["held", "accepted", "declined"]
    created_at: str
    decided_at: str | None


class SuggestionsOut(Shape):
    """Suggestions, the oldest first."""

    items: list[HeldSuggestionOut]


class AskedTakeDownOut(Shape):
    """What an organiser asks. The contact is empty once it is dealt with."""

    id: str
    action: Literal["remove", "correct", "claim"]
    target: str
    contact: str
    note: str | None
    created_at: str
    done_at: str | None


class TakeDownsOut(Shape):
    """Requests, the oldest first."""

    items: list[AskedTakeDownOut]


class RemoveIn(Shape):
    """The address of a listing or group, or an id of ours."""

    target: Annotated[PlainLine, Field(max_length=2_000)]


class RemovalOut(Shape):
    """How much was removed now; what comes later is refused."""

    target: str
    events: int
    groups: int


@router.get(
    "/suggestions",
    operation_id="listSuggestions",
    summary="What people suggested",
    response_model=SuggestionsOut,
    responses=problems(),
)
def list_suggestions(asked: Annotated[Held, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """Nothing was fetched for them."""
    return private({"items": suggestions(state.database, held_only=asked.state == "held")})


@router.post(
    "/suggestions/{suggestion_id}/accept",
    operation_id="acceptSuggestion",
    summary="Read what was suggested",
    response_model=DoneOut,
    responses=problems(404, 409),
)
def accept_suggestion(suggestion_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
    """Its address becomes a source."""
    requests.accept_suggestion(state.database, actor, now, suggestion_id)
    return done(suggestion_id, "accepted")


@router.post(
    "/suggestions/{suggestion_id}/decline",
    operation_id="declineSuggestion",
    summary="Decline what was suggested",
    response_model=DoneOut,
    responses=problems(404, 409),
)
def decline_suggestion(suggestion_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
    """The same address is not held again."""
    requests.decline_suggestion(state.database, actor, now, suggestion_id)
    return done(suggestion_id, "declined")


@router.get(
    "/take-downs",
    operation_id="listTakeDowns",
    summary="What organisers ask about their listings",
    response_model=TakeDownsOut,
    responses=problems(),
)
def list_take_downs(asked: Annotated[Held, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """With where to answer them."""
    return private({"items": take_downs(state.database, open_only=asked.state == "held")})


@router.post(
    "/take-downs/{take_down_id}/done",
    operation_id="settleTakeDown",
    summary="Mark a take-down as dealt with",
    response_model=DoneOut,
    responses=problems(404, 409),
)
def settle_take_down(take_down_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
    """Forgets who asked."""
    requests.settle_take_down(state.database, actor, now, take_down_id)
    return done(take_down_id, "dealt with")


@router.post(
    "/remove",
    operation_id="removeListing",
    summary="Remove an event or group for good",
    response_model=RemovalOut,
    responses=problems(),
    dependencies=JSON_BODY,
)
def remove(asked: RemoveIn, actor: Actor, state: AppState, now: Now) -> Response:
    """Whatever its sources say later, it stays away. `hide` is what can be taken back."""
    removed = requests.remove_target(state.database, actor, now, asked.target)
    return private({"target": asked.target, "events": removed.events, "groups": removed.groups})
