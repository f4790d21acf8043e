"""`nextcircle doctor mail`: what receiving servers look at before they take a mail. Asks DNS and the mail server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Final

import aiosmtplib
import dns.exception
import dns.resolver

from app.digest.configuration import mail_state, make_sender, make_transport
from app.digest.return_path import fits
from app.digest.transport import SmtpTransport
from app.maintenance.finding import Finding
from app.settings import Settings

_SECONDS: Final = 5.0
# The TXT records of a name, each in one piece; raises `LookupFailedError` where DNS cannot be asked.
TxtRecords = Callable[[str], list[str]]


class LookupFailedError(Exception):
    """DNS did not answer."""


def txt_records(name: str) -> list[str]:
    """By the resolver of this host."""
    resolver = dns.resolver.Resolver()
    resolver.lifetime = _SECONDS
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise LookupFailedError(str(error)) from None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def mail_findings(settings: Settings, records: TxtRecords = txt_records) -> Iterator[Finding]:
    """Everything that decides whether mails arrive."""
    state = mail_state(settings)
    if state.to != "server":
        yield Finding("mail", "wrong" if state.to == "nowhere" else "off", state.detail)
        return
    sender = make_sender(settings)
    yield asyncio.run(_server(settings))
    if sender.tags_return_path and not fits(sender.address):
        detail = f"{sender.address} is too long for NEXTCIRCLE_MAIL_RETURN_PATH=tagged; take a name of 25 characters at most"
        yield Finding("return path", "wrong", detail)
    if settings.public_url.startswith("https://"):
        yield Finding("one-click", "ok", f"mails offer {settings.base_url}/s/unsubscribe/... (RFC 8058)")
    else:
        detail = (
            "NEXTCIRCLE_PUBLIC_URL must begin with https://, or mail programs offer no one-click unsubscribe"
        )
        yield Finding("one-click", "wrong", detail)
    try:
        yield _spf(sender.domain, records)
        yield _dkim(sender.domain, sender.dkim_selector, bool(sender.dkim_key), records)
        yield _dmarc(sender.domain, records)
    except LookupFailedError as error:
        yield Finding("DNS", "warning", f"the records of {sender.domain} could not be looked up: {error}")


async def _server(settings: Settings) -> Finding:
    transport = make_transport(settings)
    assert isinstance(transport, SmtpTransport)
    try:
        await transport.connect()
    except aiosmtplib.SMTPAuthenticationError:
        return Finding("mail server", "wrong", f"{transport.host} refuses the name or the password")
    except (aiosmtplib.SMTPException, OSError) as error:
        return Finding(
            "mail server", "wrong", f"{transport.host}, port {transport.port}, cannot be reached: {error}"
        )
    encrypted = transport.is_encrypted
    await transport.close()
    if encrypted:
        return Finding("mail server", "ok", f"{transport.host} answers over TLS")
    return Finding("mail server", "warning", f"{transport.host} answers without TLS")


def _spf(domain: str, records: TxtRecords) -> Finding:
    found = [each for each in records(domain) if each.lower().startswith("v=spf1")]
    if not found:
        return Finding("SPF", "wrong", f"{domain} has no TXT record v=spf1 ... that names your mail server")
    if len(found) > 1:
        return Finding("SPF", "wrong", f"{domain} has {len(found)} SPF records; only one may be there")
    return Finding("SPF", "ok", f"{domain}: {found[0][:120]}")


def _dkim(domain: str, selector: str, has_key: bool, records: TxtRecords) -> Finding:
    if not (selector and has_key):
        detail = "mails leave unsigned; set NEXTCIRCLE_DKIM_SELECTOR and NEXTCIRCLE_DKIM_KEY_FILE, or let the server sign"
        return Finding("DKIM", "warning", detail)
    name = f"{selector}._domainkey.{domain}"
    found = [each for each in records(name) if re.search(r"\bp=[A-Za-z0-9+/]", each)]
    if not found:
        return Finding("DKIM", "wrong", f"{name} has no TXT record with the public key (p=...)")
    return Finding("DKIM", "ok", f"{name} has a public key")


def _dmarc(domain: str, records: TxtRecords) -> Finding:
    labels = domain.split(".")
    # The policy of the organisation holds for its subdomains.
    for start in range(len(labels) - 1):
        name = f"_dmarc.{'.'.join(labels[start:])}"
        found = [each for each in records(name) if each.lower().startswith("v=dmarc1")]
        if found:
            return Finding("DMARC", "ok", f"{name}: {found[0][:120]}")
    return Finding("DMARC", "wrong", f"_dmarc.{domain} has no TXT record; v=DMARC1; p=none is the least")
