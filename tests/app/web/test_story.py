"""The whole way of a job seeker in a real browser: one line, three picks, a calendar file, the digest, the network, an evening."""

from __future__ import annotations

import asyncio
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.core.clock import utc_now
from app.db import Database
from app.digest.configuration import make_mailer
from app.main import create_app
from app.samples import add_samples
from app.settings import Settings

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="left out: chromium is not installed")
CONTACTS = (
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Jane,Doe,https://www.linkedin.com/in/jane-doe,,Northwind,Data Scientist,08 Feb 2024\n"
    "Sam,Lee,https://www.linkedin.com/in/sam-lee,,Acme,Software Engineer,14 May 2021\n"
)


class House:
    """A server on loopback with the samples, and its mailer."""

    def __init__(self, settings: Settings, database: Database, address: str) -> None:
        self.settings = settings
        self.database = database
        self.address = address

    def send_mails(self) -> None:
        """What the worker does every few seconds; in a thread, as a browser has this one's event loop."""
        thread = threading.Thread(target=self._send)
        thread.start()
        thread.join()

    def _send(self) -> None:
        asyncio.run(make_mailer(self.settings, self.database, "worker", utc_now).tick())


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    path = tmp_path / "nextcircle.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    asyncio.run(add_samples(database, utc_now()))
    settings = Settings(places="Boston, MA", public_url="", data_dir=tmp_path / "data", port=_free_port())
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, database), host="127.0.0.1", port=settings.port, log_level="error"
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield House(settings, database, settings.base_url)
    server.should_exit = True
    thread.join(10)
    database.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_from_one_line_to_an_evening(house: House, tmp_path: Path, width: int) -> None:
    from playwright.sync_api import sync_playwright

    export = tmp_path / "Connections.csv"
    export.write_text(CONTACTS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=house.address, accept_downloads=True
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        _walk(page, house, export)
        assert complaints == []
        assert context.cookies() == []
        browser.close()


def _walk(page: Any, house: House, export: Path) -> None:
    page.goto("/")
    page.get_by_label("Who are you").fill("software engineer in Boston who likes board games")
    page.get_by_role("button", name="Find your circle").click()
    assert page.get_by_role("heading", name="Three to start with").is_visible()
    assert page.locator(".pick").count() == 3
    page.locator(".pick h3 a").first.click()
    page.locator(".agenda h3 a").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="iCalendar").click()
    assert b"BEGIN:VEVENT" in Path(download.value.path()).read_bytes()

    page.get_by_role("link", name="Digest", exact=True).click()
    page.get_by_label("Your email address").fill("ada@example.org")
    page.get_by_label("Place").fill("Boston, MA")
    page.get_by_label("Career fields").fill("software engineer")
    # A person needs longer than two seconds.
    page.evaluate("document.querySelector('[name=shown]').value = '1000'")
    page.get_by_role("button", name="Subscribe").click()
    assert page.get_by_role("heading", name="Check your inbox").is_visible()
    house.send_mails()
    page.goto("/outbox")
    page.get_by_role("link", name=re.compile("Confirm your digest")).click()
    page.locator(".letter a").first.click()
    page.get_by_role("button", name="Start").click()
    assert page.get_by_role("heading", name="You are subscribed").is_visible()

    page.get_by_role("link", name="My network").click()
    page.get_by_label("Your contacts").set_input_files(str(export))
    page.get_by_label("Career fields").fill("data scientist")
    page.get_by_label("Employers").fill("Acme, Globex")
    page.get_by_label("Place").fill("Boston, MA")
    page.get_by_role("button", name="Show me whom to ask").click()
    assert "too small" in page.get_by_role("heading", level=1).inner_text()
    assert page.get_by_role("heading", name="Groups that fill the gaps").is_visible()
    page.get_by_role("button", name="I asked").first.click()
    page.get_by_label("Which one").fill("PyData Boston")
    page.get_by_label("Whom you met").fill("Kim Ng")
    page.get_by_role("button", name="Add to my network").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save").click()
    saved = Path(download.value.path()).read_text()
    assert "Kim Ng" in saved
    assert '"pending"' in saved


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
