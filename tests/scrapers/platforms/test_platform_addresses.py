"""Which addresses belong to which platform, whether they may be read, and what is sent for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers import registry
from scrapers.http import robots
from scrapers.platform import Access, Platform, Request
from tests.scrapers.platforms.test_golden_files import ADDRESSES

FEED, PAGE, FORBIDDEN = Access.FEED, Access.PAGE, Access.FORBIDDEN
GOOGLE = "https://calendar.google.com/calendar"
ADDRESS_TABLE = [
    ("https://ocgroups.dev/explore/groups/search?limit=100", "ocg", FEED),
    ("https://groups.example.org/explore/events/search", "ocg", FEED),
    ("https://ocgroups.dev/cncf/group/abc1234", "ocg", PAGE),
    ("https://ocgroups.dev/cncf/group/abc1234/event/x", "ocg", PAGE),
    ("https://ocgroups.dev/dashboard/user", "ocg", FORBIDDEN),
    ("https://a.example.org/wp-json/tribe/events/v1/events?page=2", "tribe", FEED),
    ("https://a.example.org/wp-json/tribe/events/v1/organizers", "tribe", FEED),
    ("https://a.example.org/wp-json/wp/v2/posts", "page", PAGE),
    ("https://calendar.example.edu/api/2/events", "localist", FEED),
    ("https://calendar.example.edu/api/2/groups", "localist", FEED),
    ("https://business.harbourchamber.org/api/events", "growthzone", FEED),
    ("https://harbour.chambermaster.com/feeds/events.rss", "growthzone", FEED),
    ("https://harbour.chambermaster.com/events/calendar/2026-12-01", "growthzone", PAGE),
    ("https://harbour.growthzoneapp.com/events", "growthzone", PAGE),
    ("https://business.harbourchamber.org/events/details/breakfast-1234", "growthzone", PAGE),
    ("https://members.harbourclub.org/events", "page", PAGE),
    ("https://harbour.enterprise.localist.com/calendar", "localist", PAGE),
    ("https://gancio.example.org/", "gancio", PAGE),
    ("https://mobilizon.example.org/@libristes", "mobilizon", PAGE),
    ("https://social.example.org/@somebody", "page", PAGE),
    ("https://harbour.example.org/spaceapi.json", "space_api", FEED),
    ("https://harbour.example.org/api/v1/space-api", "space_api", FEED),
    ("https://harbour.example.org/status.json", "page", PAGE),
    ("https://ics.teamup.com/feed/ks0harbour0centre/0.ics", "teamup", FEED),
    ("https://ics.teamup.com/login", "teamup", FORBIDDEN),
    ("https://teamup.com/ks0harbour0centre", "teamup", PAGE),
    ("https://api.doorkeeper.jp/events?prefecture=tokyo", "doorkeeper", FEED),
    ("https://api.doorkeeper.jp/user", "doorkeeper", FORBIDDEN),
    ("https://harbour-rb.doorkeeper.jp/events/190001", "doorkeeper", PAGE),
    ("https://www.doorkeeper.jp/events", "page", PAGE),
    ("https://centre.example.org/?mec-ical-feed=1", "ical", FEED),
    ("https://gancio.example.org/api/events", "gancio", FEED),
    ("https://gancio.example.org/feed/ics/tag/tech", "gancio", FEED),
    ("https://gateway.bibliocommons.com/v2/libraries/bpl/events", "bibliocommons", PAGE),
    ("https://gateway.bibliocommons.com/v2/libraries/bpl/users", "bibliocommons", FORBIDDEN),
    ("https://bpl.bibliocommons.com/events/rss/all", "bibliocommons", FEED),
    ("https://bpl.bibliocommons.com/user/login", "bibliocommons", FORBIDDEN),
    ("https://lib.libnet.info/events", "communico", FEED),
    ("https://events.lib.example.org/feeds?data=eyJmZWVkVHlwZSI6ImljYWwifQ%3D%3D", "communico", FEED),
    ("https://lib.libnet.info/eeventcaldata?event_type=0", "communico", FORBIDDEN),
    ("https://shop.example.org/feeds?data=bm8gZmVlZA%3D%3D", "page", PAGE),
    ("https://lib.libcal.com/ical_subscribe.php?src=p&cid=1", "libcal", FEED),
    ("https://lib.libcal.com/event/123/ical", "libcal", FEED),
    ("https://lib.libcal.com/calendar/jobs", "libcal", PAGE),
    ("https://lib.libcal.com/1.1/events?cal_id=1", "libcal", FORBIDDEN),
    (f"{GOOGLE}/ical/a%40group.calendar.google.com/public/basic.ics", "google", FEED),
    (f"{GOOGLE}/embed?src=a%40group.calendar.google.com", "google", FEED),
    (f"{GOOGLE}/ical/a%40gmail.com/private-0123456789abcdef/basic.ics", "google", FORBIDDEN),
    (f"{GOOGLE}/u/0/r/settings", "google", FORBIDDEN),
    (
        f"{GOOGLE}/ical/j7gov1cmnqr9tvg14k621j7t5c%40group.calendar.google.com/public/basic.ics",
        "python_org",
        FEED,
    ),
    ("https://www.python.org/events/python-user-group/", "python_org", FEED),
    ("https://tockify.com/api/feeds/ics/makers", "tockify", FEED),
    ("https://tockify.com/makers/monthly", "tockify", FEED),
    ("https://tockify.com/api/ngevent?calname=makers", "tockify", FORBIDDEN),
    ("https://www.trumba.com/calendars/city-events.ics", "trumba", FEED),
    ("https://www.trumba.com/app/login", "trumba", FORBIDDEN),
    (
        "https://github.com/tech-conferences/conference-data/blob/main/conferences/2027/data.json",
        "confs_tech",
        FEED,
    ),
    ("https://raw.githubusercontent.com/someone/else/main/conferences/2027/data.json", "page", PAGE),
    ("https://developers.events/all-events.json", "developers_events", FEED),
    ("https://dev.events/rss.xml", "dev_events", FEED),
    ("https://dev.events/EU/PL/Krakow", "dev_events", PAGE),
    ("https://gdg.community.dev/sitemap.xml", "bevy", PAGE),
    ("https://gdg.community.dev/events/details/google-gdg-x-presents-y/", "bevy", PAGE),
    ("https://gdg.community.dev/api/event_slim/for_chapter/642/", "bevy", FORBIDDEN),
    ("https://gdg.community.dev/api/anything", "bevy", FORBIDDEN),
    ("https://gdg.community.dev/u/somebody/", "bevy", FORBIDDEN),
    ("https://unknown.example.org/api/chapter_slim/boston/", "bevy", FORBIDDEN),
    ("https://unknown.example.org/events/details/acme-boston-presents-night/", "bevy", PAGE),
    ("https://mobilizon.fr/api?search=events&location=u05k", "mobilizon", FEED),
    ("https://mobilizon.fr/@libristes/feed/ics", "mobilizon", FEED),
    ("https://mobilizon.fr/feed/instance/atom", "mobilizon", FEED),
    ("https://anything.example.org/api", "page", PAGE),
    ("https://hall.example.org/events?format=json", "squarespace", PAGE),
    ("https://hub.example.org/event-details/lunch", "wix", PAGE),
    ("https://www.eventbrite.com/e/a-night-tickets-1", "eventbrite", FORBIDDEN),
    ("https://www.eventbrite.co.uk/d/united-kingdom--london/career/", "eventbrite", FORBIDDEN),
    ("https://www.eventbrite.com.au/o/someone-30245752528", "eventbrite", FORBIDDEN),
    ("https://www.eventbriteapi.com/v3/organizers/30245752528/events/", "eventbrite", FEED),
    ("https://www.eventbriteapi.com/v3/users/me/", "eventbrite", FORBIDDEN),
    ("https://api.hel.fi/linkedevents/v1/event/?start=today", "linked_events", FEED),
    ("https://api.openagenda.com/v2/agendas/5/events", "openagenda", FEED),
    ("https://api.openagenda.com/v2/me", "openagenda", FORBIDDEN),
    ("https://connpass.com/api/v2/events/?prefecture=tokyo", "connpass", FEED),
    ("https://connpass.com/api/v1/event/", "connpass", FORBIDDEN),
    ("https://minato.connpass.com/event/1/", "connpass", FORBIDDEN),
    ("https://app.ticketmaster.com/discovery/v2/events.json", "ticketmaster", FEED),
    ("https://www.ticketmaster.co.uk/event/x", "ticketmaster", FORBIDDEN),
    ("https://api.mobilize.us/v1/events", "mobilize", FEED),
    ("https://api.mobilize.us/v1/people", "mobilize", FORBIDDEN),
    ("https://forum.example.org/discourse-post-event/events.ics", "discourse", FEED),
    ("https://indico.cern.ch/category/72/events.ics", "indico", FEED),
    ("https://indico.cern.ch/export/categ/72.json", "indico", FEED),
    ("https://pretalx.com/api/events/", "pretix", FEED),
    ("https://pretix.eu/hafen/events/ical/", "pretix", FEED),
    ("https://pretix.eu/control/event/", "pretix", FORBIDDEN),
    ("https://tickets.example.org/api/v1/organizers/hafen/events/", "pretix", FEED),
    ("https://api.openeventdatabase.org/event?when=TODAY", "open_event_database", FEED),
    ("https://www.meetup.com/find/us--ma--boston/", "meetup", PAGE),
    ("https://www.meetup.com/find/?location=us--ma--Boston", "meetup", FORBIDDEN),
]
CANONICAL = [
    (
        "https://ocgroups.dev/explore/groups/search?latitude=1&longitude=2&bbox_sw_lat=42",
        "https://ocgroups.dev/explore/groups/search?bbox_sw_lat=42&limit=100",
    ),
    (
        "https://bpl.bibliocommons.com/v2/events?q=jobs",
        "https://gateway.bibliocommons.com/v2/libraries/bpl/events?limit=100",
    ),
    ("https://lib.libcal.com/event/123", "https://lib.libcal.com/event/123/ical"),
    (
        "https://lib.libcal.com/calendar/jobs?cid=8433&t=m&cal=8433",
        "https://lib.libcal.com/ical_subscribe.php?src=p&cid=8433",
    ),
    ("https://harbour.chambermaster.com/events/calendar", "https://harbour.chambermaster.com/api/events"),
    (
        "https://harbour.enterprise.localist.com/calendar",
        "https://harbour.enterprise.localist.com/api/2/events?pp=100&days=365",
    ),
    ("https://mobilizon.example.org/@libristes", "https://mobilizon.example.org/@libristes/feed/ics"),
    ("https://teamup.com/ks0harbour0centre", "https://ics.teamup.com/feed/ks0harbour0centre/0.ics"),
    (
        "https://harbour-rb.doorkeeper.jp/",
        "https://api.doorkeeper.jp/groups/harbour-rb/events?expand%5B%5D=group",
    ),
    (
        "https://lib.libnet.info/events?v=list",
        "https://lib.libnet.info/feeds?data=eyJmZWVkVHlwZSI6ImljYWwiLCJmaWx0ZXJzIjp7ImxvY2F0aW9uIjpbImFsbCJdLCJhZ2VzIjpbImFsbCJdLCJ0eXBlcyI6WyJhbGwiXSwidGFncyI6W10sInRlcm0iOiIiLCJkYXlzIjo5MH19",
    ),
    (
        f"{GOOGLE}/embed?height=600&src=a%40group.calendar.google.com&ctz=America%2FNew_York",
        f"{GOOGLE}/ical/a%40group.calendar.google.com/public/basic.ics",
    ),
    # The "add" link holds the id in base64.
    (
        f"{GOOGLE}/u/0?cid=am9ic0Bncm91cC5jYWxlbmRhci5nb29nbGUuY29t",
        f"{GOOGLE}/ical/jobs%40group.calendar.google.com/public/basic.ics",
    ),
    (
        "https://www.python.org/events/python-events/",
        f"{GOOGLE}/ical/j7gov1cmnqr9tvg14k621j7t5c%40group.calendar.google.com/public/basic.ics",
    ),
    ("https://tockify.com/makers/detail/12/1", "https://tockify.com/api/feeds/ics/makers"),
    ("https://trumba.com/calendars/city-events", "https://www.trumba.com/calendars/city-events.ics"),
    (
        "https://github.com/tech-conferences/conference-data/blob/main/conferences/2027/data.json",
        "https://raw.githubusercontent.com/tech-conferences/conference-data/main/conferences/2027/data.json",
    ),
    ("https://developers.events/", "https://developers.events/all-events.json"),
    ("https://gdg.community.dev/", "https://gdg.community.dev/sitemap.xml"),
    (
        "https://www.eventbrite.co.uk/o/queer-lit-48062165483",
        (
            "https://www.eventbriteapi.com/v3/organizers/48062165483/events/"
            "?expand=venue%2Corganizer&status=live&order_by=start_asc"
        ),
    ),
    (
        "https://minato.connpass.com/",
        "https://connpass.com/api/v2/events/?subdomain=minato&order=2&count=100",
    ),
    (
        "https://calendar.example.edu/api/2/events",
        "https://calendar.example.edu/api/2/events?pp=100&days=365",
    ),
]
BY_HAND = [
    (
        "tribe",
        "https://chamber.org/events/",
        "https://chamber.org/wp-json/tribe/events/v1/events?per_page=50",
    ),
    (
        "localist",
        "https://calendar.example.edu/",
        "https://calendar.example.edu/api/2/events?pp=100&days=365",
    ),
    ("growthzone", "https://business.chamber.org/events", "https://business.chamber.org/api/events"),
    ("gancio", "https://gancio.example.org/", "https://gancio.example.org/api/events"),
    ("squarespace", "https://hall.example.org/events", "https://hall.example.org/events?format=json"),
    (
        "discourse",
        "https://forum.example.org/upcoming-events",
        "https://forum.example.org/discourse-post-event/events.json",
    ),
    (
        "indico",
        "https://indico.example.org/category/72/overview",
        "https://indico.example.org/category/72/events.ics",
    ),
]


def named(name: str) -> Platform:
    found = registry.platform(name)
    assert found is not None
    return found


@pytest.mark.parametrize(("url", "name", "access"), ADDRESS_TABLE)
def test_an_address_has_one_platform_and_the_access_its_terms_leave(
    url: str, name: str, access: Access
) -> None:
    found = registry.platform_for(url)
    assert found is not None
    assert (found.name, found.access(url)) == (name, access)


@pytest.mark.parametrize(
    "url", sorted({*(row[0] for row in ADDRESS_TABLE), *ADDRESSES.values(), *(row[0] for row in CANONICAL)})
)
def test_no_two_platforms_of_one_rank_claim_an_address(url: str) -> None:
    ranks = [each.rank for each in registry.platforms() if each.access(url) is not None]
    assert len(ranks) == len(set(ranks))


@pytest.mark.parametrize(("pasted", "fetched"), CANONICAL)
def test_a_pasted_address_becomes_the_one_to_fetch(pasted: str, fetched: str) -> None:
    found = registry.platform_for(pasted)
    assert found is not None
    assert found.canonical(pasted) == fetched
    assert found.canonical(fetched) == fetched
    assert found.access(fetched) in {FEED, PAGE}


@pytest.mark.parametrize(("name", "pasted", "fetched"), BY_HAND)
def test_a_site_that_a_person_says_is_a_products_becomes_its_listing(
    name: str, pasted: str, fetched: str
) -> None:
    assert named(name).canonical(pasted) == fetched
    assert named(name).canonical(fetched) == fetched
    assert named(name).access(fetched) is not None


# What is sent.


def test_most_addresses_are_fetched_as_they_are() -> None:
    for platform in registry.platforms():
        request = platform.request("https://example.org/x", {})
        assert request.url == "https://example.org/x"
        assert request.method == "GET"
        assert request.json is None
    assert registry.platform("ical") is not None
    assert named("ical").request("https://example.org/a.ics", {}) == Request("https://example.org/a.ics")


@pytest.mark.parametrize(
    ("name", "url", "header", "value"),
    [
        ("connpass", "https://connpass.com/api/v2/events/", "X-API-Key", "s3cret"),
        (
            "eventbrite",
            "https://www.eventbriteapi.com/v3/organizers/1/events/",
            "Authorization",
            "Bearer s3cret",
        ),
        ("pretix", "https://pretix.eu/api/v1/organizers/hafen/events/", "Authorization", "Token s3cret"),
    ],
)
def test_a_key_travels_in_a_header(name: str, url: str, header: str, value: str) -> None:
    platform = named(name)
    assert platform.key_name is not None
    request = platform.request(url, {platform.key_name: "s3cret"})
    assert request.headers == {header: value}
    assert "s3cret" not in request.url
    assert "s3cret" not in repr(request)
    assert not platform.request(url, {}).headers


@pytest.mark.parametrize(
    ("name", "url", "parameter"),
    [
        ("openagenda", "https://api.openagenda.com/v2/agendas/5/events", "key"),
        ("ticketmaster", "https://app.ticketmaster.com/discovery/v2/events.json?city=Boston", "apikey"),
    ],
)
def test_a_key_that_must_stand_in_the_query_is_apart_from_the_address(
    name: str, url: str, parameter: str
) -> None:
    platform = named(name)
    assert platform.key_name is not None
    request = platform.request(platform.canonical(url), {platform.key_name: "s3cret"})
    assert request.secret_query == {parameter: "s3cret"}
    assert "s3cret" not in request.url
    assert "s3cret" not in repr(request)
    # A pasted address may hold somebody's key: it is not kept.
    joint = "&" if "?" in url else "?"
    assert "leaked" not in platform.canonical(f"{url}{joint}{parameter}=leaked")


def test_a_pretix_token_is_not_sent_to_addresses_that_need_none() -> None:
    assert not named("pretix").request("https://pretalx.com/api/events/", {"PRETIX": "s3cret"}).headers


def test_a_mobilizon_search_is_a_graphql_document() -> None:
    url = "https://mobilizon.fr/api?search=events&location=u05k&radius=50&page=2"
    request = named("mobilizon").request(url, {})
    assert (request.method, request.url) == ("POST", url)
    assert request.json["variables"] == {
        "term": "",
        "location": "u05k",
        "radius": 50.0,
        "page": 2,
        "limit": 100,
    }
    document = request.json["query"]
    assert "searchEvents(" in document
    assert document.count("{") == document.count("}")
    # People behind an event or a group are not even asked for.
    assert not {"organizerActor", "participants", "members{"} & set(document.replace("(", " ").split())
    groups = named("mobilizon").request("https://mobilizon.fr/api?search=groups&radius=x&page=y", {})
    assert "membersCount" in groups.json["query"]
    assert groups.json["query"].count("{") == groups.json["query"].count("}")
    assert groups.json["variables"] == {"term": "", "page": 1, "limit": 100}
    assert named("mobilizon").request("https://mobilizon.fr/@x/feed/ics", {}).method == "GET"


def test_bevys_robots_close_what_the_platform_closes_and_ask_for_two_seconds() -> None:
    rules = robots.parse(b"User-agent: *\nDisallow: /api/\nDisallow: /gql/\nDisallow: /u/\nCrawl-delay: 2\n")
    assert rules.crawl_delay == 2
    for path in ("/sitemap.xml", "/events/details/google-gdg-x-presents-y/", "/api/event/1/", "/u/somebody/"):
        url = f"https://gdg.community.dev{path}"
        assert rules.allows(url) is (named("bevy").access(url) is not FORBIDDEN)


def test_the_modules_that_platforms_share_define_no_platform() -> None:
    folder = Path(registry.__file__).parent / "platforms"
    private = [path for path in folder.glob("_*.py") if path.stem != "__init__"]
    assert private
    names = {type(each).__module__.rpartition(".")[2] for each in registry.platforms()}
    assert not names & {path.stem for path in private}
