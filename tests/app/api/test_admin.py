"""The operator's API: closed without a key, audited, and its word outlives every fetch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.auth.repository.keys import add_key
from app.core.clock import utc_now
from app.ingest.pipeline import ingest
from app.ingest.store.reprocess import reclassify, rematch
from app.main import create_app
from app.settings import read_settings
from app.sources.repository.leases import claim_due
from app.sources.repository.sources import add
from tests.app.conftest import a_group, an_event

KEY = "the key of an operator"


@pytest.fixture
def admin(database):
    """The API, asked with the operator's key."""
    app = create_app(read_settings(public_url="https://nextcircle.test", admin_key=KEY), database)
    with TestClient(app, raise_server_exceptions=False, headers={"X-API-Key": KEY}) as opened:
        yield opened


def events(client, **asked) -> list[dict]:
    return client.get("/v1/events", params=asked).json()["items"]


def groups(client) -> list[dict]:
    return client.get("/v1/groups", params={"activity": "any"}).json()["items"]


def audit(client) -> list[tuple[str, str, str]]:
    items = client.get("/v1/admin/audit").json()["items"]
    return [(each["actor"], each["action"], each["target"]) for each in items]


def done(response, status: int = 200) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["cache-control"] == "private, no-store"
    assert "access-control-allow-origin" not in response.headers
    return response.json()


def test_every_route_wants_a_key_with_the_scope(admin, database, now):
    paths = admin.get("/openapi.json").json()["paths"]
    read = add_key(database, "reader", frozenset({"read", "write"}), None, now)[1]
    tried = 0
    for path, operations in paths.items():
        if not path.startswith("/v1/admin"):
            continue
        for method in operations:
            address = path.replace("{slug}", "x").replace("{thing_id}", "0" * 13)
            address = address.replace("{suggestion_id}", "0" * 13).replace("{take_down_id}", "0" * 13)
            without = admin.request(method, address, headers={"X-API-Key": ""}, json={})
            assert without.status_code == 401, (method, path)
            wrong = admin.request(method, address, headers={"X-API-Key": read}, json={})
            assert wrong.status_code == 403, (method, path)
            tried += 1
    assert tried > 20
    with TestClient(create_app(read_settings(), database)) as keyless:
        assert keyless.get("/v1/admin/audit").status_code == 401


def test_an_admin_key_of_the_database_opens_it_and_the_audit_says_whose(admin, database, now):
    key = add_key(database, "Ada's laptop", frozenset({"admin"}), None, now)[1]
    body = {"url": "https://example.org/a.ics"}
    done(admin.post("/v1/admin/sources", json=body, headers={"X-API-Key": key}), 201)
    assert audit(admin)[0][0] == "Ada's laptop"


def test_a_source_is_added_paused_resumed_fetched_and_removed(admin, database, now):
    row = done(
        admin.post("/v1/admin/sources", json={"url": "https://example.org/a.ics", "near": "Boston, MA"}), 201
    )
    slug = row["slug"]
    assert (row["platform"], row["city"], row["origin"]) == ("ical", "Boston", "operator")
    assert admin.post("/v1/admin/sources", json={"url": "https://example.org/a.ics"}).status_code == 409
    wrong = admin.post("/v1/admin/sources", json={"url": "https://example.org/b.ics", "near": "Xqzzyville"})
    assert wrong.json()["errors"][0]["parameter"] == "near"

    def state() -> tuple[str, str | None]:
        rows = done(admin.get("/v1/admin/sources"))["items"]
        return next((each["state"], each["reason"]) for each in rows if each["slug"] == slug)

    done(admin.post(f"/v1/admin/sources/{slug}/pause", json={"reason": "they asked"}))
    assert state() == ("paused", "they asked")
    done(admin.post(f"/v1/admin/sources/{slug}/resume"))
    assert state() == ("on", None)
    assert admin.post(f"/v1/admin/sources/{slug}/resume").status_code == 409
    with database.write() as connection:
        later = int((utc_now() + timedelta(days=6)).timestamp())
        connection.execute(text("UPDATE source SET next_fetch_at = :later"), {"later": later})
    assert claim_due(database, "worker", utc_now(), 5, pages=False) == []
    done(admin.post(f"/v1/admin/sources/{slug}/fetch"), 202)
    assert [each.slug for each in claim_due(database, "worker", utc_now(), 5, pages=False)] == [slug]
    done(admin.delete(f"/v1/admin/sources/{slug}"))
    assert state() == ("off", "removed by the operator")
    assert admin.delete("/v1/admin/sources/nobody").status_code == 404
    assert [action for _, action, _ in audit(admin)] == [
        "source.remove", "source.fetch", "source.resume", "source.pause", "source.add",
    ]  # fmt: skip


def test_rules_of_a_source_reach_what_is_stored(admin, source, database, put):
    put("Evening", description="Long words " * 40)
    slug = done(admin.get("/v1/admin/sources"))["items"][0]["slug"]
    answer = done(admin.patch(f"/v1/admin/sources/{slug}/rules", json={"republish_description": 20}))
    assert answer["changed"] >= 1
    assert len(events(admin)[0]["description"]) <= 20
    assert (
        admin.patch(f"/v1/admin/sources/{slug}/rules", json={"republish_description": "9"}).status_code == 422
    )


def test_a_removed_source_has_no_rules_to_set(admin, source, put):
    put("Evening")
    slug = done(admin.get("/v1/admin/sources"))["items"][0]["slug"]
    done(admin.delete(f"/v1/admin/sources/{slug}"))
    refused = admin.patch(f"/v1/admin/sources/{slug}/rules", json={"license": "MIT"})
    assert refused.status_code == 409
    assert refused.json()["detail"] == f"{slug} is off: removed by the operator"


def test_suggestions_and_take_downs_are_decided(admin, database):
    suggested = admin.post("/v1/suggestions", json={"url": "https://example.org/a.ics"}).json()["id"]
    other = admin.post("/v1/suggestions", json={"url": "https://example.org/b.ics"}).json()["id"]
    assert {each["id"] for each in done(admin.get("/v1/admin/suggestions"))["items"]} == {suggested, other}
    done(admin.post(f"/v1/admin/suggestions/{suggested}/accept"))
    done(admin.post(f"/v1/admin/suggestions/{other}/decline"))
    assert admin.post(f"/v1/admin/suggestions/{other}/accept").status_code == 409
    assert admin.post("/v1/admin/suggestions/0000000000000/accept").status_code == 404
    assert done(admin.get("/v1/admin/suggestions"))["items"] == []
    assert len(done(admin.get("/v1/admin/suggestions?state=all"))["items"]) == 2
    assert "https://example.org/a.ics" in str(done(admin.get("/v1/admin/sources")))
    asked = {"action": "remove", "target": "https://example.org/x", "contact": "a@b.example"}
    request = admin.post("/v1/take-downs", json=asked).json()["id"]
    assert done(admin.get("/v1/admin/take-downs"))["items"][0]["contact"] == "a@b.example"
    done(admin.post(f"/v1/admin/take-downs/{request}/done"))
    assert done(admin.get("/v1/admin/take-downs?state=all"))["items"][0]["contact"] == ""
    assert admin.post(f"/v1/admin/take-downs/{request}/done").status_code == 409
    assert admin.post("/v1/admin/take-downs/0000000000000/done").status_code == 404


def test_what_is_removed_stays_away(admin, put):
    event = put("Evening")
    assert done(admin.post("/v1/admin/remove", json={"target": event.url}))["events"] == 1
    put("Evening", url=event.url)
    assert events(admin) == []
    assert admin.post("/v1/admin/remove", json={"target": "nothing of ours"}).status_code == 422


def test_a_hidden_event_stays_hidden_over_later_fetches_until_it_is_shown(admin, put, database, here):
    put("Evening", uid="1", url="https://example.org/1")
    [event] = events(admin)
    done(admin.post(f"/v1/admin/events/{event['id']}/hide"))
    put("Evening, moved", uid="1", url="https://example.org/1")
    reclassify(database, here)
    rematch(database, here)
    assert events(admin) == []
    assert admin.get(f"/v1/events/{event['id']}").status_code == 410
    assert done(admin.get(f"/v1/admin/events/{event['id']}"))["hidden"] is True
    done(admin.post(f"/v1/admin/events/{event['id']}/unhide"))
    assert [each["name"] for each in events(admin)] == ["Evening, moved"]
    assert admin.post("/v1/admin/events/nobody/hide").status_code == 404


def test_a_hidden_group_takes_its_events_along_also_those_that_come_later(admin, put):
    put("One", group="Spam Club"), put("Two", group="Other Club")
    spam = next(each for each in groups(admin) if each["name"] == "Spam Club")
    done(admin.post(f"/v1/admin/groups/{spam['id']}/hide"))
    put("Three", days=5, group="Spam Club")
    assert [each["name"] for each in events(admin)] == ["Two"]
    assert [each["name"] for each in groups(admin)] == ["Other Club"]
    assert events(admin, field="software-engineering") == []
    done(admin.post(f"/v1/admin/groups/{spam['id']}/unhide"))
    assert {each["name"] for each in events(admin)} == {"One", "Two", "Three"}


def test_topics_are_what_the_operator_says_over_later_fetches(admin, put, database, here):
    put("Python night", uid="1", url="https://example.org/1", description="Programmers hack on software.")
    [event] = events(admin)
    assert event["id"] in {each["id"] for each in events(admin, field="software-engineering")}
    done(admin.put(f"/v1/admin/events/{event['id']}/topics", json={"field": ["nursing"]}))
    put(
        "Python night, new", uid="1", url="https://example.org/1", description="Programmers hack on software."
    )
    reclassify(database, here)
    assert [each["id"] for each in events(admin)[0]["fields"]] == ["nursing"]
    assert [each["id"] for each in events(admin, field="nursing")] == [event["id"]]
    assert events(admin, field="software-engineering") == []
    done(admin.put(f"/v1/admin/events/{event['id']}/topics", json={}))
    assert "software-engineering" in {each["id"] for each in events(admin)[0]["fields"]}
    wrong = admin.put(f"/v1/admin/events/{event['id']}/topics", json={"field": ["no-such"]})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["parameter"] == "field"


def test_the_topics_of_a_group_are_what_the_operator_says(admin, put):
    put("One", group="Boston Python")
    [group] = groups(admin)
    done(admin.put(f"/v1/admin/groups/{group['id']}/topics", json={"interest": ["board-games"], "field": []}))
    put("Two", days=4, group="Boston Python")
    [group] = groups(admin)
    assert [each["id"] for each in group["interests"]] == ["board-games"]
    assert group["fields"] == []


def test_events_are_merged_and_parted_for_good(admin, put, database, here):
    put("Chess in the park", uid="a", url="https://example.org/a", days=3)
    put("Schach", uid="b", url="https://example.org/b", days=3)
    one, other = sorted(each["id"] for each in events(admin))
    survivor = done(admin.post(f"/v1/admin/events/{other}/merge", json={"ids": [one]}))["id"]
    assert survivor == one
    assert len(events(admin)) == 1
    assert admin.get(f"/v1/events/{other}", follow_redirects=False).status_code == 308
    rematch(database, here)
    put("Schach!", uid="b", url="https://example.org/b", days=3)
    assert len(events(admin)) == 1
    assert admin.post(f"/v1/admin/events/{other}/merge", json={"ids": [one]}).status_code == 409
    listings = done(admin.get(f"/v1/admin/events/{one}"))["listings"]
    away = next(each["id"] for each in listings if each["name"] == "Schach!")
    ids = done(admin.post(f"/v1/admin/events/{one}/unmerge", json={"listings": [away]}))["ids"]
    assert ids[0] == one
    assert len(ids) == 2
    rematch(database, here)
    assert sorted(each["name"] for each in events(admin)) == ["Chess in the park", "Schach!"]
    wrong = admin.post(f"/v1/admin/events/{one}/unmerge", json={"listings": [away]})
    assert wrong.status_code == 409


def test_what_matching_joined_is_parted_and_stays_so(admin, put, database, source, here):
    event = put("Python project night", url="https://example.org/a", uid="a")
    twin = an_event(
        platform="luma", uid="b", url="https://example.org/b", name=event.name, start_date=event.start_date,
        end_date=event.end_date, location=event.location, organizer=None,
    )  # fmt: skip
    ref = source("luma", "another")
    ingest(database, [(ref, twin)], here)
    [joined] = events(admin)
    listings = done(admin.get(f"/v1/admin/events/{joined['id']}"))["listings"]
    assert {each["source"] for each in listings} == {"city", "another"}
    away = next(each["id"] for each in listings if each["source"] == "another")
    done(admin.post(f"/v1/admin/events/{joined['id']}/unmerge", json={"listings": [away]}))
    rematch(database, here)
    put("Python project night", url="https://example.org/a", uid="a", description="New words.")
    assert len(events(admin)) == 2


def test_groups_are_merged_and_parted_with_their_events(admin, put, database, here):
    put("One", group="Chess Friends", days=2), put("Two", group="Schachfreunde", days=3)
    one, other = sorted(each["id"] for each in groups(admin))
    assert done(admin.post(f"/v1/admin/groups/{one}/merge", json={"ids": [other]}))["id"] == one
    assert len(groups(admin)) == 1
    assert {each["group"]["id"] for each in events(admin)} == {one}
    assert admin.get(f"/v1/groups/{other}", follow_redirects=False).status_code == 308
    put("Three", group="Schachfreunde", days=4)
    rematch(database, here)
    assert len(groups(admin)) == 1
    listings = done(admin.get(f"/v1/admin/groups/{one}"))["listings"]
    away = next(each["id"] for each in listings if each["name"] == "Schachfreunde")
    ids = done(admin.post(f"/v1/admin/groups/{one}/unmerge", json={"listings": [away]}))["ids"]
    assert ids == [one, other]
    put("Four", group="Schachfreunde", days=5)
    rematch(database, here)
    assert {each["name"]: each["id"] for each in groups(admin)} == {
        "Chess Friends": one,
        "Schachfreunde": other,
    }
    of = {each["name"]: each["group"]["name"] for each in events(admin)}
    assert of == {
        "One": "Chess Friends",
        "Two": "Schachfreunde",
        "Three": "Schachfreunde",
        "Four": "Schachfreunde",
    }


def test_what_was_said_of_a_merged_event_holds_for_the_one_that_is_left(admin, put, database, source, here):
    put("One", uid="a", url="https://example.org/a"), put("Two", uid="b", url="https://example.org/b")
    one, other = sorted(each["id"] for each in events(admin))
    done(admin.put(f"/v1/admin/events/{other}/topics", json={"field": ["nursing"]}))
    done(admin.post(f"/v1/admin/events/{one}/merge", json={"ids": [other]}))
    assert [each["id"] for each in events(admin)[0]["fields"]] == ["nursing"]


def test_what_fails_is_not_audited_and_what_is_done_is(admin, put):
    put("One")
    [event] = events(admin)
    assert admin.post(f"/v1/admin/events/{event['id']}/merge", json={"ids": ["0" * 13]}).status_code == 404
    assert audit(admin) == []
    done(admin.post(f"/v1/admin/events/{event['id']}/hide"))
    assert audit(admin) == [("admin key", "events.hide", event["id"])]


def test_the_audit_is_read_page_by_page(admin, put):
    put("One")
    [event] = events(admin)
    for _ in range(3):
        done(admin.post(f"/v1/admin/events/{event['id']}/hide"))
    first = done(admin.get("/v1/admin/audit?limit=2"))
    rest = done(admin.get(f"/v1/admin/audit?limit=2&before={first['next']}"))
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


def test_a_group_stored_by_itself_is_hidden_too(admin, database, source, here):
    ref = source("meetup", "city")
    ingest(database, [(ref, a_group())], here)
    [group] = groups(admin)
    done(admin.post(f"/v1/admin/groups/{group['id']}/hide"))
    ingest(database, [(ref, a_group(description="New words."))], here)
    assert groups(admin) == []


def test_adding_a_source_twice_at_once_adds_one(database, now):
    from app.sources.add import source_of

    line = source_of("https://example.org/a.ics")
    assert len(add(database, [line, line], "operator", now)) == 1


def test_mails_that_came_back_end_a_digest_and_the_state_tells(admin, database, now):
    from app.digest.repository import subscriptions
    from app.digest.schemas import Wish

    wish = Wish(near="Boston, MA")
    for email in ("ada@example.org", "eve@example.org"):
        assert subscriptions.add_confirmed(database, email, wish, {"at": "2026-11-01"}, now) is not None
    state = done(admin.get("/v1/admin/digest"))
    assert state["useful"] == {"yes": 0, "no": 0}
    assert (state["mail"], len(state["missing"])) == ("nowhere", 3)
    assert state["is_home"] is True
    assert state["subscriptions"] == {"active": 2}
    report = {"kind": "complaint", "email": "ADA@example.org"}
    assert done(admin.post("/v1/admin/digest/bounces", json=report)) == {"found": 1, "ended": 1}
    assert done(admin.post("/v1/admin/digest/bounces", json={"kind": "hard", "message_id": "<x@y>"})) == {
        "found": 0,
        "ended": 0,
    }
    assert done(admin.get("/v1/admin/digest"))["subscriptions"] == {"active": 1, "complained": 1}
    assert ("digest.bounce", "complaint") in [entry[1:] for entry in audit(admin)]


def test_all_sources_are_paused_and_resumed_at_once(admin, source):
    source("ical", "one")
    source("ical", "two")
    paused = done(admin.post("/v1/admin/pause-sources", json={"reason": "moving house"}))
    assert paused == {"changed": 2}
    assert {each["state"] for each in admin.get("/v1/admin/sources").json()["items"]} == {"paused"}
    assert done(admin.post("/v1/admin/resume-sources")) == {"changed": 2}
    assert [action for _, action, _ in audit(admin)] == ["source.resume-all", "source.pause-all"]


def test_keys_are_made_listed_and_revoked(admin):
    made = done(admin.post("/v1/admin/keys", json={"name": "a program", "scopes": ["read", "admin"]}), 201)
    other = {"X-API-Key": made["key"]}
    listed = done(admin.get("/v1/admin/keys", headers=other))["items"]
    assert [(each["name"], each["scopes"]) for each in listed] == [("a program", ["read", "admin"])]
    assert made["key"] not in str(listed)
    assert done(admin.delete(f"/v1/admin/keys/{made['id']}"))["done"] == "revoked"
    assert admin.delete(f"/v1/admin/keys/{made['id']}").status_code == 404
    for wrong in ({"scopes": []}, {"scopes": ["root"]}, {"scopes": ["read"], "per_minute": 0}, {"name": " "}):
        body = {"name": "x", "scopes": ["read"], **wrong}
        assert admin.post("/v1/admin/keys", json=body).status_code == 422
    assert [action for _, action, _ in audit(admin)] == ["key.revoke", "key.add"]


def test_a_limit_may_be_written_as_json_writes_numbers(admin):
    body = {"name": "slow", "scopes": ["read"], "per_minute": 60.0}
    done(admin.post("/v1/admin/keys", json=body), 201)
    assert admin.get("/v1/admin/keys").json()["items"][0]["per_minute"] == 60
    assert admin.post("/v1/admin/keys", json={**body, "per_minute": 60.5}).status_code == 422


def test_a_decision_is_confirmed_or_undone(admin, put):
    put("Evening")
    identity = events(admin)[0]["id"]
    done(admin.post(f"/v1/admin/events/{identity}/hide"))
    assert events(admin) == []
    entry = admin.get("/v1/admin/audit").json()["items"][0]["id"]
    assert done(admin.post(f"/v1/admin/audit/{entry}/undo"))["done"] == "undone"
    assert [each["id"] for each in events(admin)] == [identity]
    done(admin.post(f"/v1/admin/events/{identity}/confirm"))
    newest = admin.get("/v1/admin/audit").json()["items"][0]["id"]
    assert admin.post(f"/v1/admin/audit/{newest}/undo").status_code == 404
    for unknown in (999_999, 2**63 - 1):
        assert admin.post(f"/v1/admin/audit/{unknown}/undo").status_code == 404
