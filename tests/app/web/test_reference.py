"""`/docs` shows the API reference from files of this server alone."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.one_database


def test_every_file_of_the_reference_comes_from_this_server(browser: TestClient) -> None:
    page = browser.get("/docs")
    assert page.status_code == 200
    files = re.findall(r'(?:src|href)="([^"]+\.(?:js|css)(?:\?[^"]*)?)"', page.text)
    assert len(files) == 6
    for file in files:
        assert file.startswith("/")
        assert browser.get(file).status_code == 200


def test_scripts_run_on_the_reference_alone_and_only_from_this_server(browser: TestClient) -> None:
    policy = browser.get("/docs").headers["content-security-policy"]
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in browser.get("/").headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/sources", "/docs"])
def test_the_menu_leads_to_the_reference(browser: TestClient, path: str) -> None:
    assert '<a href="/docs"' in browser.get(path).text
