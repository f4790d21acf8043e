"""Embeds on a page of another origin, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.clock import utc_now
from tests.app.web.embed.conftest import CHROMIUM, Site, Visit
from tests.app.web.test_browser import _CONTRAST

pytestmark = [
    pytest.mark.one_database,
    pytest.mark.skipif(CHROMIUM is None, reason="left out: chromium is not installed"),
]
LAYOUTS = ("list", "cards", "compact", "month", "map")
Opened = Callable[..., Visit]
_OVERFLOW = (
    "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
)


def settled(visit: Visit, frame: Any) -> None:
    """Wait until a frame is as high as what is in it."""
    for _ in range(100):
        if frame.evaluate(_OVERFLOW) == [0, 0]:
            return
        visit.page.wait_for_timeout(50)
    raise AssertionError(f"{frame.url} scrolls by {frame.evaluate(_OVERFLOW)}")


def test_two_embeds_have_the_right_height_one_of_them_in_a_hidden_tab(
    visit: Opened, site: Site, address: str
) -> None:
    page = site.show(
        f"""<button onclick="document.getElementById('tab').hidden = false">Second tab</button>
        <section><script async src="{address}/embed/v1.js" data-near="Boston, MA" data-limit="4"></script></section>
        <section id="tab" hidden>
        <div data-nextcircle data-layout="cards" data-near="Boston, MA" data-limit="6" data-show="place,description"></div>
        </section>"""
    )
    shown = visit()
    shown.page.goto(page)
    first = shown.frame("/embed/list")
    settled(shown, first)
    assert first.locator("li.item").count() == 4
    shown.page.get_by_text("Second tab").click()
    second = shown.frame("/embed/cards")
    settled(shown, second)
    assert second.locator("li.item").count() == 6
    heights = shown.page.eval_on_selector_all("iframe", "all => all.map(one => one.clientHeight)")
    assert all(150 < height < 2_000 for height in heights)
    shown.assert_quiet()
    assert all(frame.evaluate("origin") == "null" for frame in (first, second))


def test_an_embed_that_is_loaded_in_a_hidden_tab_gets_its_height_when_the_tab_opens(
    visit: Opened, site: Site, address: str
) -> None:
    page = site.show(
        f"""<button onclick="document.getElementById('tab').hidden = false">Open</button>
        <div id="tab" hidden></div><script src="{address}/embed/v1.js"></script>
        <script>NextCircle.render(document.getElementById('tab'), {{near: ['Boston, MA'], limit: 3}}).loading = 'eager'</script>"""
    )
    shown = visit()
    shown.page.goto(page)
    frame = shown.frame("/embed/list")
    shown.page.get_by_text("Open").click()
    settled(shown, frame)
    shown.page.set_viewport_size({"width": 360, "height": 700})
    settled(shown, frame)
    shown.page.evaluate("NextCircle.destroy(document.getElementById('tab'))")
    assert shown.page.locator("iframe").count() == 0
    shown.assert_quiet()


def test_a_pinned_loader_runs_and_a_changed_one_does_not(visit: Opened, site: Site, address: str) -> None:
    shown = visit()
    markup = shown.context.request.get(f"{address}/embed/builder.json?near=Boston,+MA").json()["markup"]
    shown.page.goto(site.show(markup["pinned"]))
    settled(shown, shown.frame("/embed/list"))
    shown.assert_quiet()
    shown.page.goto(site.show(markup["pinned"].replace("v1.0.0.js", "v1-element.js")))
    shown.page.wait_for_timeout(300)
    assert shown.page.locator("iframe").count() == 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_frame_works_without_scripts(visit: Opened, site: Site, address: str, layout: str) -> None:
    shown = visit(java_script_enabled=False)
    # The samples are of the next weeks, which may be those of the next month.
    month = f"&month={utc_now() + timedelta(days=7):%Y-%m}" if layout == "month" else ""
    shown.page.goto(
        site.show(
            f'<iframe src="{address}/embed/{layout}?near=Boston,+MA{month}" width="700" height="900"></iframe>'
        )
    )
    frame = shown.frame(f"/embed/{layout}")
    link = frame.locator("main a[href*='/events/']").first
    with shown.context.expect_page() as opened:
        link.click()
    assert opened.value.url.startswith(f"{address}/events/")
    shown.assert_quiet()


def test_the_search_box_and_the_months_work_without_scripts(visit: Opened, site: Site, address: str) -> None:
    shown = visit(java_script_enabled=False)
    source = f"{address}/embed/month?near=Boston,+MA&search=true&month=2026-01"
    shown.page.goto(site.show(f'<iframe src="{source}" width="700" height="900"></iframe>'))
    shown.frame("2026-01").get_by_role("link", name="Next month").click()
    frame = shown.frame("month=2026-02")
    frame.get_by_label("Place").fill("Cambridge, MA")
    frame.get_by_role("button", name="Search").click()
    assert (
        shown.frame("near=Cambridge").get_by_role("heading", level=1).inner_text() == "Events near Cambridge"
    )
    shown.assert_quiet()


def test_the_keyboard_reaches_everything(visit: Opened, site: Site, address: str) -> None:
    shown = visit()
    shown.page.goto(
        site.show(
            f'<iframe src="{address}/embed/list?near=Boston,+MA&limit=2&search=true" width="700" height="700"></iframe>'
        )
    )
    frame = shown.frame("/embed/list")
    reached = []
    for _ in range(8):
        shown.page.keyboard.press("Tab")
        said = frame.evaluate(
            "[document.activeElement.tagName, document.activeElement.innerText, "
            "getComputedStyle(document.activeElement).outlineStyle]"
        )
        if said[0] != "BODY":
            assert said[2] != "none"
            reached.append(said[0])
    assert reached == ["INPUT", "INPUT", "BUTTON", "A", "A", "A", "A"]


@pytest.mark.parametrize(
    ("layout", "options"),
    [
        (layout, options)
        for layout in LAYOUTS
        for options in ("", "&dir=rtl", "&kind=groups")
        if layout != "month" or options != "&kind=groups"
    ],
)
def test_nothing_is_wider_than_a_small_phone(visit: Opened, address: str, layout: str, options: str) -> None:
    shown = visit(width=320)
    for more in ("", "&search=true&subscribe=true&show=place,topics,description,source,members,dates"):
        shown.page.goto(f"{address}/embed/{layout}?near=Boston,+MA{options}{more}")
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= 320
    shown.assert_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("accent", ["", "&accent=%23ffee00", "&accent=%23101010"])
def test_text_has_enough_contrast_whatever_the_accent(
    visit: Opened, address: str, layout: str, scheme: str, accent: str
) -> None:
    shown = visit(color_scheme=scheme)
    shown.page.goto(f"{address}/embed/{layout}?near=Boston,+MA&search=true&show=topics,source,place{accent}")
    assert [each for each in shown.page.evaluate(_CONTRAST) if each[0] not in {"1", "2"}] == []
    shown.assert_quiet()


def test_a_theme_that_was_chosen_does_not_follow_the_system(visit: Opened, address: str) -> None:
    shown = visit(color_scheme="dark")
    shown.page.goto(f"{address}/embed/list?theme=light")
    assert shown.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_times_are_told_by_the_visitors_clock_on_request(visit: Opened, address: str) -> None:
    shown = visit(timezone_id="Europe/Berlin")
    shown.page.goto(f"{address}/embed/list?near=Boston,+MA&limit=1&zone=visitor&lang=de")
    own = shown.page.locator("time .hours").inner_text()
    assert "MEZ" in own or "MESZ" in own


def test_the_component_takes_the_look_of_the_page_and_a_template(
    visit: Opened, site: Site, address: str
) -> None:
    script = f'<script type="module" src="{address}/embed/v1-element.js"></script>'
    shown = visit()
    asked: list[str] = []
    shown.page.on(
        "request", lambda request: asked.append(request.url) if "items.json" in request.url else None
    )
    shown.page.goto(
        site.show(
            f"""{script}<next-circle id="plain" near="Boston, MA" limit="3"><a href="/all">All events</a></next-circle>
            <next-circle id="own" near="Boston, MA" limit="2"><template slot="item"><b data-field="name"></b>
            <a data-link>more</a></template></next-circle>""",
            "<style>next-circle{--next-circle-accent:#c00000}next-circle::part(title){font-style:italic}</style>",
        )
    )
    shown.page.locator("#plain [part=item]").nth(2).wait_for()
    title = shown.page.locator("#plain [part=title]").first
    assert title.evaluate("one => getComputedStyle(one).fontStyle") == "italic"
    assert "/events/" in str(title.get_attribute("href"))
    assert (
        shown.page.locator("#plain [part=when]").first.evaluate("one => getComputedStyle(one).color")
        == "rgb(192, 0, 0)"
    )
    shown.page.locator("#own [part=item] b").nth(1).wait_for()
    assert shown.page.locator("#own [part=item] a").first.get_attribute("href")
    assert len(asked) == 2
    shown.assert_quiet()


def test_scripts_run_on_a_page_with_a_strict_policy(visit: Opened, site: Site, address: str) -> None:
    policy = (
        f"default-src 'none'; script-src {address}; frame-src {address}; connect-src {address}; img-src data:"
    )
    shown = visit()
    shown.page.goto(
        site.show(
            f"""<script async src="{address}/embed/v1.js" data-near="Boston, MA"></script>
            <script type="module" src="{address}/embed/v1-element.js"></script>
            <next-circle near="Boston, MA"></next-circle>""",
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        )
    )
    settled(shown, shown.frame("/embed/list"))
    item = shown.page.locator("next-circle [part=item]").first
    assert item.evaluate("one => getComputedStyle(one).borderTopWidth") == "1px"
    shown.assert_quiet()


def test_the_component_shows_what_was_inside_where_it_gets_no_answer(
    visit: Opened, site: Site, address: str
) -> None:
    script = f'<script type="module" src="{address}/embed/v1-element.js"></script>'
    shown = visit()
    shown.page.goto(
        site.show(f'{script}<next-circle near="Qwxzzyq"><a href="/all">All events</a></next-circle>')
    )
    shown.page.wait_for_timeout(500)
    assert shown.page.get_by_role("link", name="All events").is_visible()


def test_the_builder_follows_its_form_and_copies(visit: Opened, address: str) -> None:
    shown = visit(width=1_200, permissions=["clipboard-read", "clipboard-write"])
    shown.page.goto(f"{address}/embed/builder")
    shown.page.get_by_label("Layout").select_option("compact")
    frame = shown.frame("/embed/compact")
    assert frame.locator("li.item").count() == 5
    shown.page.get_by_label("Accent colour").fill("#zz")
    shown.page.get_by_text("must be a colour such as").wait_for()
    shown.page.get_by_label("Accent colour").fill("#0a66c2")
    shown.frame("accent=%230a66c2")
    shown.page.get_by_role("button", name="Copy").first.click()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f'<script async src="{address}/embed/v1.js" data-layout="compact"')
    assert "#0a66c2" in copied
    shown.assert_quiet()


def test_the_builder_works_without_scripts(visit: Opened, address: str) -> None:
    shown = visit(java_script_enabled=False)
    shown.page.goto(f"{address}/embed/builder")
    shown.page.get_by_label("Layout").select_option("map")
    shown.page.get_by_role("button", name="Show the preview").click()
    shown.frame("/embed/map")
    assert "/embed/map?near=Boston" in shown.page.locator("#markup-frame").input_value()


def test_pages_of_ours_are_framed_by_nobody(visit: Opened, site: Site, address: str) -> None:
    shown = visit()
    shown.page.goto(
        site.show(
            f'<iframe src="{address}/subscribe"></iframe><iframe src="{address}/embed/builder"></iframe>'
        )
    )
    shown.page.wait_for_timeout(300)
    assert sum("frame-ancestors" in said or "X-Frame-Options" in said for said in shown.complaints) >= 2


AXE = Path(__file__).parents[3] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
_SEEN_WHOLE = "near=Boston,+MA&search=true&subscribe=true&show=place,topics,description,source,price"


@pytest.mark.skipif(not AXE.exists(), reason="left out: `make clients` has not installed axe-core")
@pytest.mark.parametrize(
    "path",
    [
        *(
            f"/embed/{layout}?{_SEEN_WHOLE}{theme}"
            for layout in LAYOUTS
            for theme in ("", "&theme=dark", "&dir=rtl")
        ),
        "/embed/map?near=Boston,+MA&kind=groups",
        "/embed/list?near=Qwxzzyq&search=true",
        "/embed/events/{event}",
        "/embed/groups/{group}",
        "/embed/builder",
        "/for-job",
        "/for-job?title=Software+Engineer&location=Boston,+MA",
    ],
)
def test_axe_finds_no_barrier(visit: Opened, address: str, path: str) -> None:
    shown = visit()
    items = shown.context.request.get(f"{address}/v1/events?near=Boston&limit=50").json()["items"]
    item = next(each for each in items if each["group"])
    shown.page.goto(address + path.format(event=item["id"], group=item["group"]["id"]))
    shown.page.evaluate(AXE.read_text("utf-8"))
    found = shown.page.evaluate(
        "axe.run().then(result => result.violations.map(each => [each.impact, each.id]))"
    )
    assert found == []
