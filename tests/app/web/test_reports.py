"""What can be done beside a listing: its map, passing it on, following its group, what is like it, and saying that it is wrong."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import text

from app.db import Database
from app.translations.translator import translator
from app.web.beside import digest_link, listing_links, map_link

ITEM = {
    "id": "01hzzzzzzzzzz",
    "name": "Nurses & “friends”\nof Leeds",
    "page": "https://circle.example/groups/01hzzzzzzzzzz",
    "location": {"name": None, "address": None, "city": "Leeds", "region": "England", "country": "GB", "lat": 53.8, "lon": -1.55, "exact": False},
    "fields": [{"id": "nursing", "label": "Nursing", "confidence": 0.9}],
    "interests": [],
}  # fmt: skip
VENUE = {
    "name": "Hub",
    "address": "1 Main St",
    "city": "Leeds",
    "region": "England",
    "country": "GB",
    "lat": 53.8,
    "lon": -1.55,
}


def test_a_venue_is_on_the_map_by_its_point_or_its_address_and_a_town_is_not() -> None:
    assert map_link(VENUE | {"exact": True}) == (
        "https://www.openstreetmap.org/?mlat=53.80000&mlon=-1.55000#map=17/53.80000/-1.55000"
    )
    assert "search?query=Hub%2C+1+Main+St" in str(map_link(VENUE | {"exact": False}))
    assert map_link(ITEM["location"]) is None
    assert map_link(None) is None


def test_a_mail_about_a_listing_says_its_name_and_address() -> None:
    query = parse_qs(urlsplit(listing_links(ITEM, translator())["mail"]).query)
    assert query["subject"] == [ITEM["name"]]
    assert query["body"] == [f"{ITEM['name']}\n{ITEM['page']}"]


def test_a_digest_is_offered_for_the_place_and_field_and_never_for_what_is_sensitive() -> None:
    link = digest_link(ITEM, translator("de"))
    assert link == "/subscribe?near=Leeds%2C+England%2C+GB&fields=Nursing&lang=de"
    sensitive = [{"id": "mental-health-support", "label": "Recovery", "confidence": 0.9}]
    assert digest_link(ITEM | {"interests": sensitive}, translator()) is None
    assert digest_link(ITEM | {"location": None}, translator()) is None


def test_a_group_leads_to_similar_ones_its_feeds_and_a_way_to_report_it(browser, samples) -> None:
    found = browser.get("/v1/groups", params={"near": "Boston, MA", "field": "software-engineering"}).json()[
        "items"
    ]
    page = browser.get(f"/groups/{found[0]['id']}").text
    similar = page.partition("Similar groups nearby")[2]
    assert any(f"/groups/{other['id']}" in similar for other in found[1:])
    assert f'/groups/{found[0]["id"]}"' not in similar
    for link in re.findall(r'href="(/v1/[^"]+|/subscribe[^"]+|/report[^"]+)"', page):
        assert browser.get(unescape(link)).status_code == 200, link


def test_a_report_is_held_for_the_operator(browser, database: Database, samples) -> None:
    event = browser.get("/v1/events", params={"near": "Boston, MA"}).json()["items"][0]
    page = browser.get(f"/events/{event['id']}").text
    link = unescape(re.search(r'href="(/report[^"]+)"', page)[1])
    form = browser.get(link).text
    assert unquote(link.partition("target=")[2]) in unescape(form)
    sent = {
        "target": event["id"],
        "action": "correct",
        "contact": "ann@example.org",
        "note": "It is at seven.",
        "shown": "0",
    }
    assert "Thank you" in browser.post("/report", data=sent).text
    with database.read() as connection:
        assert connection.execute(text("SELECT action, note FROM take_down")).all() == [
            ("correct", "It is at seven.")
        ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"target": "nothing"}, "neither the address"), ({"contact": "me"}, "at which we can answer"), ({"action": "burn"}, "Choose what")],
)  # fmt: skip
def test_what_is_wrong_with_a_report_is_said_and_what_was_typed_stays(browser, wrong, said) -> None:
    sent = {
        "target": "https://example.org/e",
        "action": "remove",
        "contact": "ann@example.org",
        "note": "Mine",
        "shown": "0",
    } | wrong
    answer = browser.post("/report", data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Mine" in answer.text
