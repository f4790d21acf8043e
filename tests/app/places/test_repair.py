"""Coordinates that sources get wrong, and what becomes of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places.areas import areas
from app.places.cells import haversine_km
from app.places.records import LatLon
from app.places.repair import DEFAULT_POINTS, repaired

BOSTON = LatLon(42.36, -71.06)
BERLIN = LatLon(52.52, 13.405)


def test_good_coordinates_stay_as_they_are():
    assert repaired(42.3601, -71.0942, near=BOSTON, country="US") == (42.3601, -71.0942)
    assert repaired(42.3601, -71.0942, near=None, country=None) == (42.3601, -71.0942)


def test_swapped_coordinates_near_the_hint_are_swapped_back():
    assert repaired(-71.0942, 42.3601, near=BOSTON, country=None) == (42.3601, -71.0942)
    assert repaired(13.41, 52.53, near=BERLIN, country=None) == (52.53, 13.41)


def test_swapped_coordinates_are_swapped_back_into_the_country_that_is_named():
    assert repaired(13.41, 52.53, near=None, country="DE") == (52.53, 13.41)
    assert repaired(13.41, 52.53, near=None, country="Deutschland") == (52.53, 13.41)
    assert repaired(48.85, 2.35, near=None, country="FR") == (48.85, 2.35)


def test_a_latitude_off_the_globe_can_only_be_a_longitude():
    assert repaired(-122.4194, 37.7749, near=None, country=None) == (37.7749, -122.4194)
    assert repaired(-122.4194, 37.7749, near=None, country="US") == (37.7749, -122.4194)
    assert repaired(-122.4194, 37.7749, near=BERLIN, country=None) is None


def test_an_event_far_from_its_source_is_not_moved():
    # A Boston group meets in Tokyo: neither reading is near, so what was said stands.
    assert repaired(35.68, 139.76, near=BOSTON, country=None) == (35.68, 139.76)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (0.0, 0.0),
        (40.7207559, -74.0007613),
        (-74.0007613, 40.7207559),
        (37.09024, -95.712891),
        (37.751, -97.822),
        (51.165691, 10.451526),
        (math.nan, 10.0),
        (10.0, math.inf),
        (91.0, 181.0),
        (500.0, 20.0),
    ],
)
def test_default_and_impossible_points_are_dropped(lat, lon):
    assert repaired(lat, lon, near=None, country=None) is None


def test_the_exact_middle_of_a_large_country_is_no_venue():
    germany = areas().by_key["DE", None].place
    assert repaired(germany.lat, germany.lon, near=None, country="DE") is None
    monaco = areas().by_key["MC", None].place
    assert repaired(monaco.lat, monaco.lon, near=None, country="MC") is not None


def test_a_venue_beside_a_default_point_is_kept():
    assert repaired(40.7230, -74.0007, near=None, country="US") == (40.7230, -74.0007)


numbers = st.floats(allow_nan=True, allow_infinity=True)
hints = st.none() | st.builds(LatLon, st.floats(-90, 90), st.floats(-180, 180))
countries = st.sampled_from([None, "US", "DE", "FJ", "nowhere", ""])


@given(numbers, numbers, hints, countries)
def test_the_answer_is_on_the_globe_and_made_of_the_two_numbers(lat, lon, near, country):
    answer = repaired(lat, lon, near=near, country=country)
    if answer is not None:
        assert abs(answer[0]) <= 90
        assert abs(answer[1]) <= 180
        assert answer in {(lat, lon), (lon, lat)}


@given(numbers, numbers, hints, countries)
def test_repairing_twice_changes_nothing(lat, lon, near, country):
    once = repaired(lat, lon, near=near, country=country)
    if once is not None:
        assert repaired(*once, near=near, country=country) == once


@given(st.floats(-60, 70), st.floats(-89, 89), st.floats(0.05, 1.0))
def test_a_mirrored_point_comes_back_to_its_hint(lat, lon, off):
    hint = LatLon(lat + off, lon)
    if haversine_km(lon, lat, *hint) < 1000 or repaired(lat, lon, near=hint, country=None) is None:
        return
    assert repaired(lon, lat, near=hint, country=None) == (lat, lon)


def test_every_default_point_is_dropped_both_ways_round():
    for lat, lon in DEFAULT_POINTS:
        assert repaired(lat, lon, near=None, country=None) is None
        assert repaired(lon, lat, near=None, country=None) is None
