"""What `/v1/groups` answers: groups that are alive, those that fit best first."""

from __future__ import annotations

import pytest

from app.ingest.pipeline import ingest
from app.service.schemas import GroupOut, GroupPage
from scrapers.records import ScrapedPlace
from tests.app.conftest import a_group

BOSTON = "Boston, MA"


def test_a_job_seekers_question_is_answered(client, database, source, here):
    group = a_group(
        uid="html5", name="HTML5 Game Development", url="https://www.meetup.com/html5/",
        description="Software developers and programmers who make video games in JavaScript.",
    )  # fmt: skip
    ingest(database, [(source("meetup", "groups"), group), (source("meetup", "groups"), a_group())], here)
    page = client.get(f"/v1/groups?near={BOSTON}&field=software-engineering&interest=games").json()
    GroupPage.model_validate(page)
    assert [item["name"] for item in page["items"]] == ["HTML5 Game Development"]
    item = page["items"][0]
    assert item["distance_km"] < 1
    assert item["sources"][0]["url"] == "https://www.meetup.com/html5/"
    GroupOut.model_validate(client.get(f"/v1/groups/{item['id']}").json())


def test_a_dead_group_is_hidden_until_it_is_asked_for(client, names, put):
    put("Long ago", days=-300, group="Sleeping Beauties")
    put("Soon", days=3, group="Early Birds")
    assert names("/v1/groups", near=BOSTON) == ["Early Birds"]
    assert names("/v1/groups", near=BOSTON, activity="dormant") == ["Sleeping Beauties"]
    assert set(names("/v1/groups", near=BOSTON, activity="any")) == {"Early Birds", "Sleeping Beauties"}


def test_activity_tells_the_last_and_the_next_event(client, put):
    put("Was", days=-10)
    put("Will be", days=4)
    [group] = client.get(f"/v1/groups?near={BOSTON}").json()["items"]
    assert group["activity"]["state"] == "active"
    assert group["activity"]["last_event"] < group["activity"]["next_event"]
    assert group["activity"]["events_per_month"] > 0


@pytest.mark.parametrize(
    ("held", "trend"),
    [
        ((-200, -170, -140, -110, -80, -50, -20), "steady"),
        ((-200, -150, -120, -80, -60, -40, -20), "growing"),
        ((-200, -170, -150, -130, -110, -30), "shrinking"),
        ((-200, -150, -20, 3, 9), "unknown"),
        ((-150, -80, -60, -40, -20), "unknown"),
        ((5, 12, 19, 26, 33), "unknown"),
    ],
)
def test_a_trend_compares_what_was_held_in_two_quarters(client, put, held, trend):
    for each in held:
        put(f"Evening {each}", days=each)
    [group] = client.get(f"/v1/groups?near={BOSTON}").json()["items"]
    assert group["activity"]["trend"] == trend
    assert client.get(f"/v1/groups/{group['id']}").json()["activity"] == group["activity"]


def test_groups_are_sorted_by_distance_and_paged(client, database, source, here):
    ref = source("meetup", "many")
    groups = [
        a_group(
            uid=f"g{n}", name=f"Python {n}", url=f"https://www.meetup.com/g{n}/",
            location=ScrapedPlace(city="Boston", lat=42.3601 + n * 0.01, lon=-71.0589),
        )
        for n in range(9)
    ]  # fmt: skip
    ingest(database, [(ref, group) for group in groups], here)
    seen, cursor = [], None
    for _ in range(5):
        parameters = {"near": BOSTON, "sort": "distance", "limit": 4} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/groups", params=parameters).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"Python {n}" for n in range(9)]
