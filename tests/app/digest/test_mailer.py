"""Digests are sent once, whatever happens to workers, servers, clocks and the database."""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from app.db import DatabaseAwayError
from app.digest.repository import deliveries, subscriptions
from app.digest.repository.secrets import leave_home, make_home
from app.digest.transport import RefusedError, UncertainError
from app.models import Delivery, DigestItem, Event, Subscription

TUESDAY = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)


def states(post):
    return [
        state for (state,) in post.rows("SELECT state FROM delivery WHERE kind = 'digest' ORDER BY period_at")
    ]


def test_a_digest_is_sent_when_it_is_due_and_not_before(post):
    post.subscribe()
    assert post.send()["sent"] == 0
    post.clock.now = TUESDAY
    assert post.send()["sent"] == 1
    assert post.send() == dict.fromkeys(("due", "sent", "skipped", "failed", "retried", "uncertain"), 0)
    (mail,) = post.server.mails
    assert mail["To"] == "ada@example.org"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https://nextcircle\.test/s/unsubscribe/\S+>", mail["List-Unsubscribe"])
    text = mail.get_body(("plain",)).get_content()
    assert "COMING UP" in text
    assert "1 Main St, Boston" in text


def test_the_next_week_shows_other_things(post):
    post.subscribe()
    pages = re.compile(r"https://nextcircle\.test/(?:events|groups)/\w+")
    seen: set[str] = set()
    for week in range(4):
        post.clock.now = TUESDAY + timedelta(weeks=week)
        post.send()
    for mail in post.server.mails:
        shown = set(pages.findall(mail.get_body(("plain",)).get_content()))
        assert shown
        assert not shown & seen
        seen |= shown


def test_a_quiet_week_brings_no_mail(post):
    post.subscribe(near="Perth, AU", weekday="mon", time="20:30")
    post.clock.now = datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert post.send()["skipped"] == 1
    assert post.server.taken == []


def test_after_four_quiet_weeks_one_mail_offers_a_wider_circle(post):
    post.subscribe(near="Perth, AU", weekday="mon", time="20:30")
    sent = []
    for week in range(8):
        post.clock.now = datetime(2026, 11, 23, 13, tzinfo=UTC) + timedelta(weeks=week)
        sent.append(post.send()["sent"])
    assert sent == [0, 0, 0, 0, 1, 0, 0, 0]
    assert "Search a wider area?" in post.server.mails[0]["Subject"]


def test_a_change_of_what_was_shown_is_told(post):
    post.subscribe()
    post.clock.now = TUESDAY
    post.send()
    week = TUESDAY + timedelta(weeks=1)
    with post.database.read() as connection:
        rows = connection.execute(
            select(Event.id, Event.name)
            .join(DigestItem, DigestItem.item_id == Event.id)
            .where(Event.start_at > week)
        ).all()
    identity, name = rows[0]
    with post.database.write() as connection:
        connection.execute(update(Event).where(Event.id == identity).values(event_status="EventCancelled"))
    post.clock.now = week
    post.send()
    post.clock.now = week + timedelta(weeks=1)
    post.send()
    texts = [mail.get_body(("plain",)).get_content() for mail in post.server.mails]
    assert f"* Cancelled: {name}" in texts[1]
    assert all("Cancelled" not in text for text in texts[2:])


@pytest.mark.parametrize("where", ["before", "during", "after"])
def test_a_worker_that_dies_leaves_its_mail_to_the_next(post, where):
    post.subscribe()
    post.clock.now = TUESDAY
    post.server.crash = where
    with pytest.raises(KeyboardInterrupt):
        post.send()
    post.server.crash = ""
    assert post.send(name="other")["sent"] == 0  # the lease of the dead still runs
    post.clock.move(minutes=6)
    assert post.send(name="other")["sent"] == 1
    mails = post.server.mails
    assert len(mails) == (2 if where == "after" else 1)
    assert len({mail["Message-ID"] for mail in mails}) == 1
    assert len({content for content, _, _ in post.server.taken}) == 1
    uncertain = post.rows("SELECT uncertain FROM delivery")[0][0]
    assert uncertain == (0 if where == "before" else 1)


@pytest.mark.parametrize("where", ["before", "during", "after"])
def test_at_most_once_sends_nothing_twice_and_counts_what_it_does_not_know(post, where):
    post.subscribe()
    post.clock.now = TUESDAY
    post.server.crash = where
    with pytest.raises(KeyboardInterrupt):
        post.send(guarantee="at-most-once")
    post.server.crash = ""
    post.clock.move(minutes=6)
    report = post.send(name="other", guarantee="at-most-once")
    assert report["sent"] == (1 if where == "before" else 0)
    assert len(post.server.taken) == (0 if where == "during" else 1)
    with post.database.read() as connection:
        assert deliveries.totals(connection)["uncertain"] == (0 if where == "before" else 1)


def test_a_server_that_is_busy_is_asked_again_after_five_minutes_an_hour_and_six(post):
    post.subscribe()
    post.clock.now = TUESDAY
    post.server.answers = [RefusedError("451 later")] * 4
    assert post.send()["retried"] == 1
    for wait, expected in (({"minutes": 4}, 0), ({"minutes": 2}, 1), ({"hours": 1.1}, 1)):
        post.clock.move(**wait)
        assert post.send()["retried"] == expected
    post.clock.move(hours=6.1)
    assert post.send()["failed"] == 1
    assert states(post) == ["failed"]
    assert post.server.taken == []


def test_a_mailbox_that_does_not_exist_ends_its_subscription(post):
    found = post.subscribe()
    post.clock.now = TUESDAY
    post.server.answers = [RefusedError("550 no such user", permanent=True, no_mailbox=True)]
    assert post.send()["failed"] == 1
    with post.database.read() as connection:
        assert subscriptions.by_id(connection, found.id) is None
        assert subscriptions.counts(connection) == {"bounced": 1}
    assert post.rows("SELECT email FROM subscription") == [("",)]


def test_an_answer_that_never_came_is_uncertain(post):
    post.subscribe()
    post.clock.now = TUESDAY
    post.server.answers = [UncertainError("after the text")]
    assert post.send()["uncertain"] == 1
    post.clock.move(minutes=6)
    assert post.send()["sent"] == 1


def test_two_workers_send_one_mail(post):
    for number in range(12):
        post.subscribe(f"ada{number}@example.org")
    post.clock.now = TUESDAY

    async def both() -> None:
        await asyncio.gather(*(post.mailer(name).tick() for name in ("one", "two", "three")))

    asyncio.run(both())
    recipients = [recipient for _, _, recipient in post.server.taken]
    assert sorted(recipients) == sorted({f"ada{number}@example.org" for number in range(12)})


def test_a_worker_that_slept_over_its_lease_writes_nothing(post):
    post.subscribe()
    post.clock.now = TUESDAY
    deliveries.plan_due(post.database, post.clock.now, 10)
    (slow,) = deliveries.claim(post.database, "slow", post.clock.now, 10)
    post.clock.move(minutes=6)
    assert post.send(name="quick")["sent"] == 1
    with pytest.raises(deliveries.LeaseLostError):
        deliveries.rendered(post.database, slow, b"mail", "<id>", [])


def test_a_digest_that_is_later_than_a_day_and_a_half_waits_for_the_next(post):
    post.subscribe()
    post.clock.now = TUESDAY + timedelta(hours=37)
    assert post.send()["sent"] == 0
    assert states(post) == ["skipped"]
    post.clock.now = TUESDAY + timedelta(weeks=1)
    assert post.send()["sent"] == 1


def test_a_clock_that_goes_back_sends_nothing_twice(post):
    found = post.subscribe()
    post.clock.now = TUESDAY
    assert post.send()["sent"] == 1
    post.clock.now = TUESDAY - timedelta(days=2)
    with post.database.write() as connection:
        subscriptions.change_wish(connection, found, found.wish, post.clock.now)
    post.clock.now = TUESDAY + timedelta(minutes=1)
    assert post.send()["sent"] == 0
    assert len(post.server.taken) == 1


def test_a_plan_of_a_clock_that_was_years_ahead_is_made_again(post):
    found = post.subscribe()
    with post.database.write() as connection:
        subscriptions.change_wish(connection, found, found.wish, post.clock.now + timedelta(days=4_000))
    post.send()
    post.clock.now = TUESDAY
    assert post.send()["sent"] == 1


def test_a_restored_or_copied_database_mails_nothing_until_somebody_says_so(post):
    post.subscribe()
    post.clock.now = TUESDAY
    with post.database.write() as connection:
        leave_home(connection)
    assert post.send()["sent"] == 0
    make_home(post.database)
    assert post.send()["sent"] == 1


def test_a_database_that_is_away_is_waited_for(post, monkeypatch):
    post.subscribe()
    post.clock.now = TUESDAY
    real, failing = deliveries.sending, [True]

    def once(*arguments):
        if failing.pop() if failing else False:
            raise DatabaseAwayError("gone")
        return real(*arguments)

    monkeypatch.setattr(deliveries, "sending", once)
    assert post.send()["sent"] == 0
    post.clock.move(minutes=6)
    assert post.send()["sent"] == 1
    assert len(post.server.taken) == 1


def test_whichever_statement_fails_every_digest_arrives_once_but_for_the_window(post):
    """One statement of a round fails, each in its turn, until a round gets through without; then another worker goes on."""
    taken: dict[str, int] = {}
    for number in range(1, 200):
        email = f"person{number}@example.org"
        found = post.subscribe(email)
        with post.database.write() as connection:
            connection.execute(
                update(Subscription).where(Subscription.id == found.id).values(next_at=post.clock.now)
            )
        with failing(post.database, number) as failed:
            post.send(name=f"first {number}")
        post.clock.move(minutes=6)
        post.send(name=f"second {number}")
        post.clock.move(minutes=6)
        taken[email] = sum(recipient == email for _, _, recipient in post.server.taken)
        with post.database.read() as connection:
            uncertain = connection.execute(
                select(Delivery.uncertain).where(Delivery.subscription_id == found.id)
            ).scalar()
        assert taken[email] == 1 + (uncertain if taken[email] > 1 else 0), number
        if not failed:
            assert number > 10
            return
    raise AssertionError("a round never got through")


@contextmanager
def failing(database, number):
    """The statement of this number fails as if the database were away; the list is empty where there were fewer."""
    seen, failed = [], []

    def fail(connection, cursor, statement, parameters, context, executemany):
        seen.append(statement)
        if len(seen) == number:
            failed.append(statement)
            raise OperationalError(statement, {}, Exception("gone"))

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        yield failed
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)


def test_a_server_that_never_answers_sends_nobody_a_mail_without_end(post):
    post.subscribe()
    post.clock.now = TUESDAY
    post.server.answers = [UncertainError("after the text")] * 10
    for _ in range(10):
        post.send()
        post.clock.move(hours=7)
    assert states(post)[0] == "failed"
    assert len(post.server.answers) == 6


def test_a_worker_that_is_told_to_stop_finishes_the_mail_and_leaves_the_others(post):
    for number in range(5):
        post.subscribe(f"person{number}@example.org")
    post.clock.now = TUESDAY
    report = post.send(stopping=lambda: len(post.server.taken) >= 2)
    assert 2 <= report["sent"] <= 3
    deliveries.release(post.database, "worker", post.clock.now)
    assert post.send(name="other")["sent"] == 5 - report["sent"]
    assert len({recipient for _, _, recipient in post.server.taken}) == len(post.server.taken) == 5


def test_who_asked_the_same_shares_the_answer(post, monkeypatch):
    from app.digest import compose

    asked = []
    real = compose.recommendation_document
    monkeypatch.setattr(
        compose,
        "recommendation_document",
        lambda *arguments, **named: asked.append(1) or real(*arguments, **named),
    )
    for number in range(5):
        post.subscribe(f"ada{number}@example.org")
    post.clock.now = TUESDAY
    assert post.send()["sent"] == 5
    assert len(asked) == 2  # groups and events, once each


def test_a_paused_digest_goes_on_by_itself(post):
    found = post.subscribe()
    with post.database.write() as connection:
        subscriptions.pause(connection, found, post.clock.now + timedelta(weeks=2))
    post.clock.now = TUESDAY
    assert post.send()["sent"] == 0
    post.clock.now = TUESDAY + timedelta(weeks=2)
    assert post.send()["sent"] == 1
    with post.database.read() as connection:
        found = subscriptions.by_id(connection, found.id)
    assert found is not None
    assert found.state == "active"


def test_who_asked_for_it_is_reminded_of_an_event_once(post):
    post.subscribe(remind=True)
    post.subscribe("eve@example.org")
    post.clock.now = TUESDAY
    post.send()
    with post.database.read() as connection:
        query = (
            select(Event.name, Event.start_at)
            .join(DigestItem, DigestItem.item_id == Event.id)
            .order_by(Event.start_at)
        )
        name, start = connection.execute(query).first()
    post.server.taken.clear()
    for hours in (50, 47, 46, 30):
        post.clock.now = start - timedelta(hours=hours)
        deliveries.plan_reminders(post.database, post.clock.now)
        post.send()
    (mail,) = [mail for mail in post.server.mails if mail["Subject"].startswith("Coming up:")]
    assert mail["To"] == "ada@example.org"
    assert name in mail["Subject"]
    assert "asked to be reminded" in mail.get_body(("plain",)).get_content().replace("\r\n", " ")


def test_nobody_is_reminded_of_what_was_cancelled(post):
    post.subscribe(remind=True)
    post.clock.now = TUESDAY
    post.send()
    with post.database.write() as connection:
        connection.execute(update(Event).values(event_status="EventCancelled"))
        start = connection.execute(
            select(Event.start_at).join(DigestItem, DigestItem.item_id == Event.id)
        ).scalar()
    post.server.taken.clear()
    post.clock.now = start - timedelta(hours=40)
    deliveries.plan_reminders(post.database, post.clock.now)
    post.send()
    assert not [mail for mail in post.server.mails if mail["Subject"].startswith("Coming up:")]
