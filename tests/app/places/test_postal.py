"""US ZIP codes, the towns they bring, and strings that contradict themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places import zip_codes
from app.places.cells import haversine_km
from app.places.gazetteer import LatLon, autocomplete, locate, nearest
from app.places.gazetteer_file import gazetteer

DENVER = LatLon(39.739, -104.985)
BERLIN = LatLon(52.52, 13.405)


@pytest.mark.parametrize("text", ["02139", " 02139 ", "02139-4307", "MA 02139", "02139, USA", "02139 USA"])
def test_a_zip_code_is_a_place_of_its_own_kind(text):
    place = locate(text).place
    assert place is not None
    assert (place.id, place.kind, place.name, place.region) == (
        "zip-02139",
        "postcode",
        "Cambridge",
        "Massachusetts",
    )
    assert haversine_km(place.lat, place.lon, 42.3647, -71.1042) < 1
    assert place.timezone == "America/New_York"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("10117", {"country": "DE"}),
        ("10117 Berlin", {}),
        ("10117 Berlin", {"country": "DE"}),
        ("10117", {"near": BERLIN}),
        ("75001 Paris, France", {}),
        ("13740 Quincy Ave", {"near": DENVER}),
        ("00000", {}),
        ("1234567890", {}),
    ],
)
def test_five_digits_elsewhere_are_no_zip_code(text, hint):
    place = locate(text, **hint).place
    assert place is None or place.kind != "postcode"


def test_the_code_says_where_in_a_large_city_a_street_is():
    place = locate("123 Main St, Houston, TX 77084").place
    assert place is not None
    assert (place.kind, place.name) == ("postcode", "Houston")
    assert haversine_km(place.lat, place.lon, 29.84, -95.66) < 5


def test_the_code_of_an_address_needs_no_state_beside_the_hint():
    place = locate("7595 Technology Way Suite 400, 80237", near=DENVER).place
    assert place is not None
    assert place.id == "zip-80237"


def test_a_small_town_with_a_code_is_the_town():
    place = locate("77 Massachusetts Ave, Cambridge, MA 02139").place
    assert place is not None
    assert place.id == "g4931972"


def test_the_code_chooses_among_namesakes_of_a_state():
    place = locate("Milford, PA 18337").place
    assert place is not None
    assert haversine_km(place.lat, place.lon, 41.32, -74.80) < 15


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("Quaker Hill,CT,US", 41.40, -72.11),
        ("Hopewell Junction,NY,US", 41.58, -73.81),
        ("Flushing, NY", 40.76, -73.82),
        ("Kemptville,ON,CA", 45.02, -75.65),
        ("Thornhill, Ontario", 43.82, -79.42),
        ("Alphen aan den Rijn", 52.13, 4.66),
        ("Capelle, Netherlands", 51.93, 4.58),
        ("Maroochydore-Mooloolaba, AU", -26.66, 153.09),
        ("Manchester, NY", 42.97, -77.23),
        ("Milford, NJ", 40.57, -75.09),
        ("Mie, Japan", 34.6, 136.5),
    ],
)
def test_small_towns_are_found_where_they_are(text, lat, lon):
    place = locate(text).place
    assert place is not None
    assert haversine_km(place.lat, place.lon, lat, lon) < 25


def test_a_post_town_has_a_permanent_id_and_no_invented_inhabitants():
    place = locate("Quaker Hill, CT").place
    assert place is not None
    assert (place.id, place.population, place.kind) == ("post-06375", 0, "town")


def test_the_nearest_place_to_a_point_is_never_a_post_office():
    for lat, lon in ((41.40, -72.11), (40.76, -73.83), (39.56, -106.1)):
        place = nearest(lat, lon)
        assert place is not None
        assert place.id.startswith("g")


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Zurich, Germany", "Zürich", "DE"),
        ("Paris, Germany", "Paris", "DE"),
        ("Main Hall, University of Zurich, Zurich, Germany", "Zürich", "DE"),
    ],
)
def test_a_famous_city_in_the_wrong_country_stays_itself_and_shows_the_contradiction(text, name, country):
    found = locate(text)
    assert found.place is not None
    assert found.place.name == name
    assert found.place.confidence <= 0.3
    assert ("country", country) in [(place.kind, place.country) for place in found.candidates]


def test_a_wrong_state_is_forgiven_within_the_country_only():
    place = locate("San Francisco, Colorado").place
    assert place is not None
    assert (place.region, place.confidence) == ("California", 0.3)
    other = locate("Shanghai, Colorado").place
    assert other is None or other.country == "US"


def test_a_namesake_of_a_famous_city_is_no_contradiction():
    for text, region in (("Paris, Texas", "Texas"), ("Moscow, ID", "Idaho"), ("London, ON", "Ontario")):
        place = locate(text).place
        assert place is not None
        assert place.region == region
        assert place.confidence > 0.8


def test_a_region_of_the_name_far_away_is_not_meant_beside_the_hint():
    hamilton = LatLon(46.247, -114.16)
    place = locate("Blodgett Creek, Blodgett Camp Road, Hamilton", near=hamilton).place
    assert place is not None
    assert (place.name, place.region) == ("Hamilton", "Montana")


def test_a_code_is_completed_by_no_town():
    assert all(place.kind != "postcode" for place in autocomplete("0213"))


def test_the_table_of_codes_is_in_order_small_and_on_the_globe():
    codes = zip_codes.read()
    assert zip_codes.TABLE.stat().st_size <= 1_500_000
    assert [code.code for code in codes] == sorted({code.code for code in codes})
    assert all(len(code.code) == 5 and code.code.isdigit() for code in codes)
    assert all(-15 < code.lat < 72 and (code.lon < -64 or code.lon > 130) for code in codes)


def test_writing_the_table_leaves_out_armies_and_places_abroad(tmp_path):
    def row(code: str, **other: object) -> dict[str, object]:
        usual = {"country": "US", "zip_code_type": "STANDARD", "city": "A  Town", "state": "MA"}
        return {"zip_code": code, "lat": "42.5", "long": "-71.5", **usual, **other}

    table = tmp_path / "table.tsv"
    source = [
        row("02140"),
        row("02139", zip_code_type="PO BOX"),
        row("09001", country="DE"),
        row("34001", zip_code_type="MILITARY"),
        row("02141", lat="0", long="0"),
    ]
    assert zip_codes.write(source, table) == 2
    assert [(each.code, each.town, each.is_street_mail) for each in zip_codes.read(table)] == [
        ("02139", "A Town", False),
        ("02140", "A Town", True),
    ]


@given(st.integers(0, 99999))
def test_every_code_is_found_or_unknown_and_has_a_town_near_it(number):
    found = gazetteer().postcode(f"{number:05d}")
    if found is not None:
        assert found.code == f"{number:05d}"
        town = gazetteer().point(found.town)
        assert haversine_km(found.lat, found.lon, *town) < 120
