"""The search form is posted: what is sensitive is written into no address, the rest gets one that can be kept."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient


def test_a_posted_question_gets_an_address_of_its_own(sampled: TestClient) -> None:
    answer = sampled.post(
        "/search?lang=de", data={"near": "Boston, MA", "field": "nursing", "interest": "", "radius_km": "25"}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/search?near=Boston%2C+MA&field=nursing&lang=de"


@pytest.mark.parametrize(
    "form",
    [
        {"near": "Boston, MA", "interest": "Buddhism"},
        {"ask": "Buddhism in Boston"},
        {"near": "Boston, MA", "q": "meditation Buddhism"},
        {"near": "Boston, MA", "interest": "!Buddhism"},
        {"near": "Boston, MA", "interest": "Buddhizm"},
        {"near": "Boston, MA", "interest": "Buddhism", "radius_km": "far"},
    ],
)
def test_a_sensitive_interest_is_answered_without_an_address(
    sampled: TestClient, form: dict[str, str]
) -> None:
    answer = sampled.post("/search", data=form)
    assert answer.status_code in {200, 422}
    assert "location" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in answer.text
    addresses = re.findall(r'(?:href|action|content)="([^"]*)"', answer.text)
    assert [each for each in addresses if "uddhi" in each] == []


def test_a_private_answer_leads_on_by_forms_alone(sampled: TestClient) -> None:
    page = sampled.post("/search", data={"near": "Boston, MA", "interest": "Buddhism", "free": "yes"}).text
    assert '<input type="hidden" name="interest" value="Buddhism">' in page
    assert '<button class="linked remove" aria-label="Search without: Free">' in page
    for offered in ("/v1/events", "webcal:", "og:url", "/subscribe?", "/embed/builder?"):
        assert offered not in page


def test_an_address_that_names_a_sensitive_interest_is_not_passed_on(sampled: TestClient) -> None:
    answer = sampled.get("/search?near=Boston,+MA&interest=Buddhism")
    assert answer.headers["referrer-policy"] == "no-referrer"
    addresses = re.findall(r'(?:href|action|content)="([^"]*)"', answer.text)
    assert [each for each in addresses if "uddhism" in each] == []


def test_what_is_not_understood_is_said_without_an_address(sampled: TestClient) -> None:
    answer = sampled.post("/search", data={"near": "Qwxzzyq"})
    assert answer.status_code == 422
    assert "We do not know a place called “Qwxzzyq”." in unescape(answer.text)


@pytest.mark.parametrize(
    "form", [{"near": "\x00"}, {"ask": "x" * 600}, {"radius_km": "NaN"}, {"access": "wings"}, {"sort": "<b>"}]
)
def test_a_hostile_form_is_a_page_with_a_sentence(browser: TestClient, form: dict[str, str]) -> None:
    answer = browser.post("/search", data=form)
    assert answer.status_code == 422
    assert "We need another word" in answer.text
    assert "<b>" not in answer.text
