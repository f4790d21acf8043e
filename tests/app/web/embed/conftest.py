"""A server with the samples, and a server of another origin that shows its embeds."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi.testclient import TestClient

from app.core.clock import utc_now
from app.db import Database
from app.main import create_app
from app.samples import add_samples
from app.settings import Settings

CHROMIUM = shutil.which("chromium")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def stored(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of the served samples."""
    # Of the module, as a browser keeps an event loop running in the thread of the tests as long as it is open.
    path = tmp_path_factory.mktemp("embeds") / "nextcircle.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    asyncio.run(add_samples(database, utc_now()))
    yield database
    database.close()


@contextmanager
def serving(database: Database, data_dir: Path) -> Iterator[str]:
    """Serve a database on loopback; the address."""
    port = free_port()
    settings = Settings(places="Boston, MA", public_url=f"http://127.0.0.1:{port}", data_dir=data_dir)
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings, database), host="127.0.0.1", port=port, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield settings.public_url
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def address(stored: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server."""
    with serving(stored, tmp_path_factory.mktemp("data")) as found:
        yield found


class Site:
    """Another site: pages by their path."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.pages.get(self.path, "").encode()
                self.send_response(200 if body else 204)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Nothing is written."""

        self.server = ThreadingHTTPServer(("localhost", 0), Handler)
        self.address = f"http://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, body: str, head: str = "") -> str:
        """Serve a page; its address."""
        path = f"/{len(self.pages)}"
        icon = '<link rel="icon" href="data:,">'
        self.pages[path] = f"<!DOCTYPE html><html lang=en><head>{icon}{head}</head><body>{body}</body></html>"
        return self.address + path


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def chromium(
    address: str,
) -> Iterator[Any]:  # the server first: a running browser has the thread's event loop
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


class Visit:
    """A page, and what went wrong, was stored or left the two servers while it was looked at."""

    def __init__(self, browser: Any, hosts: set[str], width: int, options: dict[str, Any]) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda asked: self._note(asked.url, hosts))

    def _note(self, url: str, hosts: set[str]) -> None:
        if urlsplit(url).scheme != "data" and urlsplit(url).netloc not in hosts:
            self.elsewhere.append(url)

    def frame(self, part: str) -> Any:
        """The embed whose address has this part, as soon as it has loaded."""
        for _ in range(200):
            for frame in self.page.frames[1:]:
                if part in frame.url:
                    frame.wait_for_load_state("load")
                    return frame
            self.page.wait_for_timeout(50)
        raise AssertionError(f"no frame of {part}: {[frame.url for frame in self.page.frames]}")

    def assert_quiet(self) -> None:
        assert self.complaints == []
        assert self.elsewhere == []
        assert self.context.cookies() == []


@pytest.fixture
def visit(chromium: Any, address: str, site: Site) -> Iterator[Callable[..., Visit]]:
    """Opens pages."""
    visits: list[Visit] = []
    usual = {urlsplit(address).netloc, urlsplit(site.address).netloc}

    def opened(width: int = 900, hosts: set[str] | None = None, **options: Any) -> Visit:
        visits.append(Visit(chromium, hosts or usual, width, options))
        return visits[-1]

    yield opened
    for each in visits:
        each.context.close()


@pytest.fixture
def settings_client(database: Database) -> Callable[..., TestClient]:
    """The application with settings of the test."""

    def made(**values: Any) -> TestClient:
        settings = Settings(public_url="https://nextcircle.test", **values)
        return TestClient(create_app(settings, database), raise_server_exceptions=False)

    return made


@pytest.fixture
def client_with_mail(settings_client: Callable[..., TestClient]) -> TestClient:
    """The application of an installation that sends mail."""
    return settings_client(
        smtp_url="smtp://mail.example.org:587", mail_from="digest@example.org", postal_address="1 Main Street"
    )
