"""Sentences, dates, distances and prices as people of a language and country write them. Pure; no locale of the machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from babel.support import NullTranslations

from app.taxonomy.taxonomy import load
from app.translations.catalogue import Language, translations

Units = Literal["km", "mi"]
_MILES_PER_KM: Final = 0.621371
_LONGEST_ZONE: Final = 5
_YEAR_AT_END: Final = re.compile(r",? (?:'de' )?y+$")


@dataclass(frozen=True, slots=True)
class Translator:
    """One language as it is written in one country."""

    language: Language
    locale: Locale
    messages: NullTranslations

    def gettext(self, message: str, /, **values: Any) -> str:
        """The message in this language, with its `%(name)s` filled in."""
        text = self.messages.gettext(message)
        return text % values if values else text

    def ngettext(self, one: str, many: str, count: int, /, **values: Any) -> str:
        """The form of the message that a count takes; `%(count)s` is written as the language writes numbers."""
        values["count"] = format_decimal(count, locale=self.locale)
        return self.messages.ngettext(one, many, count) % values

    def written_in(self, country: str | None) -> Translator:
        """The same language as it is written in a country (ISO 3166-1 alpha-2)."""
        return translator(self.language, country)

    def day(self, day: date, *, year: bool = False) -> str:
        """`Thu, Dec 3`, `Do., 3. Dez.`; with its year where that is asked for."""
        return str(format_skeleton("yMMMEd" if year else "MMMEd", day, locale=self.locale))

    def long_day(self, day: date) -> str:
        """`Thursday, December 3, 2026`."""
        return str(format_date(day, "full", locale=self.locale))

    def day_of_year(self, day: date) -> str:
        """`3 December 2026`."""
        return str(format_date(day, "long", locale=self.locale))

    def clock(self, moment: datetime) -> str:
        """The time of day of a moment in its own zone: `6:30 PM`, `18:30`."""
        return str(format_time(moment.time(), "short", locale=self.locale))

    def day_and_clock(self, moment: datetime) -> str:
        """`Thursday, December 3, 6:30 PM`, of a moment in its own zone."""
        pattern = _YEAR_AT_END.sub("", self.locale.date_formats["full"].pattern)
        return f"{format_date(moment.date(), pattern, locale=self.locale)}, {self.clock(moment)}"

    def zone(self, moment: datetime) -> str:
        """The short name of a moment's zone: `EST`, `MEZ`; where the language has none, `UTC+5:30`."""
        name = str(get_timezone_name(moment, "short", locale=self.locale))
        if name.isalpha() and len(name) <= _LONGEST_ZONE:
            return name
        own = moment.tzname() or ""
        if self.language == "en" and own.isalpha():
            return own
        minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")

    def weekday(self, day: date) -> str:
        """`Thursday`."""
        return str(format_date(day, "EEEE", locale=self.locale))

    def short_weekday(self, day: date) -> str:
        """`Thu`."""
        return str(format_date(day, "EEE", locale=self.locale))

    def short_month(self, day: date) -> str:
        """`Dec`."""
        return str(format_date(day, "LLL", locale=self.locale))

    def number(self, value: float) -> str:
        """`1,200`, `1.200`."""
        return str(format_decimal(value, locale=self.locale))

    def month(self, day: date) -> str:
        """`December 2026`."""
        return str(format_skeleton("yMMMM", day, locale=self.locale))

    def distance(self, kilometres: float, units: Units) -> str:
        """`3 km`, `0.8 mi`."""
        value = kilometres * _MILES_PER_KM if units == "mi" else kilometres
        number = format_decimal(round(value) if value >= 10 else round(value, 1), locale=self.locale)
        return f"{number}\N{NO-BREAK SPACE}{units}"

    def money(self, amount: float, currency: str) -> str:
        """`$5`, `3,50 €`."""
        if amount != int(amount):
            return str(format_currency(amount, currency, locale=self.locale))
        pattern = self.locale.currency_formats["standard"].pattern.replace(".00", "")
        return str(format_currency(amount, currency, pattern, locale=self.locale, currency_digits=False))

    def listed(self, parts: list[str]) -> str:
        """`a, b and c`."""
        return str(format_list(parts, locale=self.locale))

    def label(self, identity: str) -> str:
        """The label of a field, interest or purpose."""
        return load().label(identity, self.language) or identity


@cache
def translator(language: Language = "en", country: str | None = None) -> Translator:
    """The translator for a language as it is written in a country (ISO 3166-1 alpha-2).

    English without a country is written as in most of the world: the day before the month, 24 hours.
    """
    country = country or ("GB" if language == "en" else None)
    try:
        locale = Locale.parse(f"{language}_{country}" if country else language)
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en_GB" if language == "en" else language)
    return Translator(language, locale, translations(language))


def english() -> Translator:
    """What commands and the API speak."""
    return translator("en", "US")
