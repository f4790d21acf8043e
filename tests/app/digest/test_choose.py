"""What a digest shows, and never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import public
from app.digest.choose import AHEAD, Candidates, Choice, History, choose, items_shown, series_key, told_of

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def event(number: int, days: float = 3, **values: Any) -> dict[str, Any]:
    start = NOW + timedelta(days=days)
    return {
        "id": public(number), "name": f"Event {number}", "start_date": start.isoformat(), "timezone": "UTC",
        "event_status": "EventScheduled", "location": {"name": "Hub", "address": None, "city": "Boston"}, "group": None,
        "purposes": [], **values,
    }  # fmt: skip


def pick(thing: dict[str, Any], score: float = 70, because: str = "career") -> dict[str, Any]:
    is_event = "start_date" in thing
    return {
        "event": thing if is_event else None, "group": None if is_event else thing, "score": score, "because": because,
        "reasons": [], "caveats": [], "first_step": "Go.", "next_event": None,
    }  # fmt: skip


def group(number: int) -> dict[str, Any]:
    return {"id": public(number), "name": f"Group {number}", "purposes": []}


def shown(choice: Choice) -> list[str]:
    return [each["event"]["id"] for each in choice.events]


def remembered(choice: Choice) -> History:
    rows = items_shown(choice)
    return History(
        ids=frozenset(public(row["item_id"]) for row in rows),
        series=frozenset(row["series"] for row in rows),
        told={public(row["item_id"]): row["told"] for row in rows if row["kind"] == "e"},
    )


def test_the_best_five_events_of_two_weeks_come_in_order_of_time():
    events = [pick(event(number, days=10 - number), score=60 + number) for number in range(1, 9)]
    choice = choose(Candidates(events=[*reversed(events), pick(event(20, days=15), 99)]), History(), NOW)
    assert shown(choice) == [public(number) for number in (8, 7, 6, 5, 4)]
    assert choice.best is not None
    assert choice.best["event"]["id"] == public(8)


def test_nothing_is_shown_twice():
    candidates = Candidates(events=[pick(event(1))], groups=[pick(group(2))])
    first = choose(candidates, History(), NOW)
    second = choose(candidates, remembered(first), NOW)
    assert not first.is_empty
    assert second.is_empty


def test_another_date_of_a_series_that_was_shown_is_not_news():
    host = {"id": public(9), "name": "PyData"}
    first = choose(Candidates(events=[pick(event(1, group=host, name="Project night"))]), History(), NOW)
    later = event(2, days=5, group=host, name="Project Night")
    assert choose(Candidates(events=[pick(later)]), remembered(first), NOW).is_empty
    other = event(3, days=5, group=host, name="Talks about testing")
    assert shown(choose(Candidates(events=[pick(other)]), remembered(first), NOW)) == [public(3)]


def test_a_group_whose_event_is_shown_is_not_named_again_as_a_group():
    host = group(9)
    choice = choose(
        Candidates(events=[pick(event(1, group=host))], groups=[pick(host), pick(group(10))]), History(), NOW
    )
    assert [each["group"]["id"] for each in choice.groups] == [public(10)]


def test_what_is_not_for_somebody_is_left_out_with_the_events_of_that_group():
    host = group(9)
    candidates = Candidates(events=[pick(event(1, group=host)), pick(event(2))], groups=[pick(host)])
    choice = choose(candidates, History(), NOW, hidden=[public(9), public(2)])
    assert choice.is_empty


def test_what_was_cancelled_before_it_was_shown_is_not_told():
    assert choose(Candidates(events=[pick(event(1, event_status="EventCancelled"))]), History(), NOW).is_empty


def test_changes_of_what_was_shown_are_told_once():
    told = {public(number): told_of(event(number)) for number in range(1, 7)}
    current = {
        public(1): event(1, event_status="EventCancelled"),
        public(2): event(2, days=4),
        public(3): event(3, location={"name": "Lab", "address": None, "city": "Boston"}),
        public(4): None,
        public(5): event(5, event_status="EventMovedOnline"),
        public(6): event(6),
    }
    choice = choose(Candidates(current=current), History(told=told), NOW)
    assert {each.id: each.kind for each in choice.changes} == {
        public(1): "cancelled", public(2): "time", public(3): "place", public(4): "gone", public(5): "online",
    }  # fmt: skip
    again = choose(Candidates(current=current), History(told=remembered(choice).told), NOW)
    assert again.is_empty


def test_what_was_cancelled_and_is_on_again_is_told():
    told = {
        public(1): told_of(event(1, event_status="EventCancelled")),
        public(2): told_of(None, told_of(event(2))),
    }
    choice = choose(Candidates(current={public(1): event(1), public(2): event(2)}), History(told=told), NOW)
    assert [each.kind for each in choice.changes] == ["back", "back"]


def test_changes_of_what_is_over_are_not_told():
    told = {public(1): told_of(event(1, days=-1))}
    assert choose(Candidates(current={public(1): None}), History(told=told), NOW).is_empty


def test_little_that_fits_is_filled_up_with_what_is_worth_knowing_but_never_alone():
    weak = [pick(event(number, days=number), score=45) for number in (2, 3, 4)]
    choice = choose(Candidates(events=[pick(event(1)), *weak]), History(), NOW)
    assert shown(choice) == [public(1)]
    assert len(choice.also) == 2
    assert choose(Candidates(events=weak), History(), NOW).is_empty


def test_one_pick_is_for_an_interest_where_both_were_asked_for():
    careers = [pick(event(number, days=number), score=80) for number in range(1, 6)]
    game = pick(event(9, days=9), score=60, because="interest")
    candidates = Candidates(events=[*careers, game])
    assert choose(candidates, History(), NOW, mixed=True).interest == game
    assert choose(candidates, History(), NOW, mixed=False).interest is None


def test_purposes_that_were_asked_for_are_needed():
    fair = event(1, purposes=[{"id": "hiring"}])
    choice = choose(Candidates(events=[pick(fair), pick(event(2))]), History(), NOW, purposes=["hiring"])
    assert shown(choice) == [public(1)]


def test_after_four_quiet_digests_a_wider_circle_is_offered_once():
    offered = [choose(Candidates(), History(), NOW, quiet=quiet).offers_wider for quiet in range(8)]
    assert offered == [False, False, False, False, True, False, False, False]


@given(
    st.lists(st.tuples(st.integers(1, 12), st.floats(-2, 20), st.floats(0, 100)), max_size=20),
    st.integers(1, 4),
)
def test_whatever_comes_no_item_is_shown_twice_in_any_weeks(found, weeks):
    history, seen = History(), set()
    for week in range(weeks):
        now = NOW + timedelta(days=7 * week)
        events = [pick(event(number, days=days), score) for number, days, score in found]
        choice = choose(Candidates(events=events), history, now)
        for each in (*choice.events, *choice.also):
            assert each["event"]["id"] not in seen
            assert now < datetime.fromisoformat(each["event"]["start_date"]) <= now + AHEAD
            seen.add(each["event"]["id"])
        now_remembered = remembered(choice)
        history = History(history.ids | now_remembered.ids, history.series | now_remembered.series)


def test_a_series_is_told_by_its_host_and_name():
    host = {"id": public(9), "name": "PyData"}
    assert series_key(pick(event(1, group=host, name="Réunion"))) == series_key(
        pick(event(2, group=host, name="reunion"))
    )
    assert series_key(pick(event(1))) != series_key(pick(event(2)))
