"""What templates show of events and groups: the API's own items, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.core.fold import fold
from app.places.place_line import place_line
from app.service.doubts import doubt_of
from app.taxonomy.taxonomy import load
from app.translations.catalogue import N_
from app.translations.translator import Translator
from app.web import formatting
from scrapers.registry import platform

_KINDS: Final = (("fields", "field"), ("interests", "interest"), ("purposes", "purpose"))
_MOST_CHIPS: Final = 4
# A weaker guess is shown only to those who asked for it.
_SURE_ENOUGH: Final = 0.5
_STATES: Final = {
    "active": N_("Active"),
    "slowing": N_("Meets less often lately"),
    "dormant": N_("Nothing for half a year"),
}
# Of active groups: the state of the others says it already.
_TRENDS: Final = {
    "growing": N_("Meets more often lately"),
    "steady": N_("Meets as often as before"),
    "shrinking": N_("Meets less often lately"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a question matters for how its answer is shown: the topics asked for, and the country."""

    topics: frozenset[tuple[str, str]] = frozenset()
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """A topic; `matched` where it was asked for."""

    label: str
    matched: bool


NOTHING_ASKED: Final = Asked()


def event_view(
    item: dict[str, Any], now: datetime, say: Translator, asked: Asked = NOTHING_ASKED
) -> dict[str, Any]:
    """An event as templates take it, its times and prices as they are written where it takes place."""
    doubt, there = doubt_of(item, say), _there(item, say)
    return {
        "id": item["id"],
        "name": item["name"],
        "url": item["url"],
        "when": formatting.when(item, now, there),
        "where": place_line(item["location"]),
        "address": place_line(item["location"], address=True),
        "more_dates": item["more_dates"],
        "distance": formatting.distance(item, asked.country, say),
        "group": item["group"],
        "price": formatting.price(item, there),
        "attendance": formatting.attendance(item, say),
        "status": formatting.status(item, say),
        "cancelled": item["event_status"] == "EventCancelled",
        "language": item["in_language"],
        "chips": _chips(item, asked, say),
        "paragraphs": formatting.paragraphs(item["description"]),
        "platforms": _platforms(item["sources"]),
        "sources": _sources(item["sources"], now, say),
        "doubt": None if doubt is None else doubt.text,
        "sample": item["sample"],
    }


def group_view(
    item: dict[str, Any], now: datetime, say: Translator, asked: Asked = NOTHING_ASKED
) -> dict[str, Any]:
    """A group as templates take it, its times as they are written where it meets."""
    activity, there = item["activity"], _there(item, say)
    state, trend = _STATES.get(activity["state"]), _TRENDS.get(activity["trend"])
    return {
        "id": item["id"],
        "name": item["name"],
        "url": item["url"],
        "where": place_line(item["location"]),
        "distance": formatting.distance(item, asked.country, say),
        "members": None if item["members"] is None else say.number(item["members"]),
        "state": state and say.gettext(state),
        "trend": say.gettext(trend) if trend and activity["state"] == "active" else None,
        "next": formatting.moment(activity["next_event"], now, there),
        "last": formatting.moment(activity["last_event"], now, there),
        "excerpt": formatting.excerpt(item["description"]),
        "chips": _chips(item, asked, say),
        "paragraphs": formatting.paragraphs(item["description"]),
        "platforms": _platforms(item["sources"]),
        "sources": _sources(item["sources"], now, say),
        "sample": item["sample"],
    }


def is_sensitive(item: dict[str, Any]) -> bool:
    """Whether a listing is about something that pages show only to those who ask for it by name."""
    return any(_sensitive(each["id"]) for each in item["interests"])


def platform_label(name: str) -> str:
    """What people call a platform."""
    found = platform(name)
    return found.label if found else name


def _there(item: dict[str, Any], say: Translator) -> Translator:
    """The language as it is written where something takes place."""
    return say.written_in((item["location"] or {}).get("country"))


def _chips(item: dict[str, Any], asked: Asked, say: Translator) -> list[Chip]:
    """The topics, those that were asked for first; sensitive ones only if they were."""
    chips: dict[str, Chip] = {}
    for members, kind in _KINDS:
        for each in item[members]:
            matched = (kind, each["id"]) in asked.topics
            shown = matched or (each["confidence"] >= _SURE_ENOUGH and not _sensitive(each["id"]))
            # An interest and a purpose may be called the same.
            if shown:
                label = say.label(each["id"])
                chips.setdefault(fold(label), Chip(label, matched))
    return sorted(chips.values(), key=lambda chip: not chip.matched)[:_MOST_CHIPS]


def _sensitive(interest: str) -> bool:
    found = load().interests.get(interest)
    return found is not None and found.sensitive


def _platforms(sources: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(platform_label(each["platform"]) for each in sources))


def _sources(sources: list[dict[str, Any]], now: datetime, say: Translator) -> list[dict[str, Any]]:
    return [
        {
            "name": each["attribution"],
            "label": platform_label(each["platform"]),
            "url": each["url"],
            "seen": formatting.ago(each["last_seen"], now, say),
        }
        for each in sources
    ]
