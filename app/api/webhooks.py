"""`/v1/webhooks`: have digests, or what changes among the answers to a filter, posted to a program. No account: a token proves who asks."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

import orjson
from fastapi import APIRouter, Body, Depends, Header, Path, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from app.core.errors import ProblemError
from app.digest.resolution import resolve_wish
from app.http.auth import Caller
from app.http.deps import Now, PlainLine, Subscriptions, Webhooks, allow_write, json_only
from app.http.here import is_from_here
from app.http.rate_limit import RateLimiter
from app.service.parameters import EventFilter, GroupFilter
from app.service.schemas import ProblemOut
from app.webhooks.filters import SENSITIVE
from app.webhooks.management import Made, endpoint_json
from app.webhooks.receivers import is_on_loopback
from app.webhooks.signatures import network_hash

router = APIRouter(tags=["webhooks"])
_PRIVATE: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
# A host that nobody asked to be posted to is bothered by so few challenges only.
_CHALLENGES_OF_A_HOST: Final = 10
_EXAMPLES: Any = {
    "filter": {
        "summary": "Python meetups near Boston",
        "value": {
            "url": "https://example.org/hook",
            "events": {"near": ["Boston, MA"], "field": ["software-engineering"]},
        },
    }
}
Token = Annotated[
    PlainLine, Header(alias="Webhook-Token", max_length=100, description="`token` of the answer that made the webhook")
]  # fmt: skip
OptionalToken = Annotated[
    PlainLine | None,
    Header(alias="Webhook-Token", max_length=100, description="To have several webhooks under one token"),
]
Identity = Annotated[str, Path(max_length=40, description="The id of a webhook")]


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemOut} for status in statuses}


class WebhookIn(BaseModel):
    """Where to post, and what: exactly one of `events`, `groups` and `subscription`."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[PlainLine, Field(min_length=1, max_length=2_083)] = Field(
        description="By https, at a public address; it must answer the challenge", examples=["https://example.org/hook"]
    )  # fmt: skip
    events: EventFilter | None = Field(
        default=None, description="What is new, changed or cancelled among the events that this finds"
    )
    groups: GroupFilter | None = Field(default=None, description="The same for groups")
    subscription: PlainLine | None = Field(
        default=None,
        max_length=2_083,
        description="The link to manage a digest, or the token at its end: its digests",
    )

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if sum(each is not None for each in (self.events, self.groups, self.subscription)) != 1:
            raise ValueError("give exactly one of events, groups and subscription")
        return self


class ReplayIn(BaseModel):
    """What to post again."""

    model_config = ConfigDict(extra="forbid")

    delivery: PlainLine | None = Field(
        default=None, max_length=120, description="The id of a delivery; everything that failed without one"
    )


class WebhookDeliveryOut(BaseModel):
    """One thing that was posted or waits; `id` is its `webhook-id`."""

    model_config = ConfigDict(extra="forbid")

    id: str
    state: Literal["waiting", "sent", "failed"]
    created_at: str
    attempts: int
    next_at: str | None
    ended_at: str | None
    status: int | None
    detail: str | None


class WebhookOut(BaseModel):
    """A webhook and what was posted to it lately, the newest first."""

    model_config = ConfigDict(extra="forbid")

    id: str
    url: str
    kind: Literal["digest", "events", "groups"]
    filter: dict[str, Any] | None
    state: Literal["pending", "live", "disabled"] = Field(
        description="`pending` until the challenge is answered"
    )
    detail: str | None = Field(description="What went wrong last")
    created_at: str
    deliveries: list[WebhookDeliveryOut]


class NewWebhookOut(WebhookOut):
    """A webhook with its two secrets, which are shown this once."""

    secret: str = Field(description="What is posted is signed with it")
    token: str = Field(description="Shows and deletes the webhook: keep it")


class WebhooksOut(BaseModel):
    """Everything that was made with one token."""

    model_config = ConfigDict(extra="forbid")

    items: list[WebhookOut]


class ReplayOut(BaseModel):
    """How many deliveries are posted again, and the state of the webhook: a disabled one is challenged first."""

    model_config = ConfigDict(extra="forbid")

    count: int
    state: Literal["pending", "live", "disabled"]


@router.post(
    "/v1/webhooks",
    operation_id="createWebhook",
    summary="Have news posted to a program",
    status_code=202,
    dependencies=[Depends(json_only)],
    response_model=NewWebhookOut,
    responses=_problems(400, 404, 409, 413, 415, 422, 429, 503),
)
def create_webhook(
    asked: Annotated[WebhookIn, Body(openapi_examples=_EXAMPLES)],
    request: Request,
    now: Now,
    desk: Subscriptions,
    webhooks: Webhooks,
    token: OptionalToken = None,
) -> Response:
    """The webhook waits until its receiver has echoed a challenge, which is posted within seconds."""
    allow_write(request, "webhooks")
    is_local = is_on_loopback(desk.settings) and is_from_here(request)
    host = webhooks.host_of(asked.url, is_local=is_local)
    if not is_local:
        _allow_challenge(request, host)
    if asked.subscription is not None:
        identity = _subscription(desk, asked.subscription, now)
        made = webhooks.of_subscription(asked.url, identity, token, now, is_local=is_local)
    else:
        caller: Caller = request.state.caller
        network = network_hash(desk.composer.keys.secret, caller.rate_limit_key)
        kind: Literal["events", "groups"] = "events" if asked.events is not None else "groups"
        filters = asked.events or asked.groups
        assert filters is not None
        made = webhooks.of_filter(asked.url, kind, filters, network, token, now, is_local=is_local)
    return _answer(_new(made), 202)


@router.get(
    "/v1/webhooks",
    operation_id="listWebhooks",
    summary="Your webhooks and what was posted to them",
    response_model=WebhooksOut,
    responses=_problems(422, 503),
)
def list_webhooks(token: Token, webhooks: Webhooks) -> Response:
    """Everything that was made with the token; nothing for one that is not known."""
    return _answer({"items": [endpoint_json(*each) for each in webhooks.listing(token)]})


@router.delete(
    "/v1/webhooks/{webhook_id}",
    operation_id="deleteWebhook",
    summary="Delete a webhook",
    status_code=204,
    response_class=Response,
    responses=_problems(404, 422, 503),
)
def delete_webhook(webhook_id: Identity, token: Token, webhooks: Webhooks) -> Response:
    """At once, with everything that waits."""
    webhooks.remove(token, webhook_id)
    return Response(status_code=204, headers=_PRIVATE)


@router.post(
    "/v1/webhooks/{webhook_id}/replay",
    operation_id="replayWebhook",
    summary="Post again what failed, or one delivery",
    status_code=202,
    dependencies=[Depends(json_only)],
    response_model=ReplayOut,
    responses=_problems(400, 404, 413, 415, 422, 429, 503),
)
def replay_webhook(
    webhook_id: Identity,
    asked: ReplayIn,
    request: Request,
    token: Token,
    now: Now,
    webhooks: Webhooks,
) -> Response:
    """A delivery keeps its `webhook-id`. A webhook that was disabled is challenged again."""
    allow_write(request, "replays of webhooks")
    endpoint, count = webhooks.replay(token, webhook_id, asked.delivery, now)
    return _answer({"count": count, "state": endpoint.state}, 202)


def _subscription(desk: Subscriptions, link: str, now: Now) -> int:
    """The subscription that a link to manage it belongs to. Raises 404, and 422 for a sensitive interest."""
    token = link.partition("?")[0].rpartition("/")[2]
    with desk.database.read() as connection:
        subscriber = desk.subscriber(connection, "manage", token)
    if resolve_wish(subscriber.wish, now).is_private:
        raise ProblemError(422, SENSITIVE)
    return subscriber.id


def _allow_challenge(request: Request, host: str) -> None:
    limiter: RateLimiter = request.app.state.write_limiter
    status = limiter.count("challenges", f"challenges of {host}", _CHALLENGES_OF_A_HOST)
    if status.refused:
        detail = f"too many new webhooks at {host}; try again in {status.seconds} seconds"
        raise ProblemError(429, detail, headers={"Retry-After": str(status.seconds)})


def _new(made: Made) -> dict[str, Any]:
    return endpoint_json(made.endpoint, []) | {"secret": made.endpoint.secret, "token": made.token}


def _answer(document: dict[str, Any], status: int = 200) -> Response:
    return Response(
        orjson.dumps(document), status_code=status, media_type="application/json", headers=_PRIVATE
    )
