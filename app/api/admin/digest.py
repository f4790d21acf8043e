"""`/v1/admin/digest`: how the mails are doing, what is due, sent and failed, previews, sending again, bounces, moving subscriptions."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from app.api.admin.deps import JSON_BODY, Actor, DoneOut, PublicId, Shape, done, private, problems
from app.core.errors import ParameterError, wrong_parameters
from app.core.ids import internal
from app.digest import operate
from app.digest.configuration import mail_state
from app.digest.mailboxes import masked
from app.digest.repository import deliveries, subscriptions, votes
from app.digest.repository.follow_up import Show
from app.digest.repository.secrets import is_home
from app.http.deps import AppState, Now
from app.service.parameters import Whole

router = APIRouter()
# Generators of clients know no media type of JSON Lines, which none is registered for.
_JSON_LINES: Final = "text/plain"


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


class MailsQuestion(Shape):
    """Which mails. `troubled`: failed, of unknown outcome, or tried more than once."""

    show: Show = "troubled"
    limit: Whole = Field(default=50, ge=1, le=200)


class MailOut(Shape):
    """A mail. `subscription` is an id, `period_at` when it was or is due; both and `kind` name it for `resend`."""

    subscription: str
    email: str = Field(description="Masked: `a…@example.org`")
    kind: str
    state: str
    period_at: str
    ended_at: str | None
    attempts: int
    detail: str | None = Field(description="What the server or the worker said last")
    can_be_resent: bool


class MailsOut(Shape):
    """Mails, the latest first; of those that are due, the soonest."""

    items: list[MailOut]


class SubscribersQuestion(Shape):
    """Which subscriptions."""

    limit: Whole = Field(default=50, ge=1, le=200)
    after: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="`next` of the answer before"
    )


class SubscriberOut(Shape):
    """A subscription that runs or waits for its confirmation, which has no preview yet."""

    id: str
    email: str = Field(description="Masked: `a…@example.org`")
    place: str
    state: str
    next_at: str | None
    has_preview: bool


class SubscribersOut(Shape):
    """Subscriptions, the oldest first; `next` goes on after them, null at the end."""

    items: list[SubscriberOut]
    next: str | None


class SubscriberMailOut(Shape):
    """A mail in both forms."""

    subject: str
    text: str
    html: str


class SubscriberPreviewOut(Shape):
    """What a subscriber would be mailed now; `mail` is null where there is nothing to say."""

    id: str
    email: str
    place: str
    mail: SubscriberMailOut | None


class ResendIn(Shape):
    """A mail that failed or is uncertain, as it is listed."""

    subscription: Annotated[str, Field(max_length=40)]
    kind: Literal["digest", "reminder"]
    period_at: AwareDatetime


class ImportIn(Shape):
    """Subscriptions as `export` writes them: the members of `POST /v1/subscriptions`, and `consent`."""

    subscriptions: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=500)]


class RefusedOut(Shape):
    """A subscription that was not taken; `number` counts from 1."""

    number: int
    reason: str


class ImportOut(Shape):
    """How many were added, and why others were not."""

    added: int
    refused: list[RefusedOut]


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


@router.get(
    "/digest/mails",
    operation_id="listDigestMails",
    summary="Mails that are due, sent, failed or uncertain",
    response_model=MailsOut,
    responses=problems(),
)
def list_mails(
    asked: Annotated[MailsQuestion, Query()],
    actor: Actor,  # noqa: ARG001
    state: AppState,
    now: Now,
) -> Response:
    """Mailboxes are masked. `due`: within a day."""
    found = operate.mails(state.database, asked.show, now, asked.limit)
    return private({"items": [asdict(each) for each in found]})


@router.get(
    "/digest/subscribers",
    operation_id="listSubscribers",
    summary="Subscriptions to the digest",
    response_model=SubscribersOut,
    responses=problems(),
)
def list_subscribers(
    asked: Annotated[SubscribersQuestion, Query()],
    actor: Actor,  # noqa: ARG001
    state: AppState,
) -> Response:
    """Mailboxes are masked."""
    if asked.after is not None and internal(asked.after) is None:
        raise wrong_parameters([ParameterError("after", asked.after, "is not the `next` of an answer")])
    found, following = operate.subscribers(state.database, asked.limit, asked.after)
    return private({"items": [asdict(each) for each in found], "next": following})


@router.post(
    "/digest/subscribers/{subscription_id}/preview",
    operation_id="previewDigestOfSubscriber",
    summary="What a subscriber would be mailed now",
    response_model=SubscriberPreviewOut,
    responses=problems(404),
)
def preview(subscription_id: PublicId, actor: Actor, state: AppState, now: Now) -> Response:
    """Its links open nothing. It is logged, since it shows what somebody asked for."""
    subscriber, found = operate.preview_of(state.database, state.settings, actor, now, subscription_id)
    mail = None
    if found is not None:
        mail = {"subject": found.mail.subject, "text": found.mail.text, "html": found.mail.html}
    place = subscriber.wish.near or f"{subscriber.wish.lat}, {subscriber.wish.lon}"
    document = {"id": subscription_id, "email": masked(subscriber.email), "place": place, "mail": mail}
    return private(document)


@router.post(
    "/digest/resend",
    operation_id="resendMail",
    summary="Send a mail again that failed or is uncertain",
    status_code=202,
    response_model=DoneOut,
    responses=problems(409),
    dependencies=JSON_BODY,
)
def resend(asked: ResendIn, actor: Actor, state: AppState, now: Now) -> Response:
    """It is made again from what is on then, and sent as soon as a worker can."""
    operate.resend(state.database, actor, now, asked.subscription, asked.kind, asked.period_at)
    return done(asked.subscription, "due", 202)


@router.post(
    "/digest/import",
    operation_id="importSubscriptions",
    summary="Take over subscriptions that were confirmed elsewhere",
    response_model=ImportOut,
    responses=problems(),
    dependencies=JSON_BODY,
)
def import_subscriptions(asked: ImportIn, actor: Actor, state: AppState, now: Now) -> Response:
    """Each says when and how its owner agreed: `{"consent": {"at": "2026-03-01", "wording": "..."}}`."""
    content = "\n".join(json.dumps(each) for each in asked.subscriptions).encode()
    imported = operate.import_subscriptions(state.database, actor, now, content)
    refused = [{"number": number, "reason": why} for number, why in imported.refused]
    return private({"added": imported.added, "refused": refused})


@router.post(
    "/digest/export",
    operation_id="exportSubscriptions",
    summary="Every running subscription as a line of JSON",
    response_class=Response,
    responses={
        **problems(),
        200: {
            "description": "Lines that `import` and `nextcircle digest import` take",
            "content": {_JSON_LINES: {"schema": {"type": "string"}}},
        },
    },
)
def export_subscriptions(actor: Actor, state: AppState, now: Now) -> Response:
    """It holds addresses, so it is logged."""
    lines = operate.export_subscriptions(state.database, actor, now)
    headers = {"Cache-Control": "private, no-store"}
    return Response(b"".join(lines), media_type=_JSON_LINES, headers=headers)


@router.post(
    "/digest/adopt",
    operation_id="adoptDigest",
    summary="Let a database mail that was restored or copied",
    response_model=DoneOut,
    responses=problems(),
)
def adopt(actor: Actor, state: AppState, now: Now) -> Response:
    """Stop the installation that it comes from first: both would mail."""
    operate.adopt(state.database, actor, now)
    return done("digest", "adopted")
