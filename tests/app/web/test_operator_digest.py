"""The digest by page: what failed is seen and sent again, a preview's links open nothing, subscriptions come and go."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import text

from app.core.ids import public
from app.digest.repository.secrets import is_home
from app.digest.repository.subscriptions import add_confirmed, counts
from app.digest.resolution import resolve_wish
from app.digest.schemas import Wish
from tests.app.web.operator_browser import OperatorBrowser, done

PAGE = "/operator/digest"
CONSENT = {"at": "2026-03-01", "wording": "yes"}


@pytest.fixture
def operator(database, now):
    """A browser that is logged in."""
    opened = OperatorBrowser(database, now)
    opened.log_in()
    return opened


@pytest.fixture
def ada(database, now):
    """The id of a subscription."""
    wish = resolve_wish(Wish(near="Boston, MA"), now).wish
    subscriber = add_confirmed(database, "ada@example.org", wish, CONSENT, now)
    assert subscriber is not None
    return subscriber.id


def failed(database, identity, now, state: str = "failed", kind: str = "digest") -> int:
    """A mail that did not arrive; when it was due."""
    period = int((now - timedelta(days=1)).timestamp())
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO delivery (subscription_id, kind, period_at, state, retry_at, attempts, uncertain, ended_at, detail)"
                " VALUES (:id, :kind, :period, :state, :period, 4, 0, :period, '550 <mailbox> full')"
            ),
            {"id": identity, "kind": kind, "period": period, "state": state},
        )
    return period


def actions(operator) -> list[str]:
    return [action for _, action, _ in operator.audit()][1:]


def state_of(database) -> str:
    with database.read() as connection:
        return connection.execute(text("SELECT state FROM delivery")).scalar_one()


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_a_mail_that_did_not_arrive_is_seen_and_sent_again(operator, database, ada, now, state):
    period = failed(database, ada, now, state)
    page = operator.get(PAGE).text
    assert "550 &lt;mailbox&gt; full" in page
    assert "a…@example.org" in page
    assert "ada@example.org" not in page
    assert "Yes, send it again" in page
    assert ("would get it twice" in page) is (state == "uncertain")
    fields = {"subscription": public(ada), "kind": "digest", "period": str(period)}
    done(operator.post(f"{PAGE}/resend", **fields), f"{PAGE}?done=resent#mails")
    assert state_of(database) == "claimed"
    assert operator.post(f"{PAGE}/resend", **fields).status_code == 409
    assert operator.post(f"{PAGE}/resend", **{**fields, "period": "soon"}).status_code == 422
    assert actions(operator) == ["digest.resend"]


def test_mails_are_shown_by_how_they_ended(operator, database, ada, now):
    failed(database, ada, now, "sent")
    assert "a…@example.org" not in operator.get(PAGE).text.split('id="mails"')[1].split("</section>")[0]
    for show, title in (("sent", "Sent lately"), ("due", "Due within a day"), ("?", "Mails to look at")):
        page = operator.client.get(PAGE, params={"show": show}).text
        part = page.split('id="mails"')[1].split("</section>")[0]
        assert part.startswith(f">{title}<")
        assert ("a…@example.org" in part) is (show == "sent")
        assert "Yes, send it again" not in part


def test_a_mail_that_confirms_is_not_made_by_anybody_else(operator, database, ada, now):
    period = failed(database, ada, now, kind="confirm")
    answer = operator.post(f"{PAGE}/resend", subscription=public(ada), kind="confirm", period=str(period))
    assert answer.status_code == 409
    assert state_of(database) == "failed"


def test_a_preview_is_what_would_be_mailed_with_links_that_open_nothing(operator, ada, put):
    operator.now = put("Python night").start_date - timedelta(days=3)
    operator.log_in()
    page = operator.post(f"{PAGE}/preview", subscription=public(ada))
    assert page.status_code == 200
    assert "Python night" in page.text
    link = page.text.split("/s/manage/")[1].split()[0]
    assert operator.client.get(f"/s/manage/{link}").status_code == 404
    assert "digest.preview" in actions(operator)
    assert operator.post(f"{PAGE}/preview", subscription="0" * 13).status_code == 404


def test_subscriptions_are_exported_as_they_are_imported(operator, database, ada):
    exported = operator.post(f"{PAGE}/export")
    assert exported.headers["content-disposition"].startswith("attachment")
    assert exported.headers["cache-control"] == "no-store"
    line = orjson.loads(exported.content)
    assert (line["email"], line["near"], line["consent"]) == ("ada@example.org", "Boston, MA", CONSENT)
    other = orjson.dumps({**line, "email": "eva@example.org"}).decode()
    page = operator.post(f"{PAGE}/import", lines=f"{other}\n{exported.text}\nnonsense\n")
    assert "1 added, 2 refused" in page.text
    assert "has a digest for this place already" in page.text
    with database.read() as connection:
        assert counts(connection) == {"active": 2}
    assert actions(operator) == ["digest.export", "digest.import"]


def test_a_bounce_ends_a_subscription_and_shows_in_the_plot(operator, database, ada):
    done(operator.post(f"{PAGE}/bounce", email="ada@example.org", kind="hard"), f"{PAGE}?done=noted")
    with database.read() as connection:
        assert counts(connection) == {"bounced": 1}
    assert "Not delivered: 1 in four weeks" in operator.get("/operator").text
    assert operator.post(f"{PAGE}/bounce", email="ada@example.org", kind="?").status_code == 422
    assert actions(operator) == ["digest.bounce"]


def test_a_restored_database_mails_once_an_operator_says_so(operator, database, ada):
    with database.write() as connection:
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('mail_home', 'restored')"))
    assert "mails nothing" in operator.get("/operator").text
    assert "Let this one mail" in operator.get(PAGE).text
    done(operator.post(f"{PAGE}/adopt"), f"{PAGE}?done=adopted")
    assert is_home(database)
    assert actions(operator) == ["digest.adopt"]


def test_many_subscribers_are_shown_in_parts(operator, database, now):
    wish = resolve_wish(Wish(near="Boston, MA"), now).wish
    for number in range(52):
        add_confirmed(database, f"x{number}@host{number}.example", wish, CONSENT, now)
    page = operator.get(PAGE).text
    assert page.count("@host") == 50
    after = page.split("/operator/digest?after=")[1].split("#")[0]
    assert operator.get(f"{PAGE}?after={after}").text.count("@host") == 2
