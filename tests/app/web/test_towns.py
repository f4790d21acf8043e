"""Pages of towns and of fields in them, and the sitemap that leads there."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.places.gazetteer import locate
from app.settings import Settings
from app.web.towns import slug_of, slug_of_place


@pytest.mark.parametrize(
    ("place", "slug"),
    [
        ("Boston, MA", "boston-ma"),
        ("London, GB", "london-gb"),
        ("Montréal, QC", "montreal-quebec"),
        ("São Paulo, BR", "sao-paulo-br"),
    ],
)
def test_a_town_has_a_slug_that_leads_back_to_it(place, slug):
    found = locate(place).place
    assert slug_of_place(found) == slug
    assert locate(slug.replace("-", " ")).place.id == found.id


def test_a_slug_holds_letters_and_digits_alone():
    assert slug_of("  O'Fallon – St. Louis / 63366 ") == "o-fallon-st-louis-63366"


def test_the_page_of_a_town_has_its_groups_and_events(sampled):
    page = sampled.get("/in/boston-ma")
    assert page.status_code == 200
    assert "<h1>Groups and events in Boston, Massachusetts</h1>" in page.text
    assert '<link rel="canonical" href="http://127.0.0.1:8000/in/boston-ma">' in page.text
    assert "noindex" not in page.text


def test_the_page_of_a_field_starts_with_groups_to_go_to(sampled):
    page = sampled.get("/in/boston-ma/software-engineering").text
    assert "Software engineering groups and events in Boston" in page
    assert 'class="card pick"' in page


def test_a_page_with_little_on_it_is_not_indexed(sampled):
    assert '<meta name="robots" content="noindex">' in sampled.get("/in/boston-ma/nursing").text


def test_another_spelling_leads_to_the_one_address(sampled):
    answer = sampled.get("/in/boston-massachusetts")
    assert (answer.status_code, answer.headers["location"]) == (308, "/in/boston-ma")


@pytest.mark.parametrize(
    "path", ["/in/xyzzyville", "/in/boston-ma/no-such-field", "/in/%3Cscript%3E", "/in/" + "a" * 300]
)
def test_what_there_is_not_is_a_404(browser, path):
    assert browser.get(path).status_code == 404


def test_the_sitemap_has_the_towns_covered_and_the_fields_with_events_there(samples, database, now):
    app = create_app(Settings(places="Boston, MA; London, GB"), database, clock=lambda: now)
    with TestClient(app) as client:
        found = re.findall(r"<loc>http://127\.0\.0\.1:8000([^<]*)</loc>", client.get("/sitemap.xml").text)
        assert {"/", "/in/boston-ma", "/in/london-gb", "/in/boston-ma/software-engineering"} <= set(found)
        for path in found:
            page = client.get(path)
            assert page.status_code == 200
            if "/in/boston-ma/" in path:
                assert "noindex" not in page.text
        assert "/sitemap.xml" in client.get("/robots.txt").text
