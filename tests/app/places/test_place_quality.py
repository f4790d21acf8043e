"""Floors for the quality of place strings, on evaluation data that does not come with the project."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from app.places.cells import haversine_km
from app.places.gazetteer import LatLon, locate

DATA = os.environ.get("EVALUATION_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="skipped: EVALUATION_DATA is not set")


def share_within(name: str, column: str, km: float, *, leave_out: str = "\0") -> float:
    with (Path(DATA or "") / "evaluation" / "places" / name).open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if not row[column].endswith(leave_out) and abs(float(row["lat"])) + abs(float(row["lon"])) > 0.01
        ]
    right = 0
    for row in rows:
        place = locate(row[column]).place
        right += place is not None and (
            haversine_km(place.lat, place.lon, float(row["lat"]), float(row["lon"])) <= km
        )
    return right / len(rows)


def test_town_strings_outside_britain():
    assert share_within("meetup_city_strings.csv", "query", 25, leave_out=",GB") >= 0.98


def test_places_of_conferences():
    assert share_within("conference_place_strings_latlon.csv", "place_as_typed", 50) >= 0.93


@pytest.mark.parametrize(("name", "state"), [("denver", "CO"), ("montana", "MT")])
def test_venue_addresses_with_their_town_as_hint(name, state):
    path = Path(DATA or "") / "evaluation" / "places" / f"venues_{name}_2016.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if float(row["lat"])]
    right = 0
    for row in rows:
        town = locate(f"{row['city'].strip()}, {state}, US").place
        hint = LatLon(town.lat, town.lon) if town else None
        place = locate(f"{row['name']}, {row['address_1']}", near=hint).place
        right += place is not None and (
            haversine_km(place.lat, place.lon, float(row["lat"]), float(row["lon"])) <= 10
        )
    assert right / len(rows) >= 0.93
