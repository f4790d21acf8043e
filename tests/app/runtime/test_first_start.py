"""The first start: what is asked at a terminal, what is kept, what wins."""

from __future__ import annotations

import pytest

from app.runtime.first_start import ask_first_start
from app.settings import SettingsError, read_settings
from app.sources.coverage import add_catalogue, fields_asked_for, pages_allowed, places_to_cover
from app.sources.repository.choices import remember, remembered


def answers(*lines: str):
    given = iter(lines)
    return lambda question: next(given)


def test_without_a_terminal_nothing_is_asked_and_boston_is_covered(database):
    ask_first_start(read_settings(), database, answers(), terminal=False)
    assert [place.name for place in places_to_cover(read_settings(), database)] == ["Boston"]
    assert not pages_allowed(read_settings(), database)


def test_the_answer_of_the_first_start_is_kept_and_not_asked_again(database):
    ask_first_start(read_settings(), database, answers("London, GB; Berlin"), terminal=True)
    assert [place.name for place in places_to_cover(read_settings(), database)] == ["London", "Berlin"]
    ask_first_start(read_settings(), database, answers(), terminal=True)


def test_no_question_of_terms_is_asked_before_anything_is_seen(database, capsys):
    ask_first_start(read_settings(), database, answers(""), terminal=True)
    assert "terms" not in capsys.readouterr().out
    assert not pages_allowed(read_settings(), database)


def test_a_place_that_nobody_knows_is_asked_for_again(database, capsys):
    ask_first_start(read_settings(), database, answers("Xqzzyville", "Boston, MA"), terminal=True)
    assert "unknown place" in capsys.readouterr().out
    assert remembered(database, "places") == "Boston, MA"


def test_a_setting_wins_over_an_answer(database):
    ask_first_start(read_settings(), database, answers("London, GB"), terminal=True)
    remember(database, "pages", "on")
    settings = read_settings(places="Paris", pages="off")
    assert [place.name for place in places_to_cover(settings, database)] == ["Paris"]
    assert not pages_allowed(settings, database)


def test_an_unknown_place_in_the_settings_stops_the_start(database):
    with pytest.raises(SettingsError, match="NEXTCIRCLE_PLACES"):
        places_to_cover(read_settings(places="Xqzzyville"), database)


def test_the_catalogue_is_added_once(database, now):
    places = places_to_cover(read_settings(), database)
    assert add_catalogue(database, places, now)
    assert add_catalogue(database, places, now) == []


def test_the_fields_asked_for_are_understood_as_people_write_them():
    found = fields_asked_for(read_settings(fields="technology, nurse"))
    assert {"cybersecurity", "nursing"} <= found
    assert fields_asked_for(read_settings()) == frozenset()


def test_an_unknown_field_stops_the_start_with_what_to_do():
    with pytest.raises(SettingsError, match="NEXTCIRCLE_FIELDS: unknown career field 'xqzzy'"):
        fields_asked_for(read_settings(fields="nursing, xqzzy"))
