"""Words of strangers in every text field, on every page and in every embed, in a real browser: nothing runs, nobody is asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from app.core.clock import utc_now
from app.db import Database
from app.ingest.bulk import load
from tests.app.web.embed.conftest import CHROMIUM, Site, Visit, serving

Opened = Callable[..., Visit]
pytestmark = [
    pytest.mark.one_database,
    pytest.mark.skipif(CHROMIUM is None, reason="left out: chromium is not installed"),
]
# Ways into HTML, attributes, scripts, styles, templates, addresses and JSON.
XSS = (
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></style></textarea></script><svg onload=alert(1)>",
    "<!--<script>alert(1)//",
    "]]><script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    '<iframe srcdoc="<script>alert(1)</script>">',
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<style>@import 'https://evil.example/a.css'</style>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form action=https://evil.example/><button>x",
    "\u2028alert(1)//",
    "\\u003cscript>alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "url(https://evil.example/x)",
)
LAYOUTS = ("list", "cards", "compact", "month", "map")
WHOLE = "place,distance,group,price,attendance,topics,description,dates,members,source"


@pytest.fixture(scope="module")
def hostile_address(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose listings are all attacks."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(sqlite_template, folder / "nextcircle.sqlite")
    database = Database(f"sqlite:///{folder / 'nextcircle.sqlite'}")
    now = utc_now()
    file = folder / "attacks.jsonl"
    file.write_text("".join(json.dumps(attack(number, text, now)) + "\n" for number, text in enumerate(XSS)))
    load(database, [file], now, lambda _: None)
    with serving(database, folder) as address:
        yield address
    database.close()


def attack(number: int, text: str, now: datetime) -> dict[str, Any]:
    """An event with the text in every field that is a text."""
    start = now + timedelta(days=2, hours=number)
    return {
        "type": "event",
        "platform": "ical",
        "source": "A calendar",
        "uid": f"{number}",
        "name": f"{number} {text}",
        "description": f"{text}\n\n[x]({text})\n* {text}",
        "url": f'https://x.example/{number}"{text}',
        "start_date": start.isoformat(),
        "location": {
            "name": text,
            "address": text,
            "city": "Boston",
            "region": "Massachusetts",
            "country": "US",
        },
        "organizer": {"uid": f"g{number}", "name": f"{number} {text}", "url": text},
    }


def listed(visit: Visit, address: str, kind: str) -> list[str]:
    answer = visit.context.request.get(f"{address}/v1/{kind}?near=Boston&limit=50").json()
    return [item["id"] for item in answer["items"]]


def assert_untouched(visit: Visit, address: str) -> None:
    """Still our page: nothing ran, nothing left, nothing was refused because it tried to."""
    assert visit.page.url.startswith(address)
    assert visit.complaints == []
    assert visit.elsewhere == []


def test_nothing_runs_in_any_layout(visit: Opened, hostile_address: str) -> None:
    shown = visit(hosts={urlsplit(hostile_address).netloc})
    for layout in LAYOUTS:
        for kind in ("events", "groups") if layout != "month" else ("events",):
            for month in ("", f"&month={utc_now() + timedelta(days=4):%Y-%m}" if layout == "month" else ""):
                query = f"near=Boston,+MA&limit=50&show={WHOLE}&kind={kind}&series=all{month}"
                shown.page.goto(f"{hostile_address}/embed/{layout}?{query}")
                assert_untouched(shown, hostile_address)


def test_nothing_runs_on_our_pages(visit: Opened, hostile_address: str) -> None:
    shown = visit(hosts={urlsplit(hostile_address).netloc})
    paths = ["/", "/search?near=Boston,+MA", "/sources"]
    for kind in ("events", "groups"):
        for identity in listed(shown, hostile_address, kind):
            paths += [f"/{kind}/{identity}", f"/embed/{kind}/{identity}"]
    assert len(paths) > 4 * len(XSS) - 10
    for path in paths:
        shown.page.goto(hostile_address + path)
        assert_untouched(shown, hostile_address)


def test_nothing_runs_from_the_address(visit: Opened, hostile_address: str) -> None:
    shown = visit(hosts={urlsplit(hostile_address).netloc})
    for text in XSS:
        value = quote(text)
        for path in (
            f"/embed/list?near={value}&search=true",
            f"/embed/list?q={value}&search=true",
            f"/embed/builder?near={value}&q={value}&sent=1",
            f"/search?near={value}&field={value}",
        ):
            shown.page.goto(hostile_address + path)
            assert shown.page.url.startswith(hostile_address)
            assert [said for said in shown.complaints if "422" not in said and "400" not in said] == []
            assert shown.elsewhere == []
            shown.complaints.clear()


def test_nothing_runs_in_the_component(visit: Opened, site: Site, hostile_address: str) -> None:
    shown = visit(hosts={urlsplit(hostile_address).netloc, urlsplit(site.address).netloc})
    script = f'<script type="module" src="{hostile_address}/embed/v1-element.js"></script>'
    template = (
        '<template slot="item"><b data-field="name"></b><a data-link data-field="facts"></a></template>'
    )
    for inside in ("", template):
        shown.page.goto(
            site.show(f'{script}<next-circle near="Boston" limit="50" show="{WHOLE}">{inside}</next-circle>')
        )
        shown.page.locator("next-circle [part=item]").nth(len(XSS) // 2).wait_for()
        assert_untouched(shown, site.address)


def test_nothing_runs_in_a_loaders_options(visit: Opened, site: Site, hostile_address: str) -> None:
    shown = visit(hosts={urlsplit(hostile_address).netloc, urlsplit(site.address).netloc})
    for text in XSS[:10]:
        given = escape(text)
        shown.page.goto(
            site.show(
                f'<script src="{hostile_address}/embed/v1.js" data-near="{given}" data-title="{given}" '
                f'data-layout="{given}" data-event="" data-height="{given}"></script>'
            )
        )
        frame = shown.frame("/embed/list")
        assert frame.locator("main").count() == 1
        assert [said for said in shown.complaints if "422" not in said and "400" not in said] == []
        assert shown.elsewhere == []
        shown.complaints.clear()
