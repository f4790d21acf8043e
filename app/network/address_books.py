"""Address books as CSV: of Google, Outlook, Thunderbird, customer databases, and any list with names, in thirty languages.

Read are names, company, title, town and whether there is an e-mail address or a phone; notes, birthdays and street
addresses are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from app.network.columns import Columns, columns_of, is_address
from app.network.limits import CONTACTS, ROWS
from app.network.linkedin import bounded, email_keys, person_name, profile_slug, read_profile
from app.network.names import bare_name
from app.network.records import Channel, Contact, Export, Kind, too_many
from app.network.tables import Table, first_of
from app.network.text import clean, header_key

_HONORIFIC: Final = re.compile(
    r"(?:mr|mrs|ms|miss|mx|dr|prof|sir|herr|frau|m|mme|mlle|sr|sra|srta|sig|ing|dipl)\b\.?(?:\s\w{1,5}\.)*", re.IGNORECASE
)  # fmt: skip
_OUTLOOK: Final = frozenset(
    {"e mail display name", "e mail 2 address", "business phone", "telefon geschaftlich", "e mail angezeigter name",
     "telephone bureau", "adresse de messagerie", "telefono del trabajo", "ufficio", "e mail address", "e mail adresse"}
)  # fmt: skip
# Japanese, Chinese and Korean names have the family's first.
_FAMILY_FIRST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DIGITS = re.compile(r"\D+")


def is_address_book(columns: frozenset[str]) -> bool:
    """Names, and a way to reach people or where they work."""
    return columns_of(sorted(columns)).lists_people


def read_address_book(table: Table, columns: Columns | None = None) -> Export:
    """The people of an address book, by the words of its header unless its columns are known otherwise."""
    columns = columns or columns_of(table.columns)
    kind = _kind(frozenset(table.columns))
    export = Export(kinds=[kind])
    people: list[Contact] = []
    unnamed = 0
    for row in bounded(table.rows(), ROWS, "rows"):
        contact = _contact(row, columns, kind)
        if contact is None:
            unnamed += 1
        elif len(people) == CONTACTS:
            raise too_many(CONTACTS, "people")
        else:
            people.append(contact)
    export.files.append(people)
    if unnamed:
        export.warn("unnamed", "rows without a name of a person are left out", unnamed)
    return export


def _contact(row: Mapping[str, str], columns: Columns, kind: Kind) -> Contact | None:
    name = _name(row, columns)
    if name is None:
        return None
    mails = [*columns.email, *(each for each in columns.unknown if is_address(row.get(each)))]
    emails = frozenset(key for each in mails for key in email_keys(row.get(each)))
    numbers = phone_keys(row[each] for each in columns.phone if each in row)
    url, slug = next(
        (read_profile(row[each]) for each in columns.url if profile_slug(row.get(each))), (None, None)
    )
    channels: set[Channel] = set()
    if emails:
        channels.add("email")
    if numbers:
        channels.add("phone")
    if url is not None:
        channels.add("linkedin")
    title = clean(_first_value(first_of(row, columns.titles)))
    return Contact(
        name=name,
        kind=kind,
        company=clean(_first_value(first_of(row, columns.company))),
        title=None if title is None or _HONORIFIC.fullmatch(title) else title,
        url=url,
        slug=slug,
        channels=frozenset(channels),
        emails=emails,
        phones=numbers,
        city=clean(first_of(row, columns.city)),
        given=clean(first_of(row, columns.first)),
    )


def phone_keys(values: Iterable[str]) -> frozenset[str]:
    """Numbers as they compare: their last nine digits, whatever the country code is written like."""
    digits = (_DIGITS.sub("", part) for each in values for part in each.split(":::"))
    return frozenset(each[-9:] for each in digits if len(each) >= 3)


def _kind(columns: frozenset[str]) -> Kind:
    google = ("e mail 1 ", "phone 1 ", "organization 1 ")
    if "organization name" in columns or any(each.startswith(google) for each in columns):
        return "google"
    return "csv" if columns.isdisjoint(_OUTLOOK) else "outlook"


def _name(row: Mapping[str, str], columns: Columns) -> str | None:
    first, last = first_of(row, columns.first), first_of(row, columns.last)
    if first and last and _FAMILY_FIRST.search(first) and _FAMILY_FIRST.search(last):
        first, last = last, first
    name = person_name(first, last)
    if name is not None:
        return name
    full = person_name(first_of(row, columns.full), None)
    # A firm's own entry, and an address that stands for a name, are nobody.
    company = clean(first_of(row, columns.company))
    if full is None or "@" in full or (company is not None and header_key(full) == header_key(company)):
        return person_name(first_of(row, columns.nick), None) if full is None else None
    return in_order(full)


def in_order(full: str) -> str:
    """A whole name with the first name first, where it was written "Last, First"."""
    return bare_name(full) or full if "," in full else full


def _first_value(value: str | None) -> str | None:
    """Google joins several values in one cell by colons."""
    return value.split(" ::: ")[0] if value else None
