"""The API as an operator set it, with callers from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.access.store import add_key
from app.db import Database
from app.main import create_app
from app.settings import read_settings


@pytest.fixture
def api(database: Database) -> Callable[..., TestClient]:
    """`api("203.0.113.7", rate_limit=3)`: the API with these settings, asked from this address."""

    def make(address: str = "127.0.0.1", **settings: Any) -> TestClient:
        app = create_app(read_settings(**settings), database)
        return TestClient(app, client=(address, 50_000), raise_server_exceptions=False)

    return make


@pytest.fixture
def key(database: Database, now) -> Callable[..., str]:
    """A valid key: `key("write", per_minute=5)`."""

    def make(*scopes: Any, per_minute: int | None = None) -> str:
        return add_key(database, "a program", frozenset(scopes or ("read",)), per_minute, now)[1]

    return make
