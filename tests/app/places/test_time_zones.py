"""The zones of forty cities, among them those with odd offsets and those at borders between zones."""

from __future__ import annotations

import pytest

from app.places.gazetteer import locate, timezone_at

CITIES = [
    ("Boston", 42.3601, -71.0589, "America/New_York"),
    ("Chicago", 41.8781, -87.6298, "America/Chicago"),
    ("Denver", 39.7392, -104.9903, "America/Denver"),
    ("Phoenix", 33.4484, -112.0740, "America/Phoenix"),
    ("Los Angeles", 34.0522, -118.2437, "America/Los_Angeles"),
    ("Anchorage", 61.2181, -149.9003, "America/Anchorage"),
    ("Honolulu", 21.3069, -157.8583, "Pacific/Honolulu"),
    ("Detroit", 42.3314, -83.0458, "America/Detroit"),
    ("Indianapolis", 39.7684, -86.1581, "America/Indiana/Indianapolis"),
    ("Louisville", 38.2527, -85.7585, "America/Kentucky/Louisville"),
    ("El Paso", 31.7619, -106.4850, "America/Denver"),
    ("Boise", 43.6150, -116.2023, "America/Boise"),
    ("Toronto", 43.6532, -79.3832, "America/Toronto"),
    ("Halifax", 44.6488, -63.5752, "America/Halifax"),
    ("St. John's", 47.5615, -52.7126, "America/St_Johns"),
    ("Regina", 50.4452, -104.6189, "America/Regina"),
    ("Vancouver", 49.2827, -123.1207, "America/Vancouver"),
    ("Mexico City", 19.4326, -99.1332, "America/Mexico_City"),
    ("Bogotá", 4.7110, -74.0721, "America/Bogota"),
    ("São Paulo", -23.5505, -46.6333, "America/Sao_Paulo"),
    ("London", 51.5074, -0.1278, "Europe/London"),
    ("Dublin", 53.3498, -6.2603, "Europe/Dublin"),
    ("Lisbon", 38.7223, -9.1393, "Europe/Lisbon"),
    ("Berlin", 52.5200, 13.4050, "Europe/Berlin"),
    ("Paris", 48.8566, 2.3522, "Europe/Paris"),
    ("Zürich", 47.3769, 8.5417, "Europe/Zurich"),
    ("Warsaw", 52.2297, 21.0122, "Europe/Warsaw"),
    ("Kyiv", 50.4501, 30.5234, "Europe/Kyiv"),
    ("Istanbul", 41.0082, 28.9784, "Europe/Istanbul"),
    ("Lagos", 6.5244, 3.3792, "Africa/Lagos"),
    ("Nairobi", -1.2921, 36.8219, "Africa/Nairobi"),
    ("Cape Town", -33.9249, 18.4241, "Africa/Johannesburg"),
    ("Mumbai", 19.0760, 72.8777, "Asia/Kolkata"),
    ("Kathmandu", 27.7172, 85.3240, "Asia/Kathmandu"),
    ("Tehran", 35.6892, 51.3890, "Asia/Tehran"),
    ("Singapore", 1.3521, 103.8198, "Asia/Singapore"),
    ("Tokyo", 35.6762, 139.6503, "Asia/Tokyo"),
    ("Adelaide", -34.9285, 138.6007, "Australia/Adelaide"),
    ("Brisbane", -27.4698, 153.0251, "Australia/Brisbane"),
    ("Auckland", -36.8509, 174.7645, "Pacific/Auckland"),
]


@pytest.mark.parametrize(("name", "lat", "lon", "zone"), CITIES)
def test_a_city_is_in_its_zone_by_point_and_by_name(name, lat, lon, zone):
    assert timezone_at(lat, lon) == zone
    place = locate(name, near=None).place
    assert place is not None
    assert place.timezone == zone


def test_forty_cities_are_asked():
    assert len({name for name, *_ in CITIES}) == 40
