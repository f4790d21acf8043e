"""The sandbox answers the same for ever: here, on every machine, next year. OpenAPI's examples are its answers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from app.runtime.sandbox import sandbox
from app.settings import read_settings

EXAMPLES = Path(__file__).parents[3] / "app" / "api" / "examples.json"
ASKED = {
    "listEvents": "/v1/events?near=Boston,MA&limit=1",
    "listGroups": "/v1/groups?near=Boston,MA&field=software-engineering&limit=1",
    "getEvent": "/v1/events/{event}",
    "getGroup": "/v1/groups/{group}",
    "listGroupEvents": "/v1/groups/{group}/events?limit=1",
    "listPlaces": "/v1/places?q=Bost&limit=2",
}
ANEW = "`UPDATE_OPENAPI=1 pytest tests/app/runtime/test_sandbox.py` writes app/api/examples.json anew"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with (
        sandbox(read_settings(public_url="https://sandbox.nextcircle.test")) as app,
        TestClient(app) as opened,
    ):
        yield opened


def answers(client: TestClient) -> dict[str, dict]:
    """The examples, as the sandbox answers now."""
    event = client.get("/v1/events?near=Boston,MA&limit=1").json()["items"][0]["id"]
    group = client.get("/v1/groups?near=Boston,MA&limit=1").json()["items"][0]["id"]
    found = {}
    for name, path in ASKED.items():
        address = path.format(event=event, group=group)
        response = client.get(address)
        assert response.status_code == 200, address
        found[name] = {"ask": address, "answer": response.json()}
    return found


def test_the_examples_are_what_the_sandbox_answers(client):
    now = answers(client)
    if os.environ.get("UPDATE_OPENAPI"):
        EXAMPLES.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n")
    assert json.loads(EXAMPLES.read_text()) == now, ANEW


def test_the_examples_fit_their_schemas(client):
    document = client.get("/openapi.json").json()
    by_id = {each["operationId"]: each for path in document["paths"].values() for each in path.values()}
    for name in ASKED:
        content = by_id[name]["responses"]["200"]["content"]["application/json"]
        schema = {**content["schema"], "components": document["components"]}
        jsonschema_rs.validate(schema, content["example"])


def test_two_sandboxes_answer_byte_for_byte_the_same(client):
    questions = [
        "/v1/events?limit=100",
        "/v1/events?near=London&from=weekend&facets=field,interest,mode",
        "/v1/events?near=Berlin&sort=distance",
        "/v1/groups?limit=100&activity=any",
        "/v1/events?since=now",
        "/v1/sources",
    ]
    with (
        sandbox(read_settings(public_url="https://sandbox.nextcircle.test")) as app,
        TestClient(app) as other,
    ):
        for question in questions:
            one, two = client.get(question), other.get(question)
            assert one.status_code == 200
            assert one.content == two.content, question
            assert one.headers["etag"] == two.headers["etag"]


def test_it_has_something_of_everything(client):
    events = client.get("/v1/events?limit=100").json()["items"]
    assert len(events) >= 20
    assert {each["event_attendance_mode"] for each in events} >= {"offline", "online"}
    assert client.get("/v1/events?near=Berlin").json()["items"]
    assert client.get("/v1/events?near=London").json()["items"]
    assert client.get("/v1/groups?near=Boston,MA").json()["items"]
    assert all(each["start_date"] >= "2026-11-23" for each in events)


def test_the_command_serves_it(tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app.cli", "sandbox", "--port", str(port)]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert f"http://127.0.0.1:{port}" in served.stdout.readline()
        for _ in range(100):
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/v1/events?near=Boston,MA&limit=1")
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        expected = json.loads(EXAMPLES.read_text())["listEvents"]["answer"]["items"][0]["id"]
        assert answer.json()["items"][0]["id"] == expected
    finally:
        served.terminate()
        served.wait(10)
