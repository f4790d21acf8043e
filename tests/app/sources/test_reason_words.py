"""Why a source is in its state, in words of a language: what the worker stores is translated, what an operator wrote is not."""

from __future__ import annotations

import pytest

from app.sources.reason_words import reason_in_words
from app.sources.repository.sources import listing
from app.sources.repository.state import pause, remove
from app.translations.translator import english, translator


def row(**members) -> dict:
    given = {
        "state": "paused", "reason": "x", "access": "feed", "terms": None, "last_outcome": None, "origin": "operator", "verified": True,
    }  # fmt: skip
    return {**given, **members}


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("10 failures in a row, the last: 404 Not Found", "10 Fehler in Folge, der letzte: 404 Not Found"),
        ("3 bad answers in a row, the last: empty", "3 schlechte Antworten in Folge, die letzte: "),
        ("gone: 410 Gone", "(410 Gone)"),
        ("paused by the operator", "vom Betreiber pausiert"),
        ("it moved: see our wiki", "it moved: see our wiki"),
        ("<b>100 % %(count)s</b>", "<b>100 % %(count)s</b>"),
    ],
)
def test_what_was_stored_with_a_pause_is_said_in_german(stored, words):
    assert words in reason_in_words(row(reason=stored), translator("de", "DE"))


def test_the_english_words_of_an_outcome_are_those_of_the_row():
    failing = row(state="failing", reason="it is gone for good", last_outcome="gone")
    assert reason_in_words(failing, english()) == "it is gone for good"
    tried = row(state="failing", reason="x", last_outcome="dns", origin="catalogue", verified=False)
    assert reason_in_words(tried, english()).startswith("never read yet: the name could")


def test_a_page_that_is_off_names_its_terms_and_the_way():
    page = row(state="off", reason="x", access="page", terms="https://example.org/terms")
    said = reason_in_words(page, translator("fr", "FR"))
    assert "(https://example.org/terms)" in said
    assert "nextcircle sources pages --on" in said


def test_every_reason_that_rows_have_is_translated(database, source):
    for name in ("paused", "removed", "on"):
        source("ical", name)
    pause(database, "ical-paused", "paused by the operator")
    remove(database, "ical-removed")
    said = {
        each["slug"]: reason_in_words(each, translator("es", "ES")) for each in listing(database, pages=False)
    }
    assert said == {
        "ical-on": None,
        "ical-paused": "puesta en pausa por quien administra el sitio",
        "ical-removed": "eliminada por quien administra el sitio",
    }
