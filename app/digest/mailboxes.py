"""Mail addresses: which are valid, and which are the same mailbox. Pure; no server is asked."""

from __future__ import annotations

import hashlib
from typing import Final

from email_validator import EmailNotValidError, validate_email

# Where dots before the @ mean nothing.
_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})


class AddressError(ValueError):
    """Not a valid email address; the message says why."""


def mail_address(text: str) -> str:
    """The address in its one spelling, its domain in ASCII. Raises `AddressError`."""
    try:
        found = validate_email(text, check_deliverability=False, allow_display_name=False, strict=True)
    except EmailNotValidError as error:
        raise AddressError(f"not an email address: {str(error).rstrip('.')}") from None
    return f"{found.local_part}@{found.ascii_domain}"


def mailbox_key(address: str) -> str:
    """A hash that every spelling of one mailbox has: of upper and lower case, with a `+tag`, with Gmail's dots."""
    local, _, domain = address.casefold().rpartition("@")
    local = local.partition("+")[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return hashlib.blake2b(f"{local}@{domain}".encode(), digest_size=16).hexdigest()


def masked(address: str) -> str:
    """The address as operators and logs see it: `a…@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if domain else ""
