"""`/v1/admin/digest`: how the mails are doing, and what a mail provider reports."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from app.api.admin.deps import JSON_BODY, Actor, Shape, private, problems
from app.digest import operate
from app.digest.configuration import mail_state
from app.digest.repository import deliveries, subscriptions, votes
from app.digest.repository.secrets import is_home
from app.http.deps import AppState, Now

router = APIRouter()


class UsefulOut(Shape):
    """How many digests their readers found useful, and how many not."""

    yes: int
    no: int


class DigestStateOut(Shape):
    """Where mails go, subscriptions by state, digests by how they ended and whether they were useful.

    `is_home` is false for a restored or copied database.
    """

    mail: Literal["server", "outbox", "nowhere"]
    missing: list[str]
    is_home: bool
    subscriptions: dict[str, int]
    digests: dict[str, int]
    useful: UsefulOut


class BounceIn(Shape):
    """What a provider says of one mail (by its Message-ID) or of an address."""

    kind: Literal["hard", "soft", "complaint"]
    message_id: str | None = Field(default=None, max_length=500)
    email: str | None = Field(default=None, max_length=254)


class BounceOut(Shape):
    """How many subscriptions it was about, and how many of them have ended."""

    found: int
    ended: int


@router.get(
    "/digest",
    operation_id="getDigestState",
    summary="How the digest is doing",
    response_model=DigestStateOut,
    responses=problems(),
)
def get_digest_state(actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """Counts alone: no address, no wish."""
    mail = mail_state(state.settings)
    with state.database.read() as connection:
        document = {
            "mail": mail.to,
            "missing": list(mail.missing),
            "subscriptions": subscriptions.counts(connection),
            "digests": deliveries.totals(connection),
            "useful": votes.votes(connection),
        }
    return private({**document, "is_home": is_home(state.database)})


@router.post(
    "/digest/bounces",
    operation_id="reportBounce",
    summary="Report a mail that was not delivered, or a complaint",
    response_model=BounceOut,
    responses=problems(),
    dependencies=JSON_BODY,
)
def report_bounce(asked: BounceIn, actor: Actor, state: AppState, now: Now) -> Response:
    """A hard bounce or a complaint ends the subscription at once, the third soft one within 30 days as well."""
    found, ended = operate.report_bounce(
        state.database, actor, now, asked.kind, asked.message_id, asked.email
    )
    return private({"found": found, "ended": ended})
