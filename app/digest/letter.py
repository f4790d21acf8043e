"""A choice in words: what the templates of the mail show, in one language. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from unicodedata import bidirectional
from zoneinfo import ZoneInfo

from app.core.characters import UNSAFE
from app.digest.choose import AHEAD, Change, Choice, Item, place_of
from app.digest.resolution import ResolvedWish
from app.digest.schemas import Wish
from app.places.place_line import is_in_town, place_line
from app.search.query import WEEKDAYS
from app.translations.catalogue import N_
from app.translations.translator import Translator, Units

# Reasons that repeat what the line of an item shows.
_SAID_ELSEWHERE: Final = frozenset({"near", "next_event", "meets_again", "met_lately"})
_LONGEST_NAME: Final = 120
_LONGEST_SUBJECT: Final = 60
_LONGEST_PREHEADER: Final = 100
_UNSEEN: Final = re.compile(UNSAFE + "|[\t\n\r\u200c\u200d]+")

_FROM_RIGHT: Final = frozenset({"R", "AL"})

_CHANGES: Final = {
    "cancelled": N_("Cancelled"),
    "postponed": N_("Postponed"),
    "gone": N_("No longer listed"),
    "back": N_("On again"),
    "time": N_("New time"),
    "online": N_("Moved online"),
    "place": N_("New place"),
}
_PHASES: Final = {
    "ask": N_("Start with people you know: write to one of them today, and ask who you should talk to."),
    "ask+grow": N_("Ask one more person you know this week, and go to one of these events."),
    "grow": N_("You have asked everyone you know. Groups like these are where you meet new people."),
}
_EVERY: Final = {
    "week": N_("every week"),
    "2weeks": N_("every two weeks"),
    "month": N_("once a month"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An event or group of a letter. Every text is plain; `calendar` is the address of its .ics file."""

    name: str
    when: str | None
    where: str | None
    why: str | None
    caution: str | None
    page: str
    calendar: str | None
    hide: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What became of an event that was shown."""

    what: str
    name: str
    before: str
    now: str | None
    page: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that a digest says."""

    subject: str
    preheader: str
    title: str
    span: str
    step: str | None
    events: tuple[Line, ...]
    groups: tuple[Line, ...]
    changes: tuple[ChangeLine, ...]
    interest: Line | None
    also: tuple[Line, ...]
    offer: str | None


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses in one subscriber's mails. `useful` and `not_useful` are in those that ask how they were."""

    base_url: str
    manage: str
    unsubscribe: str
    calendar: str
    useful: str = ""
    not_useful: str = ""


def letter_of(choice: Choice, asked: ResolvedWish, links: Links, now: datetime) -> Letter:
    """The words of a digest that is due now."""
    say, units, place = asked.say, asked.wish.units or "km", asked.place
    lines = _Lines(say, units, links)
    events = tuple(lines.line(each) for each in choice.events)
    groups = tuple(lines.line(each) for each in choice.groups)
    changes = tuple(_change_line(each, say, links.base_url) for each in choice.changes)
    interest = None if choice.interest is None else lines.line(choice.interest)
    also = tuple(lines.line(each) for each in choice.also)
    names = [each.name for each in (*events, *groups, *((interest,) if interest else ()))]
    best = None if choice.best is None else name_of(choice.best["event"] or choice.best["group"])
    zone = ZoneInfo(asked.wish.timezone or "UTC")
    first, last = now.astimezone(zone).date(), (now + AHEAD).astimezone(zone).date()
    return Letter(
        subject=_subject(best, names, changes, place, say),
        preheader=_preheader(best, names, changes, say),
        title=say.gettext("Networking near %(place)s", place=place)
        if place
        else say.gettext("Networking near you"),
        span=say.gettext("%(first)s to %(last)s", first=say.day(first), last=say.day(last, year=True)),
        step=_step(choice, asked.wish, say),
        events=events,
        groups=groups,
        changes=changes,
        interest=interest,
        also=also,
        offer=_offer(asked.wish, say, units) if choice.offers_wider else None,
    )


def reminder_lines(events: list[Item], asked: ResolvedWish, links: Links) -> tuple[Line, ...]:
    """The lines of events that somebody is reminded of, the soonest first."""
    lines = _Lines(asked.say, asked.wish.units or "km", links)
    nothing: Item = {"group": None, "reasons": (), "caveats": (), "next_event": None}
    return tuple(
        lines.line({**nothing, "event": event})
        for event in sorted(events, key=lambda each: str(each["start_date"]))
    )


def name_of(thing: Item) -> str:
    """The name of an event or group in one line, without characters that cannot be seen or that turn the text around."""
    name = " ".join(_UNSEEN.sub(" ", str(thing["name"])).split())
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"


def isolated(text: str) -> str:
    """The text so that it turns nothing around it: what is written from right to left stands between two invisible marks (UAX 9)."""
    return f"\u2068{text}\u2069" if any(bidirectional(each) in _FROM_RIGHT for each in text) else text


def moment_of(event: Item, say: Translator) -> str:
    """When an event is, in its own zone: `Thu 3 Dec, 18:30 GMT`; an all-day one without a time."""
    start = str(event["start_date"])
    if "T" not in start:
        return say.day(date.fromisoformat(start))
    local = datetime.fromisoformat(start).astimezone(ZoneInfo(event["timezone"]))
    return f"{say.day(local.date())}, {say.clock(local)} {say.zone(local)}"


def schedule_words(wish: Wish, say: Translator) -> str:
    """When digests come: `every week, on Tuesday at 08:00`."""
    moment = datetime(2024, 1, 1 + WEEKDAYS.index(wish.weekday), int(wish.time[:2]), int(wish.time[3:]))  # noqa: DTZ001  a Monday
    return say.gettext(
        "%(every)s, on %(weekday)s at %(time)s",
        every=say.gettext(_EVERY[wish.every]),
        weekday=say.weekday(moment.date()),
        time=say.clock(moment),
    )


class _Lines:
    """Makes lines of picks."""

    def __init__(self, say: Translator, units: Units, links: Links) -> None:
        self.say = say
        self.units: Units = units
        self.links = links

    def line(self, pick: Item) -> Line:
        """An event with its time and place, a group with its next date."""
        thing = pick["event"] or pick["group"]
        following = pick["next_event"]
        calendar = None
        when = None
        if pick["event"] is not None:
            when = moment_of(thing, self.say)
            calendar = f"{self.links.base_url}/v1/events/{thing['id']}.ics"
        elif following is not None:
            when = self.say.gettext("next on %(moment)s", moment=moment_of(following, self.say))
            calendar = f"{self.links.base_url}/v1/events/{following['id']}.ics"
        caution = next(iter(pick["caveats"]), None)
        return Line(
            name=name_of(thing),
            when=when,
            where=self._where(thing),
            why=_why(pick),
            caution=None if caution is None else str(caution["text"]),
            page=str(thing["page"]),
            calendar=calendar,
            hide=f"{self.links.manage}?hide={thing['id']}",
        )

    def _where(self, thing: Item) -> str | None:
        say = self.say
        parts = []
        if thing.get("event_attendance_mode") == "online":
            parts.append(say.gettext("online"))
        else:
            parts.append(isolated(_plain(place_line(thing["location"]) or "")))
            if thing["distance_km"] is not None:
                parts.append(
                    say.gettext("in town")
                    if is_in_town(thing)
                    else say.distance(thing["distance_km"], self.units)
                )
        parts.append(_price(thing, say))
        return " · ".join(part for part in parts if part) or None


def _why(pick: Item) -> str | None:
    reasons = [each for each in pick["reasons"] if each["code"] not in _SAID_ELSEWHERE]
    return " · ".join(str(each["text"]) for each in reasons[:2]) or None


def _price(thing: Item, say: Translator) -> str:
    if thing.get("is_accessible_for_free"):
        return say.gettext("free")
    price = thing.get("price") or {}
    low = price.get("min") if price.get("min") is not None else price.get("max")
    if low is None or not price.get("currency"):
        return ""
    if low == 0:
        return say.gettext("free")
    return say.money(low, price["currency"])


def _plain(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())[:_LONGEST_NAME]


def _change_line(change: Change, say: Translator, base_url: str) -> ChangeLine:
    event = change.event
    now = None
    if event is not None and change.kind == "time":
        now = moment_of(event, say)
    elif event is not None and change.kind in {"place", "online"}:
        place = isolated(_plain(place_of(event)))
        now = say.gettext("online") if change.kind == "online" else place or None
    elif event is not None and change.kind == "back":
        now = moment_of(event, say)
    return ChangeLine(
        what=say.gettext(_CHANGES[change.kind]),
        name=name_of(change.told if event is None else event),
        before=moment_of(change.told, say),
        now=now,
        page=None if event is None else f"{base_url}/events/{event['id']}",
    )


def _subject(
    best: str | None, names: list[str], changes: tuple[ChangeLine, ...], place: str | None, say: Translator
) -> str:
    if best is not None:
        name = isolated(
            best if len(best) <= _LONGEST_SUBJECT else best[: _LONGEST_SUBJECT - 1].rstrip() + "…"
        )
        others = len(names) - 1
        if others <= 0:
            return name
        return say.ngettext("%(name)s, and %(count)s more", "%(name)s, and %(count)s more", others, name=name)
    if changes:
        return f"{changes[0].what} – {isolated(changes[0].name[:_LONGEST_SUBJECT])}"
    if place:
        return say.gettext("Nothing new near %(place)s. Search a wider area?", place=place)
    return say.gettext("Nothing new near you. Search a wider area?")


def _preheader(best: str | None, names: list[str], changes: tuple[ChangeLine, ...], say: Translator) -> str:
    others = [isolated(name) for name in names if name != best]
    while len(others) > 1 and len(", ".join(others)) > _LONGEST_PREHEADER:
        others.pop()
    if others:
        return say.gettext("Also: %(names)s", names=say.listed(others))
    if changes:
        return " · ".join(f"{each.what} – {isolated(each.name)}" for each in changes[:2])
    return say.gettext("What is on in the next two weeks, and why it may be worth an evening.")


def _step(choice: Choice, wish: Wish, say: Translator) -> str | None:
    if choice.best is None and wish.phase != "ask":
        # The other sentences speak of what the letter shows.
        return None
    phase = _PHASES.get(wish.phase)
    parts = [] if phase is None else [say.gettext(phase)]
    if choice.best is not None and wish.phase != "ask":
        name = isolated(name_of(choice.best["event"] or choice.best["group"]))
        parts.append(say.gettext("Start with %(name)s: %(step)s", name=name, step=choice.best["first_step"]))
    return " ".join(parts) or None


def _offer(wish: Wish, say: Translator, units: Units) -> str:
    wider = min(wish.radius_km * 2, 200.0)
    return say.gettext(
        "We have found nothing new within %(radius)s for four digests in a row. Would you like to search within %(wider)s?",
        radius=say.distance(wish.radius_km, units),
        wider=say.distance(wider, units),
    )
