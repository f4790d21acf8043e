"""What the operator's pages show, by API: coverage with its gaps, previews of sources, backups, findings, what is hidden."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.auth.repository.audit import entries
from app.core.ids import public
from app.ingest.takedowns.repository import remove_listing
from app.main import create_app
from app.settings import Settings
from app.sources.suggestions.repository import suggest
from tests.app.conftest import Page

KEY = "the key of an operator"
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\n"
    b"DTSTART:20991201T180000Z\r\nSUMMARY:Job club\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def admin(database, now, tmp_path, site):
    """The API, asked with the operator's key at the time of the test; it may read the test's own site."""
    settings = Settings(
        places="Boston, MA", admin_key=KEY, data_dir=tmp_path, fetch_allow_hosts=site.host, contact="ada@example.org"
    )  # fmt: skip
    app = create_app(settings, database, clock=lambda: now)
    with TestClient(app, raise_server_exceptions=False, headers={"X-API-Key": KEY}) as opened:
        yield opened


def asked(admin, path: str, **parameters) -> dict:
    answer = admin.get(f"/v1/admin/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.json()


def actions(database) -> list[str]:
    return [row["action"] for row in reversed(entries(database, 50))]


def test_coverage_counts_what_a_town_has_and_names_its_gaps_with_candidates(admin, database, put, now):
    put("Python night", description="For software developers and programmers")
    suggest(database, "https://example.org/nurses.ics", "nursing meetups", "Boston, MA", now)
    found = asked(admin, "coverage")
    assert found["place"] == "Boston, Massachusetts, US"
    assert found["covered"] == [found["place"]]
    fields = {each["id"]: each for each in found["fields"]}
    assert fields["software-engineering"]["events"] == 1
    assert "software-engineering" not in found["gaps"]
    assert fields["nursing"]["is_gap"]
    assert {each["origin"] for each in fields["nursing"]["candidates"]} == {"suggestion"}
    assert {each["origin"] for each in found["general"]} == {"catalogue", "suggestion"}


def test_coverage_is_that_of_the_town_that_is_asked_for(admin):
    assert asked(admin, "coverage", near="Berlin")["place"] == "Berlin, DE"
    assert admin.get("/v1/admin/coverage", params={"near": "Nowhere at all"}).status_code == 422
    assert admin.get("/v1/admin/coverage", params={"near": "online"}).status_code == 422


def test_a_source_is_previewed_before_it_is_added(admin, database, site):
    site.pages["/a.ics"] = Page(CALENDAR)
    body = {"url": site.url("/a.ics"), "near": "Boston, MA"}
    (found,) = admin.post("/v1/admin/preview-source", json=body).json()["items"]
    assert (found["event_count"], found["is_source"]) == (1, False)
    assert found["events"][0]["name"] == "Job club"
    assert admin.get("/v1/admin/sources").json()["items"] == []
    assert admin.post("/v1/admin/sources", json=body).status_code == 201
    (found,) = admin.post("/v1/admin/preview-source", json=body).json()["items"]
    assert found["is_source"]
    assert actions(database) == ["source.preview", "source.add", "source.preview"]


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "file:///etc/passwd", "nonsense", "http://[::1/"])
def test_what_must_not_be_asked_is_a_problem_in_the_answer(admin, url):
    answer = admin.post("/v1/admin/preview-source", json={"url": url})
    assert answer.status_code == 200
    assert answer.json()["items"] == []
    assert answer.json()["problem"]


def test_a_backup_is_made_and_seen(admin, database, tmp_path, now):
    assert asked(admin, "backup") == {"last": None, "restored_at": None, "is_home": True}
    made = admin.post("/v1/admin/backup")
    assert made.status_code == 201
    assert asked(admin, "backup") == made.json()
    last = made.json()["last"]
    assert (tmp_path / "backups" / last["name"]).stat().st_size == last["bytes"]
    assert admin.post("/v1/admin/backup").status_code == 409
    assert actions(database) == ["backup.make"]


def test_findings_are_those_of_doctor_without_secrets(admin):
    found = {each["name"]: each for each in asked(admin, "findings")["items"]}
    assert found["contact"]["state"] == "ok"
    assert found["admin key"]["state"] == "ok"
    assert KEY not in str(found)


def test_what_is_hidden_or_removed_is_listed_and_found_by_its_address(admin, database, put, now):
    event = put("Evening")
    with database.read() as connection:
        identity = public(connection.execute(text("SELECT id FROM event")).scalar_one())
    admin.post(f"/v1/admin/events/{identity}/hide")
    (hidden,) = asked(admin, "hidden")["hidden"]
    assert (hidden["things"], hidden["id"], hidden["name"]) == ("events", identity, "Evening")
    assert asked(admin, "find", target=event.url) == {"things": "events", "id": identity}
    remove_listing(database, str(event.url), now)
    assert asked(admin, "hidden")["removed"][0]["target"] == event.url
    assert admin.get("/v1/admin/find", params={"target": "nothing"}).status_code == 404
