"""An operator with a browser, for the tests of the operator's pages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from app.auth.repository.audit import entries
from app.db import Database
from app.main import create_app
from app.settings import Settings

KEY = "the key of whoever runs this installation"


class OperatorBrowser:
    """A browser that keeps cookies, follows no redirect and sends the token of the last form it was shown. Its time can be moved."""

    def __init__(self, database: Database, now: datetime, **settings: Any) -> None:
        self.database = database
        self.now = now
        self.settings = Settings(**{"admin_key": KEY, "places": "Boston, MA", **settings})
        app = create_app(self.settings, database, clock=lambda: self.now)
        self.client = TestClient(
            app, base_url=self.settings.public_url or "http://testserver", follow_redirects=False, raise_server_exceptions=False
        )  # fmt: skip
        self.token = ""

    def get(self, path: str) -> Response:
        answer = self.client.get(path)
        found = re.search(r'name="form_token" value="([\w-]+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, **fields: str) -> Response:
        return self.client.post(path, data={"form_token": self.token, **fields})

    def log_in(self, key: str = KEY) -> Response:
        self.get("/operator/login")
        answer = self.post("/operator/login", key=key)
        if answer.status_code == 303:
            self.get("/operator")
        return answer

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def audit(self) -> list[tuple[str, str, str]]:
        """What was done, oldest first: (who, what, to what)."""
        return [(row["actor"], row["action"], row["target"]) for row in reversed(entries(self.database, 50))]


def done(answer: Response, path: str) -> None:
    """The answer leads on to a page that says that it was done."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == path
