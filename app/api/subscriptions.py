"""`POST /v1/subscriptions` and `GET /v1/digest/preview`: the weekly digest, without an account."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.digest.compose import Digest, for_reading
from app.digest.schemas import SubscriptionIn, SubscriptionOut, Wish, WishParameters
from app.http.deps import Now, Reading, Subscriptions, allow_write, json_only
from app.service.recommendation_schemas import RecommendationOut
from app.service.schemas import ProblemOut

router = APIRouter(tags=["digest"])
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemOut} for status in (400, 413, 415, 422, 429, 503)
}
_EXAMPLES: Any = {
    "weekly": {
        "summary": "Every Tuesday morning",
        "value": {
            "email": "ada@example.org",
            "near": "Boston, MA",
            "fields": ["software-engineering"],
            "interests": ["board-games"],
            "weekday": "tue",
            "time": "08:00",
        },
    }
}


class ChangeOut(BaseModel):
    """What became of an event that was shown before."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["cancelled", "postponed", "gone", "back", "time", "online", "place"]
    id: str
    told: dict[str, Any]
    event: dict[str, Any] | None


class PreviewOut(BaseModel):
    """A digest: its picks and how it reads. `subject` is null where there is nothing to say, and then nothing is mailed."""

    model_config = ConfigDict(extra="forbid")

    subject: str | None
    preheader: str | None = None
    step: str | None = None
    events: list[RecommendationOut] = []
    groups: list[RecommendationOut] = []
    changes: list[ChangeOut] = []
    interest: RecommendationOut | None = None
    also: list[RecommendationOut] = []
    text: str | None = None


class PreviewParameters(WishParameters):
    """A wish in an address."""

    format: Literal["json", "html", "text"] = "json"


@router.post(
    "/v1/subscriptions",
    operation_id="subscribe",
    summary="Subscribe to the digest; a mail asks for confirmation",
    status_code=202,
    dependencies=[Depends(json_only)],
    response_model=SubscriptionOut,
    responses=_PROBLEMS,
)
def subscribe(
    asked: Annotated[SubscriptionIn, Body(openapi_examples=_EXAMPLES)],
    request: Request,
    now: Now,
    desk: Subscriptions,
) -> Response:
    """Answers the same whether the address is known or not. Nothing is sent until the link in the mail was confirmed."""
    allow_write(request, "subscriptions")
    desk.subscribe(asked.email, asked.wish(), "/v1/subscriptions", now)
    document = {
        "state": "pending",
        "message": "If the address is right, an email with a link to confirm is on its way. The link works for 72 hours.",
    }
    return Response(
        orjson.dumps(document),
        status_code=202,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


@router.get(
    "/v1/digest/preview",
    operation_id="previewDigest",
    summary="The digest that a subscriber would get now",
    response_model=PreviewOut,
    responses={
        200: {"content": {"text/html": {}, "text/plain": {}}},
        422: {"model": ProblemOut},
        503: {"model": ProblemOut},
    },
)
def preview_digest(
    asked: Annotated[PreviewParameters, Query()],
    connection: Reading,
    now: Now,
    desk: Subscriptions,
) -> Response:
    """The first digest for this wish, as the mail has it (`format=html` or `text`) or as data."""
    digest = desk.preview(connection, Wish(**asked.model_dump(exclude={"format"})), now)
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    if asked.format == "json":
        document = {"subject": None} if digest is None else for_reading(digest)
        return Response(orjson.dumps(document), media_type="application/json", headers=headers)
    return _as_mail(digest, asked.format, headers)


def _as_mail(digest: Digest | None, format: str, headers: dict[str, str]) -> Response:  # noqa: A002
    if format == "text":
        text = (
            "There is nothing to say this time: no mail would be sent.\n"
            if digest is None
            else digest.mail.text
        )
        return Response(text, media_type="text/plain; charset=utf-8", headers=headers)
    html = (
        "<p>There is nothing to say this time: no mail would be sent.</p>"
        if digest is None
        else digest.mail.html
    )
    # Only what a mail holds: styles of its own, nothing from elsewhere, nothing that runs.
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    return Response(
        html, media_type="text/html; charset=utf-8", headers={**headers, "Content-Security-Policy": policy}
    )
