"""The pages of the digest: subscribe, confirm, change, leave; a calendar and feeds of what was shown. Links prove who asks; there are no cookies.

Opening a link changes nothing, as programs that scan mails open every one. Only a button does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from app.core.errors import ProblemError
from app.digest.desk import PAUSES, Desk
from app.digest.feeds import form_of, write_feed
from app.digest.letter import schedule_words
from app.digest.render import place_words
from app.digest.repository import subscriptions, votes
from app.digest.repository.subscriptions import Subscriber
from app.digest.resolution import ResolvedWish, resolve_wish
from app.digest.schemas import SubscriptionIn, Wish
from app.digest.tokens import Purpose, Vote
from app.http.deps import Now, Subscriptions, allow_write
from app.outputs.feeds import FEEDS, Feed
from app.search.query import WEEKDAYS
from app.translations.catalogue import LANGUAGE_NAMES, LANGUAGES, Language
from app.translations.translator import Translator, translator
from app.web.forms import Form, is_of_a_program, language_of, shown_at
from app.web.question import RADII
from app.web.responses import PageRoute, page
from app.web.sharing import ABOUT, Sharing, share_page

router = APIRouter(include_in_schema=False, route_class=PageRoute)

# A link is the key to what it shows: it is told to nobody and kept by no cache.
_PRIVATE: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@router.get("/subscribe")
def ask(request: Request, now: Now, desk: Subscriptions) -> Response:
    """The form."""
    asked = {name: value for name, value in request.query_params.items() if name in _FIELDS}
    language = language_of(request)
    title = translator(language).gettext("Weekly digest")
    share = share_page(desk.settings.base_url, "/subscribe", title, ABOUT)
    return _form_page(request, desk, language, asked, now, share=share)


@router.post("/subscribe")
def subscribe(request: Request, form: Form, now: Now, desk: Subscriptions) -> Response:
    """Take a wish down, or say what is wrong with it."""
    language = language_of(request, form.get("language"))
    if is_of_a_program(form, now):
        # Whoever made this up learns nothing from the answer.
        return _told(request, language, "sent")
    try:
        asked = SubscriptionIn(email=form.get("email", ""), **_wish_of(form))
        allow_write(request, "subscriptions")
        desk.subscribe(asked.email, asked.wish(), "/subscribe", now)
    except (ValidationError, ProblemError) as error:
        if isinstance(error, ProblemError) and error.status != 422:
            raise
        return _form_page(request, desk, language, form, now, error)
    return _told(request, language, "sent")


@router.get("/s/confirm/{token}")
def look(request: Request, token: str, now: Now, desk: Subscriptions) -> Response:
    """What a link would begin, with a button."""
    subscriber = desk.pending(token, now)
    asked = resolve_wish(subscriber.wish, now)
    values = {
        "ask": "confirm",
        "place": place_words(asked),
        "schedule": schedule_words(asked.wish, asked.say),
    }
    return _page(request, "ask.html", values, asked.say)


@router.post("/s/confirm/{token}")
def confirm(request: Request, token: str, now: Now, desk: Subscriptions) -> Response:
    """Begin it."""
    subscriber = desk.confirm(token, now)
    asked = resolve_wish(subscriber.wish, now)
    manage = desk.composer.links(subscriber).manage
    return _told(
        request, asked.say.language, "confirmed", say=asked.say, manage=manage, first=_next(subscriber, asked)
    )


@router.get("/s/unsubscribe/{token}")
def before_leaving(request: Request, token: str, desk: Subscriptions) -> Response:
    """A button, whether the subscription still runs or not."""
    return _page(request, "ask.html", {"ask": "unsubscribe"}, _say_of(desk, "unsubscribe", token, request))


@router.post("/s/unsubscribe/{token}")
def unsubscribe(request: Request, token: str, desk: Subscriptions) -> Response:
    """End it at once (RFC 8058); the same answer to every token, so that nobody learns which are real."""
    say = _say_of(desk, "unsubscribe", token, request)
    desk.unsubscribe(token)
    return _told(request, say.language, "unsubscribed", say=say)


@router.get("/s/useful/{token}/{answer}")
def before_voting(request: Request, token: str, answer: str, desk: Subscriptions) -> Response:
    """Whether a digest was useful, with a button for each answer; the one that the link is for comes first."""
    values = {"ask": "useful", "useful": _is_useful(answer), "token": token}
    with desk.database.read() as connection:
        vote = desk.asked_about(connection, token)
        say = _say_to(connection, vote, request)
    return _page(request, "ask.html", values, say)


@router.post("/s/useful/{token}/{answer}")
def vote(request: Request, token: str, answer: str, desk: Subscriptions) -> Response:
    """Keep the answer; the last one counts."""
    useful = _is_useful(answer)
    desk.vote(token, useful=useful)
    with desk.database.read() as connection:
        say = _say_to(connection, desk.asked_about(connection, token), request)
    return _told(request, say.language, "useful", say=say, useful=useful, token=token)


@router.get("/s/link")
def lost_link(request: Request) -> Response:
    """Where to have a new link mailed."""
    return _page(request, "lost_link.html", {}, translator(language_of(request)))


@router.post("/s/link")
def mail_link(request: Request, form: Form, now: Now, desk: Subscriptions) -> Response:
    """Mail it once the answer is out, if the address has a subscription: neither the answer nor how long it takes says so."""
    allow_write(request, "links")
    desk.check_mail()
    answer = _told(request, language_of(request), "link")
    answer.background = BackgroundTask(desk.mail_new_links, form.get("email", "")[:254], now)
    return answer


@router.get("/s/manage/{token}")
def manage(request: Request, token: str, now: Now, desk: Subscriptions) -> Response:
    """Everything about one subscription."""
    return _manage_page(request, token, now, desk)


@router.post("/s/manage/{token}")
def change(request: Request, token: str, form: Form, now: Now, desk: Subscriptions) -> Response:
    """What one of its buttons says."""
    with desk.database.read() as connection:
        subscriber = desk.subscriber(connection, "manage", token)
    do = form.get("do", "")
    if do == "change":
        try:
            desk.change(subscriber, _changed(subscriber.wish, form), now)
        except (ValidationError, ProblemError) as error:
            return _manage_page(request, token, now, desk, form, error)
    elif do == "pause" and form.get("weeks") in {str(weeks) for weeks in PAUSES}:
        desk.pause(subscriber, int(form["weeks"]), now)
    elif do == "resume":
        desk.resume(subscriber, now)
    elif do in {"never", "snooze"}:
        desk.hide(subscriber, form.get("item", ""), now, for_good=do == "never")
    elif do == "show":
        desk.show_again(subscriber)
    elif do == "delete":
        say = _say(subscriber, now)
        desk.delete(subscriber)
        return _told(request, say.language, "deleted", say=say)
    else:
        raise ProblemError(422, "nothing is done by this button")
    return RedirectResponse(f"/s/manage/{token}?done=saved", status_code=303, headers=_PRIVATE)


@router.get("/s/manage/{token}/export")
def export(token: str, desk: Subscriptions) -> Response:
    """Everything that is stored about a subscription, as JSON."""
    with desk.database.read() as connection:
        subscriber = desk.subscriber(connection, "manage", token)
    body = orjson.dumps(desk.export(subscriber), option=orjson.OPT_INDENT_2)
    headers = {**_PRIVATE, "Content-Disposition": 'attachment; filename="nextcircle-digest.json"'}
    return Response(body, media_type="application/json", headers=headers)


@router.get("/s/calendar/{token}.ics")
def calendar_feed(token: str, now: Now, desk: Subscriptions) -> Response:
    """The events that were in this subscriber's digests, as they stand now."""
    return _feed(token, now, desk, FEEDS["ics"])


@router.get("/s/feed/{token}.{ending}")
def feed(token: str, ending: str, now: Now, desk: Subscriptions) -> Response:
    """The same for feed readers, with the groups."""
    return _feed(token, now, desk, form_of(ending))


def _feed(token: str, now: datetime, desk: Desk, form: Feed) -> Response:
    with desk.database.read() as connection:
        subscriber = desk.subscriber(connection, "feed", token)
        body = write_feed(connection, subscriber, now, desk.settings.base_url, token, form)
    return Response(body, media_type=form.media_type, headers=_PRIVATE)


# --- forms ---------------------------------------------------------------------------------------------

_FIELDS: Final = (
    "email", "near", "radius_km", "fields", "interests", "weekday", "time", "every", "language", "units", "remind",
)  # fmt: skip


def _wish_of(form: dict[str, str]) -> dict[str, Any]:
    """The fields of a form as a wish has them; what is empty is left out."""
    given: dict[str, Any] = {
        name: form[name]
        for name in ("near", "radius_km", "weekday", "time", "every", "language", "units")
        if form.get(name)
    }
    for name in ("fields", "interests"):
        given[name] = [part.strip() for part in form.get(name, "").split(",") if part.strip()]
    given["remind"] = form.get("remind") == "on"
    return given


def _changed(wish: Wish, form: dict[str, str]) -> Wish:
    """A wish as the form says it; what the form does not ask for stays. Another place has its own zone."""
    given = _wish_of(form)
    kept = wish.model_dump()
    if given.get("near") != wish.near:
        kept |= {"timezone": None, "lat": None, "lon": None}
    return Wish(**{**kept, **given})


def _values_of(wish: Wish) -> dict[str, str]:
    return {
        "near": wish.near or "",
        "radius_km": f"{wish.radius_km:g}",
        "fields": ", ".join(wish.fields),
        "interests": ", ".join(wish.interests),
        "weekday": wish.weekday,
        "time": wish.time,
        "every": wish.every,
        "language": wish.language,
        "units": wish.units or "",
        "remind": "on" if wish.remind else "",
    }


def _troubles(error: ValidationError | ProblemError | None) -> list[dict[str, Any]]:
    """What is wrong with a form, each with words that would be right."""
    if error is None:
        return []
    if isinstance(error, ProblemError):
        return [
            {"name": each.parameter, "detail": each.detail, "suggestions": each.suggestions}
            for each in error.errors
        ] or [{"name": "", "detail": error.detail, "suggestions": ()}]
    return [
        {
            "name": str(each["loc"][0]) if each["loc"] else "near",
            "detail": str(each["msg"]).removeprefix("Value error, "),
            "suggestions": (),
        }
        for each in error.errors()
    ]


def _form_page(
    request: Request,
    desk: Desk,
    language: Language,
    asked: dict[str, str],
    now: datetime,
    error: ValidationError | ProblemError | None = None,
    share: Sharing | None = None,
) -> Response:
    say = translator(language)
    values = {
        **_choices(say),
        "asked": {**dict.fromkeys(_FIELDS, ""), "language": language, **asked},
        "troubles": _troubles(error),
        "shown": shown_at(now),
        "mail_is_off": desk.mail.to == "nowhere",
        "share": share,
    }
    return _page(request, "subscribe.html", values, say, 422 if error else 200)


def _manage_page(
    request: Request,
    token: str,
    now: datetime,
    desk: Desk,
    form: dict[str, str] | None = None,
    error: ValidationError | ProblemError | None = None,
) -> Response:
    with desk.database.read() as connection:
        subscriber = desk.subscriber(connection, "manage", token)
        digests = votes.digests_of(connection, subscriber.id)
    asked = resolve_wish(subscriber.wish, now)
    last = next((each for each in digests if each["state"] == "sent"), None)
    hide = request.query_params.get("hide", "")
    values = {
        **_choices(asked.say),
        "asked": {**dict.fromkeys(_FIELDS, ""), **(form or _values_of(subscriber.wish))},
        "troubles": _troubles(error),
        "token": token,
        "email": subscriber.email,
        "place": place_words(asked),
        "schedule": schedule_words(asked.wish, asked.say),
        "next": _next(subscriber, asked),
        "paused": subscriber.state == "paused",
        "pauses": PAUSES,
        "hide": hide if hide.isalnum() and len(hide) < 20 else "",
        "hidden_count": len(subscriber.excluded) + len(subscriber.snoozed),
        "feeds": desk.composer.feeds(subscriber),
        "last": None if last is None else _last(subscriber, last, desk, asked),
        "done": request.query_params.get("done") == "saved",
    }
    return _page(request, "manage.html", values, asked.say, 422 if error else 200)


def _last(subscriber: Subscriber, digest: dict[str, Any], desk: Desk, asked: ResolvedWish) -> dict[str, Any]:
    """The last digest: its day, whether it was useful, where to say so."""
    day = digest["period_at"].astimezone(ZoneInfo(subscriber.zone)).date()
    yes, no = desk.composer.vote_links(subscriber.id, digest["period_at"])
    return {"day": asked.say.day_of_year(day), "useful": digest["useful"], "yes": yes, "no": no}


def _choices(say: Translator) -> dict[str, Any]:
    days = [(day, say.weekday(datetime(2024, 1, 1 + number))) for number, day in enumerate(WEEKDAYS)]  # noqa: DTZ001  a Monday
    return {
        "radii": RADII,
        "weekdays": days,
        "languages": [(each, LANGUAGE_NAMES[each]) for each in LANGUAGES],
    }


# --- answers -------------------------------------------------------------------------------------------


def _told(
    request: Request, language: Language, what: str, *, say: Translator | None = None, **values: Any
) -> Response:
    """A page that says what happened."""
    return _page(request, "told.html", {"told": what, **values}, say or translator(language))


def _page(
    request: Request, template: str, values: dict[str, Any], say: Translator, status: int = 200
) -> Response:
    response = page(request, template, {"samples": False, **values}, status, say.language)
    response.headers.update(_PRIVATE)
    return response


def _say(subscriber: Subscriber, now: datetime) -> Translator:
    return resolve_wish(subscriber.wish, now).say


def _say_of(desk: Desk, purpose: Purpose, token: str, request: Request) -> Translator:
    """The language of whom a link belongs to; of the browser where it belongs to nobody any more."""
    try:
        with desk.database.read() as connection:
            return translator(desk.subscriber(connection, purpose, token).wish.language)
    except ProblemError:
        return translator(language_of(request))


def _say_to(connection: Connection, vote: Vote, request: Request) -> Translator:
    """The language of whom a digest was for; of the browser once they have left."""
    found = subscriptions.by_id(connection, vote.subscription_id)
    return translator(language_of(request) if found is None else found.wish.language)


def _is_useful(answer: str) -> bool:
    """Raises 404 for an address that no mail has."""
    if answer not in {"yes", "no"}:
        raise ProblemError(404, "there is nothing at this address")
    return answer == "yes"


def _next(subscriber: Subscriber, asked: ResolvedWish) -> str | None:
    """When the next digest comes, in the subscriber's zone."""
    if subscriber.next_at is None:
        return None
    return asked.say.day_and_clock(subscriber.next_at.astimezone(ZoneInfo(subscriber.zone)))
