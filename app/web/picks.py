"""The first three groups to go to, with reasons, as the answer page shows them; and the sentence of its one box as a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Connection

from app.places.place_line import place_line
from app.service.links import item_links
from app.service.parameters import EventParameters
from app.service.recommendation_schemas import RecommendationParameters
from app.service.recommendations import recommendation_document
from app.service.sentences import with_purposes, with_sentence
from app.service.serialize import label
from app.translations.translator import Translator
from app.web import formatting
from app.web.question import Question
from app.web.views import NOTHING_ASKED, Asked, group_view

_FEATURED: Final = 3
_GROUPS: Final = 12
# To start with is what says more for itself than that it borders on the field, and is not far behind the best.
_TELLING: Final = frozenset(
    {"field_match", "interest_match", "for_job_seekers", "words_match", "good_for_networking"}
)
_CLOSE_TO_THE_BEST: Final = 0.85
# What the view of a group shows of itself already.
_SHOWN_ELSEWHERE: Final = frozenset({"near", "next_event"})
_MOST_REASONS: Final = 3


def read_sentence(asked: Question) -> Question:
    """The question with what its sentence says, in the words of the form. What was chosen beside the sentence counts before it."""
    if not asked.ask:
        return asked
    parameters, _ = with_sentence(EventParameters(), asked.ask)
    assert isinstance(parameters, EventParameters)
    read = {
        "near": next(iter(parameters.near), ""),
        "field": _labels("field", parameters.field),
        "interest": _labels("interest", with_purposes(parameters.interest, parameters.purpose)),
        "when": parameters.from_ or "",
        "weekday": ",".join(parameters.weekday),
        "part_of_day": ",".join(parameters.part_of_day),
        "mode": parameters.mode or "",
        "free": "yes" if parameters.free else "",
        "language": parameters.language or "",
        "access": ",".join(parameters.access),
        "q": parameters.q or "",
    }
    if "radius_km" in parameters.model_fields_set or parameters.radius_km != EventParameters().radius_km:
        read["radius_km"] = f"{parameters.radius_km:g}"
    chosen = {name: value for name, value in read.items() if value and not asked.is_set(name)}
    return replace(asked, ask="", **chosen)


def recommended(
    connection: Connection, asked: Question, now: datetime, base_url: str, say: Translator, shown: Asked
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """The groups to start with, further groups that fit, and what to ask instead where there are none."""
    parameters = RecommendationParameters.model_validate(
        {
            **{name: asked.words(name) for name in ("near", "field", "interest") if asked.words(name)},
            "radius_km": asked.radius_km,
            "limit": _GROUPS,
            **({"mode": asked.mode} if asked.mode else {}),
            **({"free": True} if asked.free else {}),
            **({"language": asked.language} if asked.language else {}),
            **({"access": asked.words("access")} if asked.access else {}),
        }
    )
    document = recommendation_document(connection, parameters, now, base_url, say)
    first = _to_start_with(document["items"])
    featured = [_pick(each, now, say, shown, base_url) for each in first]
    others = [group_view(each["group"], now, say, shown) for each in document["items"] if each not in first]
    instead = [_instead(each, asked) for each in document["instead"]]
    return featured, others, instead


def _to_start_with(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most three, best first: fewer are better than one that is not worth an evening."""
    best = max((each["score"] for each in items), default=0.0)
    found = []
    for each in items:
        codes = {reason["code"] for reason in each["reasons"]}
        close = each["score"] >= best * _CLOSE_TO_THE_BEST or "for_job_seekers" in codes
        if close and codes & _TELLING:
            found.append(each)
    return (found or items[:1])[:_FEATURED]


def pick_views(
    items: list[dict[str, Any]], now: datetime, base_url: str, say: Translator
) -> list[dict[str, Any]]:
    """`RecommendationOut`s of groups as cards."""
    return [_pick(each, now, say, NOTHING_ASKED, base_url) for each in items]


def _pick(
    item: dict[str, Any], now: datetime, say: Translator, shown: Asked, base_url: str
) -> dict[str, Any]:
    following = item["next_event"]
    there = say.written_in((item["group"]["location"] or {}).get("country"))
    reasons = [each["text"] for each in item["reasons"] if each["code"] not in _SHOWN_ELSEWHERE]
    return {
        **group_view(item["group"], now, say, shown),
        "reasons": reasons[:_MOST_REASONS],
        "cautions": [each["text"] for each in item["caveats"]],
        "first_step": item["first_step"],
        "next_event": None
        if following is None
        else {
            "name": following["name"],
            "page": f"/events/{following['id']}",
            "when": formatting.moment(following["start_date"], now, there),
            "ics": item_links("events", following["id"], base_url)["ics"],
        },
    }


def _instead(entry: dict[str, Any], asked: Question) -> dict[str, Any]:
    """What else to ask, as an address of these pages."""
    parameters = entry["parameters"]
    changes: dict[str, str] = {}
    for name, value in parameters.items():
        if name in Question.__dataclass_fields__:
            values = value if isinstance(value, list) else [value]
            changes[name] = ", ".join(
                label(name, each)
                if name in {"field", "interest"}
                else f"{each:g}"
                if isinstance(each, float)
                else str(each)
                for each in values
            )
    link = "/sources#add" if entry["kind"] == "add_source" else asked.link(**changes)
    return {"text": entry["text"], "link": link}


def _labels(kind: str, values: list[str]) -> str:
    return ", ".join(
        f"!{label(kind, each[1:])}" if each.startswith("!") else label(kind, each) for each in values
    )


def calendar_links(event: dict[str, Any]) -> dict[str, str]:
    """Addresses that put an event of the API's shape into Google's and Outlook's calendars on the web."""
    start, end = str(event["start_date"]), str(event["end_date"] or event["start_date"])
    place = place_line(event["location"], address=True) or ""
    google = {
        "action": "TEMPLATE", "text": event["name"], "dates": f"{_basic(start)}/{_basic(end, is_end=True)}",
        "location": place, "details": event["page"],
    }  # fmt: skip
    outlook = {
        "path": "/calendar/action/compose", "rru": "addevent", "subject": event["name"], "startdt": start,
        "enddt": end, "location": place, "body": event["page"],
    }  # fmt: skip
    return {
        "google": f"https://calendar.google.com/calendar/render?{urlencode(google)}",
        "outlook": f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(outlook)}",
    }


def _basic(moment: str, *, is_end: bool = False) -> str:
    """ISO 8601's basic form, in UTC where there is a time: `20261203T233000Z`. The end of whole days is the day after."""
    if "T" not in moment:
        return f"{date.fromisoformat(moment) + timedelta(days=is_end):%Y%m%d}"
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%Y%m%dT%H%M%SZ}"
