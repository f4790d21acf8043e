"""Which column of a contact file holds what: by the words of its header in thirty languages, else by what stands in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.taxonomy.meanings import resolve_job_title

_DATA = Path(__file__).with_name("data") / "headers.tsv"
# What programs put before or behind the word that matters: "Primary Email", "E-Mail 2", "Name / First Name", "Work phone".
_AROUND: Final = frozenset(
    """
        primary secondary main work home business personal private other contact contacts person people lead current name emails
        phones job linkedin value number address default preferred 1 2 3 4 5 crm record associated dienstlich geschaftlich privat
        private primare sekundare bureau professionnel professionnelle domicile perso trabajo casa particular oficina comercial
        residencial trabalho ufficio abitazione lavoro werk zakelijk thuis arbejde hjem arbete jobb hem arbeid tyo koti sluzbowy służbowy słuzbowy
        domowy prace domov munkahelyi otthoni serviciu acasa рабочий рабочая рабочее домашний домашняя основной is ev εργασιας
    """.split()
)
_NUMBER = re.compile(r" \d+$")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ADDRESS = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+$")
_PHONE = re.compile(r"^\+?[\d\s().\-/]{6,25}$")
_PROFILE = re.compile(r"linkedin\.com/(?:in|pub)/", re.IGNORECASE)
_LEGAL = re.compile(
    r"\b(?:inc|llc|ltd|plc|gmbh|ag|kg|corp|company|group|sa|sas|sarl|srl|spa|bv|nv|ab|oy|as|university|hospital|bank)\b\.?$",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"^[^\W\d_][^\d@:/]*$")
_SHARE: Final = 0.6
_TITLES_SHARE: Final = 0.5
_COMPANIES_SHARE: Final = 0.25
_LEAST_ROWS: Final = 2


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns by what they hold, the first one that a row has filled counts.

    `unknown` are those whose header says nothing: an address that stands there alone is one all the same.
    """

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    nick: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    only_title: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    city: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def lists_people(self) -> bool:
        """Whether there are names, and a way to reach people or where they work."""
        named = bool(self.full or (self.first and self.last))
        return named and bool(self.company or self.title or self.email or self.phone or self.url)

    @property
    def titles(self) -> tuple[str, ...]:
        """Where job titles stand: "Title" is an honorific where another column has the job."""
        return self.title or self.only_title


def columns_of(names: Sequence[str]) -> Columns:
    """What the columns of a folded header hold."""
    found: dict[str, list[str]] = {}
    for name in names:
        role = _role(name)
        if role is not None:
            found.setdefault(role, []).append(name)
        elif not _holds(name, _table()["not_email"]):
            found.setdefault("unknown", []).append(name)
    # "Nom" and "Nome" are a last name beside a first one, the whole name alone.
    if "full" not in found and "first" in found and "last" not in found:
        found["full"] = found.pop("first")
    if "full" not in found and "last" in found and "first" not in found:
        found["full"] = found.pop("last")
    return Columns(**{role: _in_order(role, names) for role, names in found.items()})


def columns_by_content(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """What columns hold by their values, where the header's words are unknown; empty where no address or phone is found."""
    values = {
        name: [row[at].strip() for row in rows if at < len(row) and row[at].strip()]
        for at, name in enumerate(names)
    }
    email = [name for name in names if _mostly(values[name], lambda value: bool(_ADDRESS.match(value)))]
    url = [name for name in names if _mostly(values[name], lambda value: bool(_PROFILE.search(value)))]
    phone = [
        name
        for name in names
        if name not in email
        and _mostly(
            values[name], lambda value: bool(_PHONE.match(value)) and sum(map(str.isdigit, value)) > 5
        )
    ]
    if not (email or phone or url) or len(rows) < _LEAST_ROWS:
        return Columns()
    words = [
        name for name in names if name not in {*email, *url, *phone} and _mostly(values[name], _is_words)
    ]
    title = [name for name in words if _mostly(values[name], _is_title, _TITLES_SHARE)]
    company = [
        name
        for name in words
        if name not in title
        and _mostly(values[name], lambda value: bool(_LEGAL.search(value)), _COMPANIES_SHARE)
    ]
    rest = [name for name in words if name not in {*title, *company}]
    whole = [name for name in rest if _mostly(values[name], lambda value: 2 <= len(value.split()) <= 4)]
    single = [name for name in rest if _mostly(values[name], lambda value: len(value.split()) == 1)]
    if whole:
        names_of = {"full": (whole[0],)}
    elif len(single) > 1:
        names_of = {"first": (single[0],), "last": (single[1],)}
    else:
        return Columns()
    others = [name for name in rest if name not in {each for group in names_of.values() for each in group}]
    return Columns(
        **names_of,
        company=tuple(company or others[:1]),
        title=tuple(title),
        email=tuple(email),
        phone=tuple(phone),
        url=tuple(url),
    )


def is_address(value: str | None) -> bool:
    """Whether a value is an e-mail address and nothing else."""
    return value is not None and bool(_ADDRESS.match(value.strip()))


def _role(name: str) -> str | None:
    table = _table()
    bare = _NUMBER.sub("", name)
    for text in dict.fromkeys((name, bare)):
        for role in ("first", "last", "company", "title", "full", "only_title", "city", "url", "nick"):
            if text in table[role]:
                return role
    if _holds(bare, table["email"]) and not _holds(name, table["not_email"]):
        return "email"
    if _holds(bare, table["phone"]) and not _holds(name, table["not_phone"]):
        return "phone"
    words = bare.split()
    while len(words) > 1 and (words[0] in _AROUND or words[-1] in _AROUND):
        words = words[1:] if words[0] in _AROUND else words[:-1]
        inner = " ".join(words)
        for role in ("first", "last", "company", "title", "city", "url"):
            if inner in table[role]:
                return role
    return None


def _holds(name: str, phrases: Collection[str]) -> bool:
    """Whether one of the phrases stands in a name as whole words; as any part of it in scripts without spaces."""
    padded = f" {name} "
    if _UNSPACED.search(name):
        return any(phrase in name for phrase in phrases if _UNSPACED.search(phrase)) or any(
            f" {phrase} " in padded for phrase in phrases
        )
    return any(f" {phrase} " in padded for phrase in phrases)


def _in_order(role: str, names: Sequence[str]) -> tuple[str, ...]:
    """As in the table, so that "Organization Name" comes before "Company"; addresses and phones as in the file."""
    if role in {"email", "phone", "unknown"}:
        return tuple(names)
    order = list(_table()[role])
    return tuple(sorted(names, key=lambda name: order.index(name) if name in order else len(order)))


def _mostly(values: Sequence[str], is_kind: Callable[[str], bool], share: float = _SHARE) -> bool:
    return len(values) > 0 and sum(is_kind(value) for value in values) >= share * len(values)


def _is_words(value: str) -> bool:
    return len(value) <= 80 and bool(_NAME_WORD.match(value))


def _is_title(value: str) -> bool:
    fields = resolve_job_title(value)
    return fields.best is not None and len(fields.likely) == 1


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, None]]:
    found: dict[str, dict[str, None]] = {}
    for line in _DATA.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            role, words = line.split("\t")
            found[role] = dict.fromkeys(words.split("; "))
    return found
