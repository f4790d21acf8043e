"""The operator's pages are closed without a session, and a session is only as good as its key."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from app.auth.repository.keys import add_key, revoke
from app.main import create_app
from app.settings import Settings
from app.web.operator import router
from tests.app.web.operator_browser import KEY, OperatorBrowser, done


@pytest.fixture
def operator(database, now):
    """A browser that is not logged in."""
    return OperatorBrowser(database, now)


def routes() -> list[tuple[str, str]]:
    """(method, path) of every page and form."""
    found = []
    for route in router.routes:
        for inner in getattr(getattr(route, "original_router", None), "routes", [route]):
            if isinstance(inner, APIRoute):
                found += [(method, inner.path) for method in inner.methods]
    return found


def test_without_a_session_nothing_but_the_log_in_answers(operator):
    tried = 0
    for method, path in routes():
        if path == "/operator/login":
            continue
        answer = operator.client.request(method, path.replace("{", "").replace("}", ""))
        assert (answer.status_code, answer.headers["location"]) == (303, "/operator/login"), (method, path)
        assert answer.content == b""
        tried += 1
    assert tried >= 10
    assert operator.client.get("/operator/nothing").status_code == 404


def test_a_key_in_a_header_opens_no_page(operator):
    assert operator.client.get("/operator", headers={"X-API-Key": KEY}).status_code == 303


def test_logging_in_and_out(operator):
    done(operator.log_in(), "/operator")
    page = operator.get("/operator")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "etag" not in page.headers
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
    token = operator.client.cookies["nextcircle_operator"]
    done(operator.post("/operator/logout"), "/operator/login")
    operator.client.cookies.set("nextcircle_operator", token)
    assert operator.get("/operator").status_code == 303
    assert operator.audit() == [
        ("admin key", "operator.log-in", "operator"),
        ("admin key", "operator.log-out", "operator"),
    ]


@pytest.mark.parametrize(
    ("public_url", "name", "is_secure"),
    [
        ("", "nextcircle_operator", False),
        ("https://nextcircle.test", "__Host-nextcircle_operator", True),
    ],
)
def test_the_cookie_is_of_this_site_alone(database, now, public_url, name, is_secure):
    cookie = OperatorBrowser(database, now, public_url=public_url).log_in().headers["set-cookie"]
    assert cookie.startswith(f"{name}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age=43200" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert ("Secure" in cookie) is is_secure


def test_of_a_session_the_database_has_nothing_that_opens_one(operator, database):
    operator.log_in()
    with database.read() as connection:
        stored = str(connection.execute(text("SELECT * FROM operator_session")).all())
    assert operator.client.cookies["nextcircle_operator"] not in stored
    assert KEY not in stored


def test_a_session_ends_after_twelve_hours(operator):
    operator.log_in()
    operator.wait(hours=11.9)
    assert operator.get("/operator").status_code == 200
    operator.wait(hours=0.2)
    assert operator.get("/operator").status_code == 303


def test_a_key_of_the_database_opens_it_and_a_revoked_one_ends_the_session(operator, database, now):
    identity, key = add_key(database, "Ada's laptop", frozenset({"admin"}), None, now)
    done(operator.log_in(key), "/operator")
    assert "Ada&#39;s laptop" in operator.get("/operator").text
    assert revoke(database, identity, now)
    assert operator.get("/operator").status_code == 303


def test_another_admin_key_in_the_settings_ends_the_sessions_of_the_old_one(operator, database, now):
    operator.log_in()
    other = OperatorBrowser(database, now, admin_key="another key of whoever runs this")
    other.client.cookies = operator.client.cookies
    assert other.get("/operator").status_code == 303
    none = OperatorBrowser(database, now, admin_key="")
    none.client.cookies = operator.client.cookies
    assert none.get("/operator").status_code == 303


@pytest.mark.parametrize("key", ["", "wrong", "nck_" + "x" * 43, "ключ", "\x00", "x" * 5_000])
def test_a_wrong_key_opens_nothing(operator, key):
    answer = operator.log_in(key)
    assert answer.status_code == 403
    assert "not valid here" in answer.text
    assert "nextcircle_operator" not in operator.client.cookies


def test_a_key_without_the_scope_opens_nothing(operator, database, now):
    key = add_key(database, "a program", frozenset({"read", "write"}), None, now)[1]
    assert operator.log_in(key).status_code == 403


def test_an_installation_without_an_admin_key_opens_to_no_empty_one(database, now):
    assert OperatorBrowser(database, now, admin_key="").log_in("").status_code == 403


def test_attempts_are_limited_and_right_ones_are_not_counted(operator):
    for _ in range(12):
        assert operator.log_in().status_code == 303
        operator.post("/operator/logout")
    for _ in range(10):
        assert operator.log_in("wrong").status_code == 403
    refused = operator.log_in()
    assert refused.status_code == 429
    assert "Too many attempts" in refused.text


@pytest.mark.parametrize("token", ["", "x", "é"])
def test_a_form_of_another_site_does_nothing(operator, token):
    operator.log_in()
    answer = operator.post("/operator/sources/add", url="https://example.org/a.ics", form_token=token)
    assert answer.status_code == 403
    assert [action for _, action, _ in operator.audit()] == ["operator.log-in"]


def test_a_form_of_another_session_does_nothing(operator, database, now):
    operator.log_in()
    other = OperatorBrowser(database, now)
    other.log_in()
    answer = operator.post("/operator/sources/resume-all", form_token=other.token)
    assert answer.status_code == 403


def test_a_form_that_a_browser_says_comes_from_elsewhere_does_nothing(operator):
    operator.log_in()
    for site in ("cross-site", "same-site"):
        answer = operator.client.post(
            "/operator/logout", data={"form_token": operator.token}, headers={"Sec-Fetch-Site": site}
        )
        assert answer.status_code == 403
    assert operator.get("/operator").status_code == 200


def test_nobody_can_be_logged_in_by_another_site(operator):
    assert operator.client.post("/operator/login", data={"key": KEY}).status_code == 403
    operator.get("/operator/login")
    assert operator.post("/operator/login", key=KEY, form_token="made up").status_code == 403


def test_every_form_has_the_token(operator):
    operator.log_in()
    for method, path in routes():
        if method == "GET" and "{" not in path and path != "/operator/login":
            page = operator.get(path).text
            assert page.count('<form class="one') + page.count('method="post"') > 0
            assert page.count('method="post"') == page.count('name="form_token"'), path


@pytest.mark.parametrize(
    ("language", "word"),
    [("de", "Heute"), ("fr", "Aujourd’hui"), ("es", "Hoy"), ("en", "Today")],
)
def test_the_pages_speak_the_language_of_the_browser(operator, language, word):
    operator.log_in()
    page = operator.client.get("/operator", headers={"Accept-Language": language})
    assert f"<h1>{word}</h1>" in page.text
    assert f'lang="{language}"' in page.text


def test_the_pages_are_not_part_of_the_api(database):
    paths = create_app(Settings(), database).openapi()["paths"]
    assert not any(path.startswith("/operator") for path in paths)
