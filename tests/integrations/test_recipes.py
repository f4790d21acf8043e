"""Every request, formula and file of docs/integrations works against a server, in the real formats of the tools."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import Request, urlopen

import pytest
from fastapi.testclient import TestClient

from app.runtime.sandbox import sandbox
from app.settings import read_settings
from tests.app.web.embed.conftest import serving
from tests.app.web.embed.conftest import stored as stored

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "integrations"
RECIPES = (FOLDER / "README.md").read_text()
LOCAL = "http://127.0.0.1:8000"
NODE = shutil.which("node")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with sandbox(read_settings()) as app, TestClient(app) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(stored: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(stored, tmp_path_factory.mktemp("data")) as address:
        yield address


def addresses() -> list[str]:
    """The complete addresses of the page, without the patterns of providers."""
    code = "\n".join(re.findall(r"```[a-z]*\n(.*?)```", RECIPES, re.DOTALL))
    found = re.findall(r"http://127\.0\.0\.1:8000(/[^\s\"'*]*)", code)
    return [unescape(path) for path in found if not path.endswith("=")]


@pytest.mark.parametrize("path", addresses())
def test_an_address_of_the_recipes_answers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    if path == "/oembed":
        assert answer.status_code == 422
        return
    assert answer.status_code == 200, answer.text
    assert answer.content


def test_there_are_as_many_as_are_promised() -> None:
    assert len(addresses()) >= 7


def test_the_formula_for_jobs_makes_an_address_that_answers(client: TestClient) -> None:
    formula = re.search(
        r'=HYPERLINK\("(.*?)"&ENCODEURL\(A2\)&"(.*?)"&ENCODEURL\(B2\)&"(.*?)"&ENCODEURL\(C2\),', RECIPES
    )
    assert formula is not None
    address = f"{formula[1]}Data%20Scientist{formula[2]}Acme{formula[3]}Boston%2C%20MA".removeprefix(LOCAL)
    assert client.get(address).status_code == 200
    assert parse_qs(urlsplit(address).query) == {
        "title": ["Data Scientist"],
        "company": ["Acme"],
        "location": ["Boston, MA"],
    }


def test_the_workflow_for_n8n_asks_what_is_answered(client: TestClient) -> None:
    workflow = json.loads((FOLDER / "n8n.json").read_text())
    names = {node["name"] for node in workflow["nodes"]}
    for source, outputs in workflow["connections"].items():
        assert source in names
        assert {target["node"] for branch in outputs["main"] for target in branch} <= names
    [ask] = [node for node in workflow["nodes"] if node["type"] == "n8n-nodes-base.httpRequest"]
    query = {each["name"]: each["value"] for each in ask["parameters"]["queryParameters"]["parameters"]}
    answer = client.get(ask["parameters"]["url"].removeprefix(LOCAL), params=query)
    assert answer.status_code == 200
    [split] = [node for node in workflow["nodes"] if node["type"] == "n8n-nodes-base.splitOut"]
    assert isinstance(answer.json()[split["parameters"]["fieldToSplitOut"]], list)
    assert all(item["id"] for item in answer.json()["items"])


# --- JobOps ------------------------------------------------------------------------------------------------


def told(event: str = "job.completed", **job: Any) -> bytes:
    """What JobOps sends when a job is marked as applied."""
    whole = {
        "id": "clx1", "source": "linkedin", "title": "Software Engineer", "employer": "Boston IT JobSeekers", "status": "applied",
        "suitabilityScore": 81, "sponsorMatchScore": None,
    }  # fmt: skip
    return json.dumps({"event": event, "sentAt": "2026-11-28T10:00:00.000Z", "job": whole | job}).encode()


def test_jobops_is_told_where_to_meet_the_company(server: str, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("jobops", FOLDER / "jobops.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    file = tmp_path / "events.md"
    receiver = HTTPServer(("127.0.0.1", 0), module.receiver(server, "Boston, MA", file, "secret"))
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{receiver.server_address[1]}/"
    try:

        def sent(body: bytes, secret: str) -> int:
            request = Request(
                address, body, {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
            )
            try:
                with urlopen(request, timeout=20) as answer:
                    return int(answer.status)
            except HTTPError as refused:
                return refused.code

        assert sent(told(), "wrong") == 403
        assert sent(told(), "secret") == 204
        assert sent(told("pipeline.completed"), "secret") == 204
    finally:
        receiver.shutdown()
        receiver.server_close()
    written = file.read_text()
    assert written.startswith("## Software Engineer at Boston IT JobSeekers")
    assert "(hosts)" in written
    assert f"{server}/events/" in written
    assert written.count("## ") == 1


# --- Reactive Resume ---------------------------------------------------------------------------------------------


def application(name: str, company: str, role: str, status: str = "applied", **more: Any) -> dict[str, Any]:
    """An application as `GET /applications` of its API answers it, without what the script does not read."""
    whole = {
        "id": name, "company": company, "role": role, "location": None, "salary": None, "status": status, "notes": None,
        "followUpAt": None, "followUpNote": None, "tags": [], "contacts": [],
        "activity": [{"id": "a1", "type": "stage", "status": status, "date": "2026-11-20"}], "appliedAt": "2026-11-20T09:00:00.000Z",
    }  # fmt: skip
    return whole | more


class Tracker(BaseHTTPRequestHandler):
    """Reactive Resume's two routes that the script uses, with the notes that it was sent."""

    applications: ClassVar[dict[str, dict[str, Any]]] = {}

    def _answers(self, status: int, told: Any) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        assert self.path == "/api/openapi/applications"
        known = self.headers["x-api-key"] == "secret"
        self._answers(200 if known else 401, list(self.applications.values()) if known else {})

    def do_POST(self) -> None:
        found = re.fullmatch(r"/api/openapi/applications/([^/]+)/notes", self.path)
        assert found is not None
        assert self.headers["x-api-key"] == "secret"
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert set(told) == {"text"}
        one = self.applications[unquote(found[1])]
        one["activity"].append({"id": "n", "type": "note", "text": told["text"], "date": "2026-11-24"})
        self._answers(200, one)

    def log_message(self, *_: Any) -> None:
        """Nothing: what pytest shows is of the tests."""


def test_reactive_resume_gets_a_note_at_each_open_application_once(server: str) -> None:
    Tracker.applications = {
        each["id"]: each
        for each in (
            application("one/1", "Boston IT JobSeekers", "Software Engineer"),
            application("two", "Globex", "Clerk", "closed", closedReason="no-response"),
            application("three", "Globex", "Registered Nurse", location="Boston, MA", archived=True),
        )
    }
    tracker = ThreadingHTTPServer(("127.0.0.1", 0), Tracker)
    threading.Thread(target=tracker.serve_forever, daemon=True).start()
    command = [sys.executable, str(FOLDER / "reactive_resume.py"), "--server", server, "--near", "Boston, MA"]
    command += ["--resume", f"http://127.0.0.1:{tracker.server_address[1]}"]

    def run(*more: str) -> str:
        environment = os.environ | {"RESUME_API_KEY": "secret"}
        done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        shown = run("--dry-run")
        assert shown.startswith(
            "Software Engineer at Boston IT JobSeekers\nWhere to meet people for this job:\n2026-"
        )
        assert "(hosts): " in shown
        assert len(Tracker.applications["one/1"]["activity"]) == 1
        assert run() == shown
        note = Tracker.applications["one/1"]["activity"][-1]["text"]
        assert f"{server}/events/" in note
        assert run() == ""
        assert [len(each["activity"]) for each in Tracker.applications.values()] == [2, 1, 1]
    finally:
        tracker.shutdown()
        tracker.server_close()


# --- career-ops ------------------------------------------------------------------------------------------------

# The engine's context, by its contract: fetchJson over fetch, frozen settings, a log, dryRun.
_ENGINE = """
import plugin from %(plugin)s;
const settings = Object.freeze(%(settings)s);
const fetchJson = async (url, { method, headers, body } = {}) => {
  const answer = await fetch(url, { method, headers, body, redirect: "manual" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
  return answer.json();
};
const applications = Object.freeze(%(rows)s.map(Object.freeze));
const ctx = { settings, fetchJson, env: Object.freeze({}), log: console.log, dryRun: false };
console.log(JSON.stringify(await plugin.export(Object.freeze({ applications, pipeline: [] }), ctx)));
"""
# Rows as the engine reads them from data/applications.md: headings in small letters.
ROWS = [
    {"#": "1", "date": "2026-11-20", "company": "Boston IT JobSeekers", "role": "**Software Engineer**", "score": "4.2/5", "status": "Applied", "pdf": "✅", "report": "[1](reports/1.md)", "notes": ""},
    {"#": "2", "date": "2026-11-21", "company": "<img src=x>", "role": "Registered Nurse [ICU](javascript:1)", "score": "3/5", "status": "Interview", "pdf": "❌", "report": "", "notes": ""},
    {"#": "3", "date": "2026-11-22", "company": "Globex", "role": "Clerk", "score": "1/5", "status": "Rejected", "pdf": "", "report": "", "notes": ""},
]  # fmt: skip


@pytest.mark.skipif(NODE is None, reason="left out: node is not installed")
def test_career_ops_gets_a_file_for_its_applications(server: str, tmp_path: Path) -> None:
    file = tmp_path / "out" / "nextcircle.md"
    settings = {"server": server, "location": "Boston, MA", "file": str(file), "limit": "2"}
    code = _ENGINE % {
        "plugin": json.dumps(str(FOLDER / "career-ops" / "nextcircle" / "index.mjs")),
        "settings": json.dumps(settings),
        "rows": json.dumps(ROWS * 30),
    }
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", code], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"pushed": 60}
    written = file.read_text()
    assert "## Software Engineer at Boston IT JobSeekers" in written
    assert "### Meet the company" in written
    assert f"(<{server}/events/" in written
    assert "\\<img src=x\\>" in written
    assert "<img" not in written.replace("\\<img", "")
    assert "Globex" not in written


def test_the_plugin_fits_the_engines_rules() -> None:
    manifest = json.loads((FOLDER / "career-ops" / "nextcircle" / "manifest.json").read_text())
    assert manifest["id"] == "nextcircle"
    assert manifest["apiVersion"] == 1
    assert manifest["hooks"] == ["export"]
    assert manifest["humanInTheLoop"] is True
    assert manifest["allowsLocalhost"] is True
    assert set(manifest["allowedHosts"]) == {"127.0.0.1", "localhost"}


@pytest.mark.parametrize("path", ["jobops.py", "reactive_resume.py", "career-ops/nextcircle/index.mjs"])
def test_a_connector_is_short(path: str) -> None:
    assert len((FOLDER / path).read_text().splitlines()) <= 80
