"""The month, the map, the week, the handout and the page for organisers in a real browser, on a phone, without barriers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.web.test_browser import CHROMIUM, _Visit, address, chromium, visit  # noqa: F401  fixtures
from tests.app.web.test_operator_browser import AXE

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="left out: chromium is not installed")
PAGES = (
    "/search?near=Boston,+MA&view=month",
    "/search?near=Boston,+MA&view=map&lang=de",
    "/week?ask=software+engineer+in+Boston&lang=de",
    "/handout?near=Boston,+MA&field=nursing&second=de",
    "/organisers?near=Boston,+MA&on=2026-11-24&lang=fr",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_phone_and_have_no_barrier(chromium: Any, address: str, path: str) -> None:  # noqa: F811
    shown = _Visit(chromium, address, width=360, bypass_csp=True, color_scheme="dark")
    shown.page.goto(path)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert (shown.complaints, shown.elsewhere) == ([], [])
    if AXE.is_file():
        shown.page.add_script_tag(path=str(AXE))
        found = shown.page.evaluate("axe.run(document).then((r) => r.violations.map((each) => each.id))")
        assert found == []
    shown.close()


def test_an_event_put_on_the_list_is_there_the_next_time(visit: _Visit) -> None:  # noqa: F811
    page = visit.page
    page.goto("/search?near=Boston,+MA&only=events")
    page.locator(".event h3 a").first.click()
    name = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Put on my list").press("Enter")
    page.get_by_role("button", name="Take off my list").wait_for()
    page.goto("/week")
    page.get_by_role("link", name="My list").click()
    assert page.locator("#plan h2").inner_text() == name
    page.get_by_role("button", name="Forget my list").click()
    page.goto("/week")
    assert page.get_by_role("link", name="My list").count() == 0
    assert (visit.complaints, visit.elsewhere) == ([], [])
