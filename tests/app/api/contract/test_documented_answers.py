"""Every operation refuses what OpenAPI says it refuses, with the problem that OpenAPI says it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.http.auth import FREE
from app.main import create_app
from app.settings import read_settings

pytestmark = pytest.mark.one_database

KEY = "the key of an operator"
STRANGER = ("203.0.113.7", 50_000)
# These take their bodies apart by themselves, with limits of their own.
OWN_BODIES = ("/v1/network/",)


def operations(database: Database) -> Iterator[tuple[str, str, dict]]:
    document = create_app(read_settings(), database).openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, re.sub(r"\{\w+\}", "0000000000000", path), operation


def right(response, status: int, operation: dict, document: dict) -> None:
    where = f"{operation['operationId']}: {response.text[:300]}"
    assert response.status_code == status, where
    content = operation["responses"][str(status)]["content"]
    assert list(content) == ["application/problem+json"], where
    assert response.headers["content-type"] == "application/problem+json", where
    schema = {**content["application/problem+json"]["schema"], "components": document["components"]}
    jsonschema_rs.validate(schema, response.json())


@pytest.fixture
def document(database) -> dict:
    return create_app(read_settings(), database).openapi()


def test_a_wrong_key_is_401_everywhere(database, document):
    with TestClient(create_app(read_settings(), database)) as client:
        for method, path, operation in operations(database):
            right(client.request(method, path, headers={"X-API-Key": "wrong"}), 401, operation, document)


def test_one_request_too_many_is_429_everywhere_but_where_it_is_never(database, document):
    app = create_app(read_settings(rate_limit=1), database)
    with TestClient(app, client=STRANGER) as client:
        client.get("/v1/fields")
        for method, path, operation in operations(database):
            response = client.request(method, path)
            if path.startswith(FREE):
                assert response.status_code != 429
                assert "429" not in operation["responses"]
            else:
                right(response, 429, operation, document)
                assert response.headers["retry-after"]


def test_the_operators_routes_are_401_without_a_key_and_403_with_another_one(database, document, now):
    from app.auth.repository.keys import add_key

    reader = {"X-API-Key": add_key(database, "reader", frozenset({"read"}), None, now)[1]}
    with TestClient(create_app(read_settings(), database)) as client:
        for method, path, operation in operations(database):
            if operation["security"] == [{"ApiKey": []}]:
                right(client.request(method, path, json={}), 401, operation, document)
                right(client.request(method, path, json={}, headers=reader), 403, operation, document)


def test_an_unknown_parameter_is_422_wherever_a_question_is_taken(database, document):
    app = create_app(read_settings(admin_key=KEY), database)
    with TestClient(app, headers={"X-API-Key": KEY}) as client:
        for method, path, operation in operations(database):
            takes = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
            if method == "get" and takes:
                response = client.get(f"{path}?{takes[0]}x=1")
                if response.status_code != 404:
                    right(response, 422, operation, document)
                    assert takes[0] in str(response.json()["errors"])


def test_a_body_that_is_too_large_no_json_or_broken_is_413_415_or_400(database, document):
    app = create_app(read_settings(admin_key=KEY), database)
    with TestClient(app, headers={"X-API-Key": KEY}) as client:
        tried = 0
        for method, path, operation in operations(database):
            if "requestBody" not in operation or path.startswith(OWN_BODIES):
                continue
            json = {"Content-Type": "application/json"}
            right(client.request(method, path, content=b" " * 70_000, headers=json), 413, operation, document)
            plain = {"Content-Type": "text/plain"}
            right(client.request(method, path, content=b"{}", headers=plain), 415, operation, document)
            right(client.request(method, path, content=b"\xff", headers=json), 400, operation, document)
            right(client.request(method, path, content=b"[]", headers=json), 422, operation, document)
            tried += 1
        assert tried >= 8


def test_the_database_being_away_is_503_where_it_is_asked(database, document, monkeypatch):
    from app.db import DatabaseAwayError

    def away(*_, **__):
        raise DatabaseAwayError("it is away")

    app = create_app(read_settings(), database)
    with TestClient(app, raise_server_exceptions=False) as client:
        monkeypatch.setattr(Database, "read", away)
        for path in ("/v1/events", "/v1/groups", "/v1/sources", "/readyz", "/v1/events/0000000000000"):
            name = path.replace("0000000000000", "{event_id}")
            right(client.get(path), 503, document["paths"][name]["get"], document)
