"""oEmbed 1.0: a frame for each page that can have one, as JSON and XML; anything else is refused by the right status."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest

pytestmark = pytest.mark.one_database

BASE = "https://nextcircle.test"
REQUIRED = {
    "version",
    "type",
    "title",
    "provider_name",
    "provider_url",
    "cache_age",
    "width",
    "height",
    "html",
}


@pytest.fixture
def event(client, put):
    put("Python <night> & more", group="Boston Python")
    return client.get("/v1/events").json()["items"][0]


def source_of(markup: str) -> str:
    found = re.fullmatch(
        r'<iframe src="([^"]*)" title="[^"]*" width="\d+" height="\d+" [^<>]*></iframe>', markup
    )
    assert found is not None, markup
    return unescape(found[1])


def test_an_event_is_a_rich_frame(client, event):
    answer = client.get("/oembed", params={"url": event["page"]})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert set(found) == REQUIRED
    assert (found["version"], found["type"]) == ("1.0", "rich")
    assert found["title"] == "Python <night> & more"
    assert source_of(found["html"]) == f"{BASE}/embed/events/{event['id']}"
    assert "Python &lt;night&gt; &amp; more" in client.get(source_of(found["html"]).removeprefix(BASE)).text


def test_xml_says_the_same(client, event):
    url = event["group"]["id"]
    asked = {"url": f"{BASE}/groups/{url}"}
    as_json = client.get("/oembed", params=asked).json()
    answer = client.get("/oembed", params={**asked, "format": "xml"})
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    tree = ET.fromstring(answer.content)
    assert tree.tag == "oembed"
    assert {each.tag: each.text for each in tree} == {name: str(value) for name, value in as_json.items()}


@pytest.mark.parametrize(
    ("path", "frame"),
    [
        (
            "/search?near=Boston,+MA&field=nurse&when=weekend",
            "/embed/list?near=Boston%2C%20MA&field=nurse&from=weekend&to=weekend",
        ),
        ("/embed/month?near=Lynn%2C+MA&theme=dark", "/embed/month?theme=dark&near=Lynn%2C%20MA"),
        ("/search", "/embed/list"),
        (
            "/search?ask=free+python+meetups+near+Boston+on+Thursday+evenings",
            "/embed/list?near=Boston%2C%20Massachusetts%2C%20US&field=Software%20engineering&weekday=thu&part_of_day=evening&free=true&q=python",
        ),
    ],
)
def test_searches_and_embeds_are_frames_of_the_same_question(client, path, frame):
    found = client.get("/oembed", params={"url": BASE + path}).json()
    got = source_of(found["html"]).removeprefix(BASE)
    assert got.partition("?")[0] == frame.partition("?")[0]
    assert sorted(got.partition("?")[2].split("&")) == sorted(frame.partition("?")[2].split("&"))


def test_a_frame_fits_into_what_there_is(client, event):
    asked = {"url": event["page"]}
    assert client.get("/oembed", params={**asked, "maxwidth": 320, "maxheight": 150}).json()["width"] == 320
    assert client.get("/oembed", params={**asked, "maxwidth": 320, "maxheight": 150}).json()["height"] == 150
    assert client.get("/oembed", params={**asked, "maxwidth": 5_000}).json()["width"] == 600
    for wrong in ("0", "10", "-1", "many", "１２３４", "999999999"):
        assert client.get("/oembed", params={**asked, "maxwidth": wrong}).status_code == 422, wrong


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("", 422),
        ("https://elsewhere.example/events/1", 404),
        ("https://nextcircle.test.evil.example/events/1", 404),
        ("https://nextcircle.test@evil.example/", 404),
        ("http://127.0.0.1:5432/", 404),
        ("file:///etc/passwd", 404),
        (f"{BASE}/", 404),
        (f"{BASE}/sources", 404),
        (f"{BASE}/embed/builder", 404),
        (f"{BASE}/events/0000000000000", 404),
        (f"{BASE}/events/../sources", 404),
        (f"{BASE}/search?near=Qwxzzyq", 422),
        (f"{BASE}/search?near={'a' * 3_000}", 404),
        (f"{BASE}/search?interest=lgbtq", 401),
        (f"{BASE}/embed/list?nonsense=1", 422),
    ],
)
def test_other_addresses_are_refused(client, url, status):
    answer = client.get("/oembed", params={"url": url})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_other_formats_are_not_implemented(client, event):
    assert client.get("/oembed", params={"url": event["page"], "format": "yaml"}).status_code == 501


@pytest.mark.parametrize("path", ["/events/{event}", "/groups/{group}", "/search?near=Boston,+MA"])
def test_pages_lead_there(client, event, path):
    page = client.get(path.format(event=event["id"], group=event["group"]["id"])).text
    for kind, format_ in (("application/json+oembed", "json"), ("text/xml+oembed", "xml")):
        link = re.search(
            rf'<link rel="alternate" type="{re.escape(kind)}" href="([^"]*)" title="[^"]+">', page
        )
        assert link is not None
        address = unescape(link[1]).removeprefix(BASE)
        assert address.endswith(f"&format={format_}")
        assert client.get(address).status_code == 200
