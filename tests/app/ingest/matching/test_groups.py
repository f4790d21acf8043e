"""One group on several platforms is one; two groups of one platform, or of one subject, are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.matching.groups import KnownGroup, core, group_similarity, links_in, name_key, site_of
from app.listings.understand import group_keys
from scrapers import registry

LEEDS = {"city": "Leeds", "lat": 53.8, "lon": -1.55}


def group(name="PyData Leeds", platform="meetup", **members) -> KnownGroup:
    assert registry.platform(platform) is not None, f"{platform} is not a platform"
    given = {"id": 1, "site": None, "keys": frozenset(), "links": frozenset(), **LEEDS, **members}
    return KnownGroup(name=name, platforms=frozenset({platform}), **given)


def test_a_name_is_the_same_without_its_town_and_the_words_of_every_group():
    assert core("Leeds Data Science Meetup", "Leeds") == core("Data Science Leeds Group", "Leeds")
    assert name_key("Leeds Data Science Meetup", "Leeds") == name_key("DATA SCIENCE", "Leeds")


def test_one_name_in_one_town_on_two_platforms_is_one_group():
    assert group_similarity(group("Leeds Data Science Meetup"), group("Data Science Leeds", "luma")).same


def test_one_platform_names_each_of_its_groups_once():
    assert not group_similarity(group(), group()).same


@pytest.mark.parametrize("platform", sorted(registry.generic_platforms()))
def test_equal_groups_of_two_calendars_are_one_where_any_site_may_use_the_format(platform):
    assert group_similarity(group("Leeds Data Science", platform), group("Data Science Leeds", platform)).same


def test_formats_that_any_site_may_use_are_generic_and_platforms_of_groups_are_not():
    assert {"ical", "page"} <= registry.generic_platforms()
    assert registry.generic_platforms().isdisjoint({"meetup", "luma", "eventbrite"})


def test_a_subject_is_no_name_and_another_town_another_group():
    assert not group_similarity(group("Hiking Leeds"), group("Leeds Hiking Club", "luma")).same
    there = {"city": "London", "lat": 51.5, "lon": -0.1}
    assert not group_similarity(group("Women in Data"), group("Women in Data", "luma", **there)).same


def test_a_link_a_site_or_a_shared_event_joins_names_that_are_only_alike():
    [key] = group_keys("luma", None, "https://luma.com/pydata-leeds")
    ours = group("PyData Leeds (official)", keys=frozenset({1}))
    theirs = group("PyData Leeds Chapter", "luma", keys=frozenset({key}))
    linked = group("PyData Leeds (official)", links=links_in("See https://lu.ma/pydata-leeds.", None))
    assert group_similarity(linked, theirs).reason == "one links to the other"
    assert group_similarity(ours, theirs, shared_events=1).reason == "they hold the same events"
    site = {"site": site_of("https://www.pydataleeds.org/events")}
    assert group_similarity(group("PyData Leeds Python", **site), group("PyData Leeds", "luma", **site)).same


def test_a_shared_event_does_not_join_names_that_share_only_the_town():
    ours = group("Boston Python", platform="ical")
    assert not group_similarity(
        ours, group("Boston Nurses", platform="luma", city=None), shared_events=1
    ).same
    assert group_similarity(
        ours, group("Boston Python User Group", platform="luma", city=None), shared_events=1
    ).same


@pytest.mark.parametrize(
    "url",
    [
        "https://www.meetup.com/pydata-leeds/",
        "https://luma.com/pydata-leeds",
        "https://lu.ma/pydata-leeds",
        "https://www.eventbrite.co.uk/o/pydata-leeds-123456789",
        "https://pydata.connpass.com/",
        "https://www.facebook.com/pydataleeds",
    ],
)
def test_a_page_on_a_host_of_many_is_nobodys_site(url):
    assert site_of(url) is None


def test_a_groups_own_site_is_its_host():
    assert site_of("https://www.pydataleeds.org/events.ics") == "pydataleeds.org"
    assert site_of("https://www.pydataleeds.org/") == "pydataleeds.org"


names = st.text(max_size=30)
groups = st.builds(
    group,
    name=names,
    platform=st.sampled_from([known.name for known in registry.platforms()]),
    city=st.none() | names,
    lat=st.none() | st.floats(-90, 90),
    lon=st.floats(-180, 180),
    keys=st.frozensets(st.integers(1, 3)),
    links=st.frozensets(st.integers(1, 3)),
    site=st.none() | st.sampled_from(["a.org", "b.org"]),
)


@given(groups, groups, st.integers(0, 3))
def test_kinship_is_the_same_both_ways(one, other, shared):
    assert group_similarity(one, other, shared) == group_similarity(other, one, shared)


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_breaks_the_search_for_links(description, url):
    assert len(links_in(description + " https://a.example/x", url)) <= 8
