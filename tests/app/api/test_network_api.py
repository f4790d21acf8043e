"""`/v1/network/*`: uploads of every shape, refusals by name, limits, and never a word of what was sent."""

from __future__ import annotations

import asyncio
import json

import pytest
from fastapi import Request

from app.api import network
from app.core.errors import ProblemError
from app.http import uploads
from app.network.limits import UPLOAD_BYTES
from tests.app.network.exports import archive, connection, connections

pytestmark = pytest.mark.one_database

GOAL = json.dumps({"fields": ["data-science-ai"], "companies": ["Acme"]})
SECRET = "Xanthippe Quillfeather"
EXPORT = connections([connection(SECRET, "Data Scientist", "Acme Inc")]).encode()


def analyse(client, *files: bytes, name: str = "file", **texts: str):
    """Files as a browser sends them, with names that must be seen nowhere."""
    parts = [(name, (f"{SECRET}.csv", each, "text/csv")) for each in files]
    return client.post("/v1/network/analyse", files=parts or None, data={"goal": GOAL} | texts)


def test_an_upload_is_mapped_and_nothing_is_kept(client):
    response = analyse(client, EXPORT)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers
    answer = response.json()
    assert answer["contacts"]["usable"] == 1
    assert answer["exhaustion"]["assumptions_url"] == "/docs/exhaustion"
    assert answer["actions"][0]["contact"]["name"] == "Xanthippe Q."
    assert answer["covered"]["companies"] == {"Acme": "thin"}
    assert answer["privacy"] == {"stored": False}


@pytest.mark.parametrize("name", ["file", "file[]", "files"])
def test_files_have_the_names_that_forms_give_them(client, name):
    second = connections([connection("Ada Byron", "Nurse", "Globex")]).encode()
    answer = analyse(client, archive({"Connections.csv": EXPORT}), second, name=name).json()
    assert answer["contacts"]["usable"] == 2


def test_a_goal_may_be_a_file_of_the_form(client):
    response = client.post(
        "/v1/network/analyse",
        files=[("file", ("a.csv", EXPORT)), ("goal", ("goal.json", GOAL.encode(), "application/json"))],
    )
    assert response.status_code == 200


def test_progress_and_reports_go_in_and_the_new_progress_comes_out(client):
    progress = json.dumps({"network": {"state": "exhausted", "at": "2026-01-01", "E": 0.9}})
    did = json.dumps([{"what": "asked", "key": "in:xanthippe-quillfeather", "on": "2026-01-02"}])
    answer = analyse(client, EXPORT, progress=progress, did=did).json()
    assert answer["progress"]["in:xanthippe-quillfeather"]["state"] == "pending"
    assert answer["exhaustion"]["state"] == "exhausted"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (f"<html>{SECRET}</html>".encode(), 422, "html_export"),
        (f"a,b\n{SECRET},2\n".encode(), 422, "no_header"),
        (b"", 422, "no_header"),
        (b"%PDF-1.7" + SECRET.encode(), 415, "not_an_export"),
        (archive({"Connections.csv": b"," * (20 * 1024 * 1024)}), 422, "zip_bomb"),
        (archive({"Connections.csv": EXPORT})[:-40], 415, "not_an_export"),
    ],
)
def test_wrong_files_are_named_with_what_to_choose_instead(client, caplog, data, status, code):
    response = analyse(client, data)
    assert response.status_code == status, response.text
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["hint"]
    assert SECRET not in response.text + caplog.text


@pytest.mark.parametrize(
    ("texts", "parameter"),
    [
        ({"goal": ""}, "goal"),
        ({"goal": "{"}, "goal"),
        ({"goal": json.dumps({"fields": [SECRET]})}, "goal.fields.0"),
        ({"progress": json.dumps({f"in:{SECRET}": {"state": SECRET}})}, "progress.in:*.state"),
        ({"did": json.dumps([{"what": SECRET}])}, "did.0"),
    ],
)
def test_wrong_words_are_named_by_place_and_never_repeated(client, caplog, texts, parameter):
    response = analyse(client, EXPORT, **texts)
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["parameter"] == parameter
    assert SECRET not in response.text + caplog.text


def test_a_form_without_files_or_with_strange_parts_is_told(client):
    only = client.post("/v1/network/analyse", files=[("goal", ("goal.json", GOAL.encode()))])
    assert (only.status_code, only.json()["errors"][0]["parameter"]) == (422, "file")
    strange = client.post("/v1/network/analyse", files=[(SECRET, ("a", EXPORT))], data={"goal": GOAL})
    assert strange.status_code == 422
    assert SECRET not in strange.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 415),
        (b"{}", "multipart/form-data", 415),
        (b"no parts at all", "multipart/form-data; boundary=b", 400),
        (b'--b\r\nContent-Disposition: form-data; name="goal"\r\n\r\n{}', "multipart/form-data; boundary=b", 400),
        (b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n' * 60 + b"--b--", "multipart/form-data; boundary=b", 413),
        (b"--b\r\n" + b"X: y\r\n" * 5000, "multipart/form-data; boundary=b", 400),
    ],
)  # fmt: skip
def test_broken_forms_are_problems(client, body, kind, status):
    response = client.post("/v1/network/analyse", content=body, headers={"Content-Type": kind})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_a_large_upload_is_read_whole_and_a_larger_one_is_refused(client):
    rows = (connection(f"P{number} X", "Nurse", "A" * 200) for number in range(20_000))
    large = connections(rows).encode()
    assert len(large) > 4_000_000
    assert analyse(client, large).json()["contacts"]["usable"] == 20_000
    assert analyse(client, large, large, large, large, large, large).json()["code"] == "too_large"
    assert analyse(client, b"x" * (UPLOAD_BYTES + 6 * 1024 * 1024)).status_code == 413


def test_a_stream_without_length_is_counted_while_it_comes(client):
    def endless():
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(100_000):
            yield b"x" * 10_000

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    assert client.post("/v1/network/analyse", content=endless(), headers=kind).status_code == 413
    assert network.room.taken == 0


def test_uploads_share_the_room_and_give_it_back(client, monkeypatch):
    monkeypatch.setattr(network, "room", uploads.Room(size=len(EXPORT)))
    response = analyse(client, EXPORT)
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert network.room.taken == 0


def test_a_slow_upload_and_one_that_breaks_off_are_ended(monkeypatch):
    monkeypatch.setattr(uploads, "SECONDS", 0.05)
    room = uploads.Room()

    async def status(*messages: dict[str, object]) -> int:
        coming = iter(messages)

        async def receive() -> dict[str, object]:
            message = next(coming, None)
            if message is None:
                await asyncio.sleep(60)
            return message or {}

        request = Request({"type": "http", "method": "POST", "headers": []}, receive)
        try:
            async with uploads.received(request, room, 100, bytearray().extend):
                return 200
        except ProblemError as error:
            return error.status

    piece = {"type": "http.request", "body": b"x" * 10, "more_body": True}
    assert asyncio.run(status(piece)) == 408
    assert asyncio.run(status(piece, {"type": "http.disconnect"})) == 400
    assert asyncio.run(status(*[piece] * 11)) == 413
    assert asyncio.run(status({"type": "http.request", "body": b"x", "more_body": False})) == 200
    assert room.taken == 0


def test_a_failure_of_ours_says_nothing_of_the_upload(client, caplog, monkeypatch):
    def failing(*_: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr(network, "network_analysis", failing)
    response = analyse(client, EXPORT)
    assert response.status_code == 500
    assert "KeyError" in caplog.text
    assert SECRET not in response.text + caplog.text
    assert "quillfeather" not in (response.text + caplog.text).lower()


@pytest.mark.parametrize(("part", "kilobytes"), [("goal", 64), ("did", 64), ("progress", 4096)])
def test_what_is_told_beside_the_files_has_its_limits(client, part, kilobytes):
    response = analyse(client, EXPORT, **{part: json.dumps({"x": "x" * kilobytes * 1024})})
    assert response.status_code == 422
    assert f"{part}: is larger than {kilobytes} KB" in response.json()["detail"]
    assert len(response.content) < 1_000


def test_of_very_many_mistakes_a_few_are_told(client):
    members = {f"m{number}": number for number in range(5_000)}
    many = client.post("/v1/network/plan", json={"goal": members})
    assert many.status_code == 422
    assert "more than 50 members" in many.json()["detail"]
    words = {"fields": ["nursing"], "roles": [{"company": 1, "title": 1}] * 50}
    some = client.post("/v1/network/plan", json={"goal": words}).json()
    assert len(some["errors"]) == 21
    assert some["errors"][-1]["detail"] == "has 80 more mistakes"
    large = client.post(
        "/v1/network/plan", json={"goal": {"fields": ["nursing"], "aliases": {"a": ["b" * 90_000]}}}
    )
    assert "larger than 64 KB" in large.json()["detail"]


def test_a_plan_needs_no_upload(client):
    asked = {"goal": {"fields": ["nursing"], "city": {"q": "Boston, MA"}}}
    response = client.post("/v1/network/plan", json=asked)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["actions"][0]["kind"] == "attend_group"


def test_a_plan_takes_what_an_analysis_gave(client):
    first = analyse(client, EXPORT).json()
    asked = {"goal": json.loads(GOAL), "progress": first["progress"], "aggregate": first["aggregate"]}
    asked["did"] = [{"what": "went", "event": {"id": "e_1"}, "met": [{"name": "Sam Lee"}]}]
    answer = client.post("/v1/network/plan", json=asked).json()
    assert answer["phase"] == first["phase"]
    assert answer["actions"][0]["kind"] == "thank_you"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"{}", "application/json", 422),
        (b'{"goal": {"fields": ["nursing"]}, "more": 1}', "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b'{"goal": "\\ud800"}', "application/json", 422),
        (b"{}", "text/plain", 415),
        (b" " * (network.PLAN_BYTES + 1), "application/json", 413),
    ],
)
def test_wrong_plans_are_problems(client, body, kind, status):
    response = client.post("/v1/network/plan", content=body, headers={"Content-Type": kind})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_the_numbers_are_public(client):
    text = client.get("/docs/exhaustion").text
    assert "| state.exhausted | 0.8 | assumption |" in text
    assert "Rajkumar" in text


def test_openapi_describes_both_and_their_examples(client):
    paths = client.get("/openapi.json").json()["paths"]
    form = paths["/v1/network/analyse"]["post"]
    assert form["operationId"] == "analyseNetwork"
    schema = form["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(schema["properties"]) == {"file", "goal", "progress", "did"}
    plan = paths["/v1/network/plan"]["post"]
    assert plan["operationId"] == "planNetworking"
    for each in plan["requestBody"]["content"]["application/json"]["examples"].values():
        assert client.post("/v1/network/plan", json=each["value"]).status_code == 200


def test_a_search_for_groups_goes_to_the_recommender_as_it_is(client):
    goal = json.dumps({"fields": ["data-science-ai"], "companies": ["Globex"], "city": "Boston, MA"})
    answer = analyse(client, EXPORT, goal=goal).json()
    search = answer["actions"][-1]["search"]
    assert client.get(search["path"], params=search["query"]).status_code == 200
    asked = search["query"] | {"covered": answer["covered"]}
    response = client.post(search["path"], json=asked)
    assert response.status_code == 200, response.text


def test_what_offices_ask_is_listed_with_pages_and_days(client):
    response = client.get("/v1/network/work-search")
    assert response.status_code == 200
    answer = response.json()
    assert answer["note"] == "Whether an entry counts is for the office to decide."
    massachusetts = next(each for each in answer["items"] if each["code"] == "US-MA")
    assert massachusetts["url"] == "https://www.mass.gov/info-details/work-search-examples"
    assert massachusetts["read"] == "2026-11-28"
    again = client.get("/v1/network/work-search", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/v1/network/work-search?for=US-MA").status_code == 422
