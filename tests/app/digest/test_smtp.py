"""Mails over a real SMTP server on loopback: sent, refused, cut off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.digest.transport import Pace, RefusedError, SmtpTransport, UncertainError

CONTENT = b"From: a@nextcircle.test\r\nTo: ada@example.org\r\nSubject: Hi\r\n\r\n.A line with a dot\r\n"


class Mailbox:
    """What the server was given; what it answers."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.connections = 0
        self.rcpt = ""
        self.data = ""
        self.hangs_up = False

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        self.connections += 1
        return answers

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs_up:
            server.transport.abort()
            await asyncio.sleep(1)
        if self.data:
            return self.data
        self.taken.append((envelope.mail_from or "", envelope.rcpt_tos, envelope.content or b""))  # type: ignore[arg-type]
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[Any]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True)
    controller.port = _free_port()
    controller.start()
    box.url = f"smtp://127.0.0.1:{controller.port}"  # type: ignore[attr-defined]
    yield box
    controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def deliver(url: str, *recipients: str, before: Any = None) -> list[Any]:
    """Send a mail to each over one transport; what came of each."""
    steps: list[Any] = []

    async def step() -> None:
        if before is not None:
            before()

    async def run() -> None:
        transport = SmtpTransport(url)
        for recipient in recipients:
            try:
                await transport.deliver(CONTENT, "digest@nextcircle.test", recipient, step)
            except (RefusedError, UncertainError) as error:
                steps.append(error)
            else:
                steps.append("sent")
        await transport.close()

    asyncio.run(run())
    return steps


def test_mails_go_over_one_connection(mailbox):
    assert deliver(mailbox.url, "ada@example.org", "eve@example.org") == ["sent", "sent"]
    assert mailbox.connections == 1
    assert [(sender, to) for sender, to, _ in mailbox.taken] == [
        ("digest@nextcircle.test", ["ada@example.org"]),
        ("digest@nextcircle.test", ["eve@example.org"]),
    ]
    assert mailbox.taken[0][2] == CONTENT


def test_an_address_in_another_alphabet_is_sent_as_it_is(mailbox):
    assert deliver(mailbox.url, "андрей@example.org") == ["sent"]
    assert mailbox.taken[0][1] == ["андрей@example.org"]


@pytest.mark.parametrize(
    ("answer", "permanent", "no_mailbox"),
    [
        ("550 5.1.1 no such user", True, True),
        ("552 5.2.2 mailbox full", True, False),
        ("451 4.7.1 greylisted", False, False),
    ],
)
def test_a_recipient_who_is_refused(mailbox, answer, permanent, no_mailbox):
    mailbox.rcpt = answer
    called: list[str] = []
    (error,) = deliver(mailbox.url, "ada@example.org", before=lambda: called.append("before"))
    assert isinstance(error, RefusedError)
    assert (error.permanent, error.no_mailbox) == (permanent, no_mailbox)
    assert answer[4:] in str(error)
    assert called == []


def test_a_text_that_is_refused_was_surely_not_taken(mailbox):
    mailbox.data = "554 5.7.1 looks like spam"
    (error,) = deliver(mailbox.url, "ada@example.org")
    assert isinstance(error, RefusedError)
    assert error.permanent
    assert not error.no_mailbox


def test_after_a_refusal_the_connection_goes_on(mailbox):
    mailbox.rcpt = "550 no such user"
    mailbox_after = []

    def then() -> None:
        mailbox_after.append(1)

    assert [type(each) for each in deliver(mailbox.url, "a@example.org", "b@example.org", before=then)] == [
        RefusedError
    ] * 2
    assert mailbox.connections == 1


def test_a_connection_that_is_cut_after_the_text_is_uncertain_and_the_next_mail_opens_another(mailbox):
    mailbox.hangs_up = True

    def sometimes() -> None:
        mailbox.hangs_up = len(steps) == 0
        steps.append(1)

    steps: list[int] = []
    first, second = deliver(mailbox.url, "ada@example.org", "eve@example.org", before=sometimes)
    assert isinstance(first, UncertainError)
    assert second == "sent"
    assert mailbox.connections == 2


def test_a_server_that_is_away_is_told_by_name():
    (error,) = deliver(f"smtp://127.0.0.1:{_free_port()}", "ada@example.org")
    assert isinstance(error, RefusedError)
    assert not error.permanent
    assert "127.0.0.1 cannot be reached" in str(error)


@pytest.mark.parametrize(
    ("url", "host", "port", "implicit", "starts"),
    [
        ("smtp://mail.example.org", "mail.example.org", 587, False, True),
        ("smtps://user:p%40ss@mail.example.org", "mail.example.org", 465, True, True),
        ("smtp://127.0.0.1:25", "127.0.0.1", 25, False, None),
        ("smtp+plain://relay:25", "relay", 25, False, False),
    ],
)
def test_a_server_elsewhere_is_spoken_to_over_tls(url, host, port, implicit, starts):
    transport = SmtpTransport(url)
    assert (transport.host, transport.port, transport.implicit_tls, transport.start_tls) == (
        host,
        port,
        implicit,
        starts,
    )
    if "user" in url:
        assert (transport.username, transport.password) == ("user", "p@ss")


def test_mails_leave_no_faster_than_they_may(monkeypatch):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    pace = Pace(per_second=10, per_domain=2)

    async def run() -> None:
        for domain in ("a.test", "a.test", "b.test", "b.test"):
            await pace.wait(domain)

    asyncio.run(run())
    assert slept == [0.5, 0.6, 1.1]
