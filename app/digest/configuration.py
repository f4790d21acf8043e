"""The digest as the settings want it: whether there is mail, who sends it, and the parts that send it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from app.db import Database
from app.digest.compose import Composer
from app.digest.mailer import Mailer
from app.digest.message import Sender
from app.digest.repository.secrets import load_keys
from app.digest.transport import MaildirTransport, SmtpTransport, Transport
from app.settings import ENV_PREFIX, Settings

# On a machine of one's own nobody has set an address.
_LOCAL_SENDER: Final = "NextCircle <nextcircle@localhost.localdomain>"


@dataclass(frozen=True, slots=True)
class MailState:
    """Where mails go: to a server, to the outbox of this machine, or nowhere because of settings that are missing."""

    to: Literal["server", "outbox", "nowhere"]
    missing: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        """The state in a sentence."""
        if self.to == "nowhere":
            return f"mail is off: set {', '.join(self.missing)}"
        if self.to == "server":
            return "mails are sent"
        return f"mails are kept in the outbox of this machine; not set: {', '.join(self.missing)}"


def mail_state(settings: Settings) -> MailState:
    """People who can be reached from elsewhere get mail from a server, with a sender and a postal address, or none."""
    needed = {
        "SMTP_URL": settings.smtp_url.get_secret_value(),
        "MAIL_FROM": settings.mail_from,
        "POSTAL_ADDRESS": settings.postal_address,
    }
    missing = tuple(f"{ENV_PREFIX}{name}" for name, value in needed.items() if not value)
    if settings.is_public:
        return MailState("nowhere", missing) if missing else MailState("server")
    if settings.smtp_url and settings.mail_from:
        return MailState("server")
    return MailState("outbox", missing)


def make_composer(settings: Settings, database: Database) -> Composer:
    """A composer whose links lead to this installation."""
    keys = load_keys(database, settings.secret_key.get_secret_value())
    return Composer(settings.base_url, keys, settings.postal_address)


def make_sender(settings: Settings) -> Sender:
    """Who the mails come from."""
    key = settings.dkim_key_file.read_bytes() if settings.dkim_key_file else b""
    tags = settings.mail_return_path == "tagged"
    return Sender(settings.mail_from or _LOCAL_SENDER, settings.dkim_selector, key, tags)


def make_transport(settings: Settings) -> Transport:
    """Where mails go."""
    if mail_state(settings).to == "server":
        return SmtpTransport(
            settings.smtp_url.get_secret_value(),
            per_second=settings.mail_per_second,
            per_domain=settings.mail_per_domain,
        )
    return MaildirTransport(settings.outbox_folder)


def make_mailer(
    settings: Settings, database: Database, name: str, clock: Callable[[], datetime] | None = None
) -> Mailer:
    """A worker's mailer."""
    return Mailer(
        database,
        make_transport(settings),
        make_composer(settings, database),
        make_sender(settings),
        name,
        clock or database.clock,
        settings.digest_delivery,
    )
