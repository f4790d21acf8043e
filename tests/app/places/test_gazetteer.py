"""Place strings as people write them, and the places they mean."""

from __future__ import annotations

import math
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.places.cells import haversine_km
from app.places.gazetteer import LatLon, autocomplete, larger_towns, locate, nearest, timezone_at
from app.places.gazetteer_file import DATA_FILE
from app.places.home import set_home, settled
from app.places.spellings import fold

DENVER = LatLon(39.739, -104.985)


@pytest.mark.parametrize(
    ("text", "name", "region", "country"),
    [
        ("Boston", "Boston", "Massachusetts", "US"),
        ("Boston, MA", "Boston", "Massachusetts", "US"),
        ("Boston, Massachusetts, US", "Boston", "Massachusetts", "US"),
        ("boston ma", "Boston", "Massachusetts", "US"),
        ("Cambridge, UK", "Cambridge", "England", "GB"),
        ("Cambridge, MA", "Cambridge", "Massachusetts", "US"),
        ("St. Louis", "St. Louis", "Missouri", "US"),
        ("NYC", "New York City", "New York", "US"),
        ("New York, New York", "New York City", "New York", "US"),
        ("München", "Munich", "Bavaria", "DE"),
        ("Muenchen", "Munich", "Bavaria", "DE"),
        ("San Fransisco", "San Francisco", "California", "US"),
        ("San Francisco, CA", "San Francisco", "California", "US"),
        ("Toronto, CA", "Toronto", "Ontario", "CA"),
        ("Hutto,TX,US", "Hutto", "Texas", "US"),
        ("Twickenham,17,GB", "Twickenham", "England", "GB"),
        ("東京", "Tokyo", "Tokyo", "JP"),
        ("Москва", "Moscow", "Moskva", "RU"),
        ("Washington, D.C.", "Washington", "District of Columbia", "US"),
        ("Lebanon, TN", "Lebanon", "Tennessee", "US"),
        ("Paris, Texas", "Paris", "Texas", "US"),
        ("San Jose Costa Rica", "San José", "San José", "CR"),
        ("Japan, Tokyo (In person and Online)", "Tokyo", "Tokyo", "JP"),
        ("77 Massachusetts Ave, Cambridge, MA 02139", "Cambridge", "Massachusetts", "US"),
        ("1314 17th St Denver CO 80202", "Denver", "Colorado", "US"),
        ("Hotel Adlon, Unter den Linden 77, 10117 Berlin", "Berlin", "Berlin", "DE"),
        ("Beckenridge, CO, U.S.A.", "Breckenridge", "Colorado", "US"),
        ("LA", "Los Angeles", "California", "US"),
    ],
)
def test_a_town_is_understood_however_it_is_written(text, name, region, country):
    place = locate(text).place
    assert place is not None
    assert (place.name, place.region, place.country) == (name, region, country)
    assert place.kind in ("city", "town")


@pytest.mark.parametrize(
    "text", ["", "  ", "Online", "online event", "Remote", "Virtual", "Zoom", "TBA", "tbd", "N/A", "🎉"]
)
def test_no_place_is_answered_where_none_is_named(text):
    assert locate(text).place is None
    assert locate(text, near=DENVER).place is None


def test_online_is_among_the_candidates_of_an_online_string():
    assert [place.kind for place in locate("Online").candidates] == ["online"]
    both = locate("Berlin & Online")
    assert both.place is not None
    assert both.place.name == "Berlin"
    assert both.candidates[-1].kind == "online"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("Allemagne", "DE"),
        ("USA", "US"),
        ("日本", "JP"),
        ("España", "ES"),
    ],
)
def test_a_country_has_a_centre_and_a_box(text, code):
    place = locate(text).place
    assert place is not None
    assert (place.kind, place.country) == ("country", code)
    assert place.box is not None
    assert place.box.south < place.lat < place.box.north


@pytest.mark.parametrize(
    "text", ["Texas", "Bay Area", "Silicon Valley", "Greater Boston", "Ruhrgebiet", "Indiana, USA", "Bavaria"]
)
def test_a_region_has_a_centre_and_a_box(text):
    place = locate(text).place
    assert place is not None
    assert place.kind == "region"
    assert place.box is not None
    assert place.box.west < place.lon < place.box.east


@pytest.mark.parametrize("text", ["Brooklyn", "Shoreditch", "Camden", "Kendall Square"])
def test_neighbourhoods_are_known_by_hand(text):
    place = locate(text).place
    assert place is not None
    assert place.kind == "neighbourhood"


def test_coordinates_are_a_point_with_the_zone_around_it():
    place = locate("42.36,-71.06").place
    assert place is not None
    assert (place.kind, place.lat, place.lon) == ("point", 42.36, -71.06)
    assert (place.country, place.timezone) == ("US", "America/New_York")


def test_hints_choose_among_namesakes_but_do_not_overrule_the_string():
    assert locate("Cambridge", country="US").candidates[0].region == "Massachusetts"
    assert locate("Cambridge", near=LatLon(42.36, -71.06)).candidates[0].region == "Massachusetts"
    assert locate("Cambridge, UK", country="US").candidates[0].country == "GB"
    paris = locate("Paris", near=DENVER).place
    assert paris is not None
    assert paris.country == "FR"


def test_a_venue_without_a_town_is_at_the_town_of_the_hint():
    for venue in ("The Commons On Champa, 1245 Champa St", "Oracle", "Room 12"):
        place = locate(venue, near=DENVER).place
        assert place is not None
        assert place.name == "Denver"


@pytest.mark.parametrize(
    "near", [(math.nan, 0), (0, math.nan), (math.inf, 0), (0, -math.inf), (91, 0), (0, 1e9)]
)
def test_a_hint_that_is_no_point_of_the_earth_is_as_none(near):
    assert locate("Springfield", near=LatLon(*near)) == locate("Springfield")


@pytest.mark.parametrize(
    "text", ["", "\x00\x07\x1b[31m\x7f", "\u202enotsoB", "🎉🐍🎉", "\ud800", "a" * 1_000_000]
)
def test_noise_is_no_place(text):
    assert locate(text).place is None


def test_a_town_is_found_in_a_right_to_left_text():
    place = locate("ملتقى بايثون في القاهرة").place
    assert place is not None
    assert (place.name, place.country) == ("Cairo", "EG")


def test_a_megabyte_that_begins_with_a_town_is_that_town():
    place = locate("Boston, " * 120_000).place
    assert place is not None
    assert (place.name, place.country) == ("Boston", "US")


def test_an_unknown_town_is_not_its_country():
    found = locate("Xyzzyqqville, Germany")
    assert found.place is None
    assert [place.country for place in found.candidates] == ["DE"]


def test_an_ambiguous_name_says_so_and_lists_the_others():
    found = locate("Springfield")
    assert found.place is not None
    assert found.place.confidence < 0.5
    assert len({place.region for place in found.candidates}) > 2


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_any_text_is_answered_without_an_exception(text):
    found = locate(text)
    assert found.place is None or -90 <= found.place.lat <= 90
    assert list(autocomplete(text)) == list(autocomplete(text))


@settings(max_examples=80)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_point_has_a_time_zone(lat, lon):
    assert zoneinfo.ZoneInfo(timezone_at(lat, lon))


@pytest.mark.parametrize(
    ("lat", "lon", "zone"),
    [
        (42.36, -71.06, "America/New_York"),
        (51.5, -0.1, "Europe/London"),
        (-17.7, 179.9, "Pacific/Fiji"),
        (35, -150, "Etc/GMT+10"),
        (0, 0, "Etc/GMT"),
    ],
)
def test_time_zones_of_known_points(lat, lon, zone):
    assert timezone_at(lat, lon) == zone


def test_the_nearest_place_is_near():
    place = nearest(48.8566, 2.3522)
    assert place is not None
    assert place.country == "FR"
    assert haversine_km(48.8566, 2.3522, place.lat, place.lon) < 5
    assert nearest(-50, -120) is None


def test_completion_prefers_the_usual_name_and_the_larger_town():
    assert autocomplete("san f")[0].name == "San Francisco"
    assert autocomplete("BOS")[0].name == "Boston"
    assert any(place.name == "Munich" for place in autocomplete("münch"))
    assert autocomplete("shored")[0].kind == "neighbourhood"
    assert autocomplete("") == ()
    assert len(autocomplete("a", limit=3)) == 3


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text):
    # Saint and Mount are written out in the first pass and stay.
    assert fold(fold(text)) == fold(text)


def test_the_data_file_is_small_enough_to_carry():
    assert DATA_FILE.stat().st_size <= 20_000_000


@pytest.mark.parametrize(
    ("text", "name", "region"),
    [
        ("Portland, Maine Area", "Portland", "Maine"),
        ("Cambridge, Mass.", "Cambridge", "Massachusetts"),
        ("Vancouver, Wash.", "Vancouver", "Washington"),
        ("Charleston, W.Va.", "Charleston", "West Virginia"),
        ("Greater Lyon Area", "Lyon", "Auvergne-Rhône-Alpes"),
        ("Greater Delhi Region", "Delhi", "Delhi"),
        ("Cleveland/Akron, Ohio Area", "Cleveland", "Ohio"),
        ("Greater Minneapolis-St. Paul Area", "Minneapolis", "Minnesota"),
        ("Hamburg und Umgebung", "Hamburg", "Hamburg"),
        ("Alrededores de Madrid", "Madrid", "Madrid"),
        ("Milano (MI)", "Milan", "Lombardy"),
        ("Torino (TO)", "Turin", "Piedmont"),
        ("Detroit (MI)", "Detroit", "Michigan"),
        ("L.A.", "Los Angeles", "California"),
        ("Frankfurt (Oder)", "Frankfurt (Oder)", "Brandenburg"),
        ("Newcastle, KZN", "Newcastle", "KwaZulu-Natal"),
        ("東京都渋谷区", "Shibuya", "Tokyo"),
        ("US-NYC", "New York City", "New York"),
        ("SF Office", "San Francisco", "California"),
        ("Kanton Zürich", "Zürich", "Zurich"),
        ("Hull", "Kingston upon Hull", "England"),
    ],
)
def test_regions_and_abbreviations_are_understood_as_people_write_them(text, name, region):
    place = locate(text).place
    assert place is not None
    assert (place.name, place.region) == (name, region)


def test_a_second_part_that_is_not_understood_makes_the_answer_unsure():
    found = locate("Cambridge, Xyzzy")
    assert found.place is None
    assert {place.region for place in found.candidates} >= {"England", "Massachusetts"}
    # Nobody thinks of another one of this name.
    known = locate("Leeds, Foo Hall").place
    assert known is not None
    assert known.confidence <= 0.3


@pytest.mark.parametrize(
    "text", ["https://us02web.zoom.us/j/123456", "Télétravail", "Teletrabajo", "Home office"]
)
def test_rooms_for_calls_and_work_from_home_are_online(text):
    found = locate(text)
    assert found.place is None
    assert any(place.kind == "online" for place in found.candidates)


def test_of_namesakes_the_one_at_home_is_meant():
    try:
        set_home(["Boston, MA", "nowhere at all"])
        assert settled(locate("Cambridge")).place.region == "Massachusetts"
        assert settled(locate("Cambridge, UK")).place.region == "England"
        assert settled(locate("Paris")).place.country == "FR"
    finally:
        set_home([])
    assert settled(locate("Cambridge")).place.region == "England"


def test_the_larger_towns_around_come_by_their_people_without_the_place_itself():
    boston = locate("Boston, MA").place
    assert boston is not None
    towns = larger_towns(boston, 40.0, least_people=100_000, most=3)
    assert len(towns) == 3
    assert boston.id not in {town.id for town in towns}
    assert [town.population for town in towns] == sorted((town.population for town in towns), reverse=True)
    assert larger_towns(boston, 40.0, least_people=10_000_000, most=3) == ()
