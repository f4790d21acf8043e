"""The decider gives one answer whatever the order of what it is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.ingest.match import Attach, Candidate, Insert, Known, Unchanged, Update, decide, same_name
from app.ingest.urls import canonical

START = datetime(2026, 12, 1, 18, tzinfo=UTC)


def about(known: Known | None = None, candidates=(), name="Python night", url_key: int | None = 7):
    return decide(name=name, url_key=url_key, start=START, content_hash=1, known=known, candidates=candidates)


def test_what_is_known_and_the_same_is_unchanged():
    assert about(Known(5, content_hash=1, removed=False)) == Unchanged(5)


def test_what_is_known_and_says_something_else_is_an_update():
    assert about(Known(5, content_hash=2, removed=False)) == Update(5)


def test_what_comes_back_is_an_update_of_what_it_was():
    assert about(Known(5, content_hash=1, removed=True)) == Update(5)


def test_a_new_listing_with_address_and_start_of_a_known_event_joins_it():
    assert about(candidates=[Candidate(9, "Python Night!", 7, START)]) == Attach(9, "same address and start")


def test_another_start_another_name_or_no_address_is_another_event():
    assert about(candidates=[Candidate(9, "Python night", 7, START + timedelta(days=7))]) == Insert()
    assert about(candidates=[Candidate(9, "Knitting for beginners", 7, START)]) == Insert()
    assert about(candidates=[Candidate(9, "Python night", None, START)], url_key=None) == Insert()


@given(st.permutations([3, 1, 2]))
def test_of_several_the_oldest_wins_in_any_order(ids):
    assert about(candidates=[Candidate(each, "Python night", 7, START) for each in ids]) == Attach(
        1, "same address and start"
    )


@given(st.text(max_size=40), st.text(max_size=40))
def test_names_are_the_same_both_ways_or_neither(one, other):
    assert same_name(one, other) == same_name(other, one)


def test_names_differ_by_their_words_not_by_their_dress():
    assert same_name("[Online] Café Python: Talks", "Cafe Python talks")
    assert not same_name("Python night", "Nurses' breakfast")


@given(st.text(max_size=60))
def test_a_canonical_address_is_its_own_canonical_address(path):
    address = canonical(f"https://www.example.org/{path}")
    if address is not None:
        assert canonical(address) == address


def test_two_spellings_of_one_page_are_one_address():
    assert len({
        canonical(each)
        for each in (
            "https://www.meetup.com/Boston-Python/events/1/?utm_source=x&eventOrigin=y",
            "http://meetup.com/boston-python/events/1",
            "https://meetup.com/boston-python/events/1/#rsvp",
        )
    }) == 1  # fmt: skip
    assert canonical("https://lu.ma/abc") == canonical("https://luma.com/abc?tk=z")
    assert canonical("https://x.example/e?id=1") != canonical("https://x.example/e?id=2")
