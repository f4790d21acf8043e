"""Every answer that README.md and docs/ show is what the sandbox answers; `UPDATE_DOCS=1 pytest tests/docs` writes them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.runtime.sandbox import sandbox
from app.settings import read_settings
from tests.docs.answers import laid_out, rewritten, shortened, shown_in

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXPORT = (
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Jane,Doe,https://www.linkedin.com/in/jane-doe,,Northwind,Data Scientist,08 Feb 2024\n"
    "Sam,Lee,https://www.linkedin.com/in/sam-lee,,Contoso,Software Engineer,14 May 2021\n"
    "Ana,Ruiz,https://www.linkedin.com/in/ana-ruiz,,Fabrikam,Teacher,02 Sep 2019\n"
)
GOAL = '{"companies": ["Acme", "Globex"], "fields": ["data-science-ai"], "city": {"q": "Leeds, GB"}}'


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with sandbox(read_settings()) as app, TestClient(app) as opened:
        yield opened


def answered(client: TestClient, request: str) -> Any:
    """The document that the sandbox answers: `GET /path`, or `analyse` with an export of three invented contacts."""
    if request == "analyse":
        return client.post(
            "/v1/network/analyse", files={"file": ("Connections.csv", EXPORT)}, data={"goal": GOAL}
        ).json()
    method, path = request.split()
    return client.request(method, path).json()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_shown_answers_are_what_the_sandbox_answers(path: Path, client: TestClient) -> None:
    page = path.read_text()
    expected = rewritten(page, {request: answered(client, request) for request, _ in shown_in(page)})
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(expected)
    assert path.read_text() == expected


def test_answers_are_shown_where_readers_look_for_them() -> None:
    counts = {str(path.relative_to(ROOT)): len(list(shown_in(path.read_text()))) for path in PAGES}
    assert counts["README.md"] >= 1
    assert counts["docs/api.md"] >= 3


def test_a_shortened_answer_shows_what_the_example_names() -> None:
    answer = {"items": [{"id": "a", "name": "Long name"}, {"id": "b"}], "next": None}
    assert shortened(answer, {"items": [{"name": "Lon..."}]}) == {"items": [{"name": "Lon..."}]}
    assert shortened(answer, {"items": []}) == {"items": answer["items"]}


def test_an_answer_is_laid_out_in_lines_that_fit() -> None:
    document = {"items": [{"name": "x" * 60, "id": 1}, {"name": "y" * 60, "id": 2}], "next": None}
    text = laid_out(document)
    assert json.loads(text) == document
    assert text.splitlines()[2] == '    {"name": "' + "x" * 60 + '", "id": 1},'
