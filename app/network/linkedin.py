"""LinkedIn's export, file by file: connections, invitations, how often one wrote to whom, and one's own past.

Files are known by their header. Of messages only who, to whom and when is read, never a word of what was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final
from urllib.parse import unquote

from app.network.dates import month_first, read_date, read_moment
from app.network.limits import CONTACTS, MESSAGES, RECIPIENTS, ROWS
from app.network.records import Channel, Contact, Export, Job, too_many
from app.network.tables import Table, first_of
from app.network.text import clean, name_key

FIRST: Final = (
    "first name", "given name", "prenom", "vorname", "nombre", "nome", "voornaam", "fornavn", "fornamn", "imie",
)  # fmt: skip
LAST: Final = (
    "last name", "family name", "surname", "nom", "nom de famille", "nachname", "familienname", "apellido", "apellidos",
    "cognome", "sobrenome", "apelido", "achternaam", "etternavn", "efternavn", "efternamn", "nazwisko",
)  # fmt: skip
EMAIL: Final = (
    "email address", "e mail address", "email", "e mail", "e mail adresse", "adresse e mail", "adresse email",
    "adresse electronique", "correo electronico", "direccion de correo electronico", "direccion de correo", "indirizzo email",
    "indirizzo e mail", "indirizzo di posta elettronica", "endereco de e mail", "e mailadres", "e postadress",
    "e postadresse", "adres e mail",
)  # fmt: skip
COMPANY: Final = (
    "company", "organization", "organisation", "organization name", "entreprise", "societe", "unternehmen", "firma", "empresa",
    "organizacion", "compania", "azienda", "societa", "bedrijf", "foretag", "virksomhed", "firma organizacja",
)  # fmt: skip
POSITION: Final = (
    "position", "poste", "fonction", "berufsbezeichnung", "cargo", "puesto", "posizione", "functie", "stilling", "befattning",
    "stanowisko", "job title", "titre du poste", "profession",
)  # fmt: skip
CONNECTED: Final = (
    "connected on", "connected at", "verbunden am", "verbunden seit", "vernetzt am", "date de connexion", "connecte le",
    "en relation depuis", "conectado el", "fecha de conexion", "data di collegamento", "collegato il", "conectado em",
    "conexao em", "verbonden op", "connectie sinds", "ansluten den", "tilknyttet den",
)  # fmt: skip
_URL: Final = (
    "url", "profile url", "profil url", "url du profil", "url del perfil", "url profilo", "url do perfil", "profile",
)  # fmt: skip
_PROFILE = re.compile(
    r"^(?:https?://)?(?:[a-z0-9-]{1,12}\.)?linkedin\.com/(?:in|pub)/([^/?#\s]{1,200})", re.IGNORECASE
)
_LINKEDIN: Final[frozenset[Channel]] = frozenset({"linkedin"})
_WITH_EMAIL: Final[frozenset[Channel]] = frozenset({"linkedin", "email"})
_NO_EMAILS: Final[frozenset[str]] = frozenset()
# Of addresses: no person has so many.
_LONGEST_CELL: Final = 4_000
_NOBODY: Final = frozenset(
    {"undefined", "linkedin member", "mitglied", "membre linkedin", "linkedin mitglied"}
)


def profile_slug(url: str | None) -> str | None:
    """The name of a profile in its address, folded: what is the same person however the address is written."""
    found = _PROFILE.match(url.strip()) if url else None
    return unquote(found[1]).casefold().strip() or None if found else None


def read_profile(url: str | None) -> tuple[str | None, str | None]:
    """A profile's address and its name; an address that is none of LinkedIn's is not kept."""
    slug = profile_slug(url)
    address = clean(url) if slug is not None else None
    if address is None:
        return None, None
    return address if address.lower().startswith("http") else f"https://{address}", slug


def is_connections(columns: frozenset[str]) -> bool:
    """First and last name, and what only LinkedIn has: since when one is connected, or profiles beside positions."""
    if columns.isdisjoint(FIRST) or columns.isdisjoint(LAST):
        return False
    profiles = not columns.isdisjoint(_URL) and not columns.isdisjoint(POSITION)
    return not columns.isdisjoint(CONNECTED) or (profiles and len(columns) < 10)


def read_connections(table: Table) -> Export:
    """The people of `Connections.csv`."""
    export = Export(kinds=["linkedin"])
    columns = [table.present(names) for names in (FIRST, LAST, _URL, EMAIL, COMPANY, POSITION, CONNECTED)]
    wanted = {name for names in columns for name in names}
    found: list[tuple[str | None, ...]] = []
    for row in bounded(table.rows(wanted), ROWS, "rows"):
        first, last, *others = (first_of(row, names) for names in columns)
        name = person_name(first, last)
        if name is None:
            export.anonymous += 1
        elif len(found) == CONTACTS:
            raise too_many(CONTACTS, "people")
        else:
            found.append((name, first, *others))
    us = month_first(each[-1] or "" for each in found)
    ambiguous = bad = 0
    people: list[Contact] = []
    for name, given, url, email, company, title, said in found:
        assert name is not None
        connected = read_date(said, us=us is not False)
        ambiguous += us is None and connected is not None and "/" in (said or "")
        bad += bool(said and said.strip()) and connected is None
        emails = frozenset(email_keys(email)) if email else _NO_EMAILS
        address, slug = read_profile(url)
        people.append(
            Contact(
                name=name,
                kind="linkedin",
                company=clean(company),
                title=clean(title),
                connected_on=connected,
                url=address,
                slug=slug,
                channels=_WITH_EMAIL if emails else _LINKEDIN,
                emails=emails,
                given=clean(given),
            )
        )
    export.files.append(people)
    if export.anonymous:
        export.warn("anonymous", "rows of members who hid their profile hold a date only", export.anonymous)
    if ambiguous:
        export.warn("date_ambiguous", "day and month cannot be told apart; read as month/day", ambiguous)
    if bad:
        export.warn("date_unknown", "dates that could not be read are left out", bad)
    return export


def person_name(first: str | None, last: str | None) -> str | None:
    """First and last name; None for what is nobody's."""
    parts = [part for each in (first, last) if (part := clean(each)) and part.casefold() != "undefined"]
    name = " ".join(parts)
    return name if name and name_key(name) not in _NOBODY else None


def email_keys(value: str | None) -> Iterable[str]:
    """The addresses in a cell, folded, to compare by."""
    for each in re.split(r":::|[;,]", (value or "")[:_LONGEST_CELL]):
        address = each.strip().casefold()
        if "@" in address and 3 < len(address) <= 254 and " " not in address:
            yield address


def _read_invitations(table: Table) -> Export:
    export = Export(kinds=["linkedin invitations"])
    for row in bounded(table.rows(), ROWS, "invitations"):
        outgoing = row.get("direction", "").strip().upper() == "OUTGOING"
        inviter = profile_slug(row.get("inviterprofileurl"))
        invitee = profile_slug(row.get("inviteeprofileurl"))
        own, other = (inviter, invitee) if outgoing else (invitee, inviter)
        if own is not None:
            export.own_slugs[own] = export.own_slugs.get(own, 0) + 1
        if other is not None and outgoing:
            export.asked.add(other)
    return export


_DRAFTS: Final = ("is message draft", "is conversation draft")
_OF_MESSAGES: Final = ("from", "sender profile url", "recipient profile urls", "date", "folder", *_DRAFTS)


def _read_messages(table: Table) -> Export:
    export = Export(kinds=["linkedin messages"])
    letters = export.letters
    drafts = table.present(_DRAFTS)
    # The same few people write again and again.
    slug_of = cache(profile_slug)

    @cache
    def recipients_of(urls: str) -> tuple[str, ...]:
        # The names in TO are apart by commas and hold commas: only the addresses tell people apart.
        return tuple(slug for each in urls.split(",") if (slug := slug_of(each)) is not None)

    for row in bounded(table.rows(_OF_MESSAGES), MESSAGES, "messages"):
        sender = slug_of(row.get("sender profile url"))
        if sender is None or row.get("folder", "").strip().upper() == "SPAM":
            continue
        if any(row.get(each, "").casefold() in {"yes", "true"} for each in drafts):
            continue
        if sender not in letters.names:
            letters.names[sender] = name_key(row.get("from", ""))
        recipients = recipients_of(row.get("recipient profile urls", ""))
        if 0 < len(recipients) <= RECIPIENTS:
            letters.add(sender, recipients, read_moment(row.get("date")))
    return export


def _read_follows(table: Table) -> Export:
    rows = bounded(table.rows(), ROWS, "companies")
    found = [name for row in rows if (name := clean(row.get("organization")))]
    return Export(kinds=["linkedin company follows"], follows=found)


def _read_positions(table: Table) -> Export:
    return Export(
        kinds=["linkedin positions"],
        jobs=[
            Job(company, clean(row.get("title")), clean(row.get("finished on")))
            for row in bounded(table.rows(), ROWS, "positions")
            if (company := clean(row.get("company name")))
        ],
    )


def _read_schools(table: Table) -> Export:
    rows = bounded(table.rows(), ROWS, "schools")
    return Export(
        kinds=["linkedin education"],
        schools=[name for row in rows if (name := clean(row.get("school name")))],
    )


def _read_profile(table: Table) -> Export:
    export = Export(kinds=["linkedin profile"])
    for row in bounded(table.rows(), ROWS, "profiles"):
        export.own_name = export.own_name or person_name(first_of(row, FIRST), first_of(row, LAST))
        export.own_city = export.own_city or clean(row.get("geo location"))
    return export


def _pass_over(_: Table) -> Export:
    """A file of LinkedIn's that says nothing of use: letters of praise, whose writers stand among the connections with the
    company they have now.
    """
    return Export(kinds=["linkedin, passed over"])


# Which file a header is of; connections come last, for other files have names as well.
_FILES: Final[tuple[tuple[Callable[[frozenset[str]], bool], Callable[[Table], Export]], ...]] = (
    (lambda columns: {"direction", "sent at"} <= columns, _read_invitations),
    (lambda columns: {"conversation id", "date", "from"} <= columns, _read_messages),
    (lambda columns: {"organization", "followed on"} <= columns, _read_follows),
    (lambda columns: {"company name", "title", "started on"} <= columns, _read_positions),
    (lambda columns: {"school name", "degree name"} <= columns, _read_schools),
    (lambda columns: {"headline", "summary"} <= columns and not columns.isdisjoint(FIRST), _read_profile),
    (lambda columns: {"text", "creation date"} <= columns, _pass_over),
    (is_connections, read_connections),
)


def reader_of(columns: frozenset[str]) -> Callable[[Table], Export] | None:
    """What reads a file with these columns; None if LinkedIn has none such."""
    return next((reader for knows, reader in _FILES if knows(columns)), None)


def bounded(rows: Iterable[Mapping[str, str]], most: int, what: str) -> Iterable[Mapping[str, str]]:
    """The rows, as long as there are no more than are read."""
    for number, row in enumerate(rows):
        if number >= most:
            raise too_many(most, what)
        yield row
