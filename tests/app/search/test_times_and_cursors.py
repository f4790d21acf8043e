"""Relative words mean what people mean by them, and cursors notice every change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.cursor import Cursor, CursorError, decode, encode
from app.search.times import TimeError, span

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def test_without_anything_it_begins_now_and_never_ends():
    assert span(None, None, BERLIN, MONDAY_NOON) == (MONDAY_NOON, None)


def test_today_begins_now_and_ends_at_local_midnight():
    begins, ends = span("today", "today", BERLIN, MONDAY_NOON)
    assert begins == MONDAY_NOON
    assert ends == datetime(2026, 11, 23, 23, tzinfo=UTC)


def test_the_weekend_is_saturday_and_sunday_of_this_week():
    begins, ends = span("weekend", None, BERLIN, MONDAY_NOON)
    assert begins == datetime(2026, 11, 27, 23, tzinfo=UTC)
    assert ends == datetime(2026, 11, 29, 23, tzinfo=UTC)


def test_on_a_sunday_the_weekend_is_still_this_one():
    sunday = datetime(2026, 11, 29, 15, tzinfo=UTC)
    begins, ends = span("weekend", None, BERLIN, sunday)
    assert begins == sunday
    assert ends == datetime(2026, 11, 29, 23, tzinfo=UTC)


def test_seven_days_bring_their_own_end():
    assert span("next7days", None, "UTC", MONDAY_NOON)[1] == datetime(2026, 12, 1, tzinfo=UTC)


def test_a_date_as_the_end_includes_that_day_over_a_change_of_clocks():
    _, ends = span(None, "2027-03-28", BERLIN, MONDAY_NOON)
    assert ends == datetime(2027, 3, 28, 22, tzinfo=UTC)


def test_a_plus_that_the_address_bar_turned_into_a_space_is_a_plus():
    begins, _ = span("2026-12-01T18:00:00 01:00", None, "UTC", MONDAY_NOON)
    assert begins == datetime(2026, 12, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "first", "after"),
    [
        ("next weekend", "2026-12-05", "2026-12-07"),
        ("this weekend", "2026-11-28", "2026-11-30"),
        ("Next Week", "2026-11-30", "2026-12-07"),
        ("next month", "2026-12-01", "2027-01-01"),
        ("next friday", "2026-12-04", "2026-12-05"),
        ("next 2 weeks", "now", "2026-12-08"),
        ("friday", "2026-11-27", None),
        ("in 3 days", "2026-11-26", None),
        ("tonight", "2026-11-23T17:00", "2026-11-24"),
    ],
)
def test_words_are_the_days_that_people_mean(words, first, after):
    zone = ZoneInfo(BERLIN)
    begins, ends = span(words, None, BERLIN, MONDAY_NOON)
    assert begins == (MONDAY_NOON if first == "now" else datetime.fromisoformat(first).replace(tzinfo=zone))
    assert ends == (after and datetime.fromisoformat(after).replace(tzinfo=zone))


def test_a_slip_of_the_pen_is_told_what_was_meant():
    with pytest.raises(TimeError) as told:
        span("next weekned", None, BERLIN, MONDAY_NOON)
    assert told.value.suggestions[0] == "next weekend"


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-13-01", "0001-01-01", "9999-12-31", "2026-12-01T25:00", "", "2026-12-01T00:00+99:99"],
)
def test_what_is_no_time_is_refused_with_what_would_be(text):
    with pytest.raises(TimeError):
        span(text, None, "UTC", MONDAY_NOON)


cursors = st.builds(
    Cursor,
    key=st.floats(allow_nan=False, allow_infinity=False),
    id=st.integers(0, 2**63 - 1),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
        lambda each: each.replace(microsecond=0, tzinfo=UTC)
    ),
)


@given(cursors, st.text(max_size=30))
def test_a_cursor_says_what_was_put_into_it(cursor, question):
    assert decode(encode(cursor, question), question) == cursor


@given(cursors, st.data())
def test_a_changed_cursor_is_noticed(cursor, data):
    text = encode(cursor, "q")
    place = data.draw(st.integers(0, len(text) - 2))
    other = "A" if text[place] != "A" else "B"
    with pytest.raises(CursorError):
        decode(text[:place] + other + text[place + 1 :], "q")


@given(st.text(max_size=60))
def test_any_other_text_is_no_cursor(text):
    with pytest.raises(CursorError):
        decode(text, "q")


def test_a_cursor_of_another_question_is_refused():
    with pytest.raises(CursorError):
        decode(encode(Cursor(1.0, 2, MONDAY_NOON + timedelta(0)), "one"), "other")
