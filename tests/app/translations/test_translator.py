"""Dates, times, distances and prices as each language and country writes them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.translations.translator import translator

EVENING = datetime(2026, 12, 3, 18, 30, tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("language", "country", "day", "moment", "zone"),
    [
        ("en", "US", "Thu, Dec 3", "Thursday, December 3, 6:30 PM", "EST"),
        ("en", None, "Thu 3 Dec", "Thursday, 3 December, 18:30", "EST"),
        ("de", None, "Do., 3. Dez.", "Donnerstag, 3. Dezember, 18:30", "UTC-5"),
        ("fr", "FR", "jeu. 3 déc.", "jeudi 3 décembre, 18:30", "UTC-5"),
        ("es", None, "jue, 3 dic", "jueves, 3 de diciembre, 18:30", "UTC-5"),
        ("es", "US", "jue, 3 de dic", "jueves, 3 de diciembre, 6:30 p.m.", "EST"),
    ],
)
def test_days_and_times(language, country, day, moment, zone):
    say = translator(language, country)
    assert say.day(EVENING.date()) == day
    assert say.day_and_clock(EVENING).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\xa0", " ") == moment
    assert say.zone(EVENING) == zone


def test_a_zone_without_a_name_is_told_by_its_distance_from_utc():
    kathmandu = EVENING.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert translator("fr").zone(kathmandu) == "UTC+5:45"


@pytest.mark.parametrize(
    ("language", "units", "km", "text"),
    [
        ("en", "mi", 16.1, "10 mi"),
        ("en", "km", 3.24, "3.2 km"),
        ("de", "km", 3.24, "3,2 km"),
        ("fr", "km", 2.0, "2 km"),
    ],
)
def test_distances(language, units, km, text):
    assert translator(language).distance(km, units).replace("\xa0", " ") == text


@pytest.mark.parametrize(
    ("language", "country", "amount", "currency", "text"),
    [
        ("en", "US", 5, "USD", "$5"),
        ("en", "GB", 3.5, "EUR", "€3.50"),
        ("de", None, 5, "EUR", "5 €"),
        ("de", None, 3.5, "EUR", "3,50 €"),
    ],
)
def test_prices(language, country, amount, currency, text):
    assert translator(language, country).money(amount, currency).replace("\xa0", " ") == text


def test_a_country_that_no_locale_is_known_of_leaves_the_language():
    assert translator("de", "US").clock(EVENING) == "18:30"


def test_labels_of_the_taxonomy_are_in_the_language():
    assert translator("de").label("software-engineering") == "Softwareentwicklung"
    assert translator("en").label("software-engineering") == "Software engineering"
    assert translator("fr").label("no-such-field") == "no-such-field"


def test_counts_have_their_own_forms():
    one, many = "%(name)s, and %(count)s more", "%(name)s, and %(count)s more"
    assert translator("de").ngettext(one, many, 1, name="A") == "A und noch ein Tipp"
    assert translator("es").ngettext(one, many, 1_200, name="A") == "A y 1.200 propuestas más"
