"""Address books as CSV: Google Contacts of both layouts, Outlook in several languages, and any list with names.

Read are names, company, title, town and whether there is an e-mail address or a phone; notes, birthdays and street
addresses are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from app.network.limits import CONTACTS, ROWS
from app.network.linkedin import COMPANY, EMAIL, FIRST, LAST, bounded, email_keys, person_name
from app.network.records import Channel, Contact, Export, Kind, too_many
from app.network.tables import Table, first_of
from app.network.text import clean, header_key

_FULL: Final = (
    "name", "full name", "display name", "anzeigename", "nom complet", "nombre completo", "nome completo", "file as",
)  # fmt: skip
_TITLE: Final = (
    "job title", "organization 1 title", "organization title", "position", "tatigkeit", "fonction", "puesto", "cargo",
    "posizione", "functie", "stilling", "befattning", "stanowisko", "berufsbezeichnung", "titre du poste", "role", "titre 2",
    "poste", "profession", "beruf", "titulo del trabajo", "qualifica",
)  # fmt: skip
_COMPANY: Final = ("organization 1 name", "organization name", *COMPANY)
_CITY: Final = (
    "business city", "address 1 city", "home city", "ort geschaftlich", "ort privat", "ville bureau", "ville domicile",
    "ciudad del trabajo", "ciudad de trabajo", "citta ufficio", "city", "ort", "ville", "ciudad",
)  # fmt: skip
# An honorific in Outlook's files; a job in those that have no other column for it.
_ONLY_TITLE: Final = ("title", "titre", "titel", "titulo", "titolo")
_HONORIFIC: Final = re.compile(
    r"(?:mr|mrs|ms|miss|mx|dr|prof|sir|herr|frau|m|mme|mlle|sr|sra|srta|sig|ing|dipl)\b\.?(?:\s\w{1,5}\.)*", re.IGNORECASE
)  # fmt: skip
_OUTLOOK: Final = frozenset(
    {"e mail display name", "e mail 2 address", "business phone", "telefon geschaftlich", "e mail angezeigter name",
     "telephone bureau", "adresse de messagerie", "telefono del trabajo", "ufficio", "e mail address", "e mail adresse"}
)  # fmt: skip
_MAIL_COLUMN = re.compile(
    r"^(?:e ?mail|adresse (?:e mail|de messagerie)|messagerie|correo|direccion de correo|indirizzo|e post)"
    r"(?!.*\b(?:type|label|art|typ|tipo|display|anzeigename|angezeigter|complet|affichage|mostrar|visualizzato)\b)"
)
_PHONE_COLUMN = re.compile(
    r"\b(?:phone|mobile|telefon\w*|mobil\w*|telephone|tel|portable|movil|cellulare|telefoon|car)\b"
    r"(?!.*\b(?:type|label|typ)\b)"
)
_NO_PHONE = re.compile(r"\b(?:fax|pager|phonetic|carte?)\b")
_DIGITS = re.compile(r"\D+")


def is_address_book(columns: frozenset[str]) -> bool:
    """Names, and a way to reach people or where they work."""
    named = not columns.isdisjoint(_FULL) or not (columns.isdisjoint(FIRST) or columns.isdisjoint(LAST))
    return named and any(
        each in _COMPANY or each in _TITLE or each in EMAIL or _MAIL_COLUMN.match(each) or _is_phone(each)
        for each in columns
    )


def read_address_book(table: Table) -> Export:
    """The people of an address book."""
    columns = frozenset(table.columns)
    kind = _kind(columns)
    export = Export(kinds=[kind])
    mails = [each for each in table.columns if each in EMAIL or _MAIL_COLUMN.match(each)]
    phones = [each for each in table.columns if _is_phone(each)]
    titles = _TITLE if not columns.isdisjoint(_TITLE) else _ONLY_TITLE
    people: list[Contact] = []
    unnamed = 0
    for row in bounded(table.rows(), ROWS, "rows"):
        name = _name(row)
        if name is None:
            unnamed += 1
            continue
        if len(people) == CONTACTS:
            raise too_many(CONTACTS, "people")
        emails = frozenset(key for each in mails for key in email_keys(row.get(each)))
        numbers = phone_keys(row[each] for each in phones if each in row)
        channels: set[Channel] = set()
        if emails:
            channels.add("email")
        if numbers:
            channels.add("phone")
        title = clean(_first_value(first_of(row, titles)))
        people.append(
            Contact(
                name=name,
                kind=kind,
                company=clean(_first_value(first_of(row, _COMPANY))),
                title=None if title is None or _HONORIFIC.fullmatch(title) else title,
                channels=frozenset(channels),
                emails=emails,
                phones=numbers,
                city=clean(first_of(row, _CITY)),
            )
        )
    export.files.append(people)
    if unnamed:
        export.warn("unnamed", "rows without a name of a person are left out", unnamed)
    return export


def phone_keys(values: Iterable[str]) -> frozenset[str]:
    """Numbers as they compare: their last nine digits, whatever the country code is written like."""
    digits = (_DIGITS.sub("", part) for each in values for part in each.split(":::"))
    return frozenset(each[-9:] for each in digits if len(each) >= 3)


def _kind(columns: frozenset[str]) -> Kind:
    google = ("e mail 1 ", "phone 1 ", "organization 1 ")
    if "organization name" in columns or any(each.startswith(google) for each in columns):
        return "google"
    return "csv" if columns.isdisjoint(_OUTLOOK) else "outlook"


def _name(row: Mapping[str, str]) -> str | None:
    name = person_name(first_of(row, FIRST), first_of(row, LAST))
    if name is not None:
        return name
    full = person_name(first_of(row, _FULL), None)
    # A firm's own entry, and an address that stands for a name, are nobody.
    company = clean(first_of(row, _COMPANY))
    if full is None or "@" in full or (company is not None and header_key(full) == header_key(company)):
        return None
    return full


def _first_value(value: str | None) -> str | None:
    """Google joins several values in one cell by colons."""
    return value.split(" ::: ")[0] if value else None


def _is_phone(column: str) -> bool:
    return bool(_PHONE_COLUMN.search(column)) and not _NO_PHONE.search(column)
