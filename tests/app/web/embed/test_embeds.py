"""Embeds as they are answered: what they hold, who may show them, and that nothing of strangers becomes markup."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.service.embed_markup import pairs_of
from app.service.embed_parameters import FIELDS, LAYOUTS, AppearanceParameters, EmbedParameters
from app.translations.translator import translator
from app.web.embed import assets
from app.web.embed.colours import DARK_PAPER, LIGHT_PAPER, accent_for, contrast
from app.web.embed.month import month_of

pytestmark = pytest.mark.one_database

BOSTON = "Boston, MA"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style></script><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "a" * 3_000,
    "ﷺ" * 200,
    "<!--<script>",
)
WHOLE = ",".join(FIELDS)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_shows_events_with_links_to_our_pages(client, put, here, layout):
    put("Python night")
    put("Far away", "London")
    month = f"{(here + timedelta(days=3)).astimezone(ZoneInfo('America/New_York')):%Y-%m}"
    answer = client.get(f"/embed/{layout}", params={"near": BOSTON, "month": month})
    assert answer.status_code == 200
    assert "Python night" in answer.text
    assert "Far away" not in answer.text
    assert 'href="https://nextcircle.test/events/' in answer.text
    assert answer.text.count("<h1") == 1
    assert answer.text.count("<main") == 1


@pytest.mark.parametrize("layout", ["list", "cards", "compact", "map"])
def test_groups_are_shown_too(client, put, layout):
    put("Python night", group="Boston Python")
    answer = client.get(f"/embed/{layout}", params={"near": BOSTON, "kind": "groups", "show": WHOLE})
    assert "Boston Python" in text_of(answer.text)
    assert "next on" in text_of(answer.text)


def test_other_sites_may_frame_embeds_and_nothing_else(client, put):
    put("Python night")
    answer = client.get("/embed/list")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "allow-top-navigation" not in policy
    assert "x-frame-options" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-robots-tag"] == "noindex"
    for path in ("/", "/subscribe", "/search", "/embed/builder", "/docs"):
        other = client.get(path)
        assert other.headers["x-frame-options"] == "DENY", path
        assert "frame-ancestors 'none'" in other.headers["content-security-policy"], path


def test_an_operator_can_name_the_only_sites(database, settings_client):
    with settings_client(embed_origins="https://jobs.example https://*.town.example") as client:
        policy = client.get("/embed/list").headers["content-security-policy"]
    assert "frame-ancestors https://jobs.example https://*.town.example;" in policy


@pytest.mark.parametrize("layout", LAYOUTS)
def test_fifty_events_with_long_words_stay_below_forty_kilobytes(client, put, here, layout):
    for number in range(60):
        name = f"{number} " + "An evening about many things " * 5
        put(
            name,
            days=3 + number / 50,
            group="A group with a rather long name for its size",
            description="Words " * 90,
        )
    month = f"{(here + timedelta(days=3)).astimezone(ZoneInfo('America/New_York')):%Y-%m}"
    parameters = {"near": BOSTON, "limit": "50", "month": month, "search": "true", "subscribe": "true"}
    answer = client.get(f"/embed/{layout}", params=parameters)
    assert answer.status_code == 200
    assert len(answer.content) <= 40 * 1024


def test_a_browser_that_has_a_page_gets_it_once(client, put):
    put("Python night")
    first = client.get("/embed/list")
    assert first.headers["cache-control"] == "public, max-age=300, stale-while-revalidate=3600"
    again = client.get("/embed/list", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert {part.strip() for part in first.headers["vary"].split(",")} >= {"Accept-Language", "Referer"}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_words_of_strangers_are_text(client, put, here, layout, hostile):
    put(f"x {hostile}", description=f"y {hostile}", group="A group")
    month = f"{(here + timedelta(days=3)).astimezone(ZoneInfo('America/New_York')):%Y-%m}"
    answer = client.get(f"/embed/{layout}", params={"show": WHOLE, "month": month})
    assert answer.status_code == 200
    assert_plain(answer.text)
    found = client.get("/embed/items.json", params={"show": WHOLE}).json()
    assert all(item["link"].startswith("https://nextcircle.test/") for item in found["items"])


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(
    "parameter",
    ["near", "field", "interest", "q", "accent", "lang", "zone", "theme", "show", "month", "nonsense", "dir"],
)
def test_words_in_the_address_are_text(client, put, parameter, hostile):
    put("Python night")
    for path in ("list", "month", "map"):
        answer = client.get(f"/embed/{path}", params={parameter: hostile, "search": "true"})
        assert answer.status_code in {200, 422}
        assert_plain(answer.text)
    answer = client.get("/embed/builder", params={parameter: hostile, "sent": "1"})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "onerror=alert(1)>" not in answer.text.replace("&gt;", "")
    assert "49" not in re.findall(r'value="[^"]*7\*7', answer.text)


def assert_plain(page: str) -> None:
    """The only script is ours, and no element has a handler, a foreign address or an inline style of a stranger."""
    tree = LexborHTMLParser(page)
    assert [each.attributes["src"] for each in tree.css("script")] == [
        f"/embed/assets/frame.js?v={assets.frame_version()}"
    ]
    assert not tree.css("img, iframe, object, embed, base, svg svg, svg script, foreignObject")
    for element in tree.css("*"):
        assert not any(name.startswith("on") or name == "style" for name in element.attributes), element.html
        for name in ("href", "src", "action", "formaction"):
            address = element.attributes.get(name) or ""
            assert not address or address.startswith(("https://nextcircle.test/", "/embed/", "/subscribe")), (
                address
            )
            assert "javascript:" not in address.lower() or address.startswith("/embed/"), address


@pytest.mark.parametrize(
    ("language", "said", "clock"),
    [
        ("de", "Veranstaltungen bei Boston", "Uhr"),
        ("fr", "Événements près de Boston", ""),
        ("es", "Eventos cerca de Boston", ""),
        ("en", "Events near Boston", ""),
    ],
)
def test_an_embed_speaks_the_language_asked_for(client, put, language, said, clock):
    put("Python night")
    answer = client.get("/embed/list", params={"near": BOSTON, "lang": language})
    assert said in text_of(answer.text)
    assert f'<html lang="{language}"' in answer.text
    by_browser = client.get("/embed/list", params={"near": BOSTON}, headers={"Accept-Language": language})
    assert said in text_of(by_browser.text)


def test_clocks_and_distances_follow_the_country_or_what_was_chosen(client, put):
    put("Python night", start_date=None)
    own = text_of(client.get("/embed/list", params={"near": BOSTON}).text)
    assert re.search(r"\d (AM|PM)", own.replace("\u202f", " "))
    there = text_of(client.get("/embed/list", params={"near": BOSTON, "lang": "en-GB", "units": "km"}).text)
    assert not re.search(r"\d (AM|PM)", there.replace("\u202f", " "))
    elsewhere = client.get(
        "/embed/list", params={"near": BOSTON, "zone": "Asia/Kolkata", "lang": "en-GB"}
    ).text
    assert "UTC+5:30" in elsewhere or "IST" in elsewhere


def test_only_the_fields_asked_for_are_shown(client, put):
    put("Python night", group="Boston Python", is_accessible_for_free=True)
    bare = text_of(client.get("/embed/list", params={"show": "none"}).text)
    assert "Boston Python" not in bare
    assert "free" not in bare
    shown = text_of(client.get("/embed/list", params={"show": "group,price"}).text)
    assert "Boston Python" in shown
    assert "free" in shown


def test_of_a_series_one_date_is_shown_with_the_number_of_the_others(client, put):
    for week in range(3):
        put("Python night", days=3 + 7 * week, url=f"https://www.meetup.com/boston-python/events/{week}/")
    shown = client.get("/embed/list", params={"near": BOSTON}).text
    assert shown.count('<li class="item') == 1
    assert "2 more dates" in text_of(shown)
    every = client.get("/embed/list", params={"near": BOSTON, "series": "all"}).text
    assert every.count('<li class="item') == 3


def test_a_cancelled_event_says_so(client, put):
    put("Python night", event_status="EventCancelled")
    page = client.get("/embed/list", params={"near": BOSTON}).text
    assert "Python night" not in page or "Cancelled" in page


def test_nothing_is_embedded_of_a_sensitive_question(client, put):
    put("Support circle", description="An LGBTQ support group")
    for path in ("list", "month", "items.json"):
        answer = client.get(f"/embed/{path}", params={"interest": "lgbtq"})
        assert answer.status_code == 422, path
        assert "Support circle" not in answer.text
    asked = "https://nextcircle.test/search?interest=lgbtq"
    assert client.get("/oembed", params={"url": asked}).status_code == 401


def test_wrong_words_are_told_in_the_frame_and_the_search_box_stays(client):
    answer = client.get(
        "/embed/list", params={"near": "Qwxzzyq", "search": "true"}, headers={"Accept-Language": "de"}
    )
    assert answer.status_code == 422
    assert "Wir kennen keinen Ort namens „Qwxzzyq“" in text_of(answer.text)
    assert 'value="Qwxzzyq"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    unknown = client.get("/embed/list", params={"nonsense": "1"})
    assert unknown.status_code == 422
    assert "Nonsense" in text_of(unknown.text)
    assert client.get("/embed/nothing").status_code == 404


def test_the_digest_form_has_what_was_asked(client_with_mail, put):
    put("Python night")
    with client_with_mail as client:
        page = client.get("/embed/list", params={"near": BOSTON, "field": "nurse", "subscribe": "true"}).text
    assert 'action="/subscribe" target="_blank"' in page
    assert 'name="near" value="Boston, MA"' in page
    assert 'name="fields" value="nurse"' in page
    assert 'name="website"' in page


def test_one_event_and_one_group_are_embedded(client, put):
    put("Python night", group="Boston Python")
    item = client.get("/v1/events").json()["items"][0]
    event = client.get(f"/embed/events/{item['id']}", params={"theme": "dark"})
    assert "Python night" in event.text
    assert 'data-theme="dark"' in event.text
    group = client.get(f"/embed/groups/{item['group']['id']}")
    assert "Boston Python" in group.text
    assert "Python night" in group.text
    assert client.get("/embed/events/0000000000000").status_code == 404


# --- months ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "country", "first"),
    [("auto", "US", "Sun"), ("auto", "GB", "Mon"), ("sat", "US", "Sat"), ("mon", "US", "Mon")],
)
def test_weeks_begin_as_in_the_country_or_as_asked(start, country, first):
    shown = month_of(date(2026, 2, 1), [], translator("en", country), start, date(2026, 2, 14))
    assert shown.weekdays[0][0] == first
    days = [day.date for week in shown.weeks for day in week]
    assert len(days) % 7 == 0
    assert [day.date for week in shown.weeks for day in week if day.today] == [date(2026, 2, 14)]
    assert (shown.earlier, shown.later) == ("2026-01", "2026-03")


def test_a_day_has_the_events_of_its_own_zone(client, put):
    """21:00 in Boston on the last of the month is the next month in UTC."""
    put("Late evening", start_date=datetime.fromisoformat("2027-04-30T21:00:00-04:00"))
    for parameters in ({"near": BOSTON}, {}):
        april = client.get("/embed/month", params={**parameters, "month": "2027-04"}).text
        may = client.get("/embed/month", params={**parameters, "month": "2027-05"}).text
        assert "Late evening" in april
        assert "Late evening" not in may
    there = client.get("/embed/month", params={"month": "2027-05", "zone": "Europe/Berlin"}).text
    assert "Late evening" in there


def test_a_day_names_three_events_and_counts_the_others(client, put):
    for hour in range(10, 16):
        start = datetime.fromisoformat(f"2027-04-20T{hour}:00:00-04:00")
        put(f"Talk {hour}", start_date=start, end_date=None)
    page = client.get("/embed/month", params={"near": BOSTON, "month": "2027-04"}).text
    assert page.count("Talk 1") == 3
    assert "3 more" in text_of(page)


# --- colours ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "colour", ["#ffee00", "#101010", "#808080", "#0a66c2", "#ffffff", "#000000", "#7f7f00"]
)
@pytest.mark.parametrize("paper", [LIGHT_PAPER, DARK_PAPER])
def test_an_accent_can_be_read_on_paper_and_under_text(colour, paper):
    found = accent_for(colour, paper)
    assert contrast(found.colour, paper) >= 4.5
    assert contrast(found.colour, found.on) >= 4.5


def test_an_accent_that_can_be_read_stays_as_it_is():
    assert accent_for("#0a66c2", LIGHT_PAPER).colour == "#0a66c2"


# --- scripts ---------------------------------------------------------------------------------------------


def test_the_loader_is_small_and_its_versions_are_kept(client):
    loader = client.get("/embed/v1.js")
    assert len(loader.content) < 6 * 1024
    assert loader.headers["access-control-allow-origin"] == "*"
    assert "x-frame-options" not in loader.headers
    pinned = client.get("/embed/v1.0.0.js")
    assert pinned.content == loader.content
    assert "immutable" in pinned.headers["cache-control"]
    assert client.get("/embed/v2.js").status_code == 404


def test_the_scripts_know_every_parameter():
    known = {info.alias or name for name, info in EmbedParameters.model_fields.items()}
    loader, _ = assets.script("v1.js") or (b"", False)
    names = re.search(r"const NAMES = \(\n(.*?)\n  \)\.split", loader.decode(), re.DOTALL)
    assert names is not None
    assert set(" ".join(re.findall(r'"([^"]*)"', names[1])).split()) == known
    element, _ = assets.script("v1-element.js") or (b"", False)
    listed = re.search(r"const NAMES = \(\n(.*?)\n\)\.split", element.decode(), re.DOTALL)
    assert listed is not None
    in_frames = set(AppearanceParameters.model_fields) - {"lang", "zone", "units", "show"} | {"month"}
    assert set(" ".join(re.findall(r'"([^"]*)"', listed[1])).split()) == known - in_frames


def test_markup_holds_what_differs_from_the_usual():
    asked = EmbedParameters.model_validate(
        {"near": ["Boston, MA", "Lynn"], "theme": "auto", "show": "place", "limit": "10"}
    )
    assert pairs_of(asked) == [("near", "Boston, MA"), ("near", "Lynn"), ("show", "place")] or pairs_of(asked) == [
        ("show", "place"), ("near", "Boston, MA"), ("near", "Lynn"),
    ]  # fmt: skip


def test_the_component_is_told_what_is_wrong(client):
    answer = client.get("/embed/items.json", params={"near": "Qwxzzyq"})
    assert answer.status_code == 422
    assert answer.headers["access-control-allow-origin"] == "*"
    assert json.loads(answer.text)["errors"][0]["parameter"] == "near"
