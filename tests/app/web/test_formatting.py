"""How pages say dates, distances, prices and descriptions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.translations.translator import translator
from app.web import formatting
from tests.steps import at_most

SAY = translator("en")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _event(start: str, end: str | None, zone: str = "America/New_York", *, all_day: bool = False) -> dict:
    return {"start_date": start, "end_date": end, "timezone": zone, "all_day": all_day}


def test_an_evening_is_said_in_its_own_zone() -> None:
    found = formatting.when(_event("2026-12-03T18:30:00-05:00", "2026-12-03T20:30:00-05:00"), NOW, SAY)
    assert found.short == "Thu 3 Dec, 18:30–20:30 EST"
    assert found.long == "Thursday, 3 December 2026, 18:30–20:30 EST"


def test_summer_time_has_its_own_name() -> None:
    assert (
        formatting.when(_event("2026-07-01T18:00:00+02:00", None, "Europe/Berlin"), NOW, SAY).hours
        == "18:00 CEST"
    )


def test_a_zone_without_a_name_is_said_by_its_distance() -> None:
    assert (
        formatting.when(_event("2026-12-03T18:30:00+05:30", None, "Asia/Colombo"), NOW, SAY).hours
        == "18:30 UTC+5:30"
    )


def test_another_year_is_said() -> None:
    assert (
        formatting.when(_event("2027-01-05T18:30:00-05:00", None), NOW, SAY).short
        == "Tue, 5 Jan 2027, 18:30 EST"
    )


def test_what_goes_past_midnight_is_still_one_evening() -> None:
    found = formatting.when(_event("2026-12-03T22:00:00-05:00", "2026-12-04T02:00:00-05:00"), NOW, SAY)
    assert found.hours == "22:00–02:00 EST"


def test_what_lasts_for_days_names_its_last_one() -> None:
    found = formatting.when(_event("2026-12-04T18:00:00-05:00", "2026-12-06T17:00:00-05:00"), NOW, SAY)
    assert found.hours == "18:00 – Sun 6 Dec, 17:00 EST"


def test_whole_days_have_no_hours() -> None:
    assert formatting.when(_event("2026-12-05", None, all_day=True), NOW, SAY).short == "Sat 5 Dec, all day"
    assert (
        formatting.when(_event("2026-12-05", "2026-12-06", all_day=True), NOW, SAY).short
        == "Sat 5 Dec to Sun 6 Dec"
    )


def test_distance_is_in_miles_in_the_united_states_and_in_km_elsewhere() -> None:
    far = {"distance_km": 16.0, "distance_mi": 9.94, "location": None}
    assert formatting.distance(far, "US", SAY) == "9.9\N{NO-BREAK SPACE}mi"
    assert formatting.distance(far, "DE", SAY) == "16\N{NO-BREAK SPACE}km"
    assert formatting.distance({"distance_km": None, "distance_mi": None}, "US", SAY) is None
    in_town = {"distance_km": 0.16, "distance_mi": 0.1, "location": {"exact": False}}
    assert formatting.distance(in_town, "US", SAY) == "in town"


def test_prices_are_said_as_people_do() -> None:
    def said(free: bool | None, price: dict | None) -> str | None:
        return formatting.price({"is_accessible_for_free": free, "price": price}, SAY)

    assert said(True, None) == "Free"
    assert said(None, None) is None
    assert said(False, {"min": 5.0, "max": 5.0, "currency": "USD"}) == "US$5"
    assert said(False, {"min": 3.5, "max": 8.0, "currency": "CHF"}) == "CHF3.50–CHF8"


def test_the_marks_of_markdown_are_taken_away() -> None:
    found = formatting.paragraphs(
        "# Title\n\n**Bold** and [a link](https://x.example)\n\n***\n\n* one\n* two\nafter"
    )
    assert [each.lines for each in found] == [
        ("Title",),
        ("Bold and a link",),
        ("one", "two"),
        ("after",),
    ]
    assert [each.bullets for each in found] == [False, False, True, False]


def test_an_excerpt_ends_at_a_word() -> None:
    assert formatting.excerpt("one two three four", 12) == "one two …"
    assert formatting.excerpt("short") == "short"
    assert formatting.excerpt(None) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**bold** and __strong__ words", "bold and strong words"),
        ("**a** **b**", "a b"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("**not closed", "**not closed"),
        ("# **Heading**", "Heading"),
        ("**a ** b**", "a ** b"),
        ("[**link**](https://a.example)", "link"),
    ],
)
def test_marks_of_markdown_are_taken_away_in_pairs(text: str, plain: str) -> None:
    (paragraph,) = formatting.paragraphs(text)
    assert paragraph.lines == (plain,)


@pytest.mark.parametrize(
    "piece",
    ["**a ", "__a ", "[", "](", "- ", "* ", "\n", "a\n", "# ", "\\", "[a](", "![", "** **", "_ _ ", "\n \n"],
)
def test_the_work_for_a_hostile_description_grows_with_its_length(piece: str) -> None:
    formatting.paragraphs(piece)
    # A call for each mark, line and piece, and a few more; quadratic work would be a billion.
    with at_most(calls=2_000_000):
        formatting.paragraphs(piece * 40_000)
        formatting.excerpt(piece * 40_000)
