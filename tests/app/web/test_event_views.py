"""The events of an answer in a calendar of a month and on a map, beside the list."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.ingest.bulk import load

BOSTON = "/search?near=Boston,+MA"


def test_a_month_is_a_table_of_days_with_the_months_beside_it(sampled: TestClient) -> None:
    page = sampled.get(f"{BOSTON}&view=month&month=2026-12").text
    assert '<th scope="col" abbr="Sunday">Sun</th>' in page
    assert "December 2026" in page
    later = re.search(r'rel="next" href="([^"]+month=2027-01)" aria-label="Next month"', page)
    assert later is not None
    assert "January 2027" in sampled.get(unescape(later[1])).text
    assert re.search(r'<span class="clock">[^<]+</span> <a href="/events/\w+"', page)
    assert "from=2026-12-01&amp;to=2026-12-31" in page


def test_a_crowded_day_leads_to_its_list(
    browser: TestClient, database: Database, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "crowded.jsonl"
    evening = {
        "type": "event",
        "platform": "ical",
        "source": "A calendar",
        "location": {"city": "Boston", "region": "Massachusetts", "country": "US"},
    }
    names = ("Bread baking", "Chess for two", "Data tables", "Evening run", "French talk")
    file.write_text(
        "".join(
            json.dumps(evening | {"uid": name, "name": name, "start_date": f"2026-12-01T{hour}:00:00-05:00"})
            + "\n"
            for hour, name in enumerate(names, start=15)
        )
    )
    load(database, [file], now, lambda _: None)
    page = browser.get(f"{BOSTON}&view=month&month=2026-12").text
    more = re.search(r'<a href="([^"]+)">2 more</a>', page)
    assert more is not None
    assert browser.get(unescape(more[1])).text.count('<li class="event') == len(names)


def test_weeks_begin_as_in_the_country_and_days_are_named_in_the_language(sampled: TestClient) -> None:
    page = sampled.get("/search?near=Berlin,+DE&view=month&month=2026-11&lang=de").text
    assert page.index('abbr="Montag"') < page.index('abbr="Sonntag"')


@pytest.mark.parametrize("month", ["2026-13", "x", "0001-01", "2026-11-01", "٢٠٢٦-١١"])
def test_what_is_not_a_month_is_explained(sampled: TestClient, month: str) -> None:
    answer = sampled.get("/search", params={"near": "Boston, MA", "view": "month", "month": month})
    assert answer.status_code == 422
    assert "must be a month such as 2026-12" in unescape(answer.text)


@pytest.mark.parametrize("view", ["month", "map"])
def test_a_view_of_a_sensitive_interest_has_no_address(sampled: TestClient, view: str) -> None:
    answer = sampled.post("/search", data={"near": "Boston, MA", "interest": "Buddhism", "view": view})
    assert answer.status_code == 200
    assert "/v1/events" not in answer.text
    assert f'<input type="hidden" name="view" value="{view}">' in answer.text


def test_a_map_has_the_numbers_of_the_list_below_it(sampled: TestClient) -> None:
    page = sampled.get(f"{BOSTON}&view=map").text
    pins = re.findall(
        r'<a href="#(item-\d+)" class="pin" data-items="([\d ]+)" aria-label="(\d+)\. ([^"]+)"', page
    )
    assert pins
    for target, numbers, number, _ in pins:
        assert target == f"item-{number}"
        for each in numbers.split():
            assert f'id="item-{each}"' in page
    numbered = [number for _, numbers, _, _ in pins for number in numbers.split()]
    assert len(numbered) == len(set(numbered))


def test_a_map_of_nothing_is_an_empty_answer(browser: TestClient) -> None:
    page = browser.get(f"{BOSTON}&view=map").text
    assert "Nothing fits all of that yet" in page
    assert 'class="plot"' not in page


def test_the_form_stays_in_the_view(sampled: TestClient) -> None:
    page = sampled.get(f"{BOSTON}&view=map").text
    assert '<input type="hidden" name="view" value="map">' in page
    assert '<span class="here" aria-current="true">Map</span>' in page
