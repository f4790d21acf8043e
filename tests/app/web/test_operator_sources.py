"""Sources by page: seen in words, added, previewed, paused, resumed, removed; and what a town lacks."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.ingest.pipeline import ingest
from app.sources.repository.sources import listing
from app.sources.suggestions.repository import suggest, suggestions
from tests.app.conftest import Page, a_group
from tests.app.web.operator_browser import OperatorBrowser, done

ADDRESS = "https://example.org/a.ics"


@pytest.fixture
def operator(database, now):
    """A browser that is logged in."""
    opened = OperatorBrowser(database, now)
    opened.log_in()
    return opened


def state(database) -> tuple[str, str | None]:
    row = listing(database, pages=True)[0]
    return row["state"], row["reason"]


def added(operator) -> str:
    answer = operator.post("/operator/sources/add", url=ADDRESS, near="Boston, MA", name="A library")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def test_a_source_is_added_paused_resumed_read_and_removed(operator, database):
    path = added(operator)
    page = operator.get(path + "?done=added")
    assert "The source was added" in page.text
    assert "A library" in page.text
    done(operator.post(path, do="pause", reason="they\nasked"), f"{path}?done=paused")
    assert state(database) == ("paused", "they asked")
    assert "Resume it once the reason is gone" in operator.get(path).text
    done(operator.post(path, do="resume"), f"{path}?done=resumed")
    done(operator.post(path, do="fetch"), f"{path}?done=due")
    done(operator.post(path, do="remove"), f"{path}?done=removed")
    assert state(database) == ("off", "removed by the operator")
    slug = path.rpartition("/")[2]
    assert operator.audit()[1:] == [
        ("admin key", "source.add", ADDRESS),
        ("admin key", "source.pause", slug),
        ("admin key", "source.resume", slug),
        ("admin key", "source.fetch", slug),
        ("admin key", "source.remove", slug),
    ]


def test_a_candidate_for_a_gap_is_previewed_and_added_and_the_town_shown_again(operator, database, site, now):
    site.pages["/a.ics"] = Page(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n")
    operator = OperatorBrowser(database, now, fetch_allow_hosts=site.host)
    operator.log_in()
    suggest(database, site.url("/a.ics"), "nursing", "Boston, MA", now)
    town = "Boston, Massachusetts, US"
    assert site.url("/a.ics") in operator.get("/operator/coverage").text
    fields = {"url": site.url("/a.ics"), "near": town, "name": "", "for_town": town}
    page = operator.post("/operator/sources/preview", **fields).text
    assert f"Coverage of {town}" in page
    assert f'name="for_town" value="{town}"' in page
    added = operator.post("/operator/sources/add", **fields)
    done(added, "/operator/coverage?near=Boston%2C%20Massachusetts%2C%20US&done=added")
    page = operator.get(added.headers["location"]).text
    assert "The source was added" in page
    assert site.url("/a.ics") not in page
    assert suggestions(database) == []
    hostile = operator.post("/operator/sources/add", url=ADDRESS, for_town="x&done=removed#<b>")
    assert hostile.headers["location"].endswith("?near=x%26done%3Dremoved%23%3Cb%3E&done=added")


def test_what_cannot_be_done_is_said(operator, database):
    path = added(operator)
    again = operator.post("/operator/sources/add", url=ADDRESS)
    assert again.status_code == 409
    assert "has this address already" in again.text
    wrong = operator.post("/operator/sources/add", url="javascript:alert(1)", near="Boston, MA")
    assert wrong.status_code == 422
    assert 'value="javascript:alert(1)"' in wrong.text
    assert (
        operator.post("/operator/sources/add", url="https://example.org/b.ics", near="Xqzzyville").status_code
        == 422
    )
    assert operator.post(path, do="resume").status_code == 409
    assert operator.post(path, do="explode").status_code == 422
    assert operator.post("/operator/sources/nobody", do="pause").status_code == 404
    assert operator.get("/operator/sources/nobody").status_code == 404
    assert len(listing(database, pages=True)) == 1


def test_all_are_paused_and_resumed_at_once(operator, database):
    added(operator)
    operator.post("/operator/sources/add", url="https://example.org/b.ics")
    done(operator.post("/operator/sources/pause-all"), "/operator/sources?done=all-paused")
    assert {row["state"] for row in listing(database, pages=True)} == {"paused"}
    done(operator.post("/operator/sources/resume-all"), "/operator/sources?done=all-resumed")
    assert {row["state"] for row in listing(database, pages=True)} == {"on"}
    assert [action for _, action, _ in operator.audit()][-2:] == ["source.pause-all", "source.resume-all"]


@pytest.mark.parametrize(
    ("outcome", "reason", "remedy"),
    [
        ("gone", "it is gone for good", "If the calendar has moved"),
        ("robots_denied", "its robots.txt keeps us out", "ask the site for a calendar"),
        ("timeout", "it took too long to answer", "it is tried again by itself"),
    ],
)
def test_a_failing_source_says_why_and_what_to_do(operator, database, outcome, reason, remedy):
    path = added(operator)
    with database.write() as connection:
        connection.execute(
            text("UPDATE source SET failures = 3, last_outcome = :outcome, last_ok_at = 1"),
            {"outcome": outcome},
        )
    for page in (operator.get("/operator/sources"), operator.get(path), operator.get("/operator")):
        assert reason in page.text
        assert remedy in page.text


def test_a_preview_shows_what_an_address_offers_and_stores_nothing(database, now, site):
    calendar = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\n"
        b"DTSTART:20261201T180000Z\r\nSUMMARY:Job club <script>alert(1)</script>\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    site.pages["/a.ics"] = Page(calendar)
    operator = OperatorBrowser(database, now, fetch_allow_hosts=site.host)
    operator.log_in()
    operator.get("/operator/sources")
    page = operator.post(
        "/operator/sources/preview", url=site.url("/a.ics"), near="Boston, MA", name="Library"
    )
    assert page.status_code == 200
    assert "1 events, 0 groups" in page.text
    assert "Job club" in page.text
    assert "<script>" not in page.text
    assert listing(database, pages=True) == []
    lost = operator.post("/operator/sources/preview", url=site.url("/lost"))
    assert lost.status_code == 200
    assert [action for _, action, _ in operator.audit()][1:] == ["source.preview"] * 2
    forbidden = operator.post("/operator/sources/preview", url="http://127.0.0.1:9/admin")
    assert "What was found" in forbidden.text


def test_coverage_names_the_gaps_and_what_could_fill_them(operator, database, source, here, now):
    operator.now = now
    ref = source("meetup", "groups")
    ingest(database, [(ref, a_group())], now)
    suggest(database, "https://accountants.example.org/events", "accounting evenings", "Boston, MA", now)
    page = operator.get("/operator/coverage").text
    assert "No group or event for Accounting" in page
    assert "within 25" in page
    assert "accountants.example.org" in page
    assert "Boston Public Library" in page
    assert "Coming events" in page
    other = operator.get("/operator/coverage?near=Suva")
    assert other.status_code == 200
    unknown = operator.get("/operator/coverage?near=Qwxzzyq")
    assert unknown.status_code == 422
    assert "We do not know this place" in unknown.text


def test_a_place_that_is_set_wrong_is_said(database, now):
    operator = OperatorBrowser(database, now, places="Qwxzzyq")
    operator.log_in()
    assert "unknown place" in operator.get("/operator").text
    assert operator.get("/operator/coverage").status_code == 422
