"""One sentence is read as a question: what is asked for, what is not wanted, and what is left for the text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.places.gazetteer import LatLon
from app.understanding.lines import understand_lines, understood_json
from app.understanding.sentence import understand


def read(text: str, **hints: Any) -> dict[str, Any]:
    """What was understood, without what is empty and without the parts."""
    found = understood_json(understand(text, **hints))
    for member in ("text", "parts", "near_latlon"):
        del found[member]
    return {name: value for name, value in found.items() if value not in (None, [], {}) and value != "either"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "any hiking groups near Denver on Saturdays?",
            {
                "near": "Denver, Colorado, US",
                "interests": ["hiking"],
                "weekday": ["sat"],
                "kind": "groups",
            },
        ),
        (
            "Stammtisch für Softwareentwickler in Hamburg am Donnerstagabend",
            {
                "near": "Hamburg, Hamburg, DE",
                "fields": ["software-engineering"],
                "purposes": ["roundtable"],
                "from_to": "thursday",
                "part_of_day": "evening",
                "kind": "events",
            },
        ),
        (
            "cherche club d'échecs à Lille le mardi soir",
            {
                "near": "Lille, Hauts-de-France, FR",
                "interests": ["chess-go"],
                "weekday": ["tue"],
                "part_of_day": "evening",
                "kind": "groups",
            },
        ),
        (
            "grupo de senderismo en Granada los domingos, gratis",
            {
                "near": "Granada, Andalusia, ES",
                "interests": ["hiking"],
                "weekday": ["sun"],
                "free": True,
                "kind": "groups",
            },
        ),
        (
            "python user group within 10 miles of Cambridge, MA",
            {
                "near": "Cambridge, Massachusetts, US",
                "radius_km": 16.1,
                "fields": ["software-engineering"],
                "q": "python",
                "kind": "groups",
            },
        ),
        (
            "machine learning talks in Zürich, in English, in person",
            {
                "near": "Zürich, Zurich, CH",
                "fields": ["data-science-ai"],
                "purposes": ["talk"],
                "language": "en",
                "mode": "offline",
                "q": "machine learning",
                "kind": "events",
            },
        ),
        (
            "wheelchair accessible book club in Glasgow",
            {"near": "Glasgow, Scotland, GB", "interests": ["book-club"], "access": ["step-free"]},
        ),
        (
            "Startups in Tallinn hosted by Bolt",
            {
                "near": "Tallinn, Harjumaa, EE",
                "interests": ["founders-circle"],
                "company": "Bolt",
            },
        ),
    ],
)
def test_a_sentence_is_read_as_a_question(text, expected):
    found = read(text)
    found.pop("kind", None) if "kind" not in expected else None
    assert {name: value for name, value in found.items() if name != "unsure"} == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("welders in Mobile, Alabama", "Mobile, Alabama, US"),
        ("Mobile developers in Berlin", "Berlin, Berlin, DE"),
        ("book club in Reading PA", "Reading, Pennsylvania, US"),
        ("Singen in Köln", "Köln, North Rhine-Westphalia, DE"),
        ("juegos de mesa en Valencia, España", "Valencia, Valencian Community, ES"),
        ("chess in Perth, Scotland", "Perth, Scotland, GB"),
    ],
)
def test_what_stands_around_a_word_decides_whether_it_is_a_place(text, place):
    assert read(text)["near"] == place


def test_what_could_be_meant_otherwise_is_told():
    assert "near" in read("architects in Georgia")["unsure"]
    assert read("Java")["fields"] == ["software-engineering"]
    assert "near" not in read("Java")


def test_what_is_not_wanted_is_told_apart():
    assert read("knitting circle in Bristol, not on weekends")["not"] == {"weekday": ["sat", "sun"]}
    assert read("dance classes but not salsa, Leeds")["not"] == {"interests": ["salsa-bachata"]}
    assert read("Wandergruppe in Ulm, nicht sonntags")["not"] == {"weekday": ["sun"]}
    assert read("marketing meetups that aren't MLM")["not"] == {"q": "MLM"}
    found = read("mining engineers, not bitcoin mining")
    assert found["fields"] == ["mining-extraction"]
    assert "fields" not in found["not"]


def test_free_is_about_the_price():
    assert read("free yoga")["free"] is True
    for text in ("free pizza and a talk", "gluten free baking", "I'm free on Tuesday", "alcohol free drinks"):
        assert "free" not in read(text)


def test_a_job_that_was_left_is_not_asked_for():
    assert "fields" not in read("retired teacher in York, wants to learn the ukulele")
    assert read("laid off from a fintech, product manager")["fields"] == ["product-management"]


def test_a_slip_is_put_right():
    found = read("pyhton meetupp in seatle tomorow nite")
    assert found["near"] == "Seattle, Washington, US"
    assert found["from_to"] == "tomorrow"
    assert found["part_of_day"] == "evening"


def test_a_hint_settles_which_town_of_a_name_is_meant():
    assert read("chess in Cambridge", near=LatLon(42.36, -71.06))["near"] == "Cambridge, Massachusetts, US"
    assert read("chess in Cambridge", near=LatLon(51.5, -0.1))["near"] == "Cambridge, England, GB"


@pytest.mark.parametrize("text", ["", "   ", ".", "asdf", "hello", "mdr lol", "hallo test test 123", "🙂"])
def test_nonsense_asks_for_nothing(text):
    assert set(read(text)) <= {"q"}


def test_each_part_says_the_words_it_came_from():
    found = understood_json(understand("free chess in Leeds"))
    assert {part["member"]: part["words"] for part in found["parts"]} == {
        "free": "free",
        "interests": "chess",
        "near": "in Leeds",
    }
    assert all(0 < part["confidence"] <= 1 for part in found["parts"])


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_is_answered_and_always_the_same(text):
    first = understood_json(understand(text))
    understand.cache_clear()
    assert understood_json(understand(text)) == first


def test_every_line_is_answered_also_one_that_is_no_json():
    answers = list(understand_lines(['{"id": 1, "text": "yoga"}', "nonsense", "[]", '{"id": 2}']))
    assert [answer["id"] for answer in answers] == [1, None, None, 2]
    assert answers[0]["interests"] == ["yoga"]
    assert answers[3]["text"] == ""


def test_an_unknown_hint_is_refused():
    with pytest.raises(ValueError, match="unknown place"):
        understand_lines([], near="Xyzzyville")
