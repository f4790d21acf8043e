"""Places as platforms write them, and what is made of the traps in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from scrapers.records import Reading, ScrapedPlace
from tests.scrapers.platforms.readings import codes, linked, only, read


def squarespace(**location: Any) -> ScrapedPlace | None:
    event = {"id": "1", "title": "X", "startDate": 1796806800588, "location": location}
    return only(read("squarespace", {"collection": {}, "upcoming": [event]})).location


def test_squarespaces_new_york_is_no_location() -> None:
    default = {"mapLat": 40.7207559, "mapLng": -74.0007613, "addressLine1": "", "addressTitle": ""}
    assert squarespace(**default) is None
    assert squarespace(**default, markerLat=40.7207559, markerLng=-74.0007613) is None
    named = squarespace(**{**default, "addressTitle": "The Hall"})
    assert named is not None
    assert (named.name, named.lat) == ("The Hall", None)


def test_a_squarespace_event_that_is_in_new_york_stays_there() -> None:
    place = squarespace(mapLat=40.7207559, mapLng=-74.0007613, addressLine1="225 Varick Street")
    assert place is not None
    assert place.lat == 40.7207559
    nearby = squarespace(mapLat=40.73, mapLng=-74.0007613, addressLine1="")
    assert nearby is not None


def test_squarespace_times_are_cut_to_the_minute_people_meant() -> None:
    event = {"id": "1", "title": "X", "startDate": 1796806800588, "endDate": 1796832000140}
    found = only(
        read("squarespace", {"collection": {}, "items": [event], "website": {"timeZone": "Europe/London"}})
    )
    assert isinstance(found.start_date, datetime)
    assert (found.start_date.second, found.start_date.microsecond) == (0, 0)
    assert found.timezone == "Europe/London"


@pytest.mark.parametrize(
    "spelled", ["TBA", "tbd", "To be announced", "Venue TBA", "N/A", "Location: TBC", "to be confirmed."]
)
def test_a_placeholder_is_no_venue(spelled: str) -> None:
    venue = {"venue": spelled, "city": "Springfield"}
    found = only(read("tribe", {"id": 1, "title": "X", "start_date": "2026-12-01 10:00:00", "venue": venue}))
    assert found.location == ScrapedPlace(city="Springfield")
    assert found.event_attendance_mode is None


def test_a_venue_that_is_called_online_event_is_online() -> None:
    venue = {"venue": "Online event", "city": "", "address": ""}
    found = only(
        read("tribe", {"id": 1, "title": "X", "start_date": "2026-12-01 10:00:00", "venue": [venue]})
    )
    assert (found.location, found.event_attendance_mode) == (None, "online")


def test_coordinates_the_wrong_way_round_are_turned() -> None:
    venue = {"venue": "Hall", "geo_lat": "-122.0353206", "geo_lng": "37.9596172"}
    found = only(read("tribe", {"id": 1, "title": "X", "start_date": "2026-12-01 10:00:00", "venue": venue}))
    assert found.location is not None
    assert (found.location.lat, found.location.lon) == (37.9596172, -122.0353206)


@pytest.mark.parametrize("position", [[24.9384, 60.174], [60.174, 24.9384]])
def test_a_place_in_finland_is_in_finland_whichever_way_it_was_entered(position: list[float]) -> None:
    place = only(linked(location={"name": {"fi": "Oodi"}, "position": {"coordinates": position}})).location
    assert place is not None
    assert (place.lat, place.lon) == (60.174, 24.9384)


def test_connpass_coordinates_are_strings() -> None:
    event = {
        "id": 1,
        "title": "X",
        "started_at": "2026-12-12T13:00:00+09:00",
        "place": "港",
        "lat": "35.6545",
        "lon": "139.7499",
    }
    place = only(read("connpass", {"results_start": 1, "events": [event]})).location
    assert place is not None
    assert (place.lat, place.lon) == (35.6545, 139.7499)


@pytest.mark.parametrize(
    ("title", "address", "mode"),
    [
        ("オンライン", "オンライン", "online"),
        ("港スペース（オンライン併用）", "東京都", "mixed"),
        ("港スペース", "東京都", None),
    ],
)
def test_connpass_writes_online_as_a_place(title: str, address: str, mode: str | None) -> None:
    event = {
        "id": 1,
        "title": "X",
        "started_at": "2026-12-12T13:00:00+09:00",
        "place": title,
        "address": address,
    }
    assert only(read("connpass", {"results_start": 1, "events": [event]})).event_attendance_mode == mode


def developers(**members: Any) -> Reading:
    event = {
        "name": "Conf",
        "date": [1811808000000],
        "hyperlink": "https://conf.example.org",
        "cfp": {},
        **members,
    }
    return read("developers_events", [event])


def test_online_is_no_country() -> None:
    found = only(developers(location="Online", city="Online", country="Online"))
    assert (found.location, found.event_attendance_mode) == (None, "online")


def test_a_wrong_country_is_left_out_and_told() -> None:
    reading = developers(location="Zurich (Germany)", city="Zurich", country="Germany")
    assert only(reading).location == ScrapedPlace(city="Zurich")
    assert codes(reading) == ["wrong_country"]


@pytest.mark.parametrize(
    ("city", "country"),
    [
        ("Zurich", "Switzerland"),
        ("Paris", "USA"),
        ("London", "Canada"),
        ("London", "United Kingdom"),
        ("Brno", "Czechia"),
    ],
)
def test_a_country_that_can_be_right_stays(city: str, country: str) -> None:
    reading = developers(city=city, country=country)
    assert only(reading).location == ScrapedPlace(city=city, country=country)
    assert codes(reading) == []


def test_a_country_that_stands_as_city_is_no_city() -> None:
    assert only(developers(city="Romania", country="Romania")).location == ScrapedPlace(country="Romania")
    assert only(developers(city="Singapore", country="Singapore")).location == ScrapedPlace(
        city="Singapore", country="Singapore"
    )
    assert only(developers(city="California", country="USA")).location == ScrapedPlace(
        region="California", country="USA"
    )
    assert only(developers(city="Austin, TX", country="USA")).location == ScrapedPlace(
        city="Austin", region="TX", country="USA"
    )


def test_bevys_default_country_is_dropped_unless_a_state_confirms_it() -> None:
    def country(**address: str) -> str | None:
        node = {
            "@type": "Event",
            "name": "X",
            "startDate": "2026-12-05T09:00:00+01:00",
            "location": {"@type": "Place", "name": "Hall", "address": {"@type": "PostalAddress", **address}},
        }
        place = only(read("bevy", {"@context": "https://schema.org", **node})).location
        return place.country if place else None

    assert country(addressLocality="Karlsruhe", addressCountry="US") is None
    assert country(addressLocality="Boston", addressRegion="MA", addressCountry="US") == "US"
    assert country(addressLocality="Karlsruhe", addressCountry="DE") == "DE"


def test_a_conference_without_a_city_is_online_only_where_it_says_so() -> None:
    base = {
        "name": "Conf",
        "url": "https://conf.example.org",
        "startDate": "2027-05-05",
        "endDate": "2027-05-06",
    }
    online = only(read("confs_tech", [{**base, "online": True, "locales": "EN"}]))
    assert (online.event_attendance_mode, online.location) == ("online", None)
    unknown = only(read("confs_tech", [{**base, "online": False, "locales": "EN"}]))
    assert (unknown.event_attendance_mode, unknown.location) == (None, None)


def test_a_conference_has_the_same_id_in_the_files_of_all_its_topics() -> None:
    conference = {
        "name": "Conf",
        "url": "https://conf.example.org",
        "startDate": "2027-05-05",
        "locales": "EN",
    }
    folder = "https://raw.githubusercontent.com/tech-conferences/conference-data/main/conferences/2027"
    first = only(read("confs_tech", [conference], f"{folder}/ux.json"))
    second = only(read("confs_tech", [conference], f"{folder}/python.json"))
    assert first.uid == second.uid
    assert (first.keywords, second.keywords) == (("UX",), ("python",))


def test_a_mobilize_address_for_those_who_signed_up_is_not_kept() -> None:
    event = {
        "id": 1,
        "title": "X",
        "address_visibility": "PRIVATE",
        "timeslots": [{"start_date": 1796918400}],
        "location": {
            "venue": "Home",
            "address_lines": ["1 Lane"],
            "locality": "Quincy",
            "location": {"latitude": 42.2, "longitude": -71},
        },
    }
    assert only(read("mobilize", {"data": [event]})).location == ScrapedPlace(city="Quincy")
