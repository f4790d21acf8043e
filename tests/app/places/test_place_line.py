"""Places on one line: nothing is said twice, in whatever spelling."""

from __future__ import annotations

import pytest

from app.places.place_line import is_in_town, place_line


def where(name=None, address=None, city="Boston", region="MA", country="US", *, exact=False):
    return {
        "name": name,
        "address": address,
        "city": city,
        "region": region,
        "country": country,
        "exact": exact,
    }


@pytest.mark.parametrize(
    ("location", "line", "with_address"),
    [
        (where("Boston, MA, Boston Seaport"), "Boston Seaport", "Boston Seaport"),
        (where("Boston Seaport", "Boston, MA, Boston Seaport"), "Boston Seaport", "Boston Seaport"),
        (where("Café Zero", "Cafe Zero, 5 High St., Boston, MA 02110, USA"), "Café Zero, Boston", "Café Zero, 5 High St., Boston"),
        (where("Copley Libary Center", "Copley Library Center, 1 Main St"), "Copley Libary Center, Boston", "Copley Libary Center, 1 Main St, Boston"),
        (where("5 High Street", "5 High St"), "5 High Street, Boston", "5 High Street, Boston"),
        (where("Stata Center", "MIT Stata Center, 32 Vassar St"), "Stata Center, Boston", "MIT Stata Center, 32 Vassar St, Boston"),
        (where(None, "5 High St"), "5 High St, Boston", "5 High St, Boston"),
        (where("Boston"), "Boston", "Boston"),
        (where("Boston Public Library"), "Boston Public Library", "Boston Public Library"),
        (where("Haus 5", "Hauptstr. 5, 10115 Berlin", "Berlin", "Berlin", "DE"), "Haus 5, Berlin", "Haus 5, Hauptstr. 5, 10115 Berlin"),
        (where("Room 12", "Room 14", None, None, None), "Room 12", "Room 12, Room 14"),
        (where(city=None), None, None),
    ],
)  # fmt: skip
def test_a_line_says_each_thing_once(location, line, with_address):
    assert place_line(location) == line
    assert place_line(location, address=True) == with_address


def test_nowhere_has_no_line():
    assert place_line(None) is None


def test_what_is_only_known_to_the_town_is_in_town():
    assert is_in_town({"distance_km": 0.16, "location": where()})
    assert is_in_town({"distance_km": 2.0, "location": where()})
    assert not is_in_town({"distance_km": 2.0, "location": where(exact=True)})
    assert is_in_town({"distance_km": 0.1, "location": where(exact=True)})
    assert not is_in_town({"distance_km": 20.0, "location": where()})
    assert not is_in_town({"distance_km": None, "location": None})
