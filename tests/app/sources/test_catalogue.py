"""The catalogue: every line says where its address was seen, every template fits a place or says why it does not."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from app.places.gazetteer import Place, locate
from app.places.geohash import geohash
from app.sources import catalogue_table
from app.sources.catalogue import CatalogueSource, filled_templates, fixed_sources, sources_for
from app.sources.catalogue_table import CatalogueError, table_sources
from scrapers.http.address_guard import AddressGuard
from scrapers.platform import Access
from scrapers.registry import platform

CITIES = (
    "Boston, MA", "New York", "Toronto", "São Paulo", "Buenos Aires", "London", "Kraków", "Reykjavík", "Nairobi",
    "Cape Town", "Mumbai", "Tokyo", "Singapore", "Sydney", "Suva",
)  # fmt: skip
A_DAY = re.compile(r"\b20\d\d(-\d\d(-\d\d)?)?\b")


def place(name: str) -> Place:
    found = locate(name).place
    assert found is not None, name
    return found


def check_address(source: CatalogueSource) -> None:
    reader = platform(source.platform)
    assert reader is not None, source.slug
    AddressGuard().target(source.url)
    assert "{" not in source.url
    assert " " not in source.url
    assert source.url == reader.canonical(source.url), "what is stored is what is fetched"
    assert source.access in {Access.FEED, Access.PAGE}
    assert source.access == (reader.access(source.url) or reader.default_access)


def check_evidence(source: CatalogueSource) -> None:
    assert source.evidence, f"{source.slug}: where does the address come from?"
    assert A_DAY.search(source.evidence), f"{source.slug}: seen when?"
    for found in re.findall(r"\b20\d\d-\d\d-\d\d\b", source.evidence):
        date.fromisoformat(found)


def test_every_line_has_evidence_a_platform_and_an_address_that_may_be_read():
    for source in fixed_sources():
        check_evidence(source)
        check_address(source)


def test_no_slug_and_no_address_stands_twice():
    sources = fixed_sources() + [
        filled
        for city in CITIES
        for _, filled in filled_templates(place(city))
        if not isinstance(filled, str)
    ]
    by_url = {each.url: each.slug for each in sources}
    assert len(fixed_sources()) == len({each.url for each in fixed_sources()})
    assert len(set(by_url.values())) == len(by_url)


def test_a_line_with_coordinates_lies_in_the_town_it_names():
    for source in fixed_sources():
        if source.city is None:
            assert source.lat is None
            continue
        town = locate(", ".join(filter(None, (source.city, source.region))), country=source.country).place
        assert town is not None, source.slug
        assert source.lat == pytest.approx(town.lat, abs=0.4), source.slug
        assert source.lon == pytest.approx(town.lon, abs=0.4), source.slug
        assert source.country == town.country
        assert source.timezone == town.timezone, source.slug


def test_there_are_fixed_sources_for_the_world_and_for_towns_of_every_continent():
    assert any(each.city is None for each in fixed_sources())
    local = [each for each in fixed_sources() if each.city]
    areas = {str(each.timezone).split("/", maxsplit=1)[0] for each in local}
    assert {"Africa", "America", "Asia", "Australia", "Europe", "Pacific"} <= areas
    assert len(local) >= 150
    assert len({(each.country, each.city) for each in local}) >= 40


def test_every_group_of_meetup_is_republished_as_its_terms_ask():
    for source in fixed_sources():
        if source.platform == "meetup" and source.city:
            assert source.terms == "https://www.meetup.com/terms/", source.slug
            assert source.attribution == "Meetup", source.slug
            assert source.republish_description == 300, source.slug
            assert not source.republish_image, source.slug


@pytest.mark.parametrize("city", CITIES)
def test_every_template_yields_an_address_or_says_that_it_does_not_apply(city):
    filled = filled_templates(place(city))
    assert {platform for platform, _ in filled} == {
        "connpass", "dev_events", "luma", "meetup", "mobilizon", "ocg",
    }  # fmt: skip
    for _, source in filled:
        if isinstance(source, str):
            assert source
            continue
        check_address(source)
        check_evidence(source)
        assert source.lat is not None


@pytest.mark.parametrize(
    ("city", "address"),
    [
        ("Boston, MA", "https://www.meetup.com/find/us--ma--boston/"),
        ("New York", "https://www.meetup.com/find/us--ny--new-york/"),
        ("Kraków", "https://dev.events/EU/PL/Krakow"),
        ("Kobe", "https://connpass.com/api/v2/events/?prefecture=hyogo&order=2&count=100"),
        ("Berlin", "https://mobilizon.fr/api?search=groups&location=u33dc1&radius=50"),
        (
            "Sydney",
            "https://ocgroups.dev/explore/events/search?bbox_sw_lat=-34.3175&bbox_sw_lon=150.6658&bbox_ne_lat=-33.4182&bbox_ne_lon=151.7488&limit=100",
        ),
    ],
)
def test_places_are_written_as_each_platform_wants_them(city, address):
    assert address in {each.url for each in sources_for([place(city)])}


def test_a_template_that_does_not_apply_says_why():
    reasons = {name: each for name, each in filled_templates(place("Suva")) if isinstance(each, str)}
    assert reasons["meetup"] == "its country (FJ) is not covered"
    assert "within 40 km" in reasons["luma"]


def test_a_fixed_source_of_another_town_is_left_out():
    slugs = {each.slug for each in sources_for([place("Prague")])}
    assert "meetup-pydata-prague" in slugs
    assert "localist-stanford" not in slugs
    assert not any(each.city == "Boston" for each in sources_for([place("Prague")]))


def test_lists_of_conferences_come_along_only_for_the_fields_asked_for():
    nothing_asked = {each.slug for each in sources_for([place("Boston, MA")])}
    nursing = {each.slug for each in sources_for([place("Boston, MA")], ["nursing"])}
    security = {each.slug for each in sources_for([place("Boston, MA")], ["cybersecurity"])}
    assert not any(slug.startswith(("confs-tech", "developers-events")) for slug in nothing_asked)
    assert nursing == nothing_asked
    assert security - nothing_asked == {"confs-tech-2026-security"}


def test_the_groups_of_a_country_or_region_are_read_for_every_place_in_it():
    for town in ("Kraków", "Warsaw"):
        [group] = [each for each in sources_for([place(town)]) if each.slug == "meetup-rust-poland-meetup"]
        assert (group.city, group.country, group.lat) == (None, "PL", None)
    assert "meetup-rust-poland-meetup" not in {each.slug for each in sources_for([place("Berlin")])}
    assert "meetup-aws-ug-morelos" not in {each.slug for each in sources_for([place("Monterrey")])}


def test_templates_of_cities_are_also_filled_for_the_larger_towns_around():
    addresses = {each.url for each in sources_for([place("Boston, MA")])}
    assert "https://www.meetup.com/find/us--ma--cambridge/" in addresses
    assert "https://www.meetup.com/find/us--ri--providence/" not in addresses


def test_a_line_of_a_table_says_what_it_is_about_and_since_when():
    for file, row in table_sources():
        assert row.kind in catalogue_table.KINDS
        assert date.fromisoformat(row.date) <= date(2026, 11, 28), (file, row.url)
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", row.repository), (file, row.url)
        assert not re.search(r"\S@\S+\.", row.name), "no address of a person stands in a name"
        assert len(row.name) <= 100


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("@\tBoston\tMassachusetts\tUS\t42.36\t-71.06", "x.tsv:2: a town has 7 columns"),
        (
            "@\tBoston\tMassachusetts\tUS\tnorth\t-71.06\tAmerica/New_York",
            "'north', '-71.06' are no coordinates",
        ),
        ("ical\thttps://a.example/c.ics\tClub", "x.tsv:2: a source has 8 columns"),
        (
            "ical\thttps://a.example/c.ics\tClub\tdating\t\ta/b\tREADME.md\t2026-01-01",
            "x.tsv:2: unknown kind 'dating'",
        ),
    ],
)
def test_a_wrong_line_is_named_with_what_it_should_be(monkeypatch, line, sentence):
    lines = ((1, "@\tParis\t\tFR\t48.85\t2.35\tEurope/Paris"), (2, line))
    monkeypatch.setattr(catalogue_table, "_tables", lambda: (("x.tsv", lines),))
    with pytest.raises(CatalogueError, match=re.escape(sentence)):
        list(table_sources())


def test_every_repository_that_a_line_comes_from_is_credited():
    credited = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")
    counts = Counter(row.repository for _, row in table_sources())
    for repository, count in counts.items():
        assert f"| [{repository}](https://github.com/{repository}) | {count} |" in credited, repository


def test_the_catalogue_has_thousands_of_sources_in_a_thousand_towns():
    found = fixed_sources()
    assert sum(each.access is Access.FEED for each in found) >= 3_400
    assert len({(each.country, each.region, each.city) for each in found if each.city}) >= 1_000
    assert sum(row.kind != "tech" for _, row in table_sources()) >= 1_200


@pytest.mark.parametrize(
    ("lat", "lon", "length", "word"),
    [
        (57.64911, 10.40744, 11, "u4pruydqqvj"),
        (42.605, -5.603, 5, "ezs42"),
        (-25.382708, -49.265506, 8, "6gkzwgjz"),
    ],
)
def test_a_geohash_is_the_one_that_others_write(lat, lon, length, word):
    assert geohash(lat, lon, length) == word
