"""The pages as a browser without JavaScript gets them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape, unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.core.clock import utc_now
from app.core.ids import internal, public
from app.db import Database
from app.ingest.bulk import load
from app.ingest.pipeline import ingest
from app.listings.items import SourceRef
from app.main import create_app
from app.places.gazetteer import locate
from app.settings import Settings
from app.sources.coverage import add_catalogue
from tests.app.conftest import an_event

BOSTON = "/search?near=Boston,+MA"


def _visible(page: str) -> str:
    """The page's text as it is read."""
    body = re.sub(r"<datalist.*?</datalist>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def _first(page: str, kind: str) -> str:
    found = re.search(rf'href="/{kind}/([0-9a-z]+)"', page)
    assert found is not None
    return found[1]


def _load(database: Database, tmp_path: Path, now: datetime, **event: object) -> None:
    file = tmp_path / "real.jsonl"
    base = {
        "type": "event",
        "platform": "ical",
        "source": "A real calendar",
        "uid": "1",
        "name": "A real evening",
        "start_date": "2026-12-01T18:30:00-05:00",
        "location": {"city": "Boston", "region": "Massachusetts", "country": "US"},
    }
    file.write_text(json.dumps(base | event) + "\n")
    load(database, [file], now, lambda _: None)


@pytest.mark.parametrize("path", ["/", "/search", BOSTON, "/sources", "/bot"])
def test_pages_are_complete_with_an_empty_database(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")
    assert answer.text.rstrip().endswith("</html>")
    assert "sample" not in _visible(answer.text)


def test_the_first_page_says_what_is_on_and_that_it_is_a_sample(sampled: TestClient) -> None:
    said = _visible(sampled.get("/").text)
    assert "These are sample listings." in said
    assert "Groups around Boston" in said
    assert "HTML5 Game Development" in said
    assert "Coming up" in said


def test_the_form_works_without_any_script_and_offers_words(sampled: TestClient) -> None:
    page = sampled.get("/").text
    assert "<script" not in page
    assert 'action="/search" method="post"' in page
    assert '<option value="Software engineering"></option>' in page
    assert 'value="Boston, Massachusetts"' in page


def test_sensitive_interests_are_not_offered(browser: TestClient) -> None:
    offered = browser.get("/").text
    assert '<option value="Board games"></option>' in offered
    assert "Christian fellowship" not in offered


def test_a_search_can_be_taken_along_as_a_calendar_and_as_feeds(sampled: TestClient) -> None:
    text = sampled.get("/search?near=Boston,+MA&when=next30days").text
    query = "near=Boston%2C+MA&amp;radius_km=25&amp;from=next30days&amp;to=next30days"
    assert f"webcal://127.0.0.1:8000/v1/events.ics?{query}" in text
    for ending in ("ics", "rss", "atom", "json-feed", "csv", "geojson"):
        assert f'href="http://127.0.0.1:8000/v1/events.{ending}?{query}"' in text
    assert (
        sampled.get("/v1/events.rss?near=Boston%2C+MA&radius_km=25&from=next30days&to=next30days").status_code
        == 200
    )
    assert "noindex" not in text


def test_a_search_for_a_sensitive_interest_offers_no_link_and_is_not_indexed(sampled: TestClient) -> None:
    text = sampled.get("/search?near=Boston,+MA&interest=Buddhism").text
    assert '<meta name="robots" content="noindex">' in text
    assert "/v1/events" not in text
    assert "webcal" not in text


def test_an_event_and_a_group_can_be_put_into_a_calendar(sampled: TestClient) -> None:
    event = next(each for each in sampled.get("/v1/events").json()["items"] if each["group"])
    assert f"/v1/events/{event['id']}.ics" in sampled.get(f"/events/{event['id']}").text
    group = event["group"]["id"]
    assert f"webcal://127.0.0.1:8000/v1/groups/{group}/events.ics" in sampled.get(f"/groups/{group}").text


def test_a_search_shows_groups_first_with_distance_reason_time_and_source(sampled: TestClient) -> None:
    page = sampled.get(f"{BOSTON}&field=software+engineer&interest=games").text
    assert (
        page.index("<h2>Three to start with</h2>")
        < page.index("HTML5 Game Development")
        < page.index("<h2>Events</h2>")
    )
    said = _visible(page)
    assert "Matches: Software engineering" in said
    assert "Within 16 mi of Boston, Massachusetts, US" in said
    assert "6:30 PM–9:30 PM EST" in said
    assert re.search(r"\d\.\d mi", said)
    assert "From Meetup" in said


def test_a_sentence_is_read_shown_back_and_each_part_can_be_taken_away(sampled: TestClient) -> None:
    sentence = "software engineer in Boston who likes board games, weekday evenings"
    page = sampled.get("/search", params={"ask": sentence}).text
    assert f'value="{sentence}"' in page
    said = _visible(page)
    for part in ("Within 16 mi of Boston", "Software engineering", "Board games", "Weekdays", "Evenings"):
        assert part in said
    # What is asked for at some time has its events first.
    assert page.index("<h2>Events</h2>") < page.index("<h2>Three to start with</h2>")
    without = re.search(r'href="([^"]+)" aria-label="Search without: Evenings"', page)
    assert without is not None
    other = sampled.get(unescape(without[1])).text
    assert "Search without: Board games" in other
    assert "Search without: Evenings" not in other


def test_a_pick_says_why_what_to_do_first_and_when(sampled: TestClient) -> None:
    page = sampled.get(f"{BOSTON}&field=software+engineer").text
    picks = page[page.index("Three to start with") : page.index("<h2>Events</h2>")]
    assert picks.count('class="card pick"') == 3
    assert "About Software engineering, a field you aim for" in picks
    assert picks.count("First step:") == 3
    assert re.search(r'href="[^"]+/v1/events/\w+\.ics"', picks)


def test_a_field_and_an_interest_together_find_events_of_either(sampled: TestClient) -> None:
    page = sampled.get(f"{BOSTON}&field=accounting&interest=board+games").text
    assert "Open board game night" in page


def test_an_event_can_be_put_into_calendars_on_the_web(sampled: TestClient) -> None:
    identity = f"/events/{_first(sampled.get(BOSTON).text, 'events')}"
    page = sampled.get(identity).text
    assert re.search(
        r"https://calendar\.google\.com/calendar/render\?action=TEMPLATE&amp;text=[^\"]+&amp;dates=\d{8}T\d{6}Z%2F\d{8}T\d{6}Z",
        page,
    )
    assert "https://outlook.live.com/calendar/0/deeplink/compose?" in page


def test_distances_elsewhere_are_in_kilometres(sampled: TestClient) -> None:
    said = _visible(sampled.get("/search?near=Berlin,+DE").text)
    assert re.search(r"\d\.\d km", said)
    assert not re.search(r"\d\.\d mi", said)


def test_an_unknown_place_is_explained_and_nothing_else_breaks(sampled: TestClient) -> None:
    answer = sampled.get("/search?near=Qwxzzyq")
    assert answer.status_code == 422
    assert "We do not know a place called “Qwxzzyq”." in _visible(answer.text)
    assert 'value="Qwxzzyq"' in answer.text


def test_an_unknown_field_is_explained(sampled: TestClient) -> None:
    answer = sampled.get(f"{BOSTON}&field=qwxzzyq")
    assert answer.status_code == 422
    assert "We do not know the career field “qwxzzyq”." in _visible(answer.text)


def test_the_other_places_of_a_name_are_one_click_away(sampled: TestClient) -> None:
    page = sampled.get("/search?near=Cambridge").text
    assert "Not this one?" in page
    assert re.search(r'href="/search\?near=Cambridge%2C[^"]*"', page)


@pytest.mark.parametrize(
    "query", ["radius_km=0", "radius_km=x", "near=%00", "field=" + "x" * 300, "when=someday"]
)
def test_nonsense_in_the_address_is_a_page_with_a_sentence(browser: TestClient, query: str) -> None:
    answer = browser.get(f"/search?{query}")
    assert answer.status_code == 422
    assert "We need another word" in answer.text


def test_a_bad_cursor_leads_back_to_the_search(browser: TestClient) -> None:
    answer = browser.get(f"{BOSTON}&only=events&cursor=nonsense")
    assert answer.status_code == 422
    assert "Search again" in answer.text


def test_parameters_of_others_are_nobodys_fault(browser: TestClient) -> None:
    assert browser.get(f"{BOSTON}&utm_source=mail").status_code == 200


def test_where_nothing_fits_the_page_says_what_to_try(sampled: TestClient) -> None:
    page = sampled.get("/search?near=Bozeman,+MT&field=nursing").text
    assert "Nothing fits all of that yet" in page
    assert "Within 50 km" in page


def test_more_results_follow_on_further_pages(sampled: TestClient) -> None:
    page = sampled.get(f"{BOSTON}&radius_km=50").text
    more = re.search(r'rel="next" href="([^"]+only=events[^"]+)"', page)
    assert more is not None
    following = sampled.get(unescape(more[1]))
    assert following.status_code == 200
    assert not set(re.findall(r"/events/[0-9a-z]+", following.text)) & set(
        re.findall(r"/events/[0-9a-z]+", page)
    )


def test_an_event_has_a_page(sampled: TestClient) -> None:
    event = _first(sampled.get(f"{BOSTON}&field=software+engineering").text, "events")
    page = sampled.get(f"/events/{event}")
    assert page.status_code == 200
    assert "Where this comes from" in page.text
    assert 'rel="nofollow noopener ugc"' in page.text


def test_a_group_has_a_page_with_its_coming_events(sampled: TestClient) -> None:
    group = _first(sampled.get(f"{BOSTON}&field=nursing").text, "groups")
    said = _visible(sampled.get(f"/groups/{group}").text)
    assert "Bay State Nurses After Shift" in said
    assert "642 members" in said
    assert "From bedside to nurse practitioner" in said


def test_the_page_of_a_group_tells_whether_it_meets_more_or_less_often(
    browser: TestClient, database: Database, source: Callable[..., SourceRef]
) -> None:
    ref, now = source("meetup", "city"), utc_now()
    held = (-200, -170, -150, -130, -110, -30)
    events = [an_event(uid=str(each), start_date=now + timedelta(days=each), url=None) for each in held]
    ingest(database, [(ref, each) for each in events], now)
    with database.read() as connection:
        [group] = connection.execute(text("SELECT id FROM meetup_group")).scalars()
    assert "Meets less often lately" in _visible(browser.get(f"/groups/{public(group)}").text)


@pytest.mark.parametrize("path", ["/events/nonsense", "/groups/0000000000000", "/events/" + "z" * 500])
def test_an_unknown_address_is_a_page_not_json(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "There is nothing here" in answer.text


def test_what_was_removed_is_gone(sampled: TestClient, database: Database) -> None:
    event = _first(sampled.get(BOSTON).text, "events")
    with database.write() as connection:
        connection.execute(text("UPDATE event SET removed_at = 1 WHERE id = :id"), {"id": internal(event)})
    answer = sampled.get(f"/events/{event}")
    assert answer.status_code == 410
    assert "This is gone" in answer.text


@pytest.mark.parametrize(("kind", "table"), [("events", "event"), ("groups", "meetup_group")])
def test_what_was_merged_leads_to_the_survivor(
    sampled: TestClient, database: Database, kind: str, table: str
) -> None:
    merged = _first(sampled.get(BOSTON).text, kind)
    with database.write() as connection:
        connection.execute(
            text(f"UPDATE {table} SET merged_into = 12345 WHERE id = :id"), {"id": internal(merged)}
        )
    answer = sampled.get(f"/{kind}/{merged}")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"/{kind}/{public(12345)}"


def test_a_listing_cannot_bring_markup_into_a_page(
    browser: TestClient, database: Database, tmp_path: Path, now: datetime
) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    _load(
        database,
        tmp_path,
        now,
        name=f"Evil {attack}",
        description=f"{attack}\n\n[x](javascript:alert(1))",
        url='https://evil.example/"onmouseover="alert(1)',
        location={"name": attack, "city": "Boston", "country": "US"},
        organizer={"uid": "e", "name": attack, "url": "javascript:alert(1)"},
    )
    found = browser.get("/search").text
    event = _first(found, "events")
    for page in (found, browser.get("/").text, browser.get(f"/events/{event}").text):
        # What a page says to machines is data; it ends where we end it. The scripts of pages are files of ours.
        ours = re.sub(r'<script src="/static/[a-z]+\.js\?v=[0-9a-f]+" type="module"></script>', "", page)
        assert ours.count("<script") == ours.count('<script type="application/ld+json">{"@context"') == 1
        assert ours.count("</script>") == 1
        assert "<img" not in page
        assert 'href="javascript:' not in page
    assert escape(attack) in browser.get(f"/events/{event}").text


def test_a_question_cannot_bring_markup_into_a_page(browser: TestClient) -> None:
    page = browser.get('/search?near="><script>alert(1)</script>&field=<b>').text
    assert "<script>" not in page
    assert "<b>" not in page


def test_a_cancelled_event_says_so(
    browser: TestClient, database: Database, tmp_path: Path, now: datetime
) -> None:
    _load(database, tmp_path, now, event_status="EventCancelled")
    assert "Cancelled" in _visible(browser.get(BOSTON).text)


def test_real_listings_have_no_banner(
    sampled: TestClient, database: Database, tmp_path: Path, now: datetime
) -> None:
    _load(database, tmp_path, now)
    said = _visible(sampled.get("/").text)
    assert "A real evening" in said
    assert "sample" not in said.lower()


@pytest.mark.parametrize("path", ["/", "/search", "/sources", "/bot", "/events/nonsense"])
def test_pages_carry_the_headers_of_a_site_without_scripts(browser: TestClient, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-cache"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "style=" not in browser.get(path).text


def test_a_page_that_did_not_change_is_not_sent_again(sampled: TestClient) -> None:
    first = sampled.get("/")
    again = sampled.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_answer_head(browser: TestClient) -> None:
    answer = browser.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_stylesheet_is_ours_small_and_kept_by_browsers(browser: TestClient) -> None:
    address = re.search(r'href="(/static/style\.css\?v=[0-9a-f]+)"', browser.get("/").text)
    assert address is not None
    answer = browser.get(address[1])
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert len(answer.content) < 20_000
    assert "url(" not in answer.text
    assert "@import" not in answer.text


def test_static_serves_nothing_else(browser: TestClient) -> None:
    assert browser.get("/static/../pages.py").status_code == 404
    assert browser.get("/static/%2e%2e/pages.py").status_code == 404


def test_the_sources_say_what_is_off(sampled: TestClient) -> None:
    said = _visible(sampled.get("/sources").text)
    assert "Boston Volunteers (calendar)" in said
    assert "bundled sample listings, gone with the first real ones" in said


def test_the_crawler_says_who_it_is(browser: TestClient) -> None:
    page = browser.get("/bot").text
    assert "User-agent: NextCircle\nDisallow: /" in page


def test_robots_and_security_are_text(browser: TestClient) -> None:
    robots = browser.get("/robots.txt")
    assert robots.headers["content-type"].startswith("text/plain")
    assert "Disallow: /search" in robots.text
    security = browser.get("/.well-known/security.txt").text
    assert re.search(r"^Contact: https://", security, re.MULTILINE)
    assert re.search(r"^Expires: 2027-05-22T00:00:00Z$", security, re.MULTILINE)


def test_pages_are_no_part_of_the_api(browser: TestClient) -> None:
    paths = browser.get("/openapi.json").json()["paths"]
    assert not {"/", "/search", "/sources", "/bot", "/events/{event_id}"} & set(paths)


def test_a_database_that_is_away_is_a_page_that_says_when_to_come_back() -> None:
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    answer = TestClient(create_app(Settings(), nowhere)).get("/search")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "Back in a moment" in answer.text


def test_a_town_with_few_sources_is_told_so_with_how_to_add_one(browser: TestClient) -> None:
    assert "Few sources here yet" in _visible(browser.get(BOSTON).text)
    assert 'href="/sources#add"' in browser.get(BOSTON).text
    sources = browser.get("/sources").text
    assert "Few sources here yet: Boston, Massachusetts" in _visible(sources)
    assert 'id="add"' in sources
    assert "Few sources" not in _visible(browser.get("/search?near=Germany").text)


def test_a_town_with_the_sources_of_the_catalogue_is_not_called_short(
    browser: TestClient, database: Database, now: datetime
) -> None:
    place = locate("Boston, MA").place
    assert place is not None
    add_catalogue(database, [place], now)
    assert "Few sources" not in _visible(browser.get(BOSTON).text)
    sources = _visible(browser.get("/sources").text)
    assert "Few sources" not in sources
    assert "Pages that wait for a decision" in sources
    assert "https://www.meetup.com/terms/" in sources


def test_the_past_of_a_group_is_drawn_and_told_in_words(
    browser: TestClient, database: Database, tmp_path: Path, now: datetime
) -> None:
    group = {"uid": "g", "name": "An old circle", "url": "https://circle.example/"}
    _load(database, tmp_path, now, organizer=group, start_date="2026-10-07T18:00:00-04:00")
    found = re.search(r'href="/groups/([0-9a-z]+)"', browser.get("/search?near=Boston,+MA").text)
    assert found is not None
    page = browser.get(f"/groups/{found[1]}").text
    assert page.count("<rect") == 12
    assert "1 event known of the last twelve months" in page
    assert "October 2026: 1" in page
