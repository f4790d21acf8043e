"""The bytes that a server is given: headers, both forms, the signature."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import dkim
import pytest

from app.digest.message import Sender, build_message, message_id
from app.digest.render import Rendered

NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)
MAIL = Rendered("Brettspiele für Münster", "<p>Grüße · \N{SNOWMAN}</p>", "Grüße · \N{SNOWMAN}\n")
UNSUBSCRIBE = "https://nextcircle.test/s/unsubscribe/0000000000007.0.abcdefghijklmnopqrstuv"


def build(sender=None, recipient="ada@example.org", mail=MAIL, unsubscribe=UNSUBSCRIBE):
    sender = sender or Sender("Bücherei <digest@nextcircle.test>")
    identity = message_id(7, "digest", NOW, sender.domain)
    return build_message(mail, sender, recipient, identity, NOW, unsubscribe)


def test_a_digest_says_how_to_leave_and_that_no_person_wrote_it():
    message = message_from_bytes(build(), policy=default)
    assert message["From"] == "Bücherei <digest@nextcircle.test>"
    assert message["To"] == "ada@example.org"
    assert message["Subject"] == MAIL.subject
    assert message["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "NextCircle digest <digest.nextcircle.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] == "bulk"
    assert message["Message-ID"] == "<0000000000007.digest.1795525200@nextcircle.test>"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain.get_content().replace("\r\n", "\n") == MAIL.text
    assert html.get_content().strip() == MAIL.html


def test_the_same_mail_has_the_same_bytes_but_for_its_boundary():
    import re

    one, other = (re.sub(rb"=+\d+==", b"", build()) for _ in range(2))
    assert one == other


def test_every_line_ends_as_smtp_wants_it_and_is_short():
    lines = build(mail=Rendered("x" * 300, "y" * 5_000, "z" * 5_000)).split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) < 998


@pytest.mark.parametrize("text", ["Hi\r\nBcc: all@example.org", "Hi\nX-Evil: 1", "Hi\r\n\r\nbody"])
def test_a_subject_with_line_breaks_begins_no_header(text):
    with pytest.raises(ValueError, match="linefeed"):
        build(mail=Rendered(text, "", ""))


@pytest.mark.parametrize(
    "text",
    [
        "=?utf-8?q?=0d=0aBcc:=20x@example.org?=",
        "=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5vcmc=?=",
        "Talk =?utf-8?q?=0aX: 1?= today",
    ],
)
def test_a_subject_that_is_encoded_already_begins_no_header(text):
    content = build(mail=Rendered(text, "", ""))
    message = message_from_bytes(content, policy=default)
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"] == text.replace("=?", "= ?")


def test_an_address_in_utf_8_is_written_as_it_is():
    content = build(recipient="jürgen@xn--bcher-kva.example")
    assert "\r\nTo: jürgen@xn--bcher-kva.example\r\n".encode() in content
    message = message_from_bytes(content, policy=default)
    assert message["To"] == "jürgen@xn--bcher-kva.example"
    assert message["Subject"] == MAIL.subject


def test_a_confirmation_is_of_no_list():
    message = message_from_bytes(build(unsubscribe=None), policy=default)
    assert message["List-Unsubscribe"] is None
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_signature_covers_both_headers_that_one_click_needs(tmp_path):
    key = tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "genrsa", "-traditional", "-out", str(key), "2048"], check=True, capture_output=True
    )
    public = subprocess.run(
        ["openssl", "rsa", "-in", str(key), "-pubout", "-outform", "DER"], check=True, capture_output=True
    ).stdout
    import base64

    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    content = build(Sender("digest@nextcircle.test", "nc", key.read_bytes()))
    assert dkim.verify(content, dnsfunc=lambda name, timeout=5: record)
    signed = content.split(b"h=", 1)[1].split(b";", 1)[0].replace(b"\r\n", b"").replace(b" ", b"")
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"from", b"subject"} <= set(
        signed.lower().split(b":")
    )
    other = build(Sender("digest@nextcircle.test", "nc", key.read_bytes()), "jürgen@xn--bcher-kva.example")
    assert dkim.verify(other, dnsfunc=lambda name, timeout=5: record)
    assert not dkim.verify(content.replace(b"ada@", b"eve@"), dnsfunc=lambda name, timeout=5: record)
