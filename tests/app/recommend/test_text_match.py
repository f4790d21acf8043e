"""Words of a listing count where they are those that were asked for: names more than descriptions, weak words little alone."""

from __future__ import annotations

import pytest

from app.recommend.kindred import kindred, shared_interests
from app.recommend.reasons import reasons_of
from app.recommend.score import score
from app.recommend.text_match import match_text
from tests.app.recommend.people import NOW, a_group, a_person

NURSE = a_person(fields={"nursing": 1.0}, typed=(("career", "nurse"),))


def test_a_name_says_more_than_a_description():
    by_name = match_text(NURSE, "Bay State Nurses").field
    by_text = match_text(NURSE, "Longwood Evenings", "For nurses after a shift").field
    assert by_name > by_text > 0
    assert match_text(NURSE, "Harbor Runners", "We run").field == 0


def test_each_further_phrase_adds_to_what_was_left_open():
    one = match_text(NURSE, "Bay State Nurses").field
    two = match_text(NURSE, "Bay State Nurses", "For registered nurses and nurse practitioners").field
    assert one < two < 1


def test_what_was_typed_counts_although_the_taxonomy_does_not_know_it():
    person = a_person(typed=(("career", "cobol programmer"),))
    assert (
        match_text(person, "Cobol on the Charles").field > match_text(person, "Knitters on the Charles").field
    )
    assert "Cobol" in match_text(person, "Cobol on the Charles").said


@pytest.mark.parametrize(
    ("field", "typed", "name"),
    [("biotech-pharma", "biotech scientist", "Ghost Research Society"), ("general-management", "product manager", "Wax Product Swap")],
)  # fmt: skip
def test_a_word_that_stands_for_much_else_says_little_alone(field, typed, name):
    person = a_person(fields={field: 1.0}, typed=(("career", typed),))
    assert match_text(person, name).field < 0.45


def test_people_of_a_field_meet_over_interests_that_they_share():
    club = a_group("Harbour Camera Club", fields={}, interests={"photography-walks": 0.8}, career=0.02)
    photographer = a_person(fields={"photography-pro": 1.0}, typed=(("career", "photographer"),))
    scored = score(photographer, club, NOW)
    assert scored.score > 45
    assert scored.because == "industry"


def test_what_was_asked_for_needs_no_other_sign_that_it_serves_a_career():
    band = a_group("Session Players", fields={"music-performing-arts": 0.8}, career=0.02)
    musician = a_person(fields={"music-performing-arts": 1.0}, typed=(("career", "musician"),))
    assert score(musician, band, NOW).terms.topical > 0.7


def test_a_typed_pastime_narrows_what_the_professions_of_a_field_share():
    of_an_actor = shared_interests(("music-performing-arts",), ("actor",))
    assert of_an_actor["acting-improv"] > of_an_actor["jam-sessions"]


def test_nothing_sensitive_is_shared_without_being_asked_for():
    assert "lgbtq-professionals" not in kindred()["dei-workplace"]


def test_a_pick_that_rests_on_words_alone_names_them():
    person = a_person(fields={"nursing": 1.0}, typed=(("career", "nurse"),))
    group = a_group("Nurse Evenings", fields={}, career=0.4)
    reasons = {each.code: each for each in reasons_of(person, score(person, group, NOW), NOW)}
    assert reasons["words_match"].evidence == "Nurse"
