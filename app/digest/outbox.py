"""The mails kept on this machine when no mail server is set: read from the maildir, newest first."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Final

_KEY: Final = re.compile(r"[A-Za-z0-9._-]{1,200}")
_ADDRESS: Final = re.compile(r"https?://[^\s<>]+")


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail: its headers and both of its forms."""

    key: str
    subject: str
    to: str
    date: str
    text: str
    html: str


def kept_mails(folder: Path, limit: int = 100) -> list[KeptMail]:
    """The newest mails of the outbox."""
    if not (folder / "maildir").is_dir():
        return []
    box = mailbox.Maildir(folder / "maildir", create=False)
    files = sorted(
        (folder / "maildir" / "new").iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True
    )
    return [_mail(file.name, _parsed(box.get_bytes(file.name))) for file in files[:limit]]


def kept_mail(folder: Path, key: str) -> KeptMail | None:
    """One of them."""
    if not _KEY.fullmatch(key) or not (folder / "maildir").is_dir():
        return None
    try:
        return _mail(key, _parsed(mailbox.Maildir(folder / "maildir", create=False).get_bytes(key)))
    except KeyError:
        return None


def with_links(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is an address to open."""
    position = 0
    for match in _ADDRESS.finditer(text):
        yield text[position : match.start()], False
        yield match[0], True
        position = match.end()
    yield text[position:], False


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _mail(key: str, message: EmailMessage) -> KeptMail:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    return KeptMail(
        key,
        str(message["Subject"]),
        str(message["To"]),
        str(message["Date"]),
        "" if plain is None else str(plain.get_content()),
        "" if html is None else str(html.get_content()),
    )
