"""Recurrence rules against python-dateutil as an oracle, and where RFC 5545 and dateutil part."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.formats.periods import Budget
from scrapers.formats.recurrence import Series, occurrences
from scrapers.formats.rrule import RuleError, parse_rule
from tests.steps import at_most

FAR = datetime(2100, 1, 1)


def first(rule: str, start: datetime, count: int = 20) -> list[datetime]:
    return list(islice(occurrences(parse_rule(rule), start, None, FAR, Budget()), count))


def days(rule: str, start: datetime, count: int) -> list[str]:
    return [f"{moment:%Y%m%d}" for moment in first(rule, start, count)]


WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def lists(low: int, high: int, *, signed: bool = False) -> st.SearchStrategy[str]:
    numbers = st.integers(low, high)
    if signed:
        numbers = st.one_of(numbers, st.integers(-high, -low))
    return st.lists(numbers, min_size=1, max_size=3, unique=True).map(lambda found: ",".join(map(str, found)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules on which dateutil follows RFC 5545; the others are tested one by one below."""
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(lists(1, 12))}")
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(lists(1, 28, signed=True))}")
    if draw(st.booleans()):
        names = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True)
        if frequency in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
            ordinal = st.sampled_from(["1", "2", "-1", "+3", "-2", "5"])
            chosen = [draw(ordinal) + each for each in draw(names)]
        else:
            chosen = draw(names)
        parts.append("BYDAY=" + ",".join(chosen))
        plain = all(each in WEEKDAYS for each in chosen)
        if frequency == "YEARLY" and plain and "BYMONTH=" not in ";".join(parts) and draw(st.booleans()):
            parts.append(f"BYWEEKNO={draw(lists(1, 52))}")
    if frequency in {"YEARLY", "DAILY"} and draw(st.integers(0, 4)) == 0:
        parts.append(f"BYYEARDAY={draw(lists(1, 365, signed=True))}")
    if draw(st.booleans()):
        parts.append(f"BYHOUR={draw(lists(0, 23))}")
    if frequency in {"DAILY", "WEEKLY", "MONTHLY"} and draw(st.booleans()):
        parts.append(f"BYMINUTE={draw(lists(0, 59))}")
    # In the week of DTSTART dateutil counts BYSETPOS from DTSTART, RFC 5545 from the beginning of the week.
    if frequency in {"YEARLY", "MONTHLY", "DAILY"} and len(parts) > 2 and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '2', '1,-1', '-2']))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    return ";".join(parts)


STARTS = st.datetimes(datetime(1998, 1, 1), datetime(2030, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


@settings(max_examples=80)
@given(rules(), STARTS)
def test_rules_give_the_dates_that_dateutil_gives(rule: str, start: datetime) -> None:
    end = start + timedelta(days=500 if "MINUTELY" in rule or "HOURLY" in rule else 4000)
    try:
        # dateutil finds no instance for some INTERVAL and BYHOUR pairs and says so by raising.
        expected = list(islice(rrulestr(f"{rule};UNTIL={end:%Y%m%dT%H%M%S}", dtstart=start), 60))
    except ValueError:
        expected = []
    budget = Budget()
    found = list(islice(occurrences(parse_rule(rule), start, None, end + timedelta(seconds=1), budget), 60))
    if budget.exhausted:
        assert found == expected[: len(found)]
    else:
        assert found == expected


@settings(max_examples=80)
@given(rules(), STARTS, st.integers(0, 3000))
def test_a_walk_that_begins_at_the_window_finds_what_a_full_walk_finds(
    rule: str, start: datetime, later: int
) -> None:
    after = start + timedelta(days=later)
    before = after + timedelta(days=40 if "MINUTELY" in rule or "HOURLY" in rule else 800)
    parsed = parse_rule(rule)
    full, near = Budget(10**7), Budget(10**7)
    whole = [
        moment for moment in islice(occurrences(parsed, start, None, before, full), 30_000) if moment >= after
    ]
    walked = [moment for moment in occurrences(parsed, start, after, before, near) if moment >= after]
    if not full.exhausted and not near.exhausted:
        assert walked[: len(whole)] == whole


def test_the_examples_of_the_standard_give_its_dates() -> None:
    start = datetime(1997, 9, 2, 9)
    assert days("FREQ=MONTHLY;BYDAY=1FR", datetime(1997, 9, 5, 9), 4) == [
        "19970905",
        "19971003",
        "19971107",
        "19971205",
    ]
    assert days("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", datetime(1997, 9, 29, 9), 3) == [
        "19970929",
        "19971030",
        "19971127",
    ]
    assert days(
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", datetime(1996, 11, 5, 9), 3
    ) == [
        "19961105",
        "20001107",
        "20041102",
    ]
    assert days("FREQ=YEARLY;BYDAY=20MO", datetime(1997, 5, 19, 9), 3) == ["19970519", "19980518", "19990517"]
    assert days("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", datetime(1997, 5, 12, 9), 3) == [
        "19970512",
        "19980511",
        "19990517",
    ]
    assert days("FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200", datetime(1997, 1, 1, 9), 4) == [
        "19970101",
        "19970410",
        "19970719",
        "20000101",
    ]
    assert days("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO", datetime(1997, 8, 5, 9), 4) == [
        "19970805",
        "19970810",
        "19970819",
        "19970824",
    ]
    assert days("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", datetime(1997, 8, 5, 9), 4) == [
        "19970805",
        "19970817",
        "19970819",
        "19970831",
    ]
    assert [f"{each:%H%M}" for each in first("FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,20", start, 4)] == [
        "0900",
        "0920",
        "1000",
        "1020",
    ]


def test_a_week_number_without_a_day_means_the_weekday_of_the_start() -> None:
    # dateutil gives all seven days; RFC 5545 3.3.10 takes what is missing from DTSTART.
    assert days("FREQ=YEARLY;BYWEEKNO=20", datetime(1997, 5, 12, 9), 3) == [
        "19970512",
        "19980511",
        "19990517",
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "%n;BYMONTH=",
        "COUNT=3",
        "FREQ=FORTNIGHTLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=-2",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=YEARLY;BYDAY=53MO,-54SU",
        "FREQ=YEARLY;BYDAY=0MO",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;UNTIL=20270230",
        "FREQ=DAILY;UNTL=20270101",
        "FREQ=DAILY;WKST=XX",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;RSCALE=HEBREW",
        "FREQ=DAILY;INTERVAL=99999999999999999999999",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        parse_rule(rule)


def window(rule: str, start: datetime, after: datetime, span: timedelta) -> list[datetime]:
    series = Series(start, ((parse_rule(rule), None),))
    return list(islice(series.starts(after, after + span, Budget()), 500))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MINUTELY",
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;COUNT=1000000000",
        "FREQ=MINUTELY;INTERVAL=7;BYHOUR=3",
        "FREQ=SECONDLY;BYMONTH=2;BYHOUR=3;BYMINUTE=1;BYSECOND=5",
    ],
)
def test_an_old_rule_of_short_periods_is_quick(rule: str) -> None:
    with at_most(calls=1_000_000):
        found = window(rule, datetime(2001, 1, 1), datetime(2027, 1, 1), timedelta(days=366))
        assert found


def test_a_rule_that_never_matches_ends_on_its_budget_and_keeps_the_first_instance() -> None:
    budget = Budget()
    series = Series(datetime(2026, 1, 1), ((parse_rule("FREQ=SECONDLY;BYYEARDAY=366;BYMONTH=1"), None),))
    assert list(series.starts(datetime(2025, 1, 1), datetime(9998, 1, 1), budget)) == [datetime(2026, 1, 1)]
    assert budget.exhausted


def test_a_count_is_kept_when_the_walk_begins_near_the_window() -> None:
    found = window("FREQ=DAILY;COUNT=10", datetime(2026, 1, 1), datetime(2026, 1, 8), timedelta(days=30))
    assert found == [datetime(2026, 1, 8), datetime(2026, 1, 9), datetime(2026, 1, 10)]


def test_the_start_counts_as_the_first_of_count_even_where_the_rule_does_not_give_it() -> None:
    # Thursday the 1st, then Mondays: three in all.
    found = window(
        "FREQ=WEEKLY;BYDAY=MO;COUNT=3", datetime(2026, 1, 1), datetime(2026, 1, 1), timedelta(days=60)
    )
    assert found == [datetime(2026, 1, 1), datetime(2026, 1, 5), datetime(2026, 1, 12)]


def test_excluded_days_and_moments_leave_the_series() -> None:
    series = Series(
        datetime(2026, 1, 1, 18),
        ((parse_rule("FREQ=DAILY"), datetime(2026, 1, 5, 18)),),
        extra=(datetime(2026, 1, 3, 18), datetime(2026, 1, 9, 18)),
        excluded=frozenset({datetime(2026, 1, 2, 18)}),
        excluded_days=frozenset({date(2026, 1, 4)}),
    )
    found = [each.day for each in series.starts(datetime(2026, 1, 1), datetime(2026, 2, 1), Budget())]
    assert found == [1, 3, 5, 9]


def test_a_rule_reaches_the_end_of_the_calendar_without_a_complaint() -> None:
    found = window("FREQ=YEARLY", datetime(9990, 1, 1), datetime(9990, 1, 1), timedelta(days=3_600))
    assert found[-1] == datetime(9998, 1, 1)
