"""Drafts that can be sent: who writes, what the two share, in words and at times that nobody else gets."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from app.network.drafts import LANGUAGES
from app.network.phrases import in_field
from app.network.slots import slots_from
from app.taxonomy.taxonomy import load
from tests.app.network.analyses import DATA, NOW, analysed, planned
from tests.app.network.exports import connection

PROFILE = (
    "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary,Industry,Zip Code,Geo Location\r\n"
    "Anna,Weber,,,,,,,,\r\n"
)
POSITIONS = "Company Name,Title,Description,Location,Started On,Finished On\r\n{}\r\n"
ANALYST = POSITIONS.format("Stark,Business Analyst,,,Jan 2020,\r\nInitech,Intern,,,Jan 2018,May 2019")
SCHOOLS = (
    "School Name,Start Date,End Date,Notes,Degree Name,Activities\r\nUniversity of Leeds,2012,2015,,BSc,\r\n"
)
# What earlier templates said, as nobody would.
UNSAID = (
    "No job is being asked for", "wie du das Feld siehst", "lass es einfach", "me nommer la bonne personne", "Estoy mirando",
    "un no está bien", "I am not asking for a job", "laissez simplement", "déjalo sin más", "No pido trabajo",
)  # fmt: skip


def texts(answer):
    return [each["draft"]["text"] for each in answer["actions"] if each["draft"]]


def week(language="en", *, count=9, formal=False, goal=None):
    rows = [connection(f"Person{chr(97 + at)} Doe", "Data Scientist", f"Firm {at}") for at in range(count)]
    goal = {**DATA, "weekly_capacity": count, "language": language, "formal": formal, **(goal or {})}
    return texts(analysed(rows, goal, None, None, PROFILE, ANALYST))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_drafts_of_a_week_say_the_same_or_offer_the_same_times(language):
    drafts = week(language, count=30)
    bare = [re.sub(r"Person[a-z{|}~\x7f-\xff]|Firm \d+", "", each, flags=re.IGNORECASE) for each in drafts]
    assert len(set(bare)) == len(bare) == 30


def test_times_are_working_days_and_never_the_same_twice():
    offered = [time for pair in islice(slots_from(NOW.date()), 60) for time in pair]
    assert len(set(offered)) == len(offered)
    assert all(time.weekday() < 5 and (time.date() - NOW.date()).days >= 3 for time in offered)
    assert not [time for time in offered if (time.month, time.day) in {(12, 25), (12, 31), (1, 1)}]


@pytest.mark.parametrize(
    ("language", "formal", "opening"),
    [
        ("en", False, "Hi Persona,\n\nI'm Anna Weber, Business Analyst at Stark."),
        ("de", False, "Hallo Persona,\n\nich bin Anna Weber, Business Analyst bei Stark."),
        ("de", True, "Guten Tag Persona Doe,\n\nmein Name ist Anna Weber"),
        ("fr", False, "Bonjour Persona,\n\nJe suis Anna Weber, Business Analyst chez Stark."),
        ("es", False, "Hola, Persona:\n\nSoy Anna Weber, Business Analyst en Stark."),
    ],
)
def test_a_draft_says_who_is_writing(language, formal, opening):
    (first, *_) = week(language, formal=formal)
    assert first.startswith(opening)
    assert first.endswith("Anna Weber" if formal else "Anna")
    if formal:
        assert not re.search(r"\b(?:du|dir|dich|dein\w*)\b", first)


def test_the_goal_may_say_who_is_writing():
    (first, *_) = week(goal={"me": {"name": "Ann Weaver", "about": "a nurse who learned to code"}})
    assert "I'm Ann Weaver, a nurse who learned to code." in first
    assert "Ann Weaver" in str(planned(DATA | {"me": {"name": "Ann Weaver"}})["drafts"])


@pytest.mark.parametrize(
    ("jobs", "words"),
    [
        ("Stark,Data Scientist,,,Jan 2020,May 2026", "I've worked in data science and AI and I'm looking"),
        ("Stark,Data Scientist,,,Jan 2020,", "I work in data science and AI and I'm looking"),
        ("Stark,Registered Nurse,,,Jan 2020,", "I'd like to move into a role in data science and AI."),
        ("", "I'm looking at roles in data science and AI."),
    ],
)
def test_nobody_who_worked_in_the_field_is_made_a_newcomer(jobs, words):
    rows = [connection("Jane Doe", "Data Scientist", "Acme")]
    assert words in texts(analysed(rows, DATA, None, None, PROFILE, POSITIONS.format(jobs)))[0]


def test_what_the_two_share_is_said():
    rows = [
        connection("Joe Doe", "Data Scientist", "Initech, Inc."),
        connection("Jim Doe", "Data Scientist", "University of Leeds"),
    ]
    told = " ".join(texts(analysed(rows, DATA, None, None, PROFILE, ANALYST, SCHOOLS)))
    for words in ("I used to work at Initech as well.", "I studied where you work now."):
        assert words in told


def test_colleagues_of_today_are_not_told_that_one_is_looking():
    rows = [
        connection("Jane Doe", "Data Scientist", "Stark"),
        connection("Joe Doe", "Data Scientist", "Acme"),
    ]
    assert "Jane" not in " ".join(texts(analysed(rows, DATA, None, None, PROFILE, ANALYST)))
    (first, *_) = texts(analysed(rows, DATA | {"companies": ["Stark"]}, None, None, PROFILE, ANALYST))
    assert "We both work at Stark." in first


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("formal", [False, True])
def test_no_draft_is_longer_than_people_read(language, formal):
    about = {
        "me": {
            "name": "Anna Katharina Weber",
            "about": "a business analyst who has spent eight years in insurance",
        }
    }
    for text in week(language, formal=formal, goal=about, count=12):
        assert len(text.split()) <= 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_of_what_nobody_would_say(language):
    told = " ".join(week(language)) + str(planned(DATA | {"language": language})["drafts"])
    assert not [each for each in UNSAID if each in told]


def test_every_field_and_family_has_a_phrase_in_every_language():
    known = load()
    for identity in (*known.fields, *known.families):
        assert in_field(identity, "en").startswith("in ")
        assert in_field(identity, "fr").startswith("dans ")
        assert in_field(identity, "es").startswith("en ")
        assert in_field(identity, "de").split()[0] in {"in", "im", "an", "beim"}
