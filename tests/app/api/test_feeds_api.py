"""Every list as a calendar, a feed and a file: the same filters, one page, links that lead there, nothing of what is private."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import icalendar
import pytest
from sqlalchemy import text

from app.core.ids import internal
from app.outputs.feeds import FEEDS
from app.service.parameters import EventParameters, GroupParameters
from app.service.schemas import LinksOut

BOSTON = "Boston, MA"
EVENT_ENDINGS = list(FEEDS)
GROUP_ENDINGS = [each.ending for each in FEEDS.values() if "groups" in each.kinds]


def calendar_of(response):
    assert response.status_code == 200, response.text
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")


def summaries(client, path="/v1/events.ics", **parameters):
    return [str(each["SUMMARY"]) for each in calendar_of(client.get(path, params=parameters))]


def path_of(link):
    """A link as the test's client asks for it."""
    return link.removeprefix("https://nextcircle.test")


@pytest.mark.parametrize("ending", EVENT_ENDINGS)
def test_every_format_holds_the_events_of_the_list(client, put, ending):
    put("Python night")
    put("Far away", "London")
    response = client.get(f"/v1/events.{ending}", params={"near": BOSTON})
    assert response.status_code == 200
    assert response.headers["content-type"] == FEEDS[ending].media_type
    assert "Python night" in response.text
    assert "Far away" not in response.text
    assert response.headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize("ending", GROUP_ENDINGS)
def test_groups_have_feeds_too_but_no_calendar(client, put, ending):
    put("Python night", group="Boston Python")
    response = client.get(f"/v1/groups.{ending}", params={"near": BOSTON})
    assert response.status_code == 200
    assert "Boston Python" in response.text
    assert client.get("/v1/groups.ics").status_code == 404


def test_an_unknown_ending_is_told_which_ones_there_are(client):
    answer = client.get("/v1/events.pdf")
    assert answer.status_code == 404
    assert ".ics, .rss, .atom, .json-feed, .geojson, .csv, .jsonld" in answer.json()["detail"]


def test_filters_of_the_list_are_those_of_the_feed(client, put):
    put("Python programming night")
    put("Board games evening", days=4)
    assert summaries(client, field="software-engineering") == ["Python programming night"]
    assert summaries(client, ask="board games near Boston") == ["Board games evening"]
    wrong = client.get("/v1/events.ics", params={"feild": "x", "cursor": "x"})
    assert wrong.status_code == 422
    assert [each["parameter"] for each in wrong.json()["errors"]] == ["feild", "cursor"]


def test_a_cancelled_event_stays_until_it_would_have_begun(client, put):
    put("Called off", event_status="EventCancelled")
    put("Was called off", days=-0.04, event_status="EventCancelled")
    [event] = calendar_of(client.get("/v1/events.ics", params={"near": BOSTON}))
    assert (str(event["SUMMARY"]), event["STATUS"]) == ("Called off", "CANCELLED")


def test_a_feed_says_that_it_was_cut_and_where_the_others_are(client, put):
    for day in range(3, 7):
        put(f"Evening {day}", days=day)
    whole = client.get("/v1/events.rss", params={"near": BOSTON})
    assert "link" not in whole.headers
    assert "Only the soonest" not in whole.text
    cut = client.get("/v1/events.rss", params={"near": BOSTON, "limit": 3})
    assert "Only the soonest 3 are here" in cut.text
    following = client.get(path_of(cut.headers["link"].partition(">")[0].lstrip("<"))).json()
    assert [item["name"] for item in following["items"]] == ["Evening 6"]
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/v1/events.csv", params={"near": BOSTON, "limit": 2}).text, newline="")
        )
    )
    assert [row["name"] for row in rows] == ["Evening 3", "Evening 4"]
    assert client.get("/v1/events.ics", params={"limit": 2_501}).status_code == 422


@pytest.mark.parametrize("ending", EVENT_ENDINGS)
def test_a_feed_stays_the_same_until_something_in_it_changes(client, put, ending):
    put("Python night")
    address = f"/v1/events.{ending}?near=Boston,MA"
    first = client.get(address)
    put("Far away", "London")
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    put("Another night", days=4)
    changed = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


def test_head_says_what_get_would(client, put):
    put("Python night")
    got, asked = client.get("/v1/events.ics"), client.head("/v1/events.ics")
    assert asked.content == b""
    for name in ("etag", "content-type", "content-length", "content-disposition"):
        assert asked.headers[name] == got.headers[name]


def test_one_event_is_a_calendar(client, put):
    put("Python night")
    [item] = client.get("/v1/events").json()["items"]
    [event] = calendar_of(client.get(f"/v1/events/{item['id']}.ics"))
    assert event["UID"] == f"{item['id']}@nextcircle"
    assert client.get("/v1/events/nothing.ics").status_code == 404


def test_a_group_has_a_calendar_of_its_own(client, put):
    put("Ours", group="Boston Python")
    put("Theirs", days=4, group="Boston Knitting")
    groups = client.get("/v1/groups", params={"near": BOSTON}).json()["items"]
    ours = next(each for each in groups if each["name"] == "Boston Python")
    assert summaries(client, f"/v1/groups/{ours['id']}/events.ics") == ["Ours"]
    assert client.get(f"/v1/groups/{ours['id']}/events.rss").status_code == 200
    assert client.get("/v1/groups/nothing/events.ics").status_code == 404


def test_who_follows_what_was_merged_is_led_to_the_survivor(client, put, database):
    put("Ours", group="Boston Python")
    put("Theirs", days=4, group="Boston Knitting")
    one, other = client.get("/v1/events").json()["items"]
    with database.write() as connection:
        for table, gone, stays in (
            ("event", one["id"], other["id"]),
            ("meetup_group", one["group"]["id"], other["group"]["id"]),
        ):
            connection.execute(
                text(f"UPDATE {table} SET merged_into = :stays WHERE id = :gone"),
                {"gone": internal(gone), "stays": internal(stays)},
            )
    moved = client.get(f"/v1/events/{one['id']}.ics", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/events/{other['id']}.ics")
    path = f"/v1/groups/{one['group']['id']}/events.ics?free=true"
    moved = client.get(path, follow_redirects=False)
    assert moved.headers["location"] == f"/v1/groups/{other['group']['id']}/events.ics?free=true"


# --- links -----------------------------------------------------------------------------------------------


def test_every_link_of_an_answer_leads_to_the_same_question(client, put):
    put("Python programming night")
    put("Board games evening", days=4)
    asked = {"near": BOSTON, "field": "software-engineering", "free": "false", "limit": 5, "total": "true"}
    asked.pop("free")
    links = client.get("/v1/events", params=asked).json()["links"]
    LinksOut.model_validate(links)
    assert links["webcal"] == links["ics"].replace("https://", "webcal://")
    assert "limit" not in links["api"]
    for name, link in links.items():
        if name != "webcal":
            answer = client.get(path_of(link))
            assert answer.status_code == 200, link
            assert "Python programming night" in answer.text
    groups = client.get("/v1/groups", params={"near": BOSTON}).json()["links"]
    assert groups["ics"] is groups["webcal"] is None
    assert client.get(path_of(groups["rss"])).status_code == 200


def test_a_link_is_spelled_as_the_question_whatever_its_order(client):
    one = client.get("/v1/events?field=nursing&near=Boston,MA&free=true&radius_km=10").json()["links"]
    other = client.get("/v1/events?radius_km=10.0&free=1&near=Boston,MA&field=nursing&explain=true").json()[
        "links"
    ]
    assert one == other
    assert one["page"] is None, "the form of the page has no choice for what is free"


def test_links_have_a_member_for_each_that_is_promised(client):
    for kind in ("events", "groups"):
        assert client.get(f"/v1/{kind}").json()["links"].keys() == LinksOut.model_fields.keys()


SENSITIVE = (
    {"interest": "lgbtq-professionals"},
    {"interest": "!lgbtq-professionals"},
    {"q": "addiction recovery"},
    {"ask": "addiction recovery near Boston"},
)


@pytest.mark.parametrize("asked", SENSITIVE, ids="-".join)
def test_a_sensitive_interest_has_no_link_and_no_feed(client, put, asked):
    put("Python night")
    for kind, ending in (("events", "ics"), ("events", "rss"), ("groups", "rss")):
        answer = client.get(f"/v1/{kind}", params=asked)
        assert answer.status_code == 200, answer.text
        assert answer.json()["links"] is None
        assert answer.headers["x-robots-tag"] == "noindex"
        feed = client.get(f"/v1/{kind}.{ending}", params=asked)
        assert feed.status_code == 422
        assert f"ask the list under /v1/{kind} instead" in feed.json()["detail"]


def test_a_feed_takes_every_filter_of_its_list():
    from app.service.parameters import EventFeedParameters, GroupFeedParameters

    of_pages = {"cursor", "since", "facets", "total", "explain"}
    assert EventParameters.model_fields.keys() - of_pages == EventFeedParameters.model_fields.keys()
    assert GroupParameters.model_fields.keys() - of_pages == GroupFeedParameters.model_fields.keys()


def test_a_calendar_holds_what_is_still_on(client, put, here):
    put("A week long and half over", days=-3, end_date=here + timedelta(days=3))
    assert summaries(client, near=BOSTON) == ["A week long and half over"]
