"""Addresses, names and mails that somebody made to do harm: refused with a reason, or sent correctly encoded."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final

import pytest

from app.core.ids import public
from app.digest.bounces import Bounce, read_report
from app.digest.choose import Change, Choice, told_of
from app.digest.letter import letter_of
from app.digest.mailboxes import AddressError, mail_address, mailbox_key
from app.digest.message import Sender, build_message, message_id
from app.digest.render import Rendered, render_digest
from app.digest.resolution import resolve_wish
from app.digest.return_path import return_path
from app.digest.schemas import Wish
from app.digest.tokens import LinkKeys
from tests.app.digest.mails import LINKS, NOW, an_event, pick_of

DATA = os.environ.get("EVALUATION_DATA", "")
HOSTILE = Path(DATA) / "hostile"
pytestmark = pytest.mark.skipif(not DATA, reason="skipped: EVALUATION_DATA is not set")

HEADERS: Final = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Precedence", "MIME-Version", "Content-Type",
]  # fmt: skip
SENDER: Final = Sender("NextCircle <digest@nextcircle.test>")
KEYS: Final = LinkKeys(b"a secret")
# What must not come to be accepted, by the words of the list.
REFUSED: Final = ("invalid", "refuse", "> 254")
REASON: Final = "not an email address: "
EITHER: Final = ("cleaned or invalid", "syntax ok, never sent")


def rows(name: str) -> Iterator[dict[str, str]]:
    for line in (HOSTILE / "lists" / name).read_bytes().splitlines():
        # This parser takes half of a surrogate pair, which one value is.
        yield json.loads(line)


def address_or_reason(text: str) -> str:
    try:
        return mail_address(text)
    except AddressError as error:
        return str(error)


def names() -> list[str]:
    listed = (HOSTILE / "hostile_names.txt").read_text("utf-8").split("\n")
    return [name for name in (*listed, *(row["value"] for row in rows("subject_values.jsonl"))) if name]


def sent(mail: Rendered, recipient: str = "ada@example.org") -> EmailMessage:
    """The mail as a receiver reads it, once its bytes are found to be in order."""
    identity = message_id(7, "digest", NOW, SENDER.domain)
    content = build_message(mail, SENDER, recipient, identity, NOW, LINKS.unsubscribe)
    for line in content.split(b"\r\n"):
        assert len(line) <= 998
        assert not set(line) & {*range(9), *range(10, 32), 127}
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    assert message.keys() == HEADERS
    assert not message.defects
    return message


def test_every_address_is_refused_with_a_reason_or_mailed_alone() -> None:
    for row in rows("email_addresses.jsonl"):
        address, expected = row["address"], row["expect"]
        found = address_or_reason(address)
        if found.startswith(REASON):
            assert len(found) > len(REASON), address
            assert expected.startswith((*REFUSED, *EITHER)), address
            continue
        assert not expected.startswith(REFUSED), address
        assert re.fullmatch(r"[^\s\x00-\x1f<>(),;:@]+@[a-z0-9.-]+", found), address
        message = sent(Rendered("Hi", "<p>Hi</p>", "Hi"), found)
        (to,) = message["To"].addresses
        assert to.addr_spec.encode("utf-8", "surrogateescape").decode() == found


def test_spellings_of_one_mailbox_count_as_one() -> None:
    assert mailbox_key("k.en.d.ra.lr@gmail.com") == mailbox_key("kendralr+1@gmail.com")


def test_every_name_is_shown_as_text_in_one_line_of_a_mail() -> None:
    asked = resolve_wish(Wish(near="Boston, MA", fields=["nursing"]), NOW)
    for name in names():
        event = {**an_event(1), "name": name}
        gone = Change("gone", public(2), {**told_of(an_event(2)), "name": name}, None)
        pick = pick_of(event, asked)
        choice = Choice(events=(pick, pick_of(an_event(3), asked)), changes=(gone,), best=pick)
        letter = letter_of(choice, asked, LINKS, NOW)
        mail = render_digest(letter, asked, LINKS, NOW, "1 Main St")
        shown = letter.events[0].name
        assert shown == " ".join(shown.split()), ascii(name)
        assert not re.search(r"[\x00-\x1f\x7f\u200b\u202a-\u202e\u2028\u2029\ud800-\udfff]", shown), ascii(
            name
        )
        message = sent(mail)
        # The library reads what looks like an encoded word; a space keeps it from that.
        assert message["Subject"] == letter.subject.replace("=?", "= ?"), ascii(name)
        text, html = _bodies(message)
        assert " ".join(shown.split()) in " ".join(text.split()), ascii(name)
        assert "<b>bold" not in html
        assert "#exec" not in html or "&lt;!--#exec" in html


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("01_hard_bounce.eml", "hard"),
        ("02_soft_bounce.eml", "soft"),
        ("03_forged_bounce.eml", None),
        ("04_complaint_arf.eml", "complaint"),
        ("05_auto_reply.eml", None),
        ("06_unsubscribe_mailto.eml", None),
        ("07_mime_nesting.eml", None),
        ("08_header_flood.eml", None),
    ],
)
def test_mails_that_come_back_end_only_the_subscription_that_they_prove_to_be_about(
    name: str, kind: Any
) -> None:
    content = (HOSTILE / "email" / name).read_bytes()
    assert read_report(content, KEYS) is None
    ours = return_path(KEYS, SENDER.address, 7, "digest", datetime(2026, 11, 24, tzinfo=UTC)).encode()
    proven = content.replace(b"bounce+VALID@oursite.example", ours).replace(b"fbl@oursite.example", ours)
    assert read_report(proven, KEYS) == (None if kind is None else Bounce(None, kind, 7))


def _bodies(message: EmailMessage) -> tuple[str, str]:
    parts = (message.get_body(("plain",)), message.get_body(("html",)))
    text, html = (str(part.get_content()) for part in parts if part is not None)
    return text, html
