"""The stability promise: `docs/openapi.json` is what the server says, and nothing in it is ever removed or narrowed."""

from __future__ import annotations

import copy
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from starlette.responses import JSONResponse

from app.db import Database
from app.http.deprecation import deprecated
from app.main import create_app
from app.settings import read_settings
from tests.app.api.contract.changes import breaking

SNAPSHOT = Path(__file__).parents[4] / "docs" / "openapi.json"
UPDATE = "`UPDATE_OPENAPI=1 pytest tests/app/api/contract` writes docs/openapi.json again, if nothing breaks"


def document(path: Path) -> dict:
    app = create_app(read_settings(), Database(f"sqlite:///{path / 'unused.sqlite'}"))
    found = app.openapi()
    # A new version of the software alone is no change of the contract.
    return {**found, "info": {**found["info"], "version": "1"}}


@pytest.fixture(scope="module")
def now(tmp_path_factory) -> dict:
    return json.loads(json.dumps(document(tmp_path_factory.mktemp("openapi"))))


def test_nothing_that_was_promised_is_removed_or_narrowed(now):
    old = json.loads(SNAPSHOT.read_text())
    assert breaking(old, now) == [], "this breaks clients; deprecate it instead (app/http/deprecation.py)"
    if os.environ.get("UPDATE_OPENAPI"):
        SNAPSHOT.write_text(json.dumps(now, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def test_the_snapshot_is_what_the_server_says(now):
    assert json.loads(SNAPSHOT.read_text()) == now, UPDATE


EVENTS = ("paths", "/v1/events", "get")
CHANGES = [
    (("paths",), lambda paths: paths.pop("/v1/fields"), "/v1/fields is gone"),
    (("paths", "/v1/sources"), lambda path: path.pop("get"), "GET /v1/sources is gone"),
    (EVENTS, lambda it: it.update(operationId="x"), "operationId listEvents became x"),
    (EVENTS, lambda it: it["parameters"].pop(0), "the parameter near is gone"),
    (EVENTS, lambda it: it["parameters"][0].update(required=True), "the parameter near is required now"),
    (
        EVENTS,
        lambda it: it["parameters"].append({"name": "x", "in": "query", "required": True, "schema": {}}),
        "the new parameter x is required",
    ),
    (EVENTS, lambda it: it["responses"].pop("422"), "the answer 422 is gone"),
    (
        EVENTS,
        lambda it: it["responses"]["200"]["content"].pop("application/json"),
        "the answer 200 is no application/json any more",
    ),
    (
        ("components", "schemas", "EventOut", "properties"),
        lambda it: it.pop("url"),
        "in the answer 200, items, an item, url is gone",
    ),
    (
        ("components", "schemas", "EventOut"),
        lambda it: it["required"].remove("name"),
        "items, an item, name may be absent now",
    ),
    (
        ("components", "schemas", "EventOut", "properties", "name"),
        lambda it: it.update(type=["string", "null"]),
        "an item, name: the type is wider, without null",
    ),
    (
        ("components", "schemas", "SuggestionIn", "properties", "url"),
        lambda it: it.update(maxLength=10),
        "in the body, url: maxLength is narrower, 10",
    ),
    (
        ("components", "schemas", "SuggestionIn"),
        lambda it: it["required"].append("note"),
        "in the body, note is required now",
    ),
    (
        ("components", "schemas", "TakeDownIn", "properties", "action", "enum"),
        lambda it: it.remove("claim"),
        "in the body, action: the choice is narrower, without claim",
    ),
]


@pytest.mark.parametrize(("where", "change", "sentence"), CHANGES, ids=[each[2] for each in CHANGES])
def test_what_breaks_a_client_is_told_in_a_sentence(now, where, change, sentence):
    after = copy.deepcopy(now)
    found = after
    for part in where:
        found = found[part]
    change(found)
    assert any(sentence in each for each in breaking(now, after)), breaking(now, after)


def test_adding_breaks_nobody(now):
    after = copy.deepcopy(now)
    after["paths"]["/v1/new"] = after["paths"]["/v1/fields"]
    after["components"]["schemas"]["EventOut"]["properties"]["new"] = {"type": "string"}
    after["paths"]["/v1/events"]["get"]["parameters"].append(
        {"name": "new", "in": "query", "schema": {"type": "string"}}
    )
    after["components"]["schemas"]["SuggestionIn"]["properties"]["url"]["maxLength"] = 9_000
    assert breaking(now, after) == []


def test_a_route_on_its_way_out_says_so_in_every_answer(database):
    since, sunset = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 7, 15, 12, 0, tzinfo=UTC)
    old = APIRouter()

    @old.get(
        "/v1/old", operation_id="old", openapi_extra=deprecated(since, sunset, "https://nextcircle.test/docs")
    )
    def answer() -> JSONResponse:
        return JSONResponse({})

    app = create_app(read_settings(), database)
    app.include_router(old)
    with TestClient(app) as client:
        headers = client.get("/v1/old").headers
        assert headers["deprecation"] == "@1798761600"
        assert headers["sunset"] == "Thu, 15 Jul 2027 12:00:00 GMT"
        assert headers["link"] == '<https://nextcircle.test/docs>; rel="deprecation"; type="text/html"'
        assert client.get("/openapi.json").json()["paths"]["/v1/old"]["get"]["deprecated"] is True
        assert "deprecation" not in client.get("/v1/fields").headers


def test_nobody_gets_less_than_half_a_year():
    since = datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="half a year"):
        deprecated(since, since + timedelta(days=90), "https://nextcircle.test/docs")
