"""Words grown together and cut short are read by their parts; words that mean something as they are stay whole."""

from __future__ import annotations

import pytest

from app.taxonomy.classify import classify
from app.taxonomy.compounds import meanings_in
from app.taxonomy.words import split


def meant(name: str, *known: str) -> str:
    return " ".join(
        stem for words in meanings_in(name, split(name), known.__contains__) for stem in words.stems
    )


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("QuimperRuby", "ruby"),
        ("ostersundrb", "ruby"),
        ("DundeeJS", "javascript"),
        ("AgileQuimper", "agile"),
        ("JuniorDev Dundee", "developer"),
        ("Dundee.R", "data"),
        ("DundeeR", "data"),
        ("RQuimper", "data"),
        ("Quimper.go", "golang"),
        ("DDJUG", "user group"),
        ("CocoaHeads Dundee", "ios"),
        ("Quimper Hackspace", "hackerspace"),
        ("PyLadiesQuimper", "python"),
    ],
)
def test_parts_of_grown_words_are_read(name, part):
    assert part in meant(name)


def test_a_word_that_is_known_is_not_taken_apart():
    assert meant("superb herb", "superb", "herb") == ""
    assert meant("Dundee Gardeners") == ""


def test_the_compound_is_the_evidence():
    found = classify("QuimperRuby")
    evidence = {word for topic in (*found.fields, *found.interests) for word in topic.evidence}
    assert evidence == {"QuimperRuby"}


@pytest.mark.parametrize(
    "name", ["DundeeJS", "ostersundrb", "AgileQuimper", "CocoaHeads Quimper", "JuniorDev"]
)
def test_groups_with_such_names_serve_careers(name):
    assert classify(name).career > 0.5
