"""Digests are due at the same time of day by the clocks of a place, whatever these do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.digest.schedule import local_instant, next_due
from app.search.query import WEEKDAYS

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Santiago",
    "UTC",
)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
CLOCKS = st.times().map(lambda value: f"{value:%H:%M}")


@given(
    MOMENTS,
    st.sampled_from(WEEKDAYS),
    CLOCKS,
    st.sampled_from(ZONES),
    st.sampled_from(("week", "2weeks", "month")),
)
def test_a_digest_comes_later_and_within_its_period(after, weekday, clock, zone, every):
    due = next_due(after, weekday, clock, zone, every, after.date())
    longest = {"week": 7, "2weeks": 14, "month": 36}[every]
    assert after < due <= after + timedelta(days=longest + 1)
    local = due.astimezone(ZoneInfo(zone))
    # A gap may push it on, even into the next day, but never before its time.
    day = local.date() if WEEKDAYS[local.weekday()] == weekday else local.date() - timedelta(days=1)
    assert WEEKDAYS[day.weekday()] == weekday
    assert datetime.combine(day, time.fromisoformat(clock)) <= local.replace(tzinfo=None)


@given(MOMENTS, st.sampled_from(WEEKDAYS), CLOCKS, st.sampled_from(ZONES))
def test_weekly_digests_are_a_week_apart_by_the_clock_of_the_place(after, weekday, clock, zone):
    anchor = after.date()
    first = next_due(after, weekday, clock, zone, "week", anchor)
    second = next_due(first, weekday, clock, zone, "week", anchor)
    assert (
        timedelta(days=7) - timedelta(hours=26) <= second - first <= timedelta(days=7) + timedelta(hours=26)
    )
    # Nothing lies between them: a moment just before the second leads to it as well.
    assert next_due(second - timedelta(seconds=1), weekday, clock, zone, "week", anchor) == second


def test_of_a_time_that_the_clocks_leave_out_it_is_the_first_after_the_gap():
    due = local_instant(date(2027, 3, 14), time(2, 30), ZoneInfo("America/New_York"))
    assert due == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)  # 3:00 EDT


def test_of_a_time_that_comes_twice_it_is_the_first():
    due = local_instant(date(2026, 10, 25), time(2, 30), ZoneInfo("Europe/Berlin"))
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_of_a_day_that_a_place_skipped_it_is_the_next_one():
    due = local_instant(date(2011, 12, 30), time(8, 0), ZoneInfo("Pacific/Apia"))
    assert due == datetime(2011, 12, 30, 10, 0, tzinfo=UTC)  # midnight of the 31st there


def test_every_other_week_is_counted_from_the_week_of_the_subscription():
    anchor = date(2026, 11, 25)
    first = next_due(datetime(2026, 11, 25, 12, tzinfo=UTC), "tue", "08:00", "UTC", "2weeks", anchor)
    assert first == datetime(2026, 12, 8, 8, tzinfo=UTC)
    assert next_due(first, "tue", "08:00", "UTC", "2weeks", anchor) == datetime(2026, 12, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 12, 1, 8, tzinfo=UTC)),
        (datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2027, 1, 5, 8, tzinfo=UTC)),
        (datetime(2027, 1, 31, tzinfo=UTC), datetime(2027, 2, 2, 8, tzinfo=UTC)),
    ],
)
def test_once_a_month_is_the_first_such_weekday(after, due):
    assert next_due(after, "tue", "08:00", "UTC", "month", date(2026, 1, 1)) == due
