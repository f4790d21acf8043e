"""What the next run takes from the last ones: the interval, the usual number of events, the fields that are filled."""

from __future__ import annotations

from app.sources.schedule import FIRST_SECONDS, filled_shares, next_seconds, seconds_while_empty, usual_after
from tests.app.conftest import an_event


def test_what_never_changes_is_asked_once_a_day_in_the_end():
    seconds, waits = 21_600, []
    for _ in range(10):
        seconds = next_seconds(seconds, changed=False)
        waits.append(seconds)
    assert waits == sorted(waits)
    assert waits[-1] == 86_400


def test_what_changes_each_time_is_asked_hourly_in_the_end():
    seconds = 86_400
    for _ in range(10):
        seconds = next_seconds(seconds, changed=True)
    assert seconds == 3_600


def test_an_address_without_events_is_asked_daily_then_weekly():
    seconds, waits = FIRST_SECONDS, []
    for _ in range(12):
        seconds = seconds_while_empty(seconds)
        waits.append(seconds / 86_400)
    assert waits[0] == 1
    assert waits == sorted(waits)
    assert waits[-1] == 7


def test_the_usual_number_follows_slowly():
    assert usual_after(None, 40) == 40
    assert usual_after(40, 40) == 40
    assert usual_after(40, 20) == 36


def test_shares_say_how_many_events_name_a_place():
    shares = filled_shares(
        [an_event(), an_event(location=None), an_event(is_accessible_for_free=True), an_event()]
    )
    assert shares is not None
    assert shares["location"] == 75
    assert shares["price"] == 25
    assert shares["url"] == 100
    assert filled_shares([]) is None
