"""Doubtful merges side by side, requests of organisers and the public, what is hidden: decided by page, undone by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.ids import public
from app.ingest.pipeline import ingest
from app.ingest.takedowns.repository import request_take_down, take_downs
from app.service.admin.review import look_up, merges_to_review
from app.sources.repository.sources import listing
from app.sources.suggestions.repository import suggest, suggestions
from tests.app.conftest import an_event
from tests.app.web.operator_browser import OperatorBrowser, done

PAGE = "/operator/review"


@pytest.fixture
def operator(database, now):
    """A browser that is logged in."""
    opened = OperatorBrowser(database, now)
    opened.log_in()
    return opened


@pytest.fixture
def doubtful(database, source, now):
    """The id of an event that two sources name differently, so that nobody can be sure."""
    ours, theirs = source("meetup", "meetup"), source("ical", "A library")
    other = an_event(
        platform="ical", uid="x", name="Python evening", url="https://library.example/1", organizer=None
    )
    ingest(database, [(ours, an_event()), (theirs, other)], now)
    (merge,) = merges_to_review(database, now)
    return merge.id


def living(database) -> list[str]:
    query = "SELECT name FROM event WHERE removed_at IS NULL AND merged_into IS NULL ORDER BY name"
    with database.read() as connection:
        return list(connection.execute(text(query)).scalars())


def actions(operator) -> list[str]:
    return [action for _, action, _ in operator.audit()][1:]


def test_a_doubtful_merge_is_shown_with_both_sides_and_its_reasons(operator, doubtful):
    page = operator.get(PAGE).text
    assert "Python project night" in page
    assert "Python evening" in page
    assert "83 % sure" in page
    assert "same town" in page


def test_a_wrong_merge_is_split_and_the_split_undone(operator, database, doubtful, now):
    page = operator.get(PAGE).text
    name = page.split('name="listing-')[1].split('"')[0]
    done(
        operator.post(f"{PAGE}/events/{doubtful}", do="split", then="review", **{f"listing-{name}": "on"}),
        f"{PAGE}?done=split",
    )
    assert living(database) == ["Python evening", "Python project night"]
    assert merges_to_review(database, now) == []
    page = operator.get(PAGE).text
    entry = page.split('name="entry" value="')[1].split('"')[0]
    done(operator.post(f"{PAGE}/undo", entry=entry), f"{PAGE}?done=undone#decisions")
    assert len(living(database)) == 1
    assert actions(operator) == ["events.unmerge", "events.merge"]


def test_a_right_merge_is_confirmed_and_not_asked_again(operator, database, doubtful, now):
    done(operator.post(f"{PAGE}/events/{doubtful}", do="confirm", then="review"), f"{PAGE}?done=confirmed")
    assert merges_to_review(database, now) == []
    assert actions(operator) == ["events.confirm"]


def test_two_events_are_merged_by_an_address_and_the_merge_undone(operator, database, source, now):
    ref = source("meetup", "meetup")
    later = an_event(
        uid="2",
        name="Another evening",
        url="https://www.meetup.com/boston-python/events/2/",
        start_date=an_event().start_date + timedelta(days=7),
    )
    ingest(database, [(ref, an_event()), (ref, later)], now)
    things, identity = look_up(database, "https://www.meetup.com/boston-python/events/1/")
    assert things == "events"
    path = f"{PAGE}/events/{identity}"
    unknown = operator.post(path, do="merge", other="https://nowhere.example/")
    assert unknown.status_code == 409
    done(operator.post(path, do="merge", other=later.url), f"{path}?done=merged")
    assert len(living(database)) == 1
    entry = operator.get(PAGE).text.split('name="entry" value="')[1].split('"')[0]
    operator.post(f"{PAGE}/undo", entry=entry)
    assert len(living(database)) == 2
    assert actions(operator) == ["events.merge", "events.unmerge"]
    assert operator.post(f"{PAGE}/undo", entry="9999999").status_code == 404
    assert operator.post(f"{PAGE}/undo", entry="x").status_code == 404


def test_an_event_is_hidden_and_shown_again(operator, database, put):
    put("Evening")
    with database.read() as connection:
        identity = public(connection.execute(text("SELECT id FROM event")).scalar_one())
    path = f"{PAGE}/events/{identity}"
    done(operator.post(path, do="hide"), f"{path}?done=hidden")
    assert living(database) == []
    assert "Hidden by an operator" in operator.get(path).text
    assert path in operator.get(PAGE).text
    done(operator.post(path, do="show", then="review"), f"{PAGE}?done=shown")
    assert living(database) == ["Evening"]
    assert operator.post(path, do="explode").status_code == 422
    assert operator.get(f"{PAGE}/events/{'0' * 13}").status_code == 404
    assert operator.get(f"{PAGE}/people/{identity}").status_code == 422


def test_things_are_found_by_their_address_here_and_there(operator, put, database):
    event = put("Evening")
    with database.read() as connection:
        identity = public(connection.execute(text("SELECT id FROM event")).scalar_one())
    for target in (event.url, identity, f"https://nextcircle.test/events/{identity}"):
        answer = operator.client.get(f"{PAGE}/find", params={"target": target})
        assert answer.headers["location"] == f"{PAGE}/events/{identity}"
    lost = operator.client.get(f"{PAGE}/find", params={"target": "<script>"})
    assert lost.status_code == 404
    assert "<script>" not in lost.text


def test_an_event_is_found_by_the_address_of_each_of_its_listings(operator, doubtful):
    for address in ("https://library.example/1", an_event().url):
        answer = operator.client.get(f"{PAGE}/find", params={"target": address})
        assert answer.headers["location"] == f"{PAGE}/events/{doubtful}"


def test_suggestions_are_accepted_and_declined(operator, database, now):
    good = suggest(database, "https://example.org/good.ics", "the <b>library</b>", "Boston, MA", now)
    bad = suggest(database, "https://example.org/bad.ics", None, None, now)
    assert "&lt;b&gt;library" in operator.get(PAGE).text
    done(operator.post(f"{PAGE}/suggestions/{good}", do="accept"), f"{PAGE}?done=accepted#suggestions")
    done(operator.post(f"{PAGE}/suggestions/{bad}", do="decline"), f"{PAGE}?done=declined#suggestions")
    assert [row["url"] for row in listing(database, pages=True)] == ["https://example.org/good.ics"]
    assert suggestions(database) == []
    assert operator.post(f"{PAGE}/suggestions/{good}", do="accept").status_code == 409
    assert actions(operator) == ["suggestion.accept", "suggestion.decline"]


def test_take_downs_are_seen_worst_first_and_dealt_with(operator, database, put, now):
    event = put("Evening")
    asked = request_take_down(database, "remove", str(event.url), "ada@example.org", "please", now)
    assert "1 organiser waits for an answer" in operator.get("/operator").text
    assert "ada@example.org" in operator.get(PAGE).text
    done(operator.post(f"{PAGE}/remove", target=str(event.url)), f"{PAGE}?done=taken-down#removed")
    done(operator.post(f"{PAGE}/take-downs/{asked}"), f"{PAGE}?done=settled#take-downs")
    assert living(database) == []
    assert take_downs(database) == []
    assert str(event.url) in operator.get(PAGE).text
    assert operator.post(f"{PAGE}/remove", target="nonsense").status_code == 422
    assert actions(operator) == ["listing.remove", "take-down.done"]
