"""The web application over a database, with and without the samples, at a fixed moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.main import create_app
from app.settings import Settings


@pytest.fixture
def browser(database: Database, now: datetime) -> Iterator[TestClient]:
    """A client that follows no redirects, over an empty database."""
    app = create_app(Settings(), database, clock=lambda: now)
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def sampled(browser: TestClient, samples: None) -> TestClient:
    """The same over the samples."""
    return browser
