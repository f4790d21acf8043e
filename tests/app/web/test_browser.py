"""A newcomer in a real browser: searches the samples, follows a result, meets no error and no other host."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from app.core.clock import utc_now
from app.db import Database
from app.main import create_app
from app.samples import add_samples
from app.settings import Settings

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="left out: chromium is not installed")
PAGES = (
    "/",
    "/search?near=Boston,+MA&field=software-engineering",
    "/sources",
    "/bot",
    "/search?near=Qwxzzyq",
)


@pytest.fixture(scope="module")
def address(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on loopback that has the samples."""
    path = tmp_path_factory.mktemp("browser") / "nextcircle.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    asyncio.run(add_samples(database, utc_now()))
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(Settings(places="Boston, MA", public_url=""), database),
            host="127.0.0.1",
            port=0,
            log_level="error",
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    database.close()


@pytest.fixture(scope="module")
def chromium(
    address: str,
) -> Iterator[Any]:  # the server first: a running browser has the thread's event loop
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
    """A page, and what went wrong or left the house while it was looked at."""

    def __init__(self, browser: Any, address: str, width: int = 1200, **options: Any) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=address, **options
        )
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note)
        self._host = urlsplit(address).netloc

    def _note(self, request: Any) -> None:
        if urlsplit(request.url).netloc != self._host:
            self.elsewhere.append(request.url)

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[_Visit]:
    """A visit on a wide screen."""
    made = _Visit(chromium, address)
    yield made
    made.close()


def test_a_newcomer_searches_and_follows_a_result(visit: _Visit) -> None:
    page = visit.page
    page.goto("/")
    page.get_by_text("Or choose place, field and interest").click()
    page.get_by_label("Place").fill("Boston, MA")
    page.get_by_label("Career field").fill("software engineer")
    page.get_by_label("Interest", exact=True).fill("games")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_role("heading", name="Three to start with", exact=True).is_visible()
    page.get_by_role("heading", name="HTML5 Game Development").get_by_role("link").click()
    assert page.get_by_role("heading", level=1).inner_text() == "HTML5 Game Development"
    page.get_by_role("link", name="Game jam kickoff").click()
    assert "EST" in page.locator("dd time").inner_text() or "EDT" in page.locator("dd time").inner_text()
    page.go_back()
    page.go_back()
    assert page.get_by_label("Interest", exact=True).input_value() == "games"
    assert visit.complaints == []
    assert visit.elsewhere == []


def test_the_keyboard_alone_is_enough(visit: _Visit) -> None:
    page = visit.page
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_label("Who are you").focus()
    page.keyboard.type("nurse in Boston")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    page.keyboard.press("Tab")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style != "none"


def test_everything_works_without_javascript(chromium: Any, address: str) -> None:
    visit = _Visit(chromium, address, java_script_enabled=False)
    visit.page.goto("/")
    visit.page.get_by_label("Who are you").fill("nurse in Boston")
    visit.page.get_by_role("button", name="Find your circle").click()
    assert visit.page.get_by_role("heading", name="Bay State Nurses After Shift").is_visible()
    visit.close()


def test_the_api_reference_is_rendered_and_its_operations_can_be_tried(visit: _Visit) -> None:
    page = visit.page
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="API").click()
    page.locator("#operations-events-listEvents .opblock-summary").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    assert '"items"' in page.locator(".live-responses-table").inner_text()
    assert visit.complaints == []
    assert visit.elsewhere == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_small_phone_without_scrolling_sideways(
    chromium: Any, address: str, path: str, scheme: str
) -> None:
    visit = _Visit(chromium, address, width=360, color_scheme=scheme)
    visit.page.goto(path)
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    assert [each for each in visit.complaints if "422" not in each] == []
    assert visit.elsewhere == []
    visit.close()


# Relative luminance and contrast by WCAG 2.2, of every text on the page against what is painted behind it.
_CONTRAST = """
() => {
  const parse = (css) => (css.match(/[\\d.]+/g) || []).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const found = parse(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest('datalist') || element.closest('.hidden') || element.tagName === 'OPTION') continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push([element.textContent.trim().slice(0, 40), ratio]);
  }
  return low;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_text_has_enough_contrast(chromium: Any, address: str, path: str, scheme: str) -> None:
    visit = _Visit(chromium, address, color_scheme=scheme)
    visit.page.goto(path)
    assert visit.page.evaluate(_CONTRAST) == []
    visit.close()
