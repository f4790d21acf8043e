"""What `/v1/for-job` and `/v1/for-jobs` answer: for each saved job where to go, and where its company can be met."""

from __future__ import annotations

import pytest

from app.api import jobs
from app.service.job_schemas import JobOut, JobsOut

BOSTON = "Boston, MA (Hybrid)"


@pytest.fixture
def town(put):
    """Boston with groups for code and games, and evenings where Initech hosts, speaks, sponsors or is only named."""
    for days in (-20, 5, 19):
        put("Python evening: talks and networking", days=days, group="Boston Python Developers")
        put("Board games night", days=days + 2, group="Hub Board Gamers")
    put("Initech open house", days=3, group="Initech Boston")
    put("Hack night", days=4, description="Pizza for all.\nThis month is sponsored by Initech and friends.")
    put("Lightning talks", days=6, description="First some news. Ann Lee of Initech speaks about queues.")
    put("Summer party", days=7, description="People of Initech and Globex come too.")
    put("Initech abroad", "London", days=3, group="Initech London")
    put("Initech on the web", None, days=8, group="Initech Worldwide", event_attendance_mode="online")


def looked_up(client, **job):
    response = client.get("/v1/for-job", params=job)
    assert response.status_code == 200, response.text
    JobOut.model_validate(response.json())
    return response.json()


def test_a_job_has_its_field_groups_and_events_with_reasons(client, town):
    job = looked_up(client, title="Senior Software Engineer (m/f/d)", company="Initech", location=BOSTON)
    assert job["resolved"]["field"]["id"] == "software-engineering"
    assert job["confidence"] == job["resolved"]["field"]["confidence"] > 0.5
    assert job["resolved"]["place"]["name"] == "Boston"
    assert job["unresolved"] == []
    assert job["groups"][0]["group"]["name"] == "Boston Python Developers"
    assert job["groups"][0]["reasons"][0]["code"] == "field_match"
    assert job["events"][0]["event"]["name"].startswith("Python evening")


def test_the_picks_are_those_of_the_recommender(client, town):
    job = looked_up(client, title="software engineer", location="Boston, MA", limit=2)
    page = client.get(
        "/v1/recommendations", params={"near": "Boston, MA", "field": "software-engineering", "limit": 2}
    ).json()
    assert job["groups"] == page["items"]


def test_where_the_company_can_be_met_says_what_it_does_there(client, town):
    job = looked_up(client, title="Accountant", company="Initech", location=BOSTON, limit=10)
    found = {each["event"]["name"]: each for each in job["company_events"]}
    assert {name: each["role"] for name, each in found.items()} == {
        "Initech open house": "hosts",
        "Initech on the web": "hosts",
        "Lightning talks": "speaks",
        "Hack night": "sponsors",
        "Summer party": "named",
    }
    assert [each["role"] for each in job["company_events"]][-1] == "named"
    [reason] = found["Hack night"]["reasons"]
    assert reason == {
        "code": "company_sponsors",
        "text": "Initech sponsors it",
        "evidence": "This month is sponsored by Initech and friends.",
    }


def test_a_remote_job_is_answered_with_what_is_online(client, town):
    job = looked_up(client, company="Initech", title="Nurse", location="Remote - US")
    assert job["resolved"] == {**job["resolved"], "online": True, "place": None}
    assert [each["event"]["name"] for each in job["company_events"]] == ["Initech on the web"]


def test_what_is_not_understood_is_named_and_is_no_error(client, town):
    job = looked_up(client, title="Zzyzx qwrtpl", company="N/A", location="Xqzzt")
    assert {each["member"] for each in job["unresolved"]} == {"title", "location"}
    assert job["groups"] == job["events"] == job["company_events"] == []
    assert job["links"] is None
    empty = looked_up(client)
    assert empty["unresolved"] == []


def test_the_links_of_a_job_follow_the_events_of_its_field(client, town):
    links = looked_up(client, title="Software engineer", location="Boston, MA")["links"]
    calendar = client.get(links["ics"].removeprefix("https://nextcircle.test"))
    assert calendar.status_code == 200
    assert "Python evening" in calendar.text


def test_many_jobs_are_answered_in_their_order_and_nothing_is_kept(client, town):
    jobs = [
        {"id": "a", "title": "Software engineer", "company": "Initech", "location": BOSTON},
        {"id": "b", "title": "Zzyzx qwrtpl"},
        {"id": "c", "title": "Software engineer", "company": "Globex", "location": BOSTON},
    ]
    response = client.post("/v1/for-jobs", json={"jobs": jobs})
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    JobsOut.model_validate(response.json())
    a, b, c = response.json()["items"]
    assert [each["id"] for each in (a, b, c)] == ["a", "b", "c"]
    assert a["groups"] == c["groups"] != []
    assert b["groups"] == []
    alone = looked_up(client, title="Software engineer", company="Initech", location=BOSTON)
    assert a == alone | {"id": "a"}


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"jobs": []}, "jobs"),
        ({"jobs": [{"title": "x"}] * 51}, "jobs"),
        ({"jobs": [{"title": "x\x00"}]}, "jobs.0.title"),
        ({"jobs": [{"titel": "x"}]}, "jobs.0.titel"),
        ({"jobs": [{"title": "x"}], "limit": 11}, "limit"),
    ],
)
def test_a_body_that_cannot_be_answered_says_why(client, body, parameter):
    response = client.post("/v1/for-jobs", json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == parameter


def test_jobs_that_take_too_long_together_are_a_503_that_says_so(client, monkeypatch):
    monkeypatch.setattr(jobs, "_SECONDS", 0.0)
    response = client.post("/v1/for-jobs", json={"jobs": [{"title": "Nurse", "location": "Boston, MA"}]})
    assert response.status_code == 503
    assert "retry-after" in response.headers
