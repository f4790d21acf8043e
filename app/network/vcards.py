"""vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350): names, organisation, title, town, and whether there is e-mail or a phone.

Photos, notes, birthdays and street addresses are passed over; no address in a card is ever followed.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from typing import Final

from app.network.address_books import in_order, phone_keys
from app.network.encodings import guessed_encoding, named_encoding
from app.network.limits import CARD_CHARACTERS, CONTACTS, ROWS
from app.network.linkedin import email_keys, person_name, profile_slug, read_profile
from app.network.records import Channel, Contact, Export, too_many
from app.network.text import clean, decode, name_key

_READ: Final = frozenset(
    {"FN", "N", "NICKNAME", "ORG", "TITLE", "ROLE", "EMAIL", "TEL", "ADR", "URL", "KIND", "X-SOCIALPROFILE", "X-ABSHOWAS",
     "X-ADDRESSBOOKSERVER-KIND"}
)  # fmt: skip
_LONGEST_HEAD: Final = 2_000
# Cards that were put together without an end of line.
_JOINED = re.compile(rb"(END:VCARD)[ \t]*(BEGIN:VCARD)", re.IGNORECASE)
_JOINED_TEXT = re.compile(r"(END:VCARD)[ \t]*(BEGIN:VCARD)", re.IGNORECASE)
_CHARSET = re.compile(rb"CHARSET=\"?([\w.-]+)", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPLIT = re.compile(r"(?<!\\);")


def is_vcard(data: bytes) -> bool:
    """Whether a file begins as a card does."""
    return b"BEGIN:VCARD" in data[:2_000].replace(b"\x00", b"").upper()


def read_vcards(data: bytes) -> Export:
    """The people of a file of cards; organisations and groups are none."""
    export = Export(kinds=["vcard"], files=[[]])
    unnamed = 0
    for number, card in enumerate(_cards(_decoded(data))):
        contact = _contact(card)
        if contact is None:
            unnamed += 1
        else:
            export.files[0].append(contact)
        if len(export.files[0]) > CONTACTS or number > ROWS:
            raise too_many(CONTACTS, "people")
    if unnamed:
        export.warn("unnamed", "cards without a name of a person are left out", unnamed)
    return export


def _decoded(data: bytes) -> str:
    """The text of a file of cards, whose lines may each be in another encoding: as a line says, else as the rest is."""
    data = _JOINED.sub(rb"\1\n\2", data)
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or data[:200].count(0) > 20:
        return _JOINED_TEXT.sub(r"\1\n\2", decode(data))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    others = b"\n".join(line for line in data.splitlines() if not _is_utf8(line))
    usual = guessed_encoding(others)
    return "\n".join(
        _line(line, usual) for line in data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _line(line: bytes, usual: str) -> str:
    if _is_utf8(line):
        return line.decode("utf-8")
    named = _CHARSET.search(line[:_LONGEST_HEAD])
    encoding = named_encoding(named[1].decode("ascii", "replace")) if named else None
    return line.decode(encoding if encoding not in {None, "utf-8"} else usual, "replace")


def _cards(text: str) -> Iterator[list[tuple[str, str]]]:
    """(property, value) of every card; one that never ends is a card all the same."""
    card: list[tuple[str, str]] | None = None
    for name, value in _properties(text):
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            if card:
                yield card
            card = []
        elif name == "END" and card is not None:
            yield card
            card = None
        elif card is not None and name in _READ:
            card.append((name, value))
    if card:
        yield card


def _properties(text: str) -> Iterator[tuple[str, str]]:
    lines = _lines(text)
    pending = next(lines, None)
    while pending is not None:
        line, pending = pending, next(lines, None)
        head, colon, value = _parted(line)
        if not colon:
            continue
        name, *parameters = head.split(";")
        name = name.rpartition(".")[2].strip().upper()
        wanted = name in _READ or name in {"BEGIN", "END"}
        encoded = wanted and any("QUOTED-PRINTABLE" in each.upper() for each in parameters)
        said = _Value(value)
        if encoded:
            # A soft line break of RFC 2045: the line ends with = and goes on in the next one.
            while said.soft and pending is not None:
                said.go_on(pending)
                pending = next(lines, None)
        while pending is not None and pending[:1] in {" ", "\t"}:
            said.add(pending[1:])
            pending = next(lines, None)
        if wanted:
            yield name, _plain(said.text, parameters) if encoded else said.text


class _Value:
    """A value that is put together of lines, as far as any is kept."""

    def __init__(self, first: str) -> None:
        self._parts = [first[:CARD_CHARACTERS]]
        self._size = len(first)
        self.soft = first.endswith("=")

    @property
    def text(self) -> str:
        return "".join(self._parts)[:CARD_CHARACTERS]

    def add(self, part: str) -> None:
        if self._size < CARD_CHARACTERS:
            self._parts.append(part)
        self._size += len(part)

    def go_on(self, line: str) -> None:
        """Take the line after a soft break, whose mark goes."""
        if self._size <= CARD_CHARACTERS:
            self._parts[-1] = self._parts[-1].removesuffix("=")
        self.add(line)
        self.soft = line.endswith("=")


def _lines(text: str) -> Iterator[str]:
    """Lines without their ends, one at a time."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _parted(line: str) -> tuple[str, str, str]:
    """Name with parameters, and value; a colon between quotes is part of a parameter."""
    head, colon, value = line.partition(":")
    if '"' not in head:
        return (head, colon, value) if len(head) < _LONGEST_HEAD else (head, "", "")
    quoted = False
    for at, char in enumerate(line[:_LONGEST_HEAD]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            return line[:at], ":", line[at + 1 :]
    return line, "", ""


def _plain(value: str, parameters: list[str]) -> str:
    charset = next(
        (
            each.partition("=")[2].strip(' "').casefold()
            for each in parameters
            if each.upper().startswith("CHARSET")
        ),
        "utf-8",
    )
    data = quopri.decodestring(value.encode("utf-8", "replace"))
    encoding = named_encoding(charset) or "utf-8"
    if encoding == "utf-8" and not _is_utf8(data):
        encoding = guessed_encoding(data)
    # An encoded line end would make a second property of what follows: it stays a space.
    return data.decode(encoding, "replace").replace("\r", " ").replace("\n", " ")


def _contact(card: list[tuple[str, str]]) -> Contact | None:
    said: dict[str, list[str]] = {}
    for key, value in card:
        said.setdefault(key, []).append(value)
    kind = _first(said, "KIND") or _first(said, "X-ADDRESSBOOKSERVER-KIND")
    if kind.casefold() in {"group", "org", "location", "application"}:
        return None
    if _first(said, "X-ABSHOWAS").casefold() == "company":
        return None
    organisation = [_text(each) for each in _SPLIT.split(_first(said, "ORG"))]
    company = organisation[0] if organisation else None
    name = _name(said)
    if name is None or (company is not None and name_key(name) == name_key(company)):
        return None
    emails = frozenset(key for each in said.get("EMAIL", ()) for key in email_keys(_text(each)))
    phones = phone_keys(each.partition(";ext=")[0] for each in said.get("TEL", ()))
    channels: set[Channel] = set()
    if emails:
        channels.add("email")
    if phones:
        channels.add("phone")
    links = [each.replace("\\:", ":") for each in (*said.get("URL", ()), *said.get("X-SOCIALPROFILE", ()))]
    url, slug = next((read_profile(each) for each in links if profile_slug(each)), (None, None))
    if url is not None:
        channels.add("linkedin")
    address = _SPLIT.split(_first(said, "ADR"))
    return Contact(
        name=name,
        kind="vcard",
        company=company,
        title=_text(_first(said, "TITLE")) or _text(_first(said, "ROLE")),
        url=url,
        slug=slug,
        channels=frozenset(channels),
        emails=emails,
        phones=phones,
        city=_text(address[3]) if len(address) > 3 else None,
        given=_given(said),
    )


def _name(said: dict[str, list[str]]) -> str | None:
    formatted = person_name(_text(_first(said, "FN")), None)
    parts = [_text(each) for each in _SPLIT.split(_first(said, "N"))]
    last, first = (*parts, None, None)[:2]
    structured = person_name(first, last)
    if formatted is None and structured is None:
        return person_name(_text(_first(said, "NICKNAME")), None)
    formatted = in_order(formatted) if formatted else None
    if structured is None or first is None or last is None:
        return formatted if formatted and "@" not in formatted else structured
    # Cards of some phones write the parts carelessly and the whole with care.
    return formatted if formatted and name_key(formatted) == name_key(structured) else structured


def _given(said: dict[str, list[str]]) -> str | None:
    """The first name, where a card has both parts of the name."""
    last, first = ([_text(each) for each in _SPLIT.split(_first(said, "N"))] + [None, None])[:2]
    return first if last else None


def _first(said: dict[str, list[str]], name: str) -> str:
    return next((each for each in said.get(name, ()) if each.strip()), "")


def _text(value: str) -> str | None:
    return clean(_ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], value))
