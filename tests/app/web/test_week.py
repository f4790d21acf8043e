"""The plan of a week: a page, a calendar file, and a list that the browser keeps."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from itertools import permutations

import pytest
from fastapi.testclient import TestClient

ASKED = "/week?near=Boston,+MA&field=software+engineer"


def _plan(page: str) -> str:
    found = re.search(r'data-query="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


def test_a_plan_has_at_most_three_evenings_each_with_reasons(sampled: TestClient) -> None:
    page = sampled.get(ASKED).text
    evenings = page.count('<li class="event')
    assert 1 <= evenings <= 3
    assert page.count("First step:") == evenings
    assert 'class="reasons"' in page
    starts = re.findall(r'<time class="date" datetime="([^"]+)"', page)
    assert starts == sorted(starts)
    assert len({each[:10] for each in starts}) == len(starts)


def test_a_plan_is_one_calendar_file(sampled: TestClient) -> None:
    query = _plan(sampled.get(ASKED).text)
    answer = sampled.get(f"/week.ics?{query}")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="nextcircle-week.ics"'
    assert answer.text.count("BEGIN:VEVENT") == query.count("event=")
    assert answer.text.startswith("BEGIN:VCALENDAR")


def test_a_plan_can_be_opened_again_by_its_events(sampled: TestClient) -> None:
    query = _plan(sampled.get(ASKED).text)
    again = sampled.get(f"/week?{query}").text
    assert _plan(again) == query
    with_one_gone = sampled.get(f"/week?{query}&event=0000000000000").text
    assert "1 event on your list is no longer announced." in with_one_gone


def test_a_plan_is_made_from_a_sentence_that_is_posted(sampled: TestClient) -> None:
    answer = sampled.post("/week", data={"ask": "software engineer in Boston"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/week?ask=software+engineer+in+Boston"
    assert 'id="plan"' in sampled.get(answer.headers["location"]).text


def test_a_plan_for_a_sensitive_interest_has_no_address(sampled: TestClient) -> None:
    answer = sampled.post("/week", data={"ask": "Buddhism in Boston"})
    assert "location" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert [each for each in re.findall(r'href="([^"]*)"', answer.text) if "uddhism" in each] == []


def test_where_nothing_fits_the_week_says_so(browser: TestClient) -> None:
    assert "No evening of the next seven days fits well enough" in browser.get(ASKED).text


@pytest.mark.parametrize("path", ["/week?near=Qwxzzyq", "/week?near=%00", "/week?radius_km=x&near=Boston"])
def test_a_question_that_is_not_understood_is_explained(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("path", ["/week.ics", "/week.ics?event=nonsense", "/week.ics?event=" + "x" * 5000])
def test_a_calendar_of_nothing_is_not_found(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_too_many_events_are_refused(browser: TestClient) -> None:
    assert browser.get("/week?" + "&".join(["event=0000000000000"] * 13)).status_code == 422


def test_the_week_runs_our_own_script_alone(browser: TestClient) -> None:
    answer = browser.get("/week")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert [each for each in scripts if not each.startswith('<script src="/static/')] == []


def test_evenings_of_a_list_that_overlap_are_told(sampled: TestClient) -> None:
    items = sampled.get("/v1/events?limit=100").json()["items"]
    timed = [each for each in items if each["end_date"] and not each["all_day"]]
    first, other = next(
        (one, two)
        for one, two in permutations(timed, 2)
        if datetime.fromisoformat(one["start_date"])
        <= datetime.fromisoformat(two["start_date"])
        < datetime.fromisoformat(one["end_date"])
    )
    assert "At the same time as" not in sampled.get(f"/week?event={first['id']}&event={first['id']}").text
    page = unescape(sampled.get(f"/week?event={first['id']}&event={other['id']}").text)
    assert f"At the same time as: {other['name']}" in page
    assert f"At the same time as: {first['name']}" in page


def test_a_plan_needs_a_place(sampled: TestClient) -> None:
    answer = sampled.get("/week?field=nursing")
    assert answer.status_code == 422
    assert "Say where you are" in answer.text


def test_an_event_can_be_put_on_the_list_of_the_browser(sampled: TestClient) -> None:
    event = sampled.get("/v1/events?near=Boston&limit=1").json()["items"][0]["id"]
    page = sampled.get(f"/events/{event}")
    assert f'data-event="{event}"' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
