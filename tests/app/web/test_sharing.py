"""What pages say of themselves to other programs: Open Graph, JSON-LD and a picture, for every public page and no private one."""

from __future__ import annotations

import io
import json
import re
from html import unescape

import pytest
from PIL import Image

from app.outputs.picture import HEIGHT, WIDTH, PictureWords, picture

pytestmark = pytest.mark.one_database

BASE = "https://nextcircle.test"
HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><meta http-equiv=refresh content=0>',
    "\u2028alert(1)//",
    "<!--<script>",
)


def open_graph(page: str) -> dict[str, str]:
    found = re.findall(r'<meta property="og:([^"]+)" content="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def linked_data(page: str) -> dict:
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    document = json.loads(found)
    assert isinstance(document, dict)
    return document


@pytest.fixture
def event(client, put):
    put("Python night", group="Boston Python", description="Hack together.")
    return client.get("/v1/events").json()["items"][0]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?near=Boston,+MA",
        "/events/{event}",
        "/groups/{group}",
        "/sources",
        "/bot",
        "/subscribe",
        "/embed/builder",
    ],
)
def test_every_public_page_has_a_title_an_address_and_a_picture(client, event, path):
    page = client.get(path.format(event=event["id"], group=event["group"]["id"])).text
    shown = open_graph(page)
    assert shown["title"]
    assert shown["url"].startswith(BASE)
    assert f'<link rel="canonical" href="{shown["url"].replace("&", "&amp;")}">' in page
    answer = client.get(shown["image"].removeprefix(BASE))
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (WIDTH, HEIGHT)
    assert (shown["image:width"], shown["image:height"]) == (str(WIDTH), str(HEIGHT))


def test_an_event_is_described_for_machines_as_it_is(client, event):
    page = client.get(f"/events/{event['id']}").text
    found = linked_data(page)
    assert found["@type"] == "Event"
    assert found["name"] == "Python night"
    assert found["startDate"] == event["start_date"]
    assert found["organizer"]["name"] == "Boston Python"


def test_a_group_has_its_events_and_a_search_its_list(client, event):
    group = linked_data(client.get(f"/groups/{event['group']['id']}").text)
    assert group["@type"] == "Organization"
    assert [each["name"] for each in group["event"]] == ["Python night"]
    found = linked_data(client.get("/search?near=Boston,+MA").text)
    assert found["@type"] == "ItemList"
    assert "Python night" in {each["item"]["name"] for each in found["itemListElement"]}
    assert linked_data(client.get("/").text)["@type"] == "WebSite"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_words_of_strangers_end_no_element(client, put, hostile):
    put(f"x {hostile}", description=f"y {hostile}", group="Boston Python")
    item = client.get("/v1/events").json()["items"][0]
    page = client.get(f"/events/{item['id']}").text
    # Linked data, and the script that keeps a list.
    assert len(re.findall(r"<script", page)) == 2
    assert linked_data(page)["name"] == item["name"]
    assert "<meta http-equiv=refresh" not in page
    assert open_graph(page)["title"] == item["name"]


def test_a_private_question_says_nothing(client):
    page = client.get("/search?interest=lgbtq").text
    assert open_graph(page) == {}
    assert "ld+json" not in page
    assert "oembed" not in page
    assert "canonical" not in page
    drawn = client.get("/pictures/search.png?interest=lgbtq").content
    assert drawn == client.get("/pictures/nextcircle.png").content


def test_no_picture_draws_what_was_typed(client):
    drawn = client.get("/pictures/search.png?near=Buy+cheap+pills").content
    assert drawn == client.get("/pictures/nextcircle.png").content


def test_a_picture_is_fetched_once(client, event):
    path = f"/pictures/events/{event['id']}.png"
    first = client.get(path)
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=86400" in first.headers["cache-control"]
    assert client.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert client.get("/pictures/events/0000000000000.png").status_code == 404


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Short",
        "A very long name " * 40,
        "W" * 500,
        "東京もくもく会",
        "🎉 Party 🎉",
        "\u202egnp.exe",
        "Ürün Yönetimi Buluşması",
        "Встреча",
    ],
)
def test_any_title_is_drawn(title):
    drawn = picture(PictureWords(title, ("Thu 3 Dec 2026, 18:30 EST", "x" * 300, "by 東京")))
    image = Image.open(io.BytesIO(drawn))
    assert image.size == (WIDTH, HEIGHT)
    assert len(drawn) < 60_000
    # Nothing is drawn over the margin.
    margin = image.convert("RGB").crop((WIDTH - 60, 20, WIDTH, HEIGHT))
    assert len(margin.getcolors(1_000)) == 1


def test_a_name_that_cannot_be_drawn_is_left_out():
    instead = picture(PictureWords("東京もくもく会", instead="A group to join"))
    assert instead == picture(PictureWords("A group to join"))
