"""Whether a digest was useful: asked in the mail, answered by a button, counted without anybody being watched."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from app.digest.outbox import kept_mails
from app.digest.repository.votes import votes
from tests.app.web.test_subscription_pages import SCANNERS, Visitor
from tests.app.web.test_subscription_pages import visitor as visitor


def link(visitor: Visitor, answer: str) -> str:
    """The path that the newest mail has for an answer."""
    found = re.search(rf"http://127\.0\.0\.1:8000(/s/useful/[^/\s]+/{answer})\s", visitor.newest_mail())
    assert found is not None, visitor.newest_mail()
    return found[1]


def counted(visitor: Visitor) -> dict[str, int]:
    with visitor.database.read() as connection:
        return votes(connection)


def stored(visitor: Visitor) -> list[Any]:
    with visitor.database.read() as connection:
        return list(connection.execute(text("SELECT * FROM delivery ORDER BY kind, period_at")))


def test_both_forms_of_a_digest_ask_and_no_other_mail_does(visitor):
    visitor.subscribe()
    assert "/s/useful/" not in visitor.newest_mail()
    visitor.browser.post(visitor.link("confirm"))
    visitor.now += timedelta(days=1, hours=1, minutes=5)
    visitor.post_round()
    mail = kept_mails(visitor.settings.outbox_folder)[0]
    assert "Was this digest useful?" in mail.text
    for answer in ("yes", "no"):
        assert f"http://127.0.0.1:8000{link(visitor, answer)}" in mail.html


def test_opening_a_link_counts_nothing_and_pressing_the_button_does(visitor):
    visitor.with_digest()
    before = stored(visitor)
    for answer in ("yes", "no"):
        for method in ("GET", "HEAD", "OPTIONS"):
            for agent in SCANNERS:
                visitor.browser.request(method, link(visitor, answer), headers={"User-Agent": agent})
    assert stored(visitor) == before
    page = visitor.browser.get(link(visitor, "no"))
    assert page.status_code == 200
    assert page.text.index("No, it was not useful") < page.text.index("Yes, it was useful")
    answer = visitor.browser.post(link(visitor, "no"))
    assert "Thank you" in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert counted(visitor) == {"yes": 0, "no": 1}


def test_one_digest_has_one_answer_which_can_be_changed(visitor):
    visitor.with_digest()
    for answer in ("yes", "yes", "no", "yes"):
        assert visitor.browser.post(link(visitor, answer)).status_code == 200
    assert counted(visitor) == {"yes": 1, "no": 0}
    first = link(visitor, "no")
    visitor.now += timedelta(days=7)
    assert visitor.post_round()["sent"] == 1
    assert link(visitor, "no") != first
    visitor.browser.post(link(visitor, "no"))
    assert counted(visitor) == {"yes": 1, "no": 1}
    visitor.browser.post(first)
    assert counted(visitor) == {"yes": 0, "no": 2}


@pytest.mark.parametrize(
    "path", ["/s/useful/made.up.token/yes", "{manage}/yes", "{useful}/maybe", "{useful}"]
)
def test_a_link_that_is_not_ours_counts_nothing(visitor, path):
    visitor.with_digest()
    useful = link(visitor, "yes").removesuffix("/yes")
    manage = visitor.link("manage").replace("/manage/", "/useful/")
    path = path.format(useful=useful, manage=manage)
    assert visitor.browser.get(path).status_code == 404
    assert visitor.browser.post(path).status_code == 404
    assert counted(visitor) == {"yes": 0, "no": 0}


def test_a_link_to_answer_opens_nothing_else(visitor):
    visitor.with_digest()
    token = link(visitor, "yes").split("/")[3]
    for part in ("manage", "feed"):
        assert visitor.browser.get(f"/s/{part}/{token}").status_code == 404
    assert visitor.link("manage").split("/")[-1] not in visitor.browser.get(link(visitor, "yes")).text


def test_whoever_has_left_can_still_say_why_until_the_digest_is_forgotten(visitor):
    visitor.with_digest()
    visitor.browser.post(visitor.link("unsubscribe"))
    assert visitor.browser.post(link(visitor, "no")).status_code == 200
    with visitor.database.write() as connection:
        connection.execute(text("DELETE FROM delivery"))
    assert visitor.browser.get(link(visitor, "no")).status_code == 404
    assert visitor.browser.post(link(visitor, "no")).status_code == 404


def test_its_owner_sees_the_answer_on_the_page_and_in_the_export(visitor):
    visitor.with_digest()
    manage = visitor.link("manage")
    page = visitor.browser.get(manage).text
    assert "Was your digest of November 24, 2026 useful?" in page
    assert "Your answer" not in page
    visitor.browser.post(link(visitor, "yes"))
    assert "Your answer: yes" in visitor.browser.get(manage).text
    (digest,) = orjson.loads(visitor.browser.get(f"{manage}/export").content)["digests"]
    assert digest["useful"] is True
    assert digest["state"] == "sent"
    assert digest["due_at"] == "2026-11-24T13:00:00+00:00"


def test_deleting_a_digest_deletes_the_answers(visitor):
    visitor.with_digest()
    visitor.browser.post(link(visitor, "yes"))
    visitor.browser.post(visitor.link("manage"), data={"do": "delete"})
    assert counted(visitor) == {"yes": 0, "no": 0}


def test_operators_see_totals_alone(visitor):
    visitor.with_digest()
    visitor.browser.post(link(visitor, "yes"))
    metrics = visitor.browser.get("/metrics").text
    assert 'nextcircle_digests_useful{answer="yes"} 1.0' in metrics
    assert 'nextcircle_digests_useful{answer="no"} 0.0' in metrics


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("de", "War dieser Newsletter hilfreich?"),
        ("fr", "Cette lettre vous a-t-elle été utile\N{NO-BREAK SPACE}?"),
        ("es", "¿Te ha resultado útil este boletín?"),
    ],
)
def test_the_question_is_asked_in_the_subscribers_language(visitor, language, question):
    visitor.with_digest(language=language)
    assert question in visitor.newest_mail()
    assert question in visitor.browser.get(link(visitor, "yes"), headers={"Accept-Language": "en"}).text
