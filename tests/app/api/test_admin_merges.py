"""Doubtful merges by the API: events and groups that may be two, with what speaks for and against, decided once."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.ingest.matching.groups import GROUP_FACTS
from app.ingest.matching.reason import EVENT_FACTS
from app.ingest.pipeline import ingest
from app.main import create_app
from app.maintenance.health import health
from app.service.admin.reason_words import WORDS
from app.settings import Settings
from tests.app.conftest import a_group, an_event

KEY = "the key of an operator"
PAGE = "/v1/admin/doubtful-merges"


@pytest.fixture
def settings():
    """Those of a small installation."""
    return Settings(places="Boston, MA", admin_key=KEY, public_url="https://nextcircle.test")


@pytest.fixture
def admin(database, settings, now):
    """The API, asked with the operator's key at the time of the test."""
    app = create_app(settings, database, clock=lambda: now)
    with TestClient(app, raise_server_exceptions=False, headers={"X-API-Key": KEY}) as opened:
        yield opened


@pytest.fixture
def event(database, source, now):
    """An event that two sources name differently."""
    ours, theirs = source("meetup", "meetup"), source("ical", "A library")
    other = an_event(
        platform="ical", uid="x", name="Python evening", url="https://library.example/1", organizer=None
    )
    ingest(database, [(ours, an_event()), (theirs, other)], now)


@pytest.fixture
def group(database, source, now):
    """A group of one name and town on two platforms, which nothing else ties together."""
    ours, theirs = source("meetup", "meetup"), source("luma", "luma")
    other = a_group(platform="luma", uid="x", url="https://luma.com/boston-python")
    ingest(database, [(ours, a_group()), (theirs, other)], now)


def asked(admin, things: str) -> list[dict]:
    answer = admin.get(PAGE, params={"things": things})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_a_doubtful_event_comes_with_both_sides_and_what_speaks_for_and_against(admin, event):
    (merge,) = asked(admin, "events")
    said = {each["code"]: (each["supports"], each["words"]) for each in merge["reasons"]}
    assert said["same_town"] == (True, "the same town")
    assert said["same_start"] == (True, "the same day")
    assert said["a_series"][0] is False
    assert 50 <= merge["percent"] < 97
    assert [side["is_doubtful"] for side in merge["sides"]] == [False, True]
    assert {side["name"] for side in merge["sides"]} == {"Python project night", "Python evening"}


@pytest.mark.parametrize(("things", "fixture"), [("events", "event"), ("groups", "group")])
def test_what_is_split_is_two_and_not_asked_again(admin, request, things, fixture):
    request.getfixturevalue(fixture)
    (merge,) = asked(admin, things)
    away = [side["id"] for side in merge["sides"] if side["is_doubtful"]]
    parted = admin.post(f"/v1/admin/{things}/{merge['id']}/unmerge", json={"listings": away})
    assert len(parted.json()["ids"]) == 2
    assert asked(admin, things) == []


@pytest.mark.parametrize(("things", "fixture"), [("events", "event"), ("groups", "group")])
def test_what_is_confirmed_is_not_asked_again(admin, request, things, fixture):
    request.getfixturevalue(fixture)
    (merge,) = asked(admin, things)
    admin.post(f"/v1/admin/{things}/{merge['id']}/confirm")
    assert asked(admin, things) == []


def test_a_group_of_one_name_in_one_town_is_doubtful(admin, group):
    (merge,) = asked(admin, "groups")
    assert merge["percent"] == 85
    assert [each["code"] for each in merge["reasons"]] == ["same_name", "same_town"]
    assert merge["sides"][0]["where"].endswith("Boston")


def test_groups_that_share_an_event_or_a_link_are_sure(admin, database, source, now):
    ours, theirs = source("meetup", "meetup"), source("luma", "luma")
    other = a_group(
        platform="luma",
        uid="x",
        url="https://luma.com/boston-python",
        description="Also at https://www.meetup.com/boston-python/ each month",
    )
    ingest(database, [(ours, a_group()), (theirs, other)], now)
    assert asked(admin, "groups") == []
    assert asked(admin, "events") == []


def test_the_health_report_counts_doubtful_groups_apart(database, settings, group, now):
    found = {each.id: each for each in health(settings, database, now).problems}
    assert found["merges:groups"].what.startswith("1 group was put together")
    assert found["merges:groups"].page == "/operator/review#group-merges"
    assert "merges" not in found


def test_every_fact_has_words():
    assert WORDS.keys() == {*EVENT_FACTS, *GROUP_FACTS}
    assert all(EVENT_FACTS.get(code, so) == so for code, so in GROUP_FACTS.items())


def test_other_things_and_too_many_are_refused(admin):
    assert admin.get(PAGE, params={"things": "people"}).status_code == 422
    assert admin.get(PAGE, params={"limit": 101}).status_code == 422
