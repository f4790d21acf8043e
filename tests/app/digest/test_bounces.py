"""Reports of mail servers end subscriptions, and nothing else does."""

from __future__ import annotations

import mailbox
from datetime import UTC, datetime, timedelta

import pytest

from app.digest.bounces import Bounce, read_maildir, read_report
from app.digest.repository import subscriptions

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


def test_whoever_complained_gets_no_mail_that_a_stranger_asks_for(post):
    found = post.subscribe()
    with post.database.write() as connection:
        subscriptions.end(connection, found.id, "complained")
    later = post.clock.now + timedelta(days=100)
    with post.database.write() as connection:
        assert not subscriptions.add_pending(
            connection, 1, "ADA+x@example.org", found.wish, {}, "token", later
        )
