"""An operator in a real browser, on a phone and a desktop: every main action, with things broken that can break."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database
from app.digest.repository.subscriptions import add_confirmed
from app.digest.resolution import resolve_wish
from app.digest.schemas import Wish
from app.ingest.pipeline import ingest
from app.ingest.takedowns.repository import request_take_down
from app.main import create_app
from app.samples import add_samples
from app.settings import Settings
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from app.sources.suggestions.repository import suggest
from app.translations.catalogue import LANGUAGES
from scrapers.platform import Access
from tests.app.conftest import Page, Site, a_group, an_event, known_source
from tests.app.web.operator_browser import KEY

CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parents[2] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="left out: chromium is not installed")
_VIOLATIONS = (
    "axe.run(document).then((result) => result.violations.map((each) => `${each.id}: ${each.nodes[0].html}`))"
)
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_OPEN_ALL = "document.querySelectorAll('main details').forEach((each) => { each.open = true; })"
WIDTHS = (360, 1280)
PAGES = (
    "",
    "/sources",
    "/sources/ical-dead",
    "/coverage",
    "/review",
    "/review/find?target=https://library.example/1",
    "/digest",
    "/digest?show=failed",
    "/settings",
)
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\n"
    b"DTSTART:20991201T180000Z\r\nSUMMARY:Job club\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def with_faults(database: Database) -> None:
    """A dead source, wrong merges, a mail that did not arrive, a database that was restored, requests that wait."""
    now = utc_now()
    asyncio.run(add_samples(database, now))
    refs = []
    for platform, name in (("meetup", "alive"), ("ical", "dead")):
        url = f"https://example.org/{name}"
        row = CatalogueSource(
            slug=f"{platform}-{name}", platform=platform, name=name, url=url, access=Access.FEED
        )
        add(database, [row], "operator", now)
        refs.append(known_source(database, url))
    start = now + timedelta(days=10)
    other = an_event(
        platform="ical", uid="x", name="Python evening", start_date=start, url="https://library.example/1", organizer=None
    )  # fmt: skip
    ingest(database, [(refs[0], an_event(start_date=start)), (refs[1], other)], now)
    java = {"name": "Boston Java", "uid": "boston-java", "url": "https://www.meetup.com/boston-java/"}
    elsewhere = {"platform": "luma", "url": "https://luma.com/boston-java"}
    ingest(database, [(refs[0], a_group(**java)), (refs[1], a_group(**{**java, **elsewhere}))], now)
    wish = resolve_wish(Wish(near="Boston, MA", fields=["nurse"]), now).wish
    subscriber = add_confirmed(database, "ada@example.org", wish, {"at": "2026-03-01"}, now)
    assert subscriber is not None
    with database.write() as connection:
        moment = {"at": int((now - timedelta(days=1)).timestamp()), "id": subscriber.id}
        connection.execute(
            text(
                "UPDATE source SET failures = 5, last_outcome = 'gone', last_ok_at = :at WHERE slug = 'ical-dead'"
            ),
            moment,
        )
        connection.execute(
            text(
                "INSERT INTO delivery (subscription_id, kind, period_at, state, retry_at, attempts, uncertain, ended_at, detail)"
                " VALUES (:id, 'digest', :at, 'failed', :at, 4, 0, :at, '550 mailbox full')"
            ),
            moment,
        )
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('mail_home', 'restored')"))
    request_take_down(database, "remove", "https://library.example/1", "ada@example.org", "please", now)
    for name in ("good", "bad"):
        suggest(database, f"https://example.org/{name}.ics", "the library", "Boston, MA", now)


@pytest.fixture(scope="module")
def broken(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all of that."""
    path = tmp_path_factory.mktemp("operator") / "broken.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with_faults(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def address(broken: Path, tmp_path: Path, site: Site) -> Iterator[str]:
    """The address of a server over a copy of it; it may read the test's own site."""
    path = tmp_path / "nextcircle.sqlite"
    shutil.copy(broken, path)
    database = Database(f"sqlite:///{path}")
    site.pages["/a.ics"] = Page(CALENDAR)
    suggest(database, site.url("/a.ics"), "nursing", "Boston, MA", utc_now())
    settings = Settings(
        places="Boston, MA", admin_key=KEY, public_url="", fetch_allow_hosts=site.host, data_dir=tmp_path
    )
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings, database), host="127.0.0.1", port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    database.close()


@pytest.fixture
def chromium(address: str) -> Iterator[Any]:
    """A browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


class _Visit:
    """A logged-in operator's page, and what went wrong or left the house while it was looked at."""

    def __init__(self, browser: Any, address: str, width: int, **options: Any) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=address, **options
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("request", lambda asked: self._note(asked.url, address))

    def _note(self, url: str, address: str) -> None:
        if not url.startswith(address):
            self.complaints.append(url)

    def log_in(self) -> None:
        self.page.goto("/operator")
        assert self.page.url.endswith("/operator/login")
        self.page.get_by_label("Key").fill(KEY)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url("**/operator")

    def says(self, sentence: str) -> None:
        assert sentence in self.page.get_by_role("status").inner_text()

    def do(self, button: str, sentence: str, within: str = "main") -> None:
        """Press the first button of a name in a part of the page; the next page says that it was done."""
        self.page.locator(within).get_by_role("button", name=button, exact=True).first.click()
        self.says(sentence)

    def open(self, summary: str, within: str = "main") -> None:
        self.page.locator(within).get_by_text(summary, exact=True).first.click()

    def go(self, title: str) -> None:
        self.page.get_by_role("navigation", name="Operator").get_by_role("link", name=title).click()
        assert self.page.get_by_role("heading", level=1).inner_text() == title

    def is_usable(self) -> None:
        """Nothing stands in the way of anybody, by axe, and nothing is wider than the window."""
        if AXE.is_file():
            self.page.evaluate(AXE.read_text())
            assert self.page.evaluate(_VIOLATIONS) == [], self.page.url
        assert self.page.evaluate(_TOO_WIDE) <= 0, self.page.url


def section(identity: str) -> str:
    """The part of a page under the heading of an id."""
    return f'section[aria-labelledby="{identity}"]'


def mend_sources(visit: _Visit, site: Site) -> None:
    page = visit.page
    page.get_by_role("link", name="dead cannot be read: it is gone for good").click()
    visit.do("Read it now", "It is read as soon as")
    page.get_by_label("Reason").fill("it moved")
    visit.do("Pause", "Paused")
    assert "it moved" in page.locator("main").inner_text()
    visit.do("Resume", "Resumed")
    visit.open("Remove")
    visit.do("Yes, remove it", "Removed")
    visit.go("Sources")
    visit.open("Pause all")
    visit.do("Yes, pause all", "Every source is paused")
    visit.do("Resume all", "read again")
    page.get_by_label("Address of the page or calendar").fill(site.url("/missing"))
    page.get_by_role("button", name="Preview", exact=True).click()
    assert page.get_by_role("heading", name="What was found at").is_visible()
    page.get_by_label("Address of the page or calendar").fill("https://example.org/unseen.ics")
    visit.do("Add without a preview", "The source was added")


def fill_a_gap(visit: _Visit) -> None:
    page = visit.page
    visit.go("Coverage")
    suggested = page.locator(f"{section('general')} li", has_text="/a.ics")
    suggested.get_by_role("button", name="Preview").click()
    assert page.get_by_text("Job club").is_visible()
    visit.is_usable()
    visit.do("Add this source", "The source was added")
    assert page.get_by_role("heading", level=1).inner_text() == "Coverage"
    assert page.locator(f"{section('general')} li", has_text="/a.ics").count() == 0


def review_everything(visit: _Visit) -> None:
    page = visit.page
    visit.go("Review")
    visit.do("No, split them", "Split", section("merges"))
    visit.do("Undo", "Undone", section("decisions"))
    visit.do("Yes, one group", "Confirmed", section("group-merges"))
    assert "No merge is in doubt" in page.locator(section("group-merges")).inner_text()
    visit.do("Accept", "Accepted", section("suggestions"))
    visit.do("Decline", "Declined", section("suggestions"))
    page.locator(section("take-downs")).get_by_role("button", name="Look at it").click()
    visit.is_usable()
    visit.do("Hide", "Hidden")
    page.get_by_role("link", name="Review").first.click()
    visit.do("Show again", "Shown again", section("hidden"))
    one, other = (each["id"] for each in page.request.get("/v1/groups?near=Boston&limit=2").json()["items"])
    page.goto(f"/operator/review/groups/{one}")
    page.get_by_label("Its address or id").fill(other)
    visit.do("Merge", "Merged")
    visit.go("Review")
    visit.do("Undo", "Undone", section("decisions"))
    visit.open("Remove it for good", section("take-downs"))
    visit.do("Yes, remove it", "Removed for good", section("take-downs"))
    visit.do("Dealt with", "Dealt with", section("take-downs"))


def look_after_the_mail(visit: _Visit) -> None:
    page = visit.page
    visit.go("Digest")
    visit.do("Let this one mail", "This database mails")
    visit.open("Send again: a…@example.org")
    visit.do("Yes, send it again", "It is sent again")
    page.get_by_role("link", name="on their way").click()
    assert "a…@example.org" in page.locator(section("mails")).inner_text()
    page.get_by_role("button", name="Preview", exact=True).click()
    assert page.get_by_role("heading", name="What would be mailed now").is_visible()
    visit.is_usable()
    visit.go("Digest")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export every subscription").click()
    lines = Path(download.value.path()).read_text()
    page.locator("textarea").fill(lines.replace("ada@", "eva@") + "nonsense")
    page.get_by_role("button", name="Import", exact=True).click()
    assert "1 added, 1 refused" in page.locator("main").inner_text()
    page.get_by_label("Address").fill("ada@example.org")
    visit.do("Report", "Noted")
    assert "a…@" not in page.locator(section("subscribers")).inner_text()


def keep_the_house(visit: _Visit) -> None:
    page = visit.page
    visit.go("Settings")
    page.get_by_label("What it is for").fill("a job tracker")
    page.get_by_role("button", name="Make a key").click()
    visit.says("nck_")
    visit.is_usable()
    visit.open("Revoke")
    visit.do("Yes, revoke it", "revoked")
    visit.do("Back up now", "The backup was made")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_operator_does_the_work_of_a_day(chromium: Any, address: str, site: Site, width: int) -> None:
    visit = _Visit(chromium, address, width)
    page = visit.page
    page.goto("/operator")
    page.get_by_label("Key").fill("another key")
    page.get_by_role("button", name="Log in").click()
    assert "This key is not valid here" in page.get_by_role("alert").inner_text()
    # A browser writes every 403 into its console.
    visit.complaints.clear()
    visit.log_in()
    mend_sources(visit, site)
    fill_a_gap(visit)
    review_everything(visit)
    look_after_the_mail(visit)
    keep_the_house(visit)
    visit.go("Today")
    left = page.locator(".problem").all_inner_texts()
    for gone in (
        "cannot be read",
        "waits for an answer",
        "waits for a decision",
        "mails nothing",
        "No backup",
    ):
        assert not any(gone in each for each in left), left
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/operator/login")
    page.go_back()
    assert page.url.endswith("/operator/login") or "Log in" in page.content()
    assert visit.complaints == []


def test_no_page_is_wider_than_a_phone_in_any_language(chromium: Any, address: str) -> None:
    for language in LANGUAGES:
        page = _Visit(chromium, address, 360, locale=language).page
        page.goto("/operator/login")
        page.locator("input[name=key]").fill(KEY)
        page.locator("main form button").click()
        for path in PAGES:
            page.goto(f"/operator{path}")
            assert page.evaluate(_TOO_WIDE) <= 0, (language, path)
            page.evaluate(_OPEN_ALL)
            assert page.evaluate(_TOO_WIDE) <= 0, (language, path, "with everything open")


@pytest.mark.skipif(not AXE.is_file(), reason="left out: axe is not installed; `make clients` does")
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_can_be_used_by_everyone_in_light_and_dark(
    chromium: Any, address: str, width: int
) -> None:
    # Colours change at once, so that none is measured on its way.
    visit = _Visit(chromium, address, width, reduced_motion="reduce")
    visit.log_in()
    for path in (*PAGES, "/login"):
        visit.page.goto(f"/operator{path}")
        visit.page.evaluate(_OPEN_ALL)
        visit.page.evaluate(AXE.read_text())
        for scheme in ("light", "dark"):
            visit.page.emulate_media(color_scheme=scheme)
            assert visit.page.evaluate(_VIOLATIONS) == [], (path, scheme)
