"""What is sent in a body: too large, no JSON, the wrong kind. A problem each, and nothing is stored."""

from __future__ import annotations

import pytest
from sqlalchemy import text

pytestmark = pytest.mark.one_database

ROUTES = ("/v1/suggestions", "/v1/take-downs")


def stored(database) -> int:
    with database.read() as connection:
        return sum(
            connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar() or 0
            for table in ("suggestion", "take_down")
        )


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * 65_537, 413),
        (b"", 422),
        (b"not json", 422),
        (b"[" * 30_000, 400),
        (b"[]", 422),
        (b'{"url": 1, "is_admin": true}', 422),
        (
            b'{"url": "http://169.254.169.254/latest/", "target": "javascript:alert(1)", "action": "burn", "contact": "x"}',
            422,
        ),
        (b'{"url": "\\ud800", "action": "remove", "target": "\\u0000", "contact": "a@b.example"}', 422),
        (b'{"\\ud800": 1}', 422),
        (
            b'{"url": "https://e.org/a", "note": "\\u0000", "target": "https://e.org/", "action": "claim", "contact": "\\u0000@b"}',
            422,
        ),
    ],
    ids=[
        "too large",
        "empty",
        "no json",
        "deep",
        "a list",
        "other members",
        "hostile",
        "no text",
        "no name",
        "no text either",
    ],
)
def test_a_bad_body_is_a_problem_and_stores_nothing(client, database, path, body, status):
    response = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert stored(database) == 0


def test_a_body_that_is_streamed_is_counted_while_it_comes(client):
    def endless():
        for _ in range(10_000):
            yield b"x" * 1_000

    response = client.post("/v1/suggestions", content=endless(), headers={"Content-Type": "application/json"})
    assert response.status_code == 413
