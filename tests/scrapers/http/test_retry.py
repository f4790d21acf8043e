"""When to ask again: header values of all kinds and the rules over them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.http import retry

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
DATE = "Mon, 23 Nov 2026 12:00:00 GMT"

chance = st.floats(0, 1, exclude_max=True)
spans = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400))


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", seconds(120)),
        (" 120 ", seconds(120)),
        ("0", seconds(0)),
        ("000000000000060", seconds(60)),
        ("3600", seconds(3600)),
        ("99999999999", timedelta(days=7)),
        ("9" * 400, timedelta(days=7)),
        ("Mon, 23 Nov 2026 13:00:00 GMT", seconds(3600)),
        ("Monday, 23-Nov-26 13:00:00 GMT", seconds(3600)),
        ("Mon Nov 23 13:00:00 2026", seconds(3600)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=7)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", seconds(0)),
        ("-5", None),
        ("+5", None),
        ("1e9", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("3600, 60", None),
        ("١٢٠", None),
        ("Mon, 99 Nov 2026 13:00:00 GMT", None),
        ("Mon, 23 Nov 0000 13:00:00 GMT", None),
        ("2026-11-23T13:00:00Z", None),
        (None, None),
    ],
)
def test_retry_after_is_read_clamped_or_ignored(value, expected):
    assert retry.retry_after(value, date=DATE, now=NOW) == expected


def test_a_retry_after_date_counts_from_the_servers_own_clock():
    server_is_a_day_behind = "Sun, 22 Nov 2026 12:00:00 GMT"
    value = "Sun, 22 Nov 2026 12:30:00 GMT"
    assert retry.retry_after(value, date=server_is_a_day_behind, now=NOW) == seconds(1800)
    assert retry.retry_after("Mon, 23 Nov 2026 12:30:00 GMT", date="never", now=NOW) == seconds(1800)


@pytest.mark.parametrize(
    ("cache_control", "expires", "expected"),
    [
        ("max-age=43200", None, seconds(43_200)),
        ('public, MAX-AGE="60"', None, seconds(60)),
        ("max-age=60, s-maxage=5", None, seconds(60)),
        ("max-age=99999999999999999999", None, timedelta(days=7)),
        ("max-age=-1", None, None),
        ("max-age=", None, None),
        ("max-age=60, no-cache", None, None),
        ("no-store", "Mon, 23 Nov 2026 13:00:00 GMT", None),
        ('max-age=-1, max-age=99, no-cache="x', "0", None),
        (None, "Mon, 23 Nov 2026 13:00:00 GMT", seconds(3600)),
        ("public", "Mon, 23 Nov 2026 13:00:00 GMT", seconds(3600)),
        ("max-age=60", "Mon, 23 Nov 2026 13:00:00 GMT", seconds(60)),
        (None, "0", None),
        (None, "Mon, 23 Nov 2020 13:00:00 GMT", seconds(0)),
        (None, None, None),
    ],
)
def test_freshness_comes_from_max_age_or_else_expires(cache_control, expires, expected):
    assert retry.max_age(cache_control, expires, date=DATE, now=NOW) == expected


@given(st.text(), st.text(), st.text())
def test_no_header_value_raises_or_leaves_the_range(first, second, date):
    for span in (
        retry.retry_after(first, date=date, now=NOW),
        retry.max_age(first, second, date=date, now=NOW),
    ):
        assert span is None or timedelta() <= span <= timedelta(days=7)


@given(st.integers(-5, 10_000), chance)
def test_backoff_stays_between_a_minute_and_the_doubled_ceiling(failures, share):
    ceiling = min(timedelta(hours=24), timedelta(minutes=15) * 2 ** min(max(failures, 1) - 1, 20))
    assert timedelta(minutes=1) <= retry.backoff(failures, lambda: share) <= ceiling


def test_backoff_doubles_from_15_minutes_to_a_day():
    almost = [retry.backoff(k, lambda: 1.0) for k in (1, 2, 3, 7, 8, 500)]
    assert almost == [timedelta(minutes=m) for m in (15, 30, 60, 960, 1440, 1440)]


def test_backoff_with_full_jitter_may_be_as_short_as_a_minute_but_no_shorter():
    assert retry.backoff(9, lambda: 0.0) == timedelta(minutes=1)


@given(chance, spans, st.none() | spans, st.none() | spans, st.none() | spans)
def test_the_next_look_is_never_earlier_than_anyone_asked_within_the_caps(share, minimum, fresh, ttl, after):
    wait = retry.next_interval(lambda: share, minimum=minimum, max_age=fresh, ttl=ttl, retry_after=after)
    cap = max(timedelta(hours=24), minimum)
    assert wait >= timedelta(minutes=60)
    assert wait >= minimum
    assert wait >= min(cap, fresh or timedelta())
    assert wait >= min(cap, ttl or timedelta())
    assert wait >= min(timedelta(days=7), after or timedelta())
    assert wait <= max(cap, min(timedelta(days=7), after or timedelta()))


def test_an_ordinary_source_is_asked_after_60_to_66_minutes():
    assert retry.next_interval(lambda: 0.0) == timedelta(minutes=60)
    assert retry.next_interval(lambda: 1.0) == timedelta(minutes=66)
    assert retry.next_interval(lambda: 0.5, ttl=timedelta.max) == timedelta(hours=24)
