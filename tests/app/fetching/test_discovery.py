"""From a page to what can be subscribed: feeds, known products, the page's own events, the groups of a city."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import httpx
import pytest

from app.cli import main
from app.fetching.discovery import Discovery, discover
from scrapers.http.client import PoliteClient
from scrapers.platform import Access
from tests.app.conftest import Page
from tests.app.fetching.test_fetch_source import calendar


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio

PAGE = """<html><head><title>Library</title>
<link rel="alternate" type="text/calendar" href="/events.ics" title="Events">
<link rel="alternate" type="application/rss+xml; charset=utf-8" href="feed.xml">
<link rel="stylesheet" type="text/css" href="/style.css">
<script type="application/ld+json">{"@context":"https://schema.org","@type":"Event","name":"Job club",
"startDate":"2026-12-01T10:00:00-05:00","url":"https://library.example/job-club",
"location":{"@type":"Place","name":"Main library","address":"Boston"}}</script>
</head><body>
<a href="webcal://library.example/teens.ics">Teens</a>
<iframe src="https://calendar.google.com/calendar/embed?src=abc%40group.calendar.google.com"></iframe>
<a href="/about">About</a> <a href="mailto:someone@library.example">Mail</a> <a href="http://[broken">x</a>
<a href="https://www.meetup.com/find/?location=us--ma--Boston">closed</a>
</body></html>"""
RSS = """<rss version="2.0"><channel><title>News</title><item><title>New carpet</title>
<link>https://library.example/carpet</link></item></channel></rss>"""


@dataclass
class Web:
    """A few sites in this process, and what they were asked."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.asked.append(url)
        body, kind = self.pages.get(url, ("", ""))
        return httpx.Response(200, text=body, headers={"Content-Type": kind}) if kind else httpx.Response(404)

    async def discover(self, url: str, now, **options) -> Discovery:
        async with PoliteClient(
            user_agent="NextCircle/test", transport=httpx.MockTransport(self.answer), min_interval=0
        ) as client:
            return await discover(client, url, now, **options)


@pytest.fixture
def web() -> Web:
    return Web(
        {
            "https://library.example/events": (PAGE, "text/html"),
            "https://library.example/events.ics": (calendar(7).decode(), "text/calendar"),
            "https://library.example/feed.xml": (RSS, "application/rss+xml"),
            "https://library.example/teens.ics": (calendar(2).decode(), "text/calendar"),
        }
    )


def by_url(discovery: Discovery) -> dict:
    return {each.source.url: each for each in discovery.found}


async def test_a_page_gives_its_feeds_its_embedded_calendar_and_its_own_events(web, now):
    found = by_url(await web.discover("https://library.example/events", now))
    assert {url: each.how for url, each in found.items()} == {
        "https://library.example/events": "events on the page itself",
        "https://library.example/events.ics": "linked calendar",
        "https://library.example/feed.xml": "linked RSS feed",
        "https://library.example/teens.ics": "webcal link",
        "https://calendar.google.com/calendar/ical/abc%40group.calendar.google.com/public/basic.ics": (
            "link to Google Calendar"
        ),
    }


async def test_the_preview_shows_the_first_five_events_and_what_may_be_read(web, now):
    found = by_url(await web.discover("https://library.example/events", now))
    linked = found["https://library.example/events.ics"]
    assert linked.event_count == 7
    assert len(linked.events) == 5
    assert linked.events[0]["name"] == "Python night 1"
    assert linked.robots == "robots.txt allows it"
    assert linked.source.access is Access.FEED
    page = found["https://library.example/events"]
    assert page.source.access is Access.PAGE
    assert [event["name"] for event in page.events] == ["Job club"]


async def test_what_holds_no_event_or_does_not_answer_is_not_worth_adding(web, now):
    discovery = await web.discover("https://library.example/events", now)
    worth = {each.source.url for each in discovery.found if each.worth_adding}
    assert worth == {
        "https://library.example/events",
        "https://library.example/events.ics",
        "https://library.example/teens.ics",
    }


async def test_a_disallowed_page_is_not_read_and_the_reason_is_told(web, now):
    web.pages["https://library.example/robots.txt"] = ("User-agent: *\nDisallow: /events\n", "text/plain")
    discovery = await web.discover("https://library.example/events", now)
    assert discovery.found == []
    assert "robots.txt" in discovery.problem
    assert web.asked == ["https://library.example/robots.txt"]


async def test_a_disallowed_feed_on_an_open_page_is_named_and_not_read(web, now):
    web.pages["https://library.example/robots.txt"] = ("User-agent: *\nDisallow: /teens\n", "text/plain")
    found = by_url(await web.discover("https://library.example/events", now))
    assert found["https://library.example/teens.ics"].robots == "robots.txt does not allow it"
    assert "https://library.example/teens.ics" not in web.asked


async def test_a_closed_address_of_a_product_is_not_asked_for_at_all(web, now):
    discovery = await web.discover("https://www.meetup.com/find/?location=us--ma--Boston", now)
    assert "forbids robots" in discovery.problem
    assert web.asked == []


async def test_a_meetup_city_page_gives_the_calendars_of_the_groups_it_names(web, now):
    events = [
        {
            "@type": "Event",
            "name": f"Evening {number}",
            "url": f"https://www.meetup.com/group-{number}/events/{number}/",
            "startDate": "2026-12-01T18:00:00.000Z",
            "organizer": {
                "@type": "Organization",
                "name": f"G{number}",
                "url": f"https://www.meetup.com/group-{number}/",
            },
        }
        for number in range(8)
    ]
    page = f'<html><script type="application/ld+json">{json.dumps(events)}</script></html>'
    web.pages["https://www.meetup.com/find/us--ma--boston/"] = (page, "text/html")
    web.pages["https://www.meetup.com/group-0/events/ical/"] = (calendar(3).decode(), "text/calendar")
    found = by_url(await web.discover("https://www.meetup.com/find/us--ma--boston/", now, near="Boston, MA"))
    groups = [each for url, each in found.items() if url.endswith("/events/ical/")]
    assert len(groups) == 8
    assert {each.source.city for each in groups} == {"Boston"}
    assert found["https://www.meetup.com/group-0/events/ical/"].event_count == 3
    tried = [url for url in web.asked if url.endswith("/ical/")]
    assert len(tried) == 5, "a preview asks for a few, not for all"


async def test_a_calendar_itself_is_what_can_be_subscribed(web, now):
    discovery = await web.discover("webcal://library.example/events.ics", now)
    [one] = discovery.found
    assert one.how == "a feed itself"
    assert one.event_count == 7


async def test_a_page_without_anything_is_no_mistake(web, now):
    web.pages["https://library.example/about"] = ("<html><p>About us</p></html>", "text/html")
    discovery = await web.discover("https://library.example/about", now)
    assert discovery.problem is None
    assert discovery.found == []


async def test_the_documented_address_of_a_product_is_tried_where_nothing_is_linked(web, now):
    page = '<html><body class="tribe-events-page"><h1>Harbour Chamber</h1></body></html>'
    web.pages["https://chamber.example/events/"] = (page, "text/html")
    web.pages["https://chamber.example/events/?ical=1"] = (calendar(6).decode(), "text/calendar")
    [found] = (await web.discover("https://chamber.example/events/", now, near="Boston, MA")).found
    assert found.source.url == "https://chamber.example/events/?ical=1"
    assert found.how == "documented address of The Events Calendar"
    assert found.source.access is Access.FEED
    assert found.event_count == 6
    assert len(found.events) == 5


async def test_a_guess_that_answers_with_a_page_is_no_find(web, now):
    web.pages["https://club.example/"] = ("<html><p>Welcome</p></html>", "text/html")
    web.pages["https://club.example/events/?ical=1"] = (PAGE, "text/html")
    assert (await web.discover("https://club.example/", now)).found == []


async def test_the_sites_own_pages_of_events_are_followed_one_level(web, now):
    web.pages["https://town.example/"] = (
        '<html><a href="/about">About</a> <a href="/calendar">Calendar</a> <a href="https://other.example/events">Events</a>',
        "text/html",
    )
    web.pages["https://town.example/calendar"] = (
        '<html><a href="webcal://town.example/all.ics">Subscribe</a> <a href="/calendar/next">Events, next month</a>',
        "text/html",
    )
    web.pages["https://town.example/all.ics"] = (calendar(3).decode(), "text/calendar")
    [found] = (await web.discover("https://town.example/", now)).found
    assert (found.source.url, found.how) == ("https://town.example/all.ics", "webcal link on /calendar")
    assert found.event_count == 3
    assert not {"https://other.example/events", "https://town.example/calendar/next"} & set(web.asked)


async def test_a_librarys_page_leads_to_the_calendars_that_its_product_names(web, now):
    web.pages["https://library.town.example/"] = (
        '<html><a href="https://harbour.libcal.com/calendars">What is on</a></html>',
        "text/html",
    )
    web.pages["https://harbour.libcal.com/calendars"] = (
        '<html><a href="/ical_subscribe.php?src=p&amp;cid=8433">iCal</a></html>',
        "text/html",
    )
    feed = "https://harbour.libcal.com/ical_subscribe.php?src=p&cid=8433"
    web.pages[feed] = (calendar(2).decode(), "text/calendar")
    found = by_url(await web.discover("https://library.town.example/", now))
    assert found[feed].source.platform == "libcal"
    assert found[feed].event_count == 2


async def test_an_associations_page_of_chapters_leads_to_their_calendars(web, now):
    web.pages["https://association.example/chapters"] = (
        """<html><h1>Our chapters</h1><a href="https://boston.example/">Boston</a>
        <a href="https://denver.example/">Denver</a> <a href="https://www.facebook.com/association">Facebook</a>
        <a href="/join">Join</a>""",
        "text/html",
    )
    web.pages["https://boston.example/"] = (
        '<html><link rel="alternate" type="text/calendar" href="/all.ics">',
        "text/html",
    )
    web.pages["https://boston.example/all.ics"] = (calendar(4).decode(), "text/calendar")
    web.pages["https://denver.example/"] = (
        '<html class="mec-wrap modern-events-calendar-lite"><p>Denver</p>',
        "text/html",
    )
    web.pages["https://denver.example/?mec-ical-feed=1"] = (calendar(5).decode(), "text/calendar")
    found = by_url(await web.discover("https://association.example/chapters", now))
    assert {url: each.how for url, each in found.items()} == {
        "https://boston.example/all.ics": "linked calendar of the chapter Boston",
        "https://denver.example/?mec-ical-feed=1": (
            "documented address of Modern Events Calendar of the chapter Denver"
        ),
    }
    assert [each.event_count for each in found.values()] == [4, 5]
    assert not any("facebook" in url or "/join" in url for url in web.asked)


async def test_a_search_asks_for_a_few_pages_only(web, now):
    links = "".join(
        f'<a href="https://chapter-{number}.example/">Chapter {number}</a>' for number in range(50)
    )
    web.pages["https://association.example/chapters"] = (f"<html><h1>Chapters</h1>{links}", "text/html")
    for number in range(50):
        web.pages[f"https://chapter-{number}.example/"] = (
            "<html><a href='/events'>Events</a>"
            + "".join(f"<a href='/events/{at}'>Event</a>" for at in range(90)),
            "text/html",
        )
    await web.discover("https://association.example/chapters", now)
    assert len([url for url in web.asked if not url.endswith("robots.txt")]) <= 41


def cli(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_the_command_shows_and_adds_on_request(database_url, site, monkeypatch, capsys):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    monkeypatch.setenv("NEXTCIRCLE_FETCH_ALLOW_HOSTS", site.host)
    site.pages["/events"] = Page(
        b'<html><link rel="alternate" type="text/calendar" href="/all.ics"></html>', "text/html"
    )
    site.pages["/all.ics"] = Page(calendar(6))
    assert cli("discover", site.url("/events")) == 0
    shown = capsys.readouterr().out
    assert "linked calendar" in shown
    assert "6 events" in shown
    assert "Python night 1" in shown
    assert "added" not in shown
    assert cli("discover", site.url("/events"), "--add", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["added"]) == 1
    assert cli("sources", "list") == 0
    assert site.url("/all.ics") in capsys.readouterr().out
    assert cli("discover", site.url("/nothing")) == 1
    capsys.readouterr()
    assert cli("discover", site.url("/nothing"), site.url("/events"), "--json") == 0
    first, second = json.loads(capsys.readouterr().out)["discoveries"]
    assert (first["found"], second["found"][0]["event_count"]) == ([], 6)
