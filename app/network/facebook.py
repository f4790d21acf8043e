"""Facebook's list of friends (JSON of "Download your information"): names, and since when. It names nobody's employer."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, Final

from app.network.limits import CONTACTS, JSON_BYTES
from app.network.linkedin import email_keys, person_name
from app.network.records import Channel, Contact, Export, ExportError, too_many

_LISTS: Final = ("friends_v2", "friends")


def is_json(data: bytes) -> bool:
    """Whether a file begins as JSON does."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def read_friends(data: bytes) -> Export:
    """The people of `friends.json` of any year. Raises `ExportError` for other JSON."""
    if len(data) > JSON_BYTES:
        raise ExportError(
            413,
            "too_large",
            f"the JSON has more than {JSON_BYTES // 1024**2} MB, a list of friends a few hundred kB",
            "choose connections/friends/your_friends.json of the download",
        )
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        document = None
    friends = _friends(document)
    if friends is None:
        raise ExportError(
            422,
            "no_header",
            "this JSON is not Facebook's list of friends",
            "choose connections/friends/your_friends.json of the download",
        )
    if len(friends) > CONTACTS:
        raise too_many(CONTACTS, "people")
    export = Export(kinds=["facebook"], files=[[]])
    for each in friends:
        name = each.get("name") if isinstance(each, dict) else None
        person = person_name(repaired(name), None) if isinstance(name, str) else None
        if person is None:
            export.anonymous += 1
            continue
        said = each.get("contact_info")
        emails = frozenset(email_keys(said)) if isinstance(said, str) else frozenset()
        channels: set[Channel] = {"facebook", "email"} if emails else {"facebook"}
        export.files[0].append(
            Contact(
                name=person,
                kind="facebook",
                connected_on=_day(each.get("timestamp")),
                channels=frozenset(channels),
                emails=emails,
            )
        )
    return export


def repaired(text: str) -> str:
    """A name whose UTF-8 bytes were written as one character each, as it was meant; any other text as it is."""
    if not any("\x80" <= char <= "\xff" for char in text) or any(char > "\xff" for char in text):
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text


def _friends(document: Any) -> list[Any] | None:
    if not isinstance(document, dict):
        return None
    return next((found for name in _LISTS if isinstance(found := document.get(name), list)), None)


def _day(value: object) -> date | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 4e9:
        return None
    return datetime.fromtimestamp(value, UTC).date()
