"""The handout: one page to print, in two languages, with a code that leads to a page."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient


def test_the_handout_has_two_languages_dates_and_a_code(sampled: TestClient) -> None:
    page = sampled.get("/handout?near=Boston,+MA&field=software+engineer&second=de").text
    sheet = page[page.index('class="handout"') :]
    assert '<section lang="en">' in sheet
    assert '<section lang="de">' in sheet
    assert "Softwareentwicklung: Leute treffen in der Nähe von Boston" in sheet
    assert sheet.count("<li><strong") == 3
    assert "127.0.0.1:8000/in/boston-ma/software-engineering" in sheet
    assert "<svg" in sheet
    # Made-up listings are marked, on paper too.
    assert sheet.count("These are sample listings.") == 1


def test_the_code_of_the_handout_leads_to_a_page(sampled: TestClient) -> None:
    assert sampled.get("/in/boston-ma/software-engineering").status_code == 200


def test_a_handout_takes_no_interest(sampled: TestClient) -> None:
    page = sampled.get("/handout?near=Boston,+MA&interest=Buddhism").text
    assert "uddhism" not in page[page.index('class="handout"') : page.index("</article>")]


@pytest.mark.parametrize(
    "query", ["near=Qwxzzyq", "near=%00", "near=Boston&field=<script>", "near=" + "x" * 300]
)
def test_a_handout_that_cannot_be_made_says_why(browser: TestClient, query: str) -> None:
    answer = browser.get(f"/handout?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "<script" not in answer.text
