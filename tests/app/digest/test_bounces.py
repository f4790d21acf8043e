"""Reports of mail servers end subscriptions, and nothing else does."""

from __future__ import annotations

import asyncio
import mailbox
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.digest.bounces import Bounce, read_maildir, read_report
from app.digest.repository import subscriptions
from app.digest.return_path import return_path
from app.digest.tokens import LinkKeys

TUESDAY = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)


def report(message_id: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    return f"""From: MAILER-DAEMON@mx.example.org
To: digest@nextcircle.test
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Subject: Hi
Message-ID: {message_id}

--b--
""".encode()


def complaint(message_id: str) -> bytes:
    return f"""From: feedback@provider.example
Subject: FW: Hi
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

Abuse.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--b
Content-Type: message/rfc822

From: digest@nextcircle.test
Message-ID: {message_id}
Subject: Hi

Body
--b--
""".encode()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (report("<a@b>"), Bounce("<a@b>", "hard")),
        (report("<a@b>", "delayed", "4.4.1"), Bounce("<a@b>", "soft")),
        (report("<a@b>", "failed", "4.2.2"), Bounce("<a@b>", "soft")),
        (report("<a@b>", "delivered", "2.0.0"), None),
        (complaint("<a@b>"), Bounce("<a@b>", "complaint")),
        (b"Subject: I am on holiday\n\nBack on Monday.", None),
        (b"", None),
        (b"\xff\xfe" * 1000, None),
    ],
)
def test_what_a_mail_reports(content, found):
    assert read_report(content) == found


@pytest.mark.parametrize(
    ("contents", "state"),
    [
        ([report], "bounced"),
        ([complaint], "complained"),
        ([lambda each: report(each, "delayed", "4.4.1")] * 2, "active"),
        ([lambda each: report(each, "delayed", "4.4.1")] * 3, "bounced"),
    ],
)
def test_reports_in_a_maildir(post, tmp_path, contents, state):
    post.subscribe()
    post.clock.now = TUESDAY
    post.send()
    identity = post.server.mails[0]["Message-ID"]
    box = mailbox.Maildir(tmp_path / "bounces")
    for make in contents:
        box.add(make(identity))
    box.add(report("<somebody@else>"))
    counts = read_maildir(post.database, tmp_path / "bounces", post.clock.now)
    assert counts["other"] == 1
    again = read_maildir(post.database, tmp_path / "bounces", post.clock.now)
    assert sum(again.values()) == 0
    with post.database.read() as connection:
        assert subscriptions.counts(connection) == {state: 1}
    post.clock.move(days=7)
    assert post.send()["sent"] == (1 if state == "active" else 0)


def without_quote(to: str) -> bytes:
    return report("<x@y>").replace(b"To: digest@nextcircle.test", f"To: <{to}>".encode()).split(b"--b\nContent-Type: text/rfc822")[0] + b"--b--\n"  # fmt: skip


def plain(to: str, sender: str = "MAILER-DAEMON@mx.example.org", more: str = "") -> bytes:
    return f"From: {sender}\nTo: <{to}>\n{more}Subject: failure notice\n\nHi. This is the qmail-send program.\n".encode()


@pytest.fixture
def tagged(post) -> str:
    """The address that bounces of a digest come back to."""
    post.subscribe()
    post.clock.now = TUESDAY
    mailer = post.mailer()
    mailer.sender = replace(mailer.sender, tags_return_path=True)
    assert asyncio.run(mailer.tick()).sent == 1
    _, sender, _ = post.server.taken[0]
    return sender


def test_the_return_path_of_each_mail_is_an_address_of_its_own(post, tagged):
    assert re.fullmatch(r"digest\+b[0-9a-z]{37}@nextcircle\.test", tagged)
    assert len(tagged.partition("@")[0]) <= 64
    (mail,) = post.server.mails
    assert mail["From"].addresses[0].addr_spec == "digest@nextcircle.test"
    long = "a-very-long-name-of-a-mailbox@nextcircle.test"
    assert return_path(post.composer.keys, long, 1, "digest", TUESDAY) == long


@pytest.mark.parametrize(
    ("make", "times", "state"),
    [
        (without_quote, 1, "bounced"),
        (lambda to: without_quote(to.upper()), 1, "bounced"),
        (plain, 2, "active"),
        (plain, 3, "bounced"),
        (lambda to: plain(to, "ada@example.org"), 3, "active"),
        (lambda to: plain(to, more="Auto-Submitted: auto-replied (vacation)\n"), 3, "active"),
        (lambda to: plain("digest@nextcircle.test", more=f"X-Original-To: {to}\n"), 3, "bounced"),
        (lambda to: without_quote(to.replace("@", "0@")), 1, "active"),
        (lambda to: without_quote(to.replace("+b0", "+b1")), 1, "active"),
    ],
)
def test_a_bounce_that_quotes_nothing_is_known_by_the_address_it_comes_back_to(
    post, tagged, tmp_path, make, times, state
):
    box = mailbox.Maildir(tmp_path / "bounces")
    for _ in range(times):
        box.add(make(tagged))
    read_maildir(post.database, tmp_path / "bounces", post.clock.now, post.composer.keys)
    with post.database.read() as connection:
        assert subscriptions.counts(connection) == {state: 1}


def test_nobody_makes_up_an_address_that_bounces_come_back_to(post, tagged):
    other = LinkKeys(b"another secret")
    assert read_report(without_quote(tagged), other) is None
    assert read_report(without_quote(tagged)) is None
    assert read_report(b"To: " + b"+b0" * 100_000 + b"@x\n\n", post.composer.keys) is None


def test_whoever_complained_gets_no_mail_that_a_stranger_asks_for(post):
    found = post.subscribe()
    with post.database.write() as connection:
        subscriptions.end(connection, found.id, "complained")
    later = post.clock.now + timedelta(days=100)
    with post.database.write() as connection:
        assert not subscriptions.add_pending(
            connection, 1, "ADA+x@example.org", found.wish, {}, "token", later
        )
