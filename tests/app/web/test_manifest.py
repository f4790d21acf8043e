"""The manifest that makes the site an app on a phone."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient


def test_the_manifest_makes_the_site_an_app_in_the_language(browser: TestClient) -> None:
    page = browser.get("/?lang=de").text
    address = re.search(r'<link rel="manifest" href="([^"]+)"', page)
    assert address is not None
    answer = browser.get(address[1])
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["lang"], manifest["display"], manifest["start_url"]) == ("de", "standalone", "/?lang=de")
    for icon in manifest["icons"]:
        assert browser.get(icon["src"]).headers["content-type"] == icon["type"]
    assert "manifest-src 'self'" in browser.get("/").headers["content-security-policy"]
