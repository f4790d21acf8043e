"""A sentence is a question: `/v1/understand` tells how it is read, `ask` of the lists and recommendations asks it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.service.schemas import EventPage, UnderstoodOut


def test_a_sentence_is_told_part_by_part(client):
    answer = client.get(
        "/v1/understand", params={"q": "free chess near Leeds on Thursday evenings, not online"}
    )
    document = answer.json()
    UnderstoodOut.model_validate(document)
    assert document["near"] == "Leeds, England, GB"
    assert document["interests"] == ["chess-go"]
    assert document["free"] is True
    assert document["not"] == {"mode": "online"}
    assert {"member": "near", "value": "Leeds, England, GB", "words": "near Leeds", "confidence": 0.96} in [
        part | {"confidence": 0.96} for part in document["parts"]
    ]


def test_a_place_settles_which_town_of_a_name_is_meant(client):
    asked = {"q": "chess in Cambridge", "near": "Boston, MA"}
    assert client.get("/v1/understand", params=asked).json()["near"] == "Cambridge, Massachusetts, US"


def test_an_unknown_place_is_named(client):
    answer = client.get("/v1/understand", params={"q": "chess", "near": "Xyzzyville"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "near"


def test_nonsense_is_an_answer_too(client):
    document = client.get("/v1/understand", params={"q": "asdf qwertz"}).json()
    assert document["q"] == "asdf qwertz"
    assert document["near"] is None


def test_events_are_asked_for_in_a_sentence(client, put):
    put("Python night", days=3)
    put("Python elsewhere", "London", days=3)
    put("Gardening", days=3)
    page = client.get("/v1/events", params={"ask": "python events in Boston"}).json()
    EventPage.model_validate(page)
    assert [item["name"] for item in page["items"]] == ["Python night"]
    asked = page["resolved"]["ask"]
    assert asked["near"] == "Boston, Massachusetts, US"
    assert asked["fields"] == ["software-engineering"]
    assert page["resolved"]["near"][0]["place"]["name"] == "Boston"
    assert page["resolved"]["q"]["words"] == ["python"]


def test_a_parameter_that_is_given_counts_before_the_sentence(client, put):
    put("Python night", days=3)
    put("Python elsewhere", "London", days=3)
    page = client.get("/v1/events", params={"ask": "python events in Boston", "near": "London"}).json()
    assert [item["name"] for item in page["items"]] == ["Python elsewhere"]


def test_what_is_not_wanted_is_left_out(client, put):
    put("Python night", days=3)
    put("Python workshop", days=4)
    page = client.get("/v1/events", params={"ask": "python in Boston but no workshops"}).json()
    assert [item["name"] for item in page["items"]] == ["Python night"]


def test_a_day_of_a_sentence_has_an_end(client, put):
    put("Python today", days=0.1)
    put("Python in a week", days=7)
    page = client.get("/v1/events", params={"ask": "python in Boston today"}).json()
    assert page["resolved"]["to"] is not None
    assert "Python in a week" not in [item["name"] for item in page["items"]]


def test_pages_of_a_sentence_go_on(client, put):
    for number in range(3):
        put(f"Python night {number}", days=3 + number)
    asked = {"ask": "python in Boston", "limit": 2}
    first = client.get("/v1/events", params=asked).json()
    second = client.get("/v1/events", params=asked | {"cursor": first["next"]}).json()
    assert len(first["items"]) == 2
    assert [item["name"] for item in second["items"]] == ["Python night 2"]


def test_groups_and_recommendations_take_a_sentence(client, put):
    put("Python night", days=3)
    groups = client.get("/v1/groups", params={"ask": "python groups near Boston"}).json()
    assert groups["resolved"]["ask"]["kind"] == "groups"
    advice = client.get("/v1/recommendations", params={"ask": "software developers in Boston"}).json()
    assert advice["resolved"]["ask"]["fields"] == ["software-engineering"]
    assert advice["resolved"]["near"][0]["place"]["name"] == "Boston"


def test_whoever_only_wants_to_network_or_a_job_is_recommended_groups_for_it(client):
    asked = client.get(
        "/v1/recommendations", params={"ask": "looking for work in Boston, want to network, new in town"}
    ).json()
    understood = [each["id"] for each in asked["resolved"]["interest"]]
    assert sorted(understood) == ["business-networking", "job-search-support", "new-in-town"]


def test_a_point_far_from_the_only_meaning_of_a_place_is_told(client):
    asked = {"near": "Reykjavik", "lat": 42.36, "lon": -71.06}
    told = client.get("/v1/events", params=asked).json()["resolved"]["near"][0]
    assert told["km_from_point"] == pytest.approx(3900, abs=50)
    beside = client.get("/v1/events", params=asked | {"near": "Cambridge"}).json()["resolved"]["near"][0]
    assert beside["place"]["region"] == "Massachusetts"
    assert beside["km_from_point"] is None


def test_places_complete_what_was_begun(client):
    first = {
        begun: client.get("/v1/places", params={"q": begun}).json()["items"][0]["name"]
        for begun in ("Bost", "new y", "San F", "Leeds")
    }
    assert first == {"Bost": "Boston", "new y": "New York City", "San F": "San Francisco", "Leeds": "Leeds"}


@pytest.mark.parametrize(
    "sentence",
    [
        "2026-99-99 yoga in Boston",
        "yoga on 0001-01-01 or 9999-12-31",
        "chess within 0.1 miles of Boston",
        "hiking within 499 miles of Boston",
        "everything: " + ", ".join(["chess", "hiking", "yoga", "python", "nursing", "sales", "painting"] * 6),
        '"an open quote (and [brackets* -nothing -',
        "nicht kein ohne sans sin not no -",
        "((((((" * 40,
        "monday tuesday wednesday thursday friday saturday sunday, not on monday tuesday wednesday",
        "\u202eevent\u2066 in Boston\u200b",
        "١٢ كيلومتر من دبي",
        "99:99 uhr 77 am 25h",
    ],
)
def test_no_sentence_fails(client, sentence):
    for path in ("events", "groups", "recommendations"):
        answer = client.get(f"/v1/{path}", params={"ask": sentence})
        assert answer.status_code == 200, answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=120))
def test_no_text_fails(client, text):
    assert client.get("/v1/events", params={"ask": text}).status_code == 200
