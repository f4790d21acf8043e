"""OpenAPI says what the server does: parameters, shapes and statuses of every operation."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.one_database

CONTRACT_EVENTS = {
    "near", "ask", "series", "lat", "lon", "radius_km", "bbox", "from", "to", "weekday", "part_of_day", "field", "interest", "purpose",
    "q", "mode", "free", "language", "group", "company", "sort", "facets", "limit", "cursor", "since",
    "access", "explain", "total",
}  # fmt: skip


def test_every_parameter_of_the_contract_is_described(client):
    paths = client.get("/openapi.json").json()["paths"]
    described = {each["name"] for each in paths["/v1/events"]["get"]["parameters"]}
    assert described == CONTRACT_EVENTS
    of_groups = {each["name"] for each in paths["/v1/groups"]["get"]["parameters"]}
    assert {"near", "field", "interest", "activity", "sort", "limit", "cursor"} <= of_groups


def test_it_is_openapi_31_with_stable_names_for_every_operation(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    assert all("_" not in name for name in names)
    # Two shapes of one name are told apart by where they stand in the code, which no client should see.
    assert not [name for name in document["components"]["schemas"] if "__" in name]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/fields",
        "/v1/interests",
        "/v1/purposes",
        "/v1/places?q=Bost",
        "/v1/sources",
        "/healthz",
        "/readyz",
    ],
)
def test_every_other_read_answers(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"


def test_places_are_completed(client):
    names = [each["name"] for each in client.get("/v1/places?q=Bost").json()["items"]]
    assert "Boston" in names


def test_any_page_may_ask_and_none_may_frame_the_answer(client):
    response = client.get("/v1/fields", headers={"Origin": "https://jobs.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    assert response.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/v1/events", "/v1/fields", "/", "/healthz"])
def test_head_is_get_without_the_body(client, path):
    response = client.head(path)
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["content-type"] == client.get(path).headers["content-type"]


def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(client):
    assert client.get("/foo").headers["content-type"] == "application/problem+json"
    page = client.get("/foo", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert (
        client.get("/v1/foo", headers={"Accept": "text/html"}).headers["content-type"]
        == "application/problem+json"
    )
