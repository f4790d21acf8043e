"""One mail of every kind with everything that it can hold, in any language, for tests that look at the markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from app.core.ids import public
from app.digest.choose import Change, Choice, told_of
from app.digest.letter import Links, letter_of, reminder_lines
from app.digest.render import (
    Rendered,
    render_confirmation,
    render_digest,
    render_link,
    render_reminder,
)
from app.digest.resolution import ResolvedWish, resolve_wish
from app.digest.schemas import Wish
from app.translations.catalogue import Language

NOW: Final = datetime(2026, 11, 24, 13, tzinfo=UTC)
BASE: Final = "https://nextcircle.test"
ARABIC: Final = "لقاء مطوري البرمجيات (Python) – 2026"
_TOKEN: Final = "0a5yh8z09m7s1.1.abcdefghijklmnopqrstuv"
LINKS: Final = Links(
    BASE, f"{BASE}/s/manage/{_TOKEN}", f"{BASE}/s/unsubscribe/{_TOKEN}", f"{BASE}/s/calendar/{_TOKEN}.ics",
    f"{BASE}/s/useful/{_TOKEN}/yes", f"{BASE}/s/useful/{_TOKEN}/no",
)  # fmt: skip
_ADDRESS: Final = "NextCircle, 1 Main St, Boston"
_NAMES: Final = (
    ARABIC,
    "Two talks about testing & one about <types>",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft trifft sich",
    "עברית meetup",
)


def every_mail(language: Language) -> dict[str, Rendered]:
    """Mails by their names."""
    wish = Wish(
        near="Boston, MA", fields=["software-engineering"], interests=["board-games"], language=language, phase="ask+grow"
    )  # fmt: skip
    asked = resolve_wish(wish, NOW)
    quiet = letter_of(Choice(offers_wider=True), asked, LINKS, NOW)
    return {
        "digest": render_digest(letter_of(_choice(asked), asked, LINKS, NOW), asked, LINKS, NOW, _ADDRESS),
        "offer": render_digest(quiet, asked, LINKS, NOW, _ADDRESS),
        "bare": render_digest(replace(quiet, offer=None), asked, LINKS, NOW, ""),
        "confirm": render_confirmation(asked, f"{BASE}/s/confirm/{'x' * 43}", _ADDRESS),
        "link": render_link(asked, LINKS.manage, _ADDRESS),
        "reminder": render_reminder(
            reminder_lines([an_event(1), an_event(2)], asked, LINKS), asked, LINKS, _ADDRESS
        ),
    }


def _choice(asked: ResolvedWish) -> Choice:
    say = asked.say
    events = tuple(pick_of(an_event(number), asked) for number in range(4))
    moved = {**an_event(5), "start_date": "2026-12-04T18:30:00-05:00"}
    return Choice(
        events=events,
        groups=(pick_of(a_group(10), asked), pick_of(a_group(11), asked, caveat=say.gettext("online"))),
        changes=(
            Change(
                "cancelled",
                public(6),
                told_of(an_event(6)),
                {**an_event(6), "event_status": "EventCancelled"},
            ),
            Change("time", public(5), told_of(an_event(5)), moved),
            Change("gone", public(7), told_of(an_event(8)), None),
        ),
        interest=pick_of(an_event(9), asked),
        also=(pick_of(a_group(12), asked),),
        best=events[0],
    )


def an_event(number: int) -> dict[str, Any]:
    return {
        "id": public(number), "name": _NAMES[number % len(_NAMES)], "start_date": f"2026-12-0{1 + number % 5}T18:30:00-05:00",
        "timezone": "America/New_York", "event_status": "EventScheduled", "event_attendance_mode": "offline",
        "location": {"name": "مقهى النيل" if number % 2 else "District Hall", "address": "75 Northern Ave", "city": "Boston", "region": "MA", "country": "US"},
        "distance_km": 1.6, "is_accessible_for_free": number % 2 == 0, "price": {"min": 12, "max": 15, "currency": "USD"},
        "group": None, "purposes": [], "page": f"{BASE}/events/{public(number)}",
    }  # fmt: skip


def a_group(number: int) -> dict[str, Any]:
    return {
        "id": public(number), "name": _NAMES[number % len(_NAMES)], "location": {"name": None, "address": None, "city": "Cambridge", "region": "MA", "country": "US"}, "distance_km": 4.2,
        "purposes": [], "page": f"{BASE}/groups/{public(number)}",
    }  # fmt: skip


def pick_of(thing: dict[str, Any], asked: ResolvedWish, caveat: str = "") -> dict[str, Any]:
    is_event = "start_date" in thing
    return {
        "event": thing if is_event else None, "group": None if is_event else thing, "score": 70, "because": "career",
        "reasons": [{"code": "topic", "text": asked.say.label("software-engineering")}],
        "caveats": [{"text": caveat}] if caveat else [], "first_step": "", "next_event": None if is_event else an_event(3),
    }  # fmt: skip
