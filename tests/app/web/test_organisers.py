"""What else is on that evening: the events of a day, for who looks for a date."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

EVENING = "/organisers?near=Boston,+MA&on=2026-11-24"


def test_everything_of_the_day_is_shown_with_the_same_field_first(sampled: TestClient) -> None:
    page = sampled.get(f"{EVENING}&field=software+engineer").text
    assert "In the same field (1)" in page
    assert "Two talks about testing" in page
    assert "on=2026-11-23" in page
    assert "on=2026-11-25" in page
    # Who wants to go does so where the event is announced.
    assert "Go to the event’s own page" in page


def test_a_field_hides_nothing_of_the_day(sampled: TestClient) -> None:
    page = sampled.get(f"{EVENING}&field=nursing").text
    assert "Two talks about testing" in page[page.index("Also that day") :]


def test_an_empty_day_says_so(browser: TestClient) -> None:
    assert "Nothing is announced here for that day." in browser.get(EVENING).text


@pytest.mark.parametrize(
    "query", ["near=Qwxzzyq&on=2026-11-24", "near=Boston&on=tomorrow", "near=Boston&on=9999-12-31"]
)
def test_what_is_not_understood_is_said(browser: TestClient, query: str) -> None:
    answer = browser.get(f"/organisers?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
