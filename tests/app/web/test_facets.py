"""The filters of the search page: what there is is counted, and each filter can be set and taken away."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

BOSTON = "/search?near=Boston,+MA"


def _facets(page: str) -> dict[str, tuple[int, str]]:
    """The count and the address of each facet, by its label."""
    found = re.search(r'<details class="facets">.*?</details>', page, re.DOTALL)
    assert found is not None
    links = re.findall(r'<a href="([^"]+)">([^<]+) \((\d+)\)</a>', found[0])
    return {unescape(label): (int(count), unescape(link)) for link, label, count in links}


@pytest.mark.parametrize("label", ["Software engineering", "Board games", "Accounting, audit & tax"])
def test_a_facet_counts_what_its_address_shows(sampled: TestClient, label: str) -> None:
    facets = _facets(sampled.get(BOSTON).text)
    count, link = facets[label]
    narrowed = sampled.get(link)
    assert narrowed.status_code == 200
    assert f"Search without: {label}" in unescape(narrowed.text)
    assert narrowed.text.count('<li class="event') == count


def test_facets_are_in_the_language_of_the_page(sampled: TestClient) -> None:
    facets = _facets(sampled.get(f"{BOSTON}&lang=de").text)
    _, link = facets["Softwareentwicklung"]
    assert "lang=de" in link
    assert "Suche ohne: Softwareentwicklung" in sampled.get(link).text or "Softwareentwicklung" in link


def test_no_facet_offers_a_sensitive_interest(sampled: TestClient) -> None:
    for label in _facets(sampled.get(BOSTON).text):
        assert not re.search("Buddh|Christian|LGBT|Sober", label)


@pytest.mark.parametrize(
    ("asked", "chip"),
    [
        ("language=en", "English"),
        ("access=step-free", "Step-free"),
        ("mode=online", "Online"),
        ("weekday=thu", "Thursday"),
        ("part_of_day=night", "Nights"),
        ("free=yes", "Free"),
        ("when=2026-12-03", "Thu, Dec 3"),
    ],
)
def test_every_filter_is_said_and_can_be_taken_away(sampled: TestClient, asked: str, chip: str) -> None:
    page = unescape(sampled.get(f"{BOSTON}&{asked}").text)
    without = re.search(
        rf'<a class="remove" href="([^"]+)" aria-label="Search without: ([^"]*{chip[:3]}[^"]*)"', page
    )
    assert without is not None, re.findall(r'aria-label="(Search without[^"]*)"', page)
    assert asked.partition("=")[0] + "=" not in without[1]


@pytest.mark.parametrize("asked", ["language=pt-BR", "when=2026-12-03", "weekday=mon,wed", "radius_km=40"])
def test_a_value_that_the_form_does_not_offer_stays_chosen(sampled: TestClient, asked: str) -> None:
    value = asked.partition("=")[2]
    assert f'<option value="{value}" selected>{value}</option>' in sampled.get(f"{BOSTON}&{asked}").text


def test_the_nearest_events_come_first_where_that_is_asked_for(sampled: TestClient) -> None:
    page = sampled.get(f"{BOSTON}&sort=distance&only=events").text
    assert '<option value="distance" selected>' in page
    distances = [float(each) for each in re.findall(r'<span class="far">([\d.]+)\smi</span>', page)]
    assert distances == sorted(distances)
