"""The page on which people suggest a calendar does what `POST /v1/suggestions` does, in words."""

from __future__ import annotations

import pytest
from sqlalchemy import text

LIBRARY = {
    "url": "https://library.example.org/events",
    "near": "Boston, MA",
    "note": "Job club on Tuesdays",
    "shown": "0",
}


def held(database):
    with database.read() as connection:
        return connection.execute(text("SELECT url, near, note, state FROM suggestion")).all()


def test_what_is_suggested_is_held_for_the_operator(browser, database):
    shown = browser.get("/suggest?near=Boston,+MA")
    assert shown.status_code == 200
    assert 'value="Boston, MA"' in shown.text
    answer = browser.post("/suggest", data=LIBRARY)
    assert answer.status_code == 200
    assert "Thank you" in answer.text
    assert held(database) == [(LIBRARY["url"], "Boston, MA", LIBRARY["note"], "held")]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"url": "http://127.0.0.1/admin"}, "This is not a public web address"),
        ({"url": "javascript:alert(1)"}, "This is not a public web address"),
        ({"url": ""}, "This is not a public web address"),
        ({"near": "Atlantis-under-Sea"}, "We do not know this place"),
        ({"note": "x" * 1_001}, "The note is longer than"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(browser, database, changed, sentence):
    answer = browser.post("/suggest", data={**LIBRARY, **changed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'maxlength="2000" value="' in answer.text
    assert held(database) == []


def test_what_was_typed_is_text(browser):
    answer = browser.post("/suggest", data={**LIBRARY, "url": '"><script>alert(1)</script>'})
    assert "<script>" not in answer.text


def test_a_program_that_fills_in_everything_is_thanked_and_ignored(browser, database, now):
    assert "Thank you" in browser.post("/suggest", data={**LIBRARY, "website": "https://spam.example"}).text
    assert "Thank you" in browser.post("/suggest", data={**LIBRARY, "shown": f"{int(now.timestamp())}"}).text
    assert held(database) == []


def test_the_page_speaks_the_language_of_the_browser(browser):
    shown = browser.get("/suggest", headers={"Accept-Language": "de"})
    assert "Kalender vorschlagen" in shown.text
    assert "Danke" in browser.post("/suggest", data={**LIBRARY, "language": "de"}).text


def test_who_suggests_too_much_has_to_wait(browser):
    answers = [
        browser.post("/suggest", data={**LIBRARY, "url": f"https://library.example.org/{at}"})
        for at in range(21)
    ]
    assert [each.status_code for each in answers[-2:]] == [200, 429]
