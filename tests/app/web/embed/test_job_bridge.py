"""From the page of a job to groups and events: the page `/for-job`, the bookmarklet, and the browser extension of the docs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.app.web.embed.conftest import CHROMIUM, Site, Visit

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).parents[4]
EXTENSION = ROOT / "docs" / "integrations" / "extension"
Opened = Callable[..., Visit]
in_chromium = pytest.mark.skipif(CHROMIUM is None, reason="left out: chromium is not installed")


def posting(**members: Any) -> str:
    job = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": "Senior Software Engineer",
        **members,
    }
    return f'<script type="application/ld+json">{json.dumps(job)}</script>'


BOSTON = {
    "@type": "Place",
    "address": {
        "@type": "PostalAddress",
        "addressLocality": "Boston",
        "addressRegion": "MA",
        "addressCountry": "US",
    },
}
ACME = {"@type": "Organization", "name": "Acme"}
WHOLE = {"title": "Senior Software Engineer", "company": "Acme", "location": "Boston, MA, US"}
# Shapes that job boards really have.
PAGES = {
    "plain": (posting(hiringOrganization=ACME, jobLocation=BOSTON), WHOLE),
    "lists": (posting(hiringOrganization=[ACME], jobLocation=[BOSTON, BOSTON]), WHOLE),
    "graph": (
        '<script type="application/ld+json">'
        + json.dumps({"@graph": [{"@type": "WebPage"}, {"@type": ["JobPosting", "Thing"], "title": "Nurse", "hiringOrganization": "Acme", "jobLocation": "Leeds, UK"}]})
        + "</script>",
        {"title": "Nurse", "company": "Acme", "location": "Leeds, UK"},
    ),
    "array after a broken block": (
        '<script type="application/ld+json">{"@type": "Job</script><script type="application/ld+json">'
        + json.dumps([{"@type": "BreadcrumbList", "itemListElement": []}, {"@type": "http://schema.org/JobPosting", "title": "<b>Data</b> Scientist", "hiringOrganization": ACME}])
        + "</script>",
        {"title": "Data Scientist", "company": "Acme"},
    ),
    "remote": (
        posting(hiringOrganization=ACME, jobLocationType="TELECOMMUTE"),
        {"title": "Senior Software Engineer", "company": "Acme", "location": "Remote"},
    ),
    "country as a thing": (
        posting(jobLocation={"address": {"addressLocality": "Berlin", "addressCountry": {"@type": "Country", "name": "DE"}}}),
        {"title": "Senior Software Engineer", "location": "Berlin, DE"},
    ),
    "microdata": (
        (
            '<div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">Senior Software Engineer</h1>'
        '<span itemprop="hiringOrganization" itemscope><b itemprop="name">Acme</b></span>'
        '<span itemprop="jobLocation"><i itemprop="addressLocality">Boston</i><meta itemprop="addressRegion" content="MA">'
        '<meta itemprop="addressCountry" content="US"></span></div>'
        ),
        WHOLE,
    ),
    "no markup": ("<h1> Registered\n Nurse </h1>", {"title": "Registered Nurse"}),
    "hostile": (
        posting(title={"x": 1}, hiringOrganization={"name": ["a"]}, jobLocation=[None, 5, {"address": None}]) + "<h1>x</h1>",
        {},
    ),
}  # fmt: skip


@in_chromium
@pytest.mark.parametrize("name", PAGES)
def test_the_bookmarklet_reads_the_job_and_opens_the_answer(
    visit: Opened, site: Site, address: str, name: str
) -> None:
    body, expected = PAGES[name]
    shown = visit()
    shown.page.goto(f"{address}/for-job")
    bookmark = shown.page.get_by_role("link", name="Circle for this job").get_attribute("href")
    shown.page.goto(site.show(body))
    with shown.page.expect_popup() as opened:
        shown.page.evaluate("address => { location.href = address }", bookmark)
    popup = opened.value
    popup.wait_for_load_state()
    asked = parse_qs(urlsplit(popup.url).query)
    assert popup.url.startswith(f"{address}/for-job")
    assert {key: values[0] for key, values in asked.items()} == expected
    assert shown.elsewhere == []


@in_chromium
def test_the_answer_names_what_was_understood_and_where_to_go(visit: Opened, address: str) -> None:
    shown = visit()
    shown.page.goto(
        f"{address}/for-job?title=Software+Engineer+(m/f/d)&location=Boston,+MA+(Hybrid)&company=Acme"
    )
    assert shown.page.get_by_text("Software engineering").first.is_visible()
    assert shown.page.get_by_role("heading", name="Groups", exact=True).is_visible()
    assert shown.page.get_by_role("heading", name="HTML5 Game Development").first.is_visible()
    shown.assert_quiet()


def test_the_page_is_private(client, put):
    put("Python night")
    answer = client.get("/for-job", params={"title": "Software Engineer", "location": "Boston, MA"})
    assert answer.status_code == 200
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "Python night" in answer.text
    assert client.get("/for-job", params={"title": "x" * 300}).status_code == 422


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)"]
)
def test_what_was_read_from_a_page_is_text(client, text):
    page = client.get("/for-job", params={"title": text, "company": text, "location": text}).text
    assert "<script>alert" not in page
    assert "<img" not in page


def test_the_extension_asks_for_no_host_and_has_our_reader() -> None:
    manifest = json.loads((EXTENSION / "manifest.json").read_text())
    assert manifest["manifest_version"] == 3
    assert set(manifest["permissions"]) == {"activeTab", "scripting", "storage"}
    assert not {"host_permissions", "content_scripts", "optional_host_permissions"} & manifest.keys()
    reader = (ROOT / "app" / "web" / "static" / "job.js").read_bytes()
    assert (EXTENSION / "job.js").read_bytes() == reader
    for file in EXTENSION.iterdir():
        assert not re.search(r"https?://(?!127\.0\.0\.1)", file.read_text()), file.name


# A browser with an extension cannot run beside the one of the other tests, in one thread.
_WITH_EXTENSION = """
import json, sys
from playwright.sync_api import sync_playwright

profile, chromium, extension, server, page_address = sys.argv[1:]
with sync_playwright() as playwright:
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=chromium, headless=False,
        args=["--headless=new", "--no-sandbox", f"--disable-extensions-except={extension}", f"--load-extension={extension}"],
    )
    worker = (context.service_workers or [context.wait_for_event("serviceworker", timeout=20_000)])[0]
    options = context.new_page()
    options.goto(worker.url.rpartition("/")[0] + "/options.html")
    options.get_by_label("Address of your NextCircle server").fill(server)
    options.get_by_role("button", name="Save").click()
    options.get_by_text("Saved").wait_for()
    stored = worker.evaluate("() => chrome.storage.sync.get('server')")
    listens = worker.evaluate("() => chrome.action.onClicked.hasListeners()")
    print(json.dumps({"stored": stored, "listens": listens}))
    context.close()
"""


@in_chromium
def test_the_extension_starts_and_keeps_the_address_of_the_server(address: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITH_EXTENSION, str(tmp_path), str(CHROMIUM), str(EXTENSION), address, address],
        capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"stored": {"server": f"{address}/"}, "listens": True}
