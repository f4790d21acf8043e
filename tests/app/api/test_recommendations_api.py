"""What `/v1/recommendations` answers: groups and events to go to next, each with reasons."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.ingest.pipeline import ingest
from app.service.recommendation_schemas import RecommendationPage
from app.taxonomy.taxonomy import is_sensitive
from tests.app.conftest import a_group

BOSTON = "Boston, MA"


@pytest.fixture
def town(put, database, source, here):
    """Boston with groups for code, data, games, knitting, one that is dead and one in Worcester."""
    for days in (-20, 5, 19):
        put("Python evening: talks and networking", days=days, group="Boston Python Developers")
        put("Data science lightning talks", days=days + 1, group="Boston Data Scientists")
        put("Board games night", days=days + 2, group="Hub Board Gamers")
        put("Knitting circle", days=days + 3, group="Charles River Knitters")
        put("Software craft", "Worcester", days=days, group="Worcester Software Developers")
    put("Java users", days=-400, group="Boston Java Developers")


def picks(client, **parameters):
    response = client.get("/v1/recommendations", params={"near": BOSTON} | parameters)
    assert response.status_code == 200, response.text
    RecommendationPage.model_validate(response.json())
    return response.json()


def group_names(page):
    return [each["group"]["name"] for each in page["items"]]


def test_the_wished_field_comes_first_and_says_why(client, town):
    page = picks(client, field="software-engineering")
    first = page["items"][0]
    assert first["group"]["name"] == "Boston Python Developers"
    assert first["because"] == "career"
    assert first["reasons"][0]["code"] == "field_match"
    assert first["reasons"][0]["evidence"]
    assert first["next_event"]["name"] == "Python evening: talks and networking"
    assert first["first_step"]
    assert page["model"]["hash"]


def test_groups_that_are_dead_or_about_something_else_are_not_named(client, town):
    names = group_names(picks(client, field="software-engineering"))
    assert "Boston Java Developers" not in names
    assert "Charles River Knitters" not in names


def test_a_career_an_industry_and_an_interest_are_each_among_the_picks(client, town):
    page = picks(client, field="software-engineering", interest="board-games")
    assert {"career", "interest"} <= {each["because"] for each in page["items"]}
    assert "Hub Board Gamers" in group_names(page)


def test_a_place_alone_is_enough(client, town):
    assert len(picks(client)["items"]) >= 3


def test_nearer_groups_come_first_and_farther_ones_need_a_larger_radius(client, town):
    near = group_names(picks(client, field="software-engineering"))
    far = group_names(picks(client, field="software-engineering", radius_km=100))
    assert "Worcester Software Developers" not in near
    assert "Worcester Software Developers" in far
    assert far.index("Boston Python Developers") < far.index("Worcester Software Developers")


def test_what_one_goes_to_is_not_named_and_what_is_like_it_comes_first(client, town):
    everything = picks(client, limit=50)["items"]
    ids = {each["group"]["name"]: each["group"]["id"] for each in everything}
    page = picks(client, group=ids["Boston Python Developers"])
    names = group_names(page)
    assert "Boston Python Developers" not in names
    assert names[0] == "Boston Data Scientists"
    excluded = group_names(picks(client, exclude=ids["Hub Board Gamers"]))
    assert "Hub Board Gamers" not in excluded


def test_a_map_that_lacks_a_field_lifts_the_groups_that_have_it(client, town):
    body = {
        "near": [BOSTON],
        "field": ["software-engineering", "data-science-ai"],
        "phase": "grow",
        "covered": {"fields": {"software-engineering": "covered", "data-science-ai": "none"}},
    }
    response = client.post("/v1/recommendations", json=body)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    first = response.json()["items"][0]
    assert first["group"]["name"] == "Boston Data Scientists"
    assert "new_circle" in [each["code"] for each in first["reasons"]]


def test_events_are_ranked_the_same_way_with_a_week_that_does_not_clash(client, town):
    page = picks(client, **{"for": "events", "field": "software-engineering"})
    first = page["items"][0]["event"]
    assert first["name"] == "Python evening: talks and networking"
    assert page["items"][0]["group"] is None
    assert first["id"] in page["week"]
    assert len(page["week"]) <= 3
    starts = {each["event"]["id"]: each["event"]["start_date"] for each in page["items"]}
    assert [starts[each] for each in page["week"]] == sorted(starts[each] for each in page["week"])


def test_the_same_question_is_answered_the_same(client, town):
    once, again = (picks(client, field="software-engineering", interest="games") for _ in range(2))
    assert once == again


def test_what_is_sensitive_is_named_only_when_asked_for_by_name(client, database, source, here):
    group = a_group(
        uid="aa", name="Boston AA Recovery Support Group", url="https://www.meetup.com/aa/",
        description="Addiction recovery and sobriety support meetings.",
    )  # fmt: skip
    ingest(database, [(source("meetup", "groups"), group)], here)
    stored = client.get("/v1/groups", params={"near": BOSTON}).json()["items"]
    sensitive = [each["id"] for item in stored for each in item["interests"] if is_sensitive(each["id"])]
    assert sensitive
    assert picks(client)["items"] == []
    assert len(picks(client, interest=sensitive[0])["items"]) == 1


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"field": "xyzzyplugh"}, "field"),
        ({"group": "nonsense"}, "group"),
        ({"near": "Xyzzyplughville"}, "near"),
        ({"phase": "panic"}, "phase"),
        ({"sort": "start"}, "sort"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(client, parameters, named):
    response = client.get("/v1/recommendations", params=parameters)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["parameter"] == named


def test_the_phase_of_a_map_may_be_written_with_a_plus_in_an_address(client, town):
    assert client.get("/v1/recommendations?near=Boston,MA&phase=ask+grow").json()["phase"] == "ask+grow"


def test_only_groups_with_a_coming_event_of_a_kind_where_that_is_asked(client, put):
    put("Python online", days=3, group="Remote Python", event_attendance_mode="online", location=None)
    put("Python in person", days=3, group="Local Python", event_attendance_mode="offline")
    assert group_names(picks(client, field="software-engineering", mode="offline")) == ["Local Python"]


def test_where_nothing_fits_there_is_something_to_do_instead(client, put):
    for days in (-20, 5, 19):
        put("Software craft", "Worcester", days=days, group="Worcester Software Developers")
        put("Data science talks", days=days, group="Boston Data Scientists")
        put("Knitting circle", days=days, group="Charles River Knitters")
        put("Job club: interview practice", days=days, group="Boston Job Seekers Networking")
    near = client.get("/v1/groups", params={"near": BOSTON}).json()["items"]
    # Somebody who knows them all does not want to be told of them again.
    page = picks(client, field="software-engineering", radius_km="10", exclude=[each["id"] for each in near])
    assert page["items"] == []
    told = {each["kind"]: each for each in page["instead"]}
    assert told["wider"]["parameters"] == {"radius_km": 100.0}
    assert told["wider"]["count"] == 1
    assert told["job_seekers"]["path"] == "/v1/groups"
    assert list(told)[-1] == "add_source"
    assert told["add_source"]["count"] is None
    # Each can be asked as it is told.
    wider = picks(client, field="software-engineering", **told["wider"]["parameters"])
    assert "Worcester Software Developers" in group_names(wider)
    groups = client.get("/v1/groups", params={"near": BOSTON} | told["job_seekers"]["parameters"]).json()
    assert len(groups["items"]) == told["job_seekers"]["count"]


def test_where_something_fits_there_is_no_instead(client, town):
    assert picks(client, field="software-engineering")["instead"] == []


def test_only_groups_with_a_coming_event_at_a_time_or_with_access_where_that_is_asked(client, put, here):
    # Events of the fixture begin at the hour of `here`.
    put("Python by day", days=3, group="Midday Python", description="The venue is wheelchair accessible.")
    put("Python again", days=4.4, group="Late Python")
    day = (here + timedelta(days=3)).astimezone(ZoneInfo("America/New_York")).strftime("%a").lower()
    both = picks(client, field="software-engineering")
    assert set(group_names(both)) == {"Midday Python", "Late Python"}
    assert group_names(picks(client, field="software-engineering", weekday=day)) == ["Midday Python"]
    assert group_names(picks(client, field="software-engineering", access="step-free")) == ["Midday Python"]
    found = {
        part: group_names(picks(client, field="software-engineering", part_of_day=part))
        for part in ("morning", "afternoon", "evening", "night")
    }
    assert sorted(name for names in found.values() for name in names) == ["Late Python", "Midday Python"]
    for mode in ("groups", "events"):
        page = picks(client, field="software-engineering", weekday=day, **{"for": mode})
        assert [each["next_event"]["name"] for each in page["items"]] == ["Python by day"]


def test_a_pick_says_whom_it_suits(client, put):
    put("Python for newcomers", days=3, group="Boston Python", description="Beginners welcome. Come alone.")
    page = picks(client, field="software-engineering", **{"for": "events"})
    assert {each["to"] for each in page["items"][0]["suits"]} >= {"newcomers", "solo"}
