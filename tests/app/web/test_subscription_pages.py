"""The digest by page: subscribe, confirm, change, leave. Opening a link changes nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import feedparser
import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text

from app.db import Database
from app.digest.configuration import make_mailer
from app.digest.outbox import kept_mails
from app.main import create_app
from app.settings import Settings

ADA = {
    "email": "ada@example.org", "near": "Boston, MA", "fields": "software engineer, nurse", "interests": "board games",
    "radius_km": "25", "weekday": "tue", "time": "08:00", "every": "week", "language": "en", "units": "", "shown": "0",
}  # fmt: skip
SCANNERS = (
    "Mozilla/5.0",
    "Barracuda Sentinel",
    "Microsoft Office/16.0 (Microsoft Outlook)",
    "python-requests/2.31",
    "",
)


class Visitor:
    """Somebody with a browser and a mailbox, at a time that can be moved."""

    def __init__(self, database: Database, now: datetime, **settings: Any) -> None:
        self.database = database
        self.now = now
        self.settings = Settings(**settings)
        app = create_app(self.settings, database, clock=lambda: self.now)
        self.browser = TestClient(
            app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000), follow_redirects=False, raise_server_exceptions=False
        )  # fmt: skip

    def post_round(self) -> dict[str, int]:
        mailer = make_mailer(self.settings, self.database, "worker", lambda: self.now)
        return asyncio.run(mailer.tick()).as_dict()

    def newest_mail(self) -> str:
        return kept_mails(self.settings.outbox_folder)[0].text

    def link(self, part: str) -> str:
        """The path of the link in the newest mail that holds a part."""
        found = re.search(rf"http://127\.0\.0\.1:8000(/s/{part}/\S+)", self.newest_mail())
        assert found is not None, self.newest_mail()
        return found[1]

    def subscribe(self, **values: str) -> None:
        answer = self.browser.post("/subscribe", data={**ADA, **values})
        assert answer.status_code == 200
        self.post_round()

    def confirmed(self, **values: str) -> None:
        self.subscribe(**values)
        assert self.browser.post(self.link("confirm")).status_code == 200

    def with_digest(self, **values: str) -> None:
        self.confirmed(**values)
        self.now += timedelta(days=1, hours=1, minutes=5)
        assert self.post_round()["sent"] == 1

    def rows(self) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(text("SELECT * FROM subscription")))

    def states(self) -> list[str]:
        with self.database.read() as connection:
            return [
                str(row[0]) for row in connection.execute(text("SELECT state FROM subscription ORDER BY id"))
            ]


@pytest.fixture
def newcomer(database: Database, now: datetime) -> Iterator[Visitor]:
    """Where nothing is listed yet."""
    found = Visitor(database, now)
    with found.browser:
        yield found


@pytest.fixture
def visitor(samples: None, database: Database, now: datetime) -> Iterator[Visitor]:
    visitor = Visitor(database, now)
    with visitor.browser:
        yield visitor


def test_from_the_form_to_the_first_digest(visitor):
    assert "Groups and events by email" in visitor.browser.get("/subscribe").text
    visitor.with_digest()
    assert "COMING UP" in visitor.newest_mail()
    manage = visitor.browser.get(visitor.link("manage"))
    assert manage.status_code == 200
    assert "ada@example.org" in manage.text
    assert "Tuesday, December 1, 8:00" in manage.text


def test_a_wrong_form_keeps_what_was_typed_and_says_what_is_wrong(newcomer):
    answer = newcomer.browser.post("/subscribe", data={**ADA, "email": "ada", "fields": "nurse"})
    assert answer.status_code == 422
    assert "not an email address" in answer.text
    assert 'value="nurse"' in answer.text
    answer = newcomer.browser.post("/subscribe", data={**ADA, "near": "Xyzzyville", "interests": "qwertyzz"})
    assert answer.status_code == 422
    assert "unknown place" in answer.text
    assert newcomer.states() == []


@pytest.mark.parametrize(
    "values", [{"website": "https://spam.example"}, {"shown": "1795435199"}, {"shown": ""}, {"shown": "٣"}]
)
def test_a_program_that_fills_in_forms_learns_nothing_and_stores_nothing(newcomer, values):
    answer = newcomer.browser.post("/subscribe", data={**ADA, **values})
    assert answer.status_code == 200
    assert "Check your inbox" in answer.text
    assert newcomer.states() == []


def test_a_known_address_gets_the_same_answer(newcomer):
    first = newcomer.browser.post("/subscribe", data=ADA)
    second = newcomer.browser.post("/subscribe", data={**ADA, "email": "ADA+x@example.org"})
    assert (first.status_code, first.text) == (second.status_code, second.text)
    assert newcomer.states() == ["pending"]
    assert newcomer.post_round()["sent"] == 1


def test_programs_that_open_every_link_change_nothing(visitor):
    visitor.confirmed()
    paths = [visitor.link("confirm")]
    visitor.now += timedelta(days=1, hours=1, minutes=5)
    visitor.post_round()
    paths += [visitor.link(part) for part in ("manage", "unsubscribe", "calendar")]
    before = visitor.rows()
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS"):
            for agent in SCANNERS:
                visitor.browser.request(method, path, headers={"User-Agent": agent})
    assert visitor.rows() == before


def test_programs_that_open_the_link_of_a_confirmation_confirm_nothing(newcomer):
    newcomer.subscribe()
    for method in ("GET", "HEAD", "OPTIONS"):
        newcomer.browser.request(method, newcomer.link("confirm"))
    assert newcomer.states() == ["pending"]
    assert newcomer.browser.post(newcomer.link("confirm")).status_code == 200


def test_a_confirmation_works_once_and_for_72_hours(newcomer):
    newcomer.subscribe()
    path = newcomer.link("confirm")
    newcomer.now += timedelta(hours=72, seconds=1)
    assert newcomer.browser.post(path).status_code == 404
    newcomer.now -= timedelta(hours=1)
    assert newcomer.browser.post(path).status_code == 200
    assert newcomer.browser.post(path).status_code == 404


def test_one_click_leaves_at_once_and_answers_every_token_alike(visitor):
    visitor.with_digest()
    path = visitor.link("unsubscribe")
    answer = visitor.browser.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert visitor.states() == ["unsubscribed"]
    again = visitor.browser.post(path)
    made_up = visitor.browser.post("/s/unsubscribe/made.up.token")
    assert (again.status_code, made_up.status_code) == (200, 200)
    visitor.now += timedelta(days=7)
    assert visitor.post_round()["sent"] == 0
    with visitor.database.read() as connection:
        assert connection.execute(text("SELECT email FROM subscription")).scalar() == ""


def test_a_digest_can_be_changed(visitor):
    visitor.with_digest()
    path = visitor.link("manage")
    wish = {
        **ADA,
        "do": "change",
        "near": "Cambridge, MA",
        "language": "de",
        "weekday": "fri",
        "time": "07:30",
        "units": "km",
    }
    answer = visitor.browser.post(path, data=wish)
    assert answer.status_code == 303
    page = visitor.browser.get(answer.headers["location"]).text
    assert "Ihr Newsletter für Cambridge, MA" in page
    assert "Freitag, 27. November, 07:30" in page
    wrong = visitor.browser.post(path, data={**wish, "near": "Xyzzyville"})
    assert wrong.status_code == 422
    assert "Xyzzyville" in wrong.text


def test_pausing_and_going_on(visitor):
    visitor.with_digest()
    path = visitor.link("manage")
    assert visitor.browser.post(path, data={"do": "pause", "weeks": "4"}).status_code == 303
    assert "paused" in visitor.browser.get(path).text
    visitor.now += timedelta(days=7)
    assert visitor.post_round()["sent"] == 0
    assert visitor.browser.post(path, data={"do": "resume"}).status_code == 303
    assert "paused" not in visitor.browser.get(path).text


@pytest.mark.parametrize(
    "data", [{"do": "pause", "weeks": "9999"}, {"do": "nonsense"}, {}, {"do": "never", "item": "x"}]
)
def test_a_button_that_there_is_not_does_nothing(visitor, data):
    visitor.with_digest()
    assert visitor.browser.post(visitor.link("manage"), data=data).status_code == 422
    assert visitor.states() == ["active"]


def test_what_is_not_for_somebody_does_not_come_again(visitor):
    visitor.with_digest()
    path = visitor.link("manage")
    item = re.search(r"/events/(\w{13})\b", visitor.newest_mail())[1]
    assert "Never show it again" in visitor.browser.get(f"{path}?hide={item}").text
    assert "Never show it again" not in visitor.browser.get(f'{path}?hide="><script>').text
    assert visitor.browser.post(path, data={"do": "never", "item": item}).status_code == 303
    assert "Show hidden items again (1)" in visitor.browser.get(path).text
    assert visitor.browser.post(path, data={"do": "show"}).status_code == 303


def test_everything_that_is_stored_can_be_taken_along_and_deleted(visitor):
    visitor.with_digest()
    path = visitor.link("manage")
    document = orjson.loads(visitor.browser.get(f"{path}/export").content)
    assert document["email"] == "ada@example.org"
    assert document["consent"]["page"] == "/subscribe"
    assert document["shown"]
    assert visitor.browser.post(path, data={"do": "delete"}).status_code == 200
    assert visitor.states() == []
    assert visitor.browser.get(path).status_code == 404
    with visitor.database.read() as connection:
        for table in ("delivery", "digest_item"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_a_new_link_makes_the_old_ones_invalid_but_for_leaving(visitor):
    visitor.with_digest()
    manage, unsubscribe, calendar = (visitor.link(part) for part in ("manage", "unsubscribe", "calendar"))
    known = visitor.browser.post("/s/link", data={"email": "ada@example.org"})
    unknown = visitor.browser.post("/s/link", data={"email": "nobody@example.org"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    visitor.post_round()
    assert visitor.browser.get(visitor.link("manage")).status_code == 200
    assert visitor.browser.get(manage).status_code == 404
    assert visitor.browser.get(calendar).status_code == 404
    assert visitor.browser.post(unsubscribe).status_code == 200
    assert visitor.states() == ["unsubscribed"]


class Watched:
    """An application, and how many statements each of its answers took until its last byte was out, and in all."""

    def __init__(self, app: Any, database: Database) -> None:
        self.app = app
        self.statements: list[str] = []
        self.before_the_answer: list[str] = []
        event.listen(database.engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        self.statements.append(statement)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def noted(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.before_the_answer = list(self.statements)

        self.statements.clear()
        await self.app(scope, receive, noted)


def test_how_long_an_answer_takes_does_not_tell_whether_an_address_is_known(visitor):
    visitor.with_digest()
    watched = Watched(visitor.browser.app, visitor.database)
    browser = TestClient(watched, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000))
    browser.post("/s/link", data={"email": "nobody@example.org"})
    unknown, all_of_unknown = watched.before_the_answer, list(watched.statements)
    answer = browser.post("/s/link", data={"email": "ada@example.org"})
    assert answer.status_code == 200
    assert watched.before_the_answer == unknown
    assert len(watched.statements) > len(all_of_unknown)


def test_a_new_link_is_not_promised_where_mail_is_off(database, now):
    visitor = Visitor(database, now, public_url="https://nextcircle.example")
    assert visitor.browser.post("/s/link", data={"email": "ada@example.org"}).status_code == 503


def test_the_calendar_has_what_was_in_the_digest(visitor):
    visitor.with_digest()
    answer = visitor.browser.get(visitor.link("calendar"))
    assert answer.headers["content-type"].startswith("text/calendar")
    shown = set(re.findall(r"http://127\.0\.0\.1:8000/events/(\w{13})", visitor.newest_mail()))
    assert set(re.findall(r"UID:(\w{13})@", answer.text)) == shown


@pytest.mark.parametrize("ending", ["rss", "atom", "json-feed"])
def test_feed_readers_follow_what_was_in_the_digest(visitor, ending):
    visitor.with_digest()
    page = visitor.browser.get(visitor.link("manage")).text
    path = re.search(rf'href="http://127\.0\.0\.1:8000(/s/feed/[^"]+\.{ending})"', page)[1]
    answer = visitor.browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    feed = feedparser.parse(answer.content) if ending != "json-feed" else orjson.loads(answer.content)
    title = feed["title"] if ending == "json-feed" else feed.feed.title
    assert title == "Your digest for Boston"
    shown = set(re.findall(r"http://127\.0\.0\.1:8000/(?:events|groups)/(\w{13})", visitor.newest_mail()))
    found = {each["id"] for each in feed["items"]} if ending == "json-feed" else {e.id for e in feed.entries}
    assert {re.search(r"\w{13}(?=@|$)", each)[0] for each in found} == shown
    assert visitor.browser.get(path).content == answer.content
    visitor.browser.post("/s/link", data={"email": "ada@example.org"})
    assert visitor.browser.get(path).status_code == 404


def test_a_subscription_has_no_feed_of_other_formats(visitor):
    visitor.with_digest()
    feed = visitor.link("calendar").replace("/calendar/", "/feed/")
    for ending in ("ics", "csv", "geojson", "xml"):
        assert visitor.browser.get(feed.replace(".ics", f".{ending}")).status_code == 404
    assert visitor.browser.get("/s/feed/made.up.token.rss").status_code == 404


def test_links_are_private(visitor):
    visitor.with_digest()
    answer = visitor.browser.get(visitor.link("manage"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("de", "einmal pro Woche"),
        ("fr", "une fois par semaine"),
        ("es", "una vez a la semana"),
        ("ja", "once a week"),
    ],
)
def test_the_page_speaks_the_browsers_language(newcomer, language, heading):
    page = newcomer.browser.get("/subscribe", headers={"Accept-Language": language})
    assert heading in page.text


def test_where_mail_is_off_nothing_is_stored(database, now):
    visitor = Visitor(database, now, public_url="https://nextcircle.example")
    assert "Email is not set up" in visitor.browser.get("/subscribe").text
    assert visitor.browser.post("/subscribe", data=ADA).status_code == 503
    body = {"email": "ada@example.org", "near": "Boston, MA"}
    answer = visitor.browser.post("/v1/subscriptions", json=body)
    assert answer.status_code == 503
    assert "mail is off" in answer.json()["detail"]
    assert visitor.states() == []


def test_the_outbox_is_for_this_machine_alone(newcomer):
    newcomer.subscribe()
    assert "Confirm your digest" in newcomer.browser.get("/outbox").text
    for headers in (
        {"Host": "nextcircle.example"},
        {"X-Forwarded-For": "192.0.2.1"},
        {"Forwarded": "for=192.0.2.1"},
    ):
        assert newcomer.browser.get("/outbox", headers=headers).status_code == 404
    elsewhere = TestClient(newcomer.browser.app, base_url="http://127.0.0.1:8000", client=("192.0.2.1", 5000))
    assert elsewhere.get("/outbox").status_code == 404
    key = re.search(r'/outbox/([^"]+)"', newcomer.browser.get("/outbox").text)[1]
    assert "/s/confirm/" in newcomer.browser.get(f"/outbox/{key}").text
    assert (
        "default-src 'none'" in newcomer.browser.get(f"/outbox/{key}/html").headers["content-security-policy"]
    )
    assert newcomer.browser.get("/outbox/../../etc/passwd").status_code == 404
    assert newcomer.browser.get("/outbox/nothing").status_code == 404


def test_by_api_the_answer_never_says_whether_an_address_is_known(newcomer):
    body = {"email": "ada@example.org", "near": "Boston, MA", "fields": ["nurse"], "weekday": "Tuesday"}
    first = newcomer.browser.post("/v1/subscriptions", json=body)
    second = newcomer.browser.post("/v1/subscriptions", json=body)
    assert first.status_code == second.status_code == 202
    assert first.content == second.content
    assert newcomer.states() == ["pending"]


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"email": "ada"}, "email"),
        ({"near": "Xyzzyville"}, "near"),
        ({"fields": ["qwertyzz"]}, "fields"),
        ({"interests": ["qwertyzz"]}, "interests"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"time": "25:00"}, "time"),
        ({"language": "xx"}, "language"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_by_api_every_wrong_value_is_named(newcomer, change, parameter):
    body = {"email": "ada@example.org", "near": "Boston, MA", **change}
    answer = newcomer.browser.post("/v1/subscriptions", json=body)
    assert answer.status_code == 422
    assert [each["parameter"] for each in answer.json()["errors"]] == [parameter]
    assert newcomer.states() == []


def test_the_preview_is_the_mail(visitor):
    question = "/v1/digest/preview?near=Boston,+MA&fields=software-engineering"
    document = visitor.browser.get(question).json()
    assert document["events"]
    text_form = visitor.browser.get(f"{question}&format=text")
    assert text_form.text == document["text"]
    html = visitor.browser.get(f"{question}&format=html")
    assert document["events"][0]["event"]["name"] in html.text
    assert "default-src 'none'" in html.headers["content-security-policy"]
    nothing = visitor.browser.get("/v1/digest/preview?near=Perth,+AU").json()
    assert nothing == {"subject": None}
