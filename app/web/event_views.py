"""The events of an answer in a calendar of a month, and on a map. Reads only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from app.core.errors import ParameterError, wrong_parameters
from app.service.months import month_page
from app.service.parameters import EventParameters
from app.translations.translator import Translator
from app.web.embed.month import Month, month_of
from app.web.embed.plot import Plot, plot_of
from app.web.embed.words import Voice, item_of
from app.web.formatting import units_of
from app.web.question import Question

_MONTH: Final = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


def month_shown(
    connection: Connection,
    parameters: EventParameters,
    month: str,
    now: datetime,
    base_url: str,
    say: Translator,
) -> tuple[dict[str, Any], Month]:
    """The page of events and the month that they are in: the one asked for, else this one. Raises the problems of the list."""
    if month and not _MONTH.fullmatch(month):
        raise wrong_parameters([ParameterError("month", month, "must be a month such as 2026-12")])
    found = month_page(connection, parameters, month or None, now, base_url)
    voice = _voice(_country(found.document["resolved"]), say)
    items = [item_of(item, voice) for item in found.document["items"]]
    return found.document, month_of(found.first, items, voice.say, "auto", found.today)


def plot_shown(items: Sequence[dict[str, Any]], resolved: dict[str, Any], say: Translator) -> Plot | None:
    """The map of a list, whose pins have the numbers of its items; None where none has a place."""
    voice = _voice(_country(resolved), say)
    return plot_of([item_of(item, voice) for item in items], voice.say, voice.units)


def months_beside(asked: Question, month: Month) -> tuple[str, str]:
    """The addresses of the month before and the month after."""
    return asked.link(month=month.earlier), asked.link(month=month.later)


def day_links(asked: Question, month: Month) -> dict[str, str]:
    """By date the address of the list of a day, of those days that have more events than the calendar names."""
    crowded = (day for week in month.weeks for day in week if day.more)
    listed = replace(asked, view="", month="")
    return {day.date.isoformat(): listed.link(when=day.date.isoformat()) for day in crowded}


def _country(resolved: dict[str, Any]) -> str | None:
    return next((each["place"]["country"] for each in resolved["near"]), None)


def _voice(country: str | None, say: Translator) -> Voice:
    return Voice(say.written_in(country) if country else say, units_of(country), None, frozenset())
