"""A rendered mail as the bytes that a server is given: headers (RFC 5322, RFC 2369, RFC 8058) and a DKIM signature (RFC 6376)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final

import dkim

from app.core.ids import public
from app.digest.render import Rendered

_SIGNED: Final = (
    b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type", b"list-id",
    b"list-unsubscribe", b"list-unsubscribe-post", b"auto-submitted",
)  # fmt: skip
# Headers are encoded for servers that do not know UTF-8; an address in it cannot be, and goes only to servers that do (RFC 6532).
_POLICY: Final = SMTP.clone(max_line_length=78)
_UTF8_POLICY: Final = _POLICY.clone(utf8=True)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mails: an address with a display name, and the DKIM key of its domain, if there is one."""

    mail_from: str
    dkim_selector: str = ""
    dkim_key: bytes = b""
    # Whether each mail has an address of its own that bounces go to.
    tags_return_path: bool = False

    @property
    def address(self) -> str:
        """The bare address, which bounces go to."""
        return parseaddr(self.mail_from)[1]

    @property
    def domain(self) -> str:
        """What comes after the @."""
        return self.address.rpartition("@")[2]


def message_id(subscription_id: int, kind: str, period: datetime, domain: str) -> str:
    """The same for every attempt at one delivery, so that servers can see a repeat."""
    return f"<{public(subscription_id)}.{kind}.{int(period.timestamp())}@{domain}>"


def build_message(
    mail: Rendered, sender: Sender, recipient: str, identity: str, now: datetime, unsubscribe: str | None
) -> bytes:
    """The whole mail with CRLF line ends. `unsubscribe` is the address of the one-click form, in mails that repeat."""
    name, address = parseaddr(sender.mail_from)
    message = EmailMessage(policy=_POLICY if recipient.isascii() else _UTF8_POLICY)
    message["From"] = Address(name or "NextCircle", addr_spec=address)
    local, _, domain = recipient.rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    # The library decodes what looks like an encoded word (RFC 2047), and writes the line breaks in it as they are.
    message["Subject"] = mail.subject.replace("=?", "= ?")
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe is not None:
        message["List-Id"] = f"NextCircle digest <digest.{sender.domain}>"
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Precedence"] = "bulk"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    content = message.as_bytes()
    if not (sender.dkim_key and sender.dkim_selector):
        return content
    headers = [each for each in _SIGNED if message[each.decode()] is not None]
    signature = dkim.sign(
        content,
        sender.dkim_selector.encode(),
        sender.domain.encode(),
        sender.dkim_key,
        include_headers=headers,
    )
    return bytes(signature) + content
