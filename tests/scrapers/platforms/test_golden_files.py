"""Every platform reads its fixtures as it did before, and declares what a platform must.

A case is `tests/fixtures/<platform>/<case>.<ext>` (a JSON payload ends in `.payload.json`) with the expected reading in
`<case>.json`. After a change that is meant, rewrite them with
`UPDATE_GOLDEN=1 pytest tests/scrapers/platforms` and read the difference.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers import registry
from scrapers.platform import Access, Payload, ReadContext
from scrapers.records import from_json, to_json

FIXTURES = Path(__file__).parents[2] / "fixtures"
OURS = tuple(sorted(each.name for each in registry.platforms()))
ADDRESSES = {
    "meetup/group_calendar": "https://www.meetup.com/Harbour-Data-People/events/ical/",
    "meetup/group_page": "https://www.meetup.com/harbour-data-people/events/",
    "meetup/city_page": "https://www.meetup.com/find/us--ma--boston/",
    "luma/calendar": "https://api.luma.com/ics/get?entity=calendar&id=cal-AAA",
    "luma/city": "https://api.luma.com/ics/get?entity=discover&id=discplace-VWeZ1zUvnawYHMj",
    "luma/entries": "https://api.luma.com/calendar/get-items?calendar_api_id=cal-AAA&period=future",
    "bevy/answer": "https://gdg.community.dev/api/event_slim/for_chapter/642/",
    "bevy/event": "https://gdg.community.dev/events/details/google-gdg-karlsruhe-presents-devfest/",
    "bevy/month": "https://gdg.community.dev/sitemap-events-2026-12.xml",
    "bevy/sitemap": "https://gdg.community.dev/sitemap.xml",
    "bibliocommons/events": "https://gateway.bibliocommons.com/v2/libraries/bpl/events?limit=100",
    "communico/calendar": "https://harbour.libnet.info/feeds?data=eyJmZWVkVHlwZSI6ImljYWwifQ%3D%3D",
    "confs_tech/data": "https://raw.githubusercontent.com/tech-conferences/conference-data/main/conferences/2027/data.json",
    "connpass/events": "https://connpass.com/api/v2/events/?prefecture=tokyo&count=100",
    "connpass/groups": "https://connpass.com/api/v2/groups/?subdomain=minato&count=100",
    "dev_events/city": "https://dev.events/EU/PL/Krakow",
    "dev_events/feed": "https://dev.events/rss.xml",
    "developers_events/all_events": "https://developers.events/all-events.json",
    "discourse/events": "https://forum.example.org/discourse-post-event/events.json",
    "doorkeeper/events": "https://api.doorkeeper.jp/groups/harbour-rb/events?expand%5B%5D=group",
    "doorkeeper/group": "https://api.doorkeeper.jp/groups/harbour-rb",
    "eventbrite/organizer_events": "https://www.eventbriteapi.com/v3/organizers/48062165483/events/?expand=venue",
    "gancio/events": "https://gancio.example.org/api/events",
    "google/calendar": "https://calendar.google.com/calendar/ical/jobs%40group.calendar.google.com/public/basic.ics",
    "growthzone/events": "https://business.harbourchamber.example.org/api/events",
    "indico/category": "https://indico.example.org/export/categ/72.json?from=today",
    "libcal/calendar": "https://library.libcal.com/ical_subscribe.php?src=p&cid=8433",
    "libcal/page": "https://harbour.libcal.com/calendars",
    "linked_events/events": "https://api.hel.fi/linkedevents/v1/event/?start=today&page_size=100",
    "localist/departments": "https://calendar.example.edu/api/2/departments?pp=100",
    "localist/events": "https://calendar.example.edu/api/2/events?days=365&pp=100",
    "mobilize/events": "https://api.mobilize.us/v1/events?zipcode=02118&timeslot_start=gte_now",
    "mobilizon/events": "https://mobilizon.example.org/api?search=events&location=u05k&radius=50",
    "mobilizon/groups": "https://mobilizon.example.org/api?search=groups&location=u05k&radius=50",
    "ocg/events": "https://ocgroups.dev/explore/events/search?community[0]=cncf&limit=100",
    "ocg/groups": "https://ocgroups.dev/explore/groups/search?bbox_sw_lat=42&bbox_sw_lon=-72&limit=100",
    "open_event_database/features": "https://api.openeventdatabase.org/event?when=NEXT30DAYS&bbox=2,48,3,49",
    "openagenda/events": "https://api.openagenda.com/v2/agendas/5/events?size=300",
    "pretix/pretalx_events": "https://pretalx.com/api/events/",
    "pretix/pretix_events": "https://pretix.eu/api/v1/organizers/hafen/events/",
    "python_org/conferences": (
        "https://calendar.google.com/calendar/ical/j7gov1cmnqr9tvg14k621j7t5c%40group.calendar.google.com/public/basic.ics"
    ),
    "space_api/space": "https://harbourmakers.example.org/spaceapi.json",
    "squarespace/collection": "https://hall.example.org/events?format=json",
    "teamup/calendar": "https://ics.teamup.com/feed/ks0harbour0centre/0.ics",
    "ticketmaster/events": "https://app.ticketmaster.com/discovery/v2/events.json?city=Boston&size=200",
    "tockify/calendar": "https://tockify.com/api/feeds/ics/makers",
    "tribe/events": "https://chamber.example.org/wp-json/tribe/events/v1/events?per_page=50",
    "tribe/organizers": "https://chamber.example.org/wp-json/tribe/events/v1/organizers",
    "trumba/calendar": "https://www.trumba.com/calendars/city-events.ics",
    "wix/page": "https://hub.example.org/events",
    "page/jsonld": "https://chamber.example.org/events/",
    "page/plain_list": "https://space.example.org/events.json",
}
# A JSON file is a payload only where its name says so; the others are expectations.
CASES = sorted(
    path
    for platform in OURS
    if (FIXTURES / platform).is_dir()
    for path in (FIXTURES / platform).iterdir()
    if path.suffix != ".json" or path.name.endswith(".payload.json")
)


def reading_of(path: Path) -> dict[str, Any]:
    case = f"{path.parent.name}/{path.name.partition('.')[0]}"
    payload = Payload(ADDRESSES.get(case, path.name), path.read_bytes())
    platform = registry.platform(path.parent.name)
    assert platform is not None
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    reading = platform.read(payload, ReadContext(case, now, timezone="America/New_York"))
    return {
        "format": reading.format,
        "complete": reading.complete,
        "items_seen": reading.items_seen,
        "events": [to_json(event) for event in reading.events],
        "groups": [to_json(group) for group in reading.groups],
        "next": list(reading.next),
        "warnings": [asdict(warning) for warning in reading.warnings],
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_fixture_reads_as_its_golden_file_says(path: Path) -> None:
    expected = path.with_name(path.name.partition(".")[0] + ".json")
    found = reading_of(path)
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))
    for record in (*found["events"], *found["groups"]):
        assert to_json(from_json(record)) == record


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_fixture_is_recognised_as_its_platforms_and_names_no_person(path: Path) -> None:
    case = f"{path.parent.name}/{path.name.partition('.')[0]}"
    payload = Payload(ADDRESSES.get(case, path.name), path.read_bytes())
    platform = registry.platform_of(payload)
    assert platform is not None
    if case != "meetup/group_not_found":
        assert platform.name == path.parent.name
    assert "Person" not in json.dumps(reading_of(path))


@pytest.mark.parametrize("name", OURS)
def test_a_platform_declares_itself_and_has_a_fixture(name: str) -> None:
    platform = registry.platform(name)
    assert platform is not None
    assert platform.label
    assert re.fullmatch(r"[a-z][a-z0-9_]*", platform.name)
    assert platform.terms_url is None or platform.terms_url.startswith("https://")
    assert any(path.parent.name == name for path in CASES)
    assert platform.access("ftp://example.org/x") is None
    assert platform.access("https://[broken") is None
    assert platform.access("") is None


def test_every_platform_answers_any_address_with_an_access_class_or_nothing() -> None:
    for platform in registry.platforms():
        for url in (
            "https://www.meetup.com/x/",
            "https://example.org/a.ics",
            "x",
            "http://",
            "https://a:b/",
            "//x",
        ):
            assert platform.access(url) is None or isinstance(platform.access(url), Access)
            assert isinstance(platform.canonical(url), str)
