"""The grid: every point within a radius lies in one of the cells, and no cell is far from the circle."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.places.cells import (
    EARTH_RADIUS_KM,
    bounding_box,
    cell,
    cells_in_box,
    haversine_km,
    km_to_miles,
    wrap_lon,
)

lats = st.floats(-90, 90)
lons = st.floats(-180, 180)


def destination(lat: float, lon: float, bearing: float, km: float) -> tuple[float, float]:
    reach, start = km / EARTH_RADIUS_KM, math.radians(lat)
    sin_lat = math.sin(start) * math.cos(reach) + math.cos(start) * math.sin(reach) * math.cos(bearing)
    end = math.asin(max(-1.0, min(1.0, sin_lat)))
    east = math.atan2(
        math.sin(bearing) * math.sin(reach) * math.cos(start), math.cos(reach) - math.sin(start) * sin_lat
    )
    return math.degrees(end), wrap_lon(lon + math.degrees(east))


def cells_around(lat: float, lon: float, radius: float) -> list[int]:
    return cells_in_box(*bounding_box(lat, lon, radius))


@settings(max_examples=150)
@given(lats, lons, st.floats(0, 120), st.floats(0, 1), st.floats(0, 2 * math.pi))
def test_every_point_within_the_radius_lies_in_one_of_the_cells(lat, lon, radius, share, bearing):
    point = destination(lat, lon, bearing, radius * share)
    assert cell(*point) in set(cells_around(lat, lon, radius))


@settings(max_examples=100)
@given(lats, lons, st.floats(0.1, 120), st.floats(0, 1), st.floats(0, 2 * math.pi))
def test_the_bounding_box_holds_the_circle(lat, lon, radius, share, bearing):
    point_lat, point_lon = destination(lat, lon, bearing, radius * share)
    west, south, east, north = bounding_box(lat, lon, radius)
    assert south - 1e-6 <= point_lat <= north + 1e-6
    if west <= east:
        assert west - 1e-6 <= point_lon <= east + 1e-6
    else:
        assert point_lon >= west - 1e-6 or point_lon <= east + 1e-6


@given(lats, st.floats(-720, 720))
def test_a_cell_number_is_in_range_and_longitudes_wrap(lat, lon):
    assert 0 <= cell(lat, lon) < 1800 * 3600
    assert cell(lat, 180.0) == cell(lat, -180.0)


def test_the_number_of_a_cell_is_the_one_that_databases_hold():
    assert cell(42.36, -71.06) == 1323 * 3600 + 1089
    assert cell(90, 0) == 1799 * 3600 + 1800
    assert cell(-90, -180) == 0


def test_a_point_that_is_no_number_has_no_cell():
    with pytest.raises(ValueError):
        cell(float("nan"), 0)


def test_a_box_across_the_dateline_has_the_cells_on_both_sides():
    cells = cells_in_box(179.85, 0.0, -179.85, 0.05)
    assert {number % 3600 for number in cells} == {3598, 3599, 0, 1}


def test_a_circle_at_the_pole_covers_every_longitude():
    columns = {number % 3600 for number in cells_around(90, 0, 5)}
    assert len(columns) == 3600


def test_a_small_circle_needs_few_cells_and_they_ascend():
    cells = cells_around(51.5, -0.1, 25)
    assert len(cells) < 60
    assert cells == sorted(set(cells))


def test_known_distances():
    assert haversine_km(42.36, -71.06, 42.36, -71.06) == 0
    assert haversine_km(51.5074, -0.1278, 48.8566, 2.3522) == pytest.approx(343.6, abs=1)
    assert haversine_km(0, 179.5, 0, -179.5) == pytest.approx(111.2, abs=0.1)
    assert km_to_miles(1.609344) == 1
