"""`/v1` leads to every part of the API."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_every_link_of_the_root_leads_to_an_operation(client: TestClient) -> None:
    root = client.get("/v1").json()
    paths = client.get("/openapi.json").json()["paths"]
    base = root["openapi"].removesuffix("/openapi.json")
    links = {link.removeprefix(base) for link in root["links"].values()}
    assert links <= set(paths)
    # Whatever has an address without an id is reachable from here, but for the operator's part.
    lists = {
        path
        for path in paths
        if path.startswith("/v1/") and "{" not in path and not path.startswith("/v1/admin")
    }
    assert links == lists


def test_the_root_names_the_reference_and_the_description(client: TestClient) -> None:
    root = client.get("/v1").json()
    assert root["name"] == "NextCircle"
    assert root["documentation"].endswith("/docs")
    assert client.get("/openapi.json").json()["info"]["version"] == root["version"]


def test_an_unknown_parameter_of_the_root_is_refused(client: TestClient) -> None:
    assert client.get("/v1?near=Boston").status_code == 422
