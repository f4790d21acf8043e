"""What `/v1/events` answers: every parameter of the contract, alone and together, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.ingest.pipeline import ingest
from app.service.schemas import EventOut, EventPage
from scrapers.records import ScrapedPlace
from tests.app.conftest import PLACES

BOSTON = "Boston, MA"


def test_events_near_a_city_come_soonest_first_with_their_distance(client, put):
    put("Second", days=5)
    put("First", "Cambridge", days=2)
    put("Far away", "London", days=1)
    page = client.get("/v1/events", params={"near": BOSTON}).json()
    assert [item["name"] for item in page["items"]] == ["First", "Second"]
    assert page["items"][0]["distance_km"] == pytest.approx(4.4, abs=0.5)
    assert page["items"][0]["distance_mi"] == pytest.approx(
        page["items"][0]["distance_km"] * 0.6214, abs=0.02
    )
    assert page["resolved"]["near"][0]["place"]["name"] == "Boston"


def test_an_answer_has_the_shape_that_openapi_promises(client, put):
    put("Python programming night")
    page = client.get(
        "/v1/events", params={"near": BOSTON, "field": "software-engineering", "facets": "field,mode"}
    ).json()
    EventPage.model_validate(page)
    one = client.get(f"/v1/events/{page['items'][0]['id']}").json()
    EventOut.model_validate(one)
    assert one["page"] == f"https://nextcircle.test/events/{one['id']}"
    assert one["sources"][0]["platform"] == "meetup"
    assert one["group"]["name"] == "Boston Python"


def test_a_source_that_says_cancelled_of_what_others_announce_is_named(
    client, database, put, source, names, here
):
    event = put("Python night")
    library = source("ical", "library")
    copy = replace(
        event,
        uid="9",
        url="https://library.example/9",
        name="Python Night - CANCELLED",
        event_status="EventCancelled",
    )
    ingest(database, [(library, copy)], here)
    [found] = client.get("/v1/events", params={"near": BOSTON}).json()["items"]
    assert found["event_status"] == "EventScheduled"
    assert {each["platform"]: each["event_status"] for each in found["sources"]} == {
        "meetup": "EventScheduled",
        "ical": "EventCancelled",
    }
    assert "Cancelled according to library" in client.get(f"/events/{found['id']}").text
    [pick] = client.get("/v1/recommendations", params={"near": BOSTON, "for": "events"}).json()["items"]
    assert pick["caveats"][0]["code"] == "cancelled_elsewhere"


def test_a_cancelled_event_stays_so_whatever_lesser_copies_say(client, database, put, source, here):
    event = put("Python night", event_status="EventCancelled")
    ingest(
        database, [(source("ical", "library"), replace(event, uid="9", event_status="EventScheduled"))], here
    )
    [found] = client.get("/v1/events", params={"near": BOSTON}).json()["items"]
    assert found["event_status"] == "EventCancelled"
    assert len(found["sources"]) == 2


def test_what_one_source_lists_twice_is_one_event(names, put):
    put("Python night", uid="a", url="https://www.meetup.com/boston-python/events/1/")
    put("Python Night", uid="b", url="https://www.meetup.com/boston-python/events/2/")
    assert names(near=BOSTON) == ["Python night"]


def test_a_place_says_whether_it_is_the_venues_own_point(client, put):
    put("At the hub")
    put("In town", days=4, location=ScrapedPlace(city="Boston", region="MA", country="US"))
    found = client.get("/v1/events", params={"near": BOSTON}).json()["items"]
    assert [each["location"]["exact"] for each in found] == [True, False]


def test_the_radius_decides_what_is_near(names, put):
    put("In town")
    put("An hour away", "Worcester", days=4)
    assert names(near=BOSTON) == ["In town"]
    assert names(near=BOSTON, radius_km=80) == ["In town", "An hour away"]


def test_several_places_are_any_of_them(names, put):
    put("Over here")
    put("Over there", "London", days=4)
    assert names(near=[BOSTON, "London, GB"]) == ["Over here", "Over there"]


def test_a_point_and_a_box_are_places_as_well(names, put):
    put("At the pub", "London")
    assert names(lat=51.5, lon=-0.12) == ["At the pub"]
    assert names(bbox="-1,51,1,52") == ["At the pub"]
    assert names(bbox="1,51,2,52") == []


def test_a_circle_over_the_date_line_finds_both_sides(names, put):
    put("East of the line", None, location=PLACES["Suva"])
    assert names(lat=-18.0, lon=-179.5, radius_km=300) == ["East of the line"]
    assert names(bbox="177,-20,-178,-15") == ["East of the line"]


def test_a_country_is_asked_for_by_its_box(names, put):
    put("Somewhere in Britain", "London")
    put("Not in Britain")
    assert names(near="United Kingdom") == ["Somewhere in Britain"]


def test_fields_interests_and_purposes_are_understood_in_words(client, names, put):
    put("Python programming night")
    put("Board games evening", days=4)
    assert names(near=BOSTON, field="software-engineering") == ["Python programming night"]
    assert names(near=BOSTON, field="software engineer") == ["Python programming night"]
    assert names(near=BOSTON, field="technology") == ["Python programming night"]
    assert names(near=BOSTON, interest="board games") == ["Board games evening"]
    assert names(near=BOSTON, field="!technology") == ["Board games evening"]
    resolved = client.get("/v1/events", params={"field": "nurse"}).json()["resolved"]["field"]
    assert resolved[0]["id"] == "nursing"


def test_different_parameters_are_and_repeats_are_or(names, put):
    put("Python programming night")
    put("Board games evening", days=4)
    assert names(field="software-engineering", interest="board-games") == []
    assert len(names(field=["software-engineering", "nursing"])) == 1


def test_text_finds_all_words_with_or_without_accents(names, put):
    put("Café mit Pythonistas")
    put("Something else", days=4)
    assert names(q="cafe pythonistas") == ["Café mit Pythonistas"]
    assert names(q="cafe something") == []


def test_from_and_to_bound_the_start_and_a_date_includes_its_day(names, put, here):
    for days in (1, 5, 9):
        put(f"In {days}", days=days)
    day = (here + timedelta(days=5)).astimezone(ZoneInfo("America/New_York")).date().isoformat()
    assert names(near=BOSTON, to=day) == ["In 1", "In 5"]
    assert names(near=BOSTON, **{"from": day}) == ["In 5", "In 9"]


def test_what_runs_still_counts_and_what_is_over_does_not(names, put):
    put("Running", days=-0.04)
    put("Over", days=-1)
    put("A week long and half over", days=-3, end_date=datetime.now(UTC) + timedelta(days=3))
    assert set(names(near=BOSTON)) == {"Running", "A week long and half over"}


def test_an_explicit_past_is_honoured(names, put, here):
    put("Last week", days=-7)
    assert names(near=BOSTON, **{"from": (here - timedelta(days=10)).date().isoformat()}) == ["Last week"]


def test_weekday_and_part_of_day_are_those_of_the_events_own_zone(names, put):
    start = datetime.now(ZoneInfo("America/New_York")).replace(hour=19, minute=0) + timedelta(days=3)
    put("Evening", start_date=start, end_date=None)
    day = start.strftime("%a").lower()
    assert names(near=BOSTON, weekday=day, part_of_day="evening") == ["Evening"]
    assert names(near=BOSTON, part_of_day=["morning", "night"]) == []
    other = (start + timedelta(days=1)).strftime("%a").lower()
    assert names(near=BOSTON, weekday=other) == []


def test_online_events_are_left_out_near_a_place_unless_asked_for(names, put):
    put("On the web", None, event_attendance_mode="online")
    put("Hybrid", days=4, event_attendance_mode="mixed")
    put("In person", days=5)
    assert names(near=BOSTON) == ["Hybrid", "In person"]
    assert names(near=BOSTON, mode="online") == ["On the web", "Hybrid"]
    assert names(near=BOSTON, mode="offline") == ["Hybrid", "In person"]
    assert names(mode="online") == ["On the web", "Hybrid"]


def test_free_and_language_are_asked_for_only_when_asked_for(names, put):
    put("Free", is_accessible_for_free=True, in_language="en")
    put("Paid", days=4, is_accessible_for_free=False, in_language="pt-BR")
    put("Unknown", days=5)
    assert names(free="true") == ["Free"]
    assert names(free="false") == ["Paid"]
    assert names(language="pt") == ["Paid"]


def test_a_company_is_found_by_its_name(names, put):
    put("Careers at Initech", description="Meet the people of Initech")
    put("Another", days=4)
    assert names(company="initech") == ["Careers at Initech"]


def test_a_group_has_its_own_events(client, names, put):
    put("Ours", group="Boston Python")
    put("Theirs", days=4, group="Boston Knitting")
    groups = client.get("/v1/groups", params={"near": BOSTON}).json()["items"]
    ours = next(each for each in groups if each["name"] == "Boston Python")
    assert names(group=ours["id"]) == ["Ours"]
    assert names(f"/v1/groups/{ours['id']}/events") == ["Ours"]


def test_a_cancelled_event_stays_with_its_status(client, put):
    put("Called off", event_status="EventCancelled")
    [item] = client.get("/v1/events", params={"near": BOSTON}).json()["items"]
    assert item["event_status"] == "EventCancelled"


def test_an_all_day_event_has_plain_dates(client, put, here):
    day = (here + timedelta(days=4)).date()
    put("Hackathon", start_date=day, end_date=day + timedelta(days=1), all_day=True)
    [item] = client.get("/v1/events", params={"near": BOSTON}).json()["items"]
    assert (item["start_date"], item["end_date"]) == (day.isoformat(), (day + timedelta(days=1)).isoformat())


def test_nearest_first_and_most_relevant_first(names, put):
    put("Python python python for software developers", "Cambridge", days=9)
    put("A talk for programmers", "Boston", days=2, description="Some software engineering and much else.")
    assert names(near=BOSTON, sort="distance")[0] == "A talk for programmers"
    assert names(near=BOSTON, sort="relevance", field="software-engineering")[0].startswith("Python")


@pytest.mark.parametrize("sort", ["start", "distance", "relevance"])
def test_pages_lose_and_repeat_nothing_while_events_are_added(client, put, sort):
    for number in range(12):
        put(f"Python night {number}", "Boston" if number % 2 else "Cambridge", days=2 + number % 4)
    seen: list[str] = []
    cursor = None
    for turn in range(20):
        parameters = {"near": BOSTON, "limit": 5, "sort": sort} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/events", params=parameters).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        put(f"Added meanwhile {turn}", days=1)
    old = [name for name in seen if name.startswith("Python")]
    assert len(old) == len(set(old)) == 12


def test_facets_count_what_was_found(client, put):
    put("Python programming night")
    put("JavaScript developers", days=4)
    facets = client.get("/v1/events", params={"near": BOSTON, "facets": "field,mode", "limit": 1}).json()[
        "facets"
    ]
    assert {"id": "software-engineering", "label": "Software engineering", "count": 2} in facets["field"]
    assert facets["mode"] == [{"id": "offline", "label": "offline", "count": 2}]


def test_an_unchanged_answer_is_304_and_a_changed_one_is_not(client, put):
    put("Python night")
    url = "/v1/events?near=Boston,MA&from=2020-01-01"
    first = client.get(url)
    assert "max-age" in first.headers["cache-control"]
    assert client.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    put("Another", days=4)
    assert client.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_removed_event_is_410_and_a_merged_one_leads_on(client, put, database):
    from sqlalchemy import text

    put("Survivor")
    put("Twin", days=4)
    put("Gone", days=5)
    ids = {item["name"]: item["id"] for item in client.get("/v1/events").json()["items"]}
    with database.write() as connection:
        survivor = connection.execute(text("SELECT id FROM event WHERE name = 'Survivor'")).scalar()
        connection.execute(text("UPDATE event SET merged_into = :id WHERE name = 'Twin'"), {"id": survivor})
        connection.execute(text("UPDATE event SET removed_at = 1 WHERE name = 'Gone'"))
    assert client.get(f"/v1/events/{ids['Gone']}").status_code == 410
    moved = client.get(f"/v1/events/{ids['Twin']}", follow_redirects=False)
    assert moved.status_code == 308
    assert moved.headers["location"] == f"/v1/events/{ids['Survivor']}"
    # Asked in other words: nobody counted up the data version, so the answer from before is still given.
    assert [item["name"] for item in client.get("/v1/events?limit=9").json()["items"]] == ["Survivor"]


def test_of_what_is_equally_far_the_soonest_comes_first(names, put):
    put("Later", days=5)
    put("Sooner", days=2)
    put("Between", days=3)
    assert names(near=BOSTON, sort="distance") == ["Sooner", "Between", "Later"]


def test_pages_by_distance_go_on_where_the_one_before_ended(client, put):
    for days in (5, 2, 3, 4):
        put(f"In {days}", days=days)
    put("Farther", "Cambridge", days=1)
    asked = {"near": BOSTON, "sort": "distance", "limit": 2}
    seen, cursor = [], None
    for _ in range(3):
        page = client.get("/v1/events", params=asked | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert seen == ["In 2", "In 3", "In 4", "In 5", "Farther"]
    assert cursor is None


def test_of_a_series_the_first_date_is_shown_and_the_others_are_counted(client, put):
    for days in (2, 9, 16):
        put("Coding dojo", days=days)
    put("Something else", days=3)
    put("Coding dojo", days=4, group="Another group")
    asked = {"near": BOSTON, "series": "collapse"}
    page = client.get("/v1/events", params=asked | {"total": "true"}).json()
    shown = [(item["name"], item["group"]["name"], item["more_dates"]) for item in page["items"]]
    assert shown == [
        ("Coding dojo", "Boston Python", 2),
        ("Something else", "Boston Python", 0),
        ("Coding dojo", "Another group", 0),
    ]
    assert page["total"] == 3
    assert len(client.get("/v1/events", params={"near": BOSTON}).json()["items"]) == 5
    for sort in ("distance", "relevance"):
        assert len(client.get("/v1/events", params=asked | {"sort": sort}).json()["items"]) == 3


def test_a_series_is_on_one_page_only(client, put):
    for days in (2, 9, 16):
        put("Coding dojo", days=days)
    put("Something else", days=10)
    asked = {"near": BOSTON, "series": "collapse", "limit": 1}
    first = client.get("/v1/events", params=asked).json()
    second = client.get("/v1/events", params=asked | {"cursor": first["next"]}).json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["Coding dojo", "Something else"]
    assert second["next"] is None


def test_an_event_belongs_to_the_day_it_starts(names, put):
    zone = ZoneInfo("America/New_York")
    midnight = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    put(
        "Since yesterday",
        start_date=midnight - timedelta(hours=3),
        end_date=midnight + timedelta(days=3),
    )
    put("Tomorrow", start_date=midnight + timedelta(days=1, hours=12), end_date=None)
    assert names(near=BOSTON, from_="tomorrow", to="tomorrow") == ["Tomorrow"]
    assert "Since yesterday" not in names(near=BOSTON, from_="today", to="today")
    # Two dates ask for what is on between them.
    day = (midnight + timedelta(days=1)).date().isoformat()
    assert names(near=BOSTON, from_=day, to=day) == ["Since yesterday", "Tomorrow"]


def test_days_and_modes_are_understood_as_people_write_them(names, put):
    start = datetime.now(ZoneInfo("America/New_York")).replace(hour=19, minute=0) + timedelta(days=3)
    put("Evening", start_date=start, end_date=None)
    for day in (start.strftime("%A"), start.strftime("%A").lower() + "s", start.strftime("%a").upper()):
        assert names(near=BOSTON, weekday=day) == ["Evening"]
    assert names(near=BOSTON, mode="in-person") == names(near=BOSTON, mode="offline")


def test_what_other_apis_call_a_parameter_leads_to_ours(client):
    for name, ours in (("page", "cursor"), ("offset", "cursor"), ("per_page", "limit"), ("city", "near")):
        error = client.get("/v1/events", params={name: "2"}).json()["errors"][0]
        assert error["suggestions"] == [ours]
        assert f"did you mean {ours}" in error["detail"]


def test_a_region_has_no_middle_to_sort_by(client):
    answer = client.get("/v1/events", params={"near": "Ibiza, ES", "sort": "distance"})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["detail"].startswith("needs a town instead of a region")
