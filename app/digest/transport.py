"""Where mails go: a server (SMTP), or a folder on this machine where no server is set."""

from __future__ import annotations

import asyncio
import mailbox
import ssl
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.core.private_files import make_private_folder

_TIMEOUT_SECONDS: Final = 30.0
# RFC 5321 4.2.1: the server says no for good.
_PERMANENT: Final = 500
# Replies to RCPT that say that there is no such mailbox (RFC 5321 4.2.3), not that we may not write to it.
_NO_MAILBOX: Final = frozenset({550, 551, 553})


class RefusedError(Exception):
    """The server has surely not taken the mail. `permanent`: it never will; `no_mailbox`: there is no such address."""

    def __init__(self, detail: str, *, permanent: bool = False, no_mailbox: bool = False) -> None:
        super().__init__(detail)
        self.permanent = permanent
        self.no_mailbox = no_mailbox


class UncertainError(Exception):
    """The connection was lost between the text and the answer: nobody knows whether the mail was taken."""


class Transport(Protocol):
    """Takes mails, one after the other."""

    async def deliver(
        self, content: bytes, sender: str, recipient: str, before: Callable[[], Awaitable[None]]
    ) -> None:
        """Hand over one mail; `before` is awaited when all that is left is the text. Raises the errors above."""

    async def close(self) -> None:
        """Say goodbye."""


class MaildirTransport:
    """Puts mails into a maildir that only its owner can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def deliver(
        self,
        content: bytes,
        sender: str,  # noqa: ARG002
        recipient: str,  # noqa: ARG002
        before: Callable[[], Awaitable[None]],
    ) -> None:
        """Write a file."""
        await before()
        await asyncio.to_thread(self._add, content)

    def _add(self, content: bytes) -> None:
        make_private_folder(self.folder)
        # Files of this machine have its line ends.
        mailbox.Maildir(self.folder / "maildir").add(content.replace(b"\r\n", b"\n"))

    async def close(self) -> None:
        """Nothing is open."""


class SmtpTransport:
    """One connection that is used again, and opened again when it is lost."""

    def __init__(self, url: str, *, per_second: float = 0.0, per_domain: float = 0.0) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "localhost"
        self.implicit_tls = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.implicit_tls else 587)
        # TLS everywhere but to this machine; `smtp+plain` says that the way is safe otherwise.
        self.start_tls = (
            None if self.host in {"localhost", "127.0.0.1", "::1"} else parts.scheme != "smtp+plain"
        )
        self.username = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password) if parts.password else None
        self.pace = Pace(per_second, per_domain)
        self._client: aiosmtplib.SMTP | None = None

    async def deliver(
        self, content: bytes, sender: str, recipient: str, before: Callable[[], Awaitable[None]]
    ) -> None:
        """Send one mail, as fast as the limits allow."""
        await self.pace.wait(recipient.rpartition("@")[2])
        try:
            client = await self._connected()
            options = [] if recipient.isascii() else ["SMTPUTF8"]
            await client.mail(sender, options=options, encoding="utf-8" if options else "ascii")
            await client.rcpt(recipient, encoding="utf-8" if options else "ascii")
        except aiosmtplib.SMTPResponseException as error:
            await self._reset()
            # A no to the sender or the password is for the operator to mend; the mail waits.
            permanent = error.code >= _PERMANENT and isinstance(error, aiosmtplib.SMTPRecipientRefused)
            no_mailbox = permanent and error.code in _NO_MAILBOX
            raise RefusedError(_answered(error), permanent=permanent, no_mailbox=no_mailbox) from None
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            await self._drop()
            raise RefusedError(f"{self.host} cannot be reached: {_words(error)}") from None
        await before()
        try:
            await client.data(content)
        except aiosmtplib.SMTPResponseException as error:
            await self._reset()
            raise RefusedError(_answered(error), permanent=error.code >= _PERMANENT) from None
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            await self._drop()
            raise UncertainError(f"{self.host} did not answer after the text: {_words(error)}") from None

    async def connect(self) -> None:
        """Open the connection, to see whether that is possible. Raises aiosmtplib's errors."""
        await self._connected()

    @property
    def is_encrypted(self) -> bool:
        """Whether the open connection is over TLS."""
        return self._client is not None and self._client.get_transport_info("sslcontext") is not None

    async def close(self) -> None:
        """End the connection in order."""
        if self._client is not None and self._client.is_connected:
            try:
                await self._client.quit()
            except (aiosmtplib.SMTPException, OSError):
                self._client.close()
        self._client = None

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.implicit_tls,
            start_tls=False if self.implicit_tls else self.start_tls,
            username=self.username,
            password=self.password,
            timeout=_TIMEOUT_SECONDS,
        )
        await client.connect()
        self._client = client
        return client

    async def _reset(self) -> None:
        """After a refusal the connection begins again at the next mail."""
        client = self._client
        if client is None:
            return
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            await self._drop()

    async def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


class Pace:
    """Waits so that no more than so many mails a second leave, in all and to one domain; 0 = as many as can."""

    def __init__(self, per_second: float, per_domain: float) -> None:
        self.gap = 1 / per_second if per_second else 0.0
        self.domain_gap = 1 / per_domain if per_domain else 0.0
        self._next = 0.0
        self._domains: dict[str, float] = {}

    async def wait(self, domain: str) -> None:
        """Until the next mail to the domain may leave."""
        now = time.monotonic()
        start = max(now, self._next, self._domains.get(domain, 0.0))
        if start > now:
            await asyncio.sleep(start - now)
        self._next = start + self.gap
        if self.domain_gap:
            if len(self._domains) > 10_000:
                self._domains = {each: at for each, at in self._domains.items() if at > now}
            self._domains[domain] = start + self.domain_gap


def _answered(error: aiosmtplib.SMTPResponseException) -> str:
    return f"the server answered {error.code} {_words(error.message)}"


def _words(error: object) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
