"""What every page of operators shows: its frame, the sentence after an action, small plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.auth.repository.sessions import Session
from app.core.errors import ProblemError
from app.maintenance.activity import Activity
from app.translations.catalogue import N_
from app.translations.translator import Translator, translator
from app.web.forms import language_of
from app.web.responses import page

PAGES: Final = (
    ("today", "/operator", N_("Today")),
    ("sources", "/operator/sources", N_("Sources")),
    ("coverage", "/operator/coverage", N_("Coverage")),
    ("review", "/operator/review", N_("Review")),
    ("digest", "/operator/digest", N_("Digest")),
    ("settings", "/operator/settings", N_("Settings")),
)
# What a page says after an action, by the word in its address: nothing that a link can make up is shown.
_DONE: Final = {
    "added": N_("The source was added. It is read as soon as a worker is free."),
    "paused": N_("Paused. What it brought stays."),
    "resumed": N_("Resumed. It is read when it is due."),
    "due": N_("It is read as soon as a worker is free."),
    "removed": N_("Removed. What it brought stays until it is over."),
    "all-paused": N_("Every source is paused."),
    "all-resumed": N_("Every paused source is read again when it is due."),
    "accepted": N_("Accepted. It is a source now."),
    "declined": N_("Declined. The same address is not held again."),
    "settled": N_("Dealt with. Who asked was forgotten."),
    "split": N_("Split. Later reads keep to it."),
    "merged": N_("Merged. Later reads keep to it."),
    "confirmed": N_("Confirmed. It is not asked again."),
    "undone": N_("Undone."),
    "hidden": N_("Hidden until it is shown again."),
    "shown": N_("Shown again."),
    "taken-down": N_("Removed for good, whatever its sources say later."),
    "resent": N_("It is sent again as soon as a worker is free."),
    "revoked": N_("The key is revoked. Whoever was logged in with it is logged out."),
    "noted": N_("Noted."),
    "backed-up": N_("The backup was made."),
    "adopted": N_("This database mails from now on."),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a plot: where its bar stands in a box of 28 by 20, and what it means."""

    left: float
    top: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Four weeks as bars. `total` is their sum, `most` the highest; `rows` are the days that had any, the latest first."""

    name: str
    total: int
    most: int
    bars: tuple[Bar, ...]
    first_day: str
    last_day: str
    rows: tuple[tuple[str, int], ...]


def say_of(request: Request) -> Translator:
    """The language of the operator's browser."""
    return translator(language_of(request))


def operator_page(
    request: Request, session: Session, template: str, values: dict[str, Any], status: int = 200
) -> Response:
    """A page of the operator's."""
    say = say_of(request)
    name = template.partition(".")[0]
    done = _DONE.get(request.query_params.get("done", ""))
    common = {
        "samples": False,
        "pages": [(each, path, say.gettext(title)) for each, path, title in PAGES],
        "here": values.get("here", name),
        "actor": session.actor,
        "form_token": session.form_token,
        "done": None if done is None else say.gettext(done),
        "trouble": None,
        "moment": lambda moment: moment_words(moment, say),
    }
    return page(request, f"operator/{template}", {**common, **values}, status, say.language)


def moment_words(moment: datetime | str | None, say: Translator) -> str:
    """A moment in UTC, short: `Thu, 3 Dec, 18:30 UTC`."""
    if moment is None:
        return say.gettext("never")
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{say.day(found.date(), year=True)}, {say.clock(found)} UTC"


def back(path: str, done: str) -> Response:
    """Where a form leads, so that loading the page again does nothing twice."""
    path, mark, anchor = path.partition("#")
    joint = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{joint}done={done}{mark}{anchor}", status_code=303)


def sentence(error: ProblemError) -> str:
    """What is wrong, as a sentence."""
    return error.detail[:1].upper() + error.detail[1:].rstrip(".") + "."


def plot(name: str, days: Sequence[date], counts: Sequence[int], say: Translator) -> Plot:
    """Counts by day as bars; a day with any has one that can be seen."""
    most = max(counts, default=0)
    bars = []
    for position, (day, count) in enumerate(zip(days, counts, strict=True)):
        height = max(2.0, 20.0 * count / most) if count else 0.4
        bars.append(Bar(position, 20.0 - height, height, f"{say.day(day)}: {count}"))
    named = [(say.day(day), count) for day, count in zip(days, counts, strict=True)]
    return Plot(
        name,
        sum(counts),
        most,
        tuple(bars),
        first_day=named[0][0],
        last_day=named[-1][0],
        rows=tuple(row for row in reversed(named) if row[1]),
    )


def mail_plots(lately: Activity, say: Translator) -> list[Plot]:
    """Mails, those that were not delivered, and subscriptions by day."""
    return [
        plot(say.gettext("Mails sent"), lately.days, lately.mails, say),
        plot(say.gettext("Not delivered"), lately.days, lately.bounces, say),
        plot(say.gettext("New subscriptions"), lately.days, lately.subscriptions, say),
    ]
