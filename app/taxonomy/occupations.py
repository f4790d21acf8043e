"""The listed job titles, and which words of a typed title tell the occupation. Pure.

``data/titles.tsv`` has a line for each field: its id, a tab, and titles in English, German, French and Spanish. A
title in capitals is an acronym: RN, SDR, CRNA.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from app.taxonomy.taxonomy import load
from app.taxonomy.words import Words, split

TITLES = Path(__file__).with_name("data") / "titles.tsv"

T = TypeVar("T")

# A title of several fields means so many times more often the one that stands first in the list.
_USUAL = 3
_LONGEST_ACRONYM = 8
_LONGEST_TITLE = 8
# In a text this short an acronym is meant also in small letters: "rn", "sdr manager".
FEW_WORDS = 3

# What says who may apply, and how: "(m/w/d)", "(H/F)", "all genders", "m/f/x".
_NOT_TITLE = re.compile(
    r"\(\s*(?:[mwfdxhiv]|gn|all genders?|alle geschlechter)\s*(?:[/|,*:]\s*[mwfdxhiv]\s*){0,3}\)"
    r"|\b[mwfh]\s?/\s?[mwfhd](?:\s?/\s?[dxi])?\b|\ball genders\b",
    re.IGNORECASE,
)
# "Camarero/a", "Verkäufer*in", "Koch:Köchin", "infirmier(e)": the first form stands for both.
_BOTH_FORMS = re.compile(
    r"(?<=[^\W\d_])(?:[/(]-?(?:a|as|e|es|in|innen|ne|ère|euse|rice|se|trice)\b\)?|[*:_]in(?:nen)?\b)"
)
# What stands after these says where, not what: "Software Engineer at a bank", "Koch bei der Post".
_ELSEWHERE = re.compile(r"\s(?:at|@|bei|chez)\s", re.IGNORECASE)
_PART = re.compile(r"\s[-–—|•·:]\s|[,;|()\[\]]|\s/\s")
# Words that tell how high or for how long, not what: they are left out where a title is looked up.
_STEP_WORDS = frozenset(
    """
        senior sr snr junior jr jnr lead principal staff chief head deputy assistant associate trainee
        intern internship graduate entry level mid experienced expert certified licensed registered
        qualified freelance freelancer remote hybrid contract permanent temporary temp part full time job
        position vacancy opening role career professional pro dev i ii iii iv v 1 2 3 4 the a an of and for
        und y et de der die das la le el en in im
    """.split()
)
# Ranks as there are in every field: what stands beside them tells the field.
_RANKS = frozenset(
    """
        manager mgr director executive specialist coordinator officer leader vp vice president consultant
        advisor adviser supervisor administrator clerk assistant professional partner representative rep
        agent staff member team expert worker operative leiter leiterin managerin mitarbeiter mitarbeiterin
        referent referentin sachbearbeiter sachbearbeiterin berater beraterin fachkraft spezialist
        spezialistin assistent assistentin assistenz koordinator koordinatorin responsable directeur
        directrice charge chargee chef cheffe assistante conseiller conseillere gestionnaire coordinateur
        coordinatrice adjoint adjointe specialiste jefe jefa gerente directora tecnico tecnica auxiliar
        coordinador coordinadora encargado encargada especialista asistente asesor asesora gestor gestora
    """.split()
)


_WRITTEN_OUT = {
    "tech": "technician", "mgr": "manager", "eng": "engineer", "engr": "engineer", "dev": "developer", "asst": "assistant",
    "admin": "administrator", "coord": "coordinator", "rep": "representative", "dir": "director", "exec": "executive",
    "spec": "specialist", "mgmt": "management", "svc": "service", "acct": "accountant", "maint": "maintenance",
    "dept": "department", "ops": "operations", "prof": "professor", "sup": "supervisor", "organisation": "organization",
    "centre": "center", "programme": "program", "counsellor": "counselor", "paediatric": "pediatric", "adviser": "advisor",
    "labour": "labor", "theatre": "theater", "sale": "sales", "mould": "mold", "moulding": "molding",
}  # fmt: skip
# (feminine, masculine) endings without accents: German, then French, then Spanish.
_FEMININE = (
    ("erinnen", "er"), ("erin", "er"), ("istin", "ist"), ("orin", "or"), ("eurin", "eur"), ("antin", "ant"),
    ("entin", "ent"), ("login", "loge"), ("euse", "eur"), ("trice", "teur"), ("iere", "ier"), ("ienne", "ien"),
    ("adora", "ador"), ("tora", "tor"), ("sora", "sor"), ("dora", "dor"), ("era", "ero"), ("aria", "ario"),
)  # fmt: skip


_FEMININE_ENDINGS = tuple(ending for ending, _ in _FEMININE)


class FoundTitle(NamedTuple):
    """A known title in a text: the words it covers and the share of each field that it may mean."""

    start: int
    end: int
    fields: dict[str, float]


def listed_titles() -> Iterator[tuple[str, str]]:
    """(field, title) of every line, in the order of the file."""
    for line in TITLES.read_text("utf-8").splitlines():
        field, titles = line.split("\t")
        for title in titles.split("; "):
            yield field, title


def is_acronym(title: str) -> bool:
    """Whether a listed title is an acronym: capitals, and few of them."""
    return len(title) <= _LONGEST_ACRONYM and title.isupper()


class _Entry(NamedTuple):
    field: str
    acronym: bool


class _Known(NamedTuple):
    """Titles, and what titles are about, by their words in base form."""

    titles: dict[str, list[_Entry]]
    # "marketing operations" of its managers and directors: every field of such titles with its share of them.
    subjects: dict[str, dict[str, float]]
    # By the first word of some, of how many words the longest is.
    title_starts: dict[str, int]
    subject_starts: dict[str, int]


@lru_cache(maxsize=1)
def _known() -> _Known:
    titles: dict[str, list[_Entry]] = {}
    counted: dict[str, dict[str, float]] = {}
    read = [(_bases(title), entry) for title, entry in _entries()]
    for words, entry in read:
        entries = titles.setdefault(" ".join(words), [])
        if entry not in entries:
            entries.append(entry)
    for words, entry in read:
        subject = " ".join([word for word in words if word not in _STEP_WORDS and word not in _RANKS])
        # What several fields call a job ("director of engineering") does not say what its words are about.
        if subject and not entry.acronym and len(titles[" ".join(words)]) == 1:
            fields = counted.setdefault(subject, {})
            fields[entry.field] = fields.get(entry.field, 0) + 1
    for known in load().fields.values():
        others = (word for words in known.words.values() for word in words)
        for word in (*known.keywords, *others, known.label):
            if word not in known.ambiguous:
                fields = counted.setdefault(" ".join(_bases(word)), {})
                fields[known.id] = fields.get(known.id, 0) + 1
    for fields in counted.values():
        total = sum(fields.values())
        for field, times in fields.items():
            fields[field] = times / total
    return _Known(titles, counted, _starts(titles), _starts(counted))


def _starts(phrases: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for phrase in phrases:
        words = phrase.split(" ")
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return longest


def _entries() -> Iterator[tuple[str, _Entry]]:
    for field, title in listed_titles():
        yield title, _Entry(field, is_acronym(title))
    for known in load().fields.values():
        for title in known.titles:
            yield title, _Entry(known.id, acronym=False)
        for title in known.acronyms:
            yield title, _Entry(known.id, acronym=True)


@lru_cache(maxsize=32768)
def base(stem: str) -> str:
    """One form of a word for all genders and abbreviations: "tech" and "technician", "Köchin" and "Koch" look alike."""
    written = _WRITTEN_OUT.get(stem)
    if written is not None:
        return written
    if stem.endswith(_FEMININE_ENDINGS):
        for ending, other in _FEMININE:
            if stem.endswith(ending) and len(stem) > len(ending) + 2:
                return stem[: -len(ending)] + other
    return stem


def _bases(text: str) -> list[str]:
    return [base(word) for word in split(text).stems]


def without_noise(title: str) -> str:
    """A title without "(m/w/d)", the second form of "Camarero/a" and what follows "at"."""
    title = _BOTH_FORMS.sub("", _NOT_TITLE.sub(" ", title))
    return _ELSEWHERE.split(title, 1)[0]


def parts_of(title: str) -> list[Words]:
    """The parts of a title between commas, dashes and brackets, in order; empty ones left out."""
    parts = (split(part) for part in _PART.split(title))
    return [part for part in parts if part.stems]


def counts(stem: str) -> bool:
    """Whether a word of a title says what somebody does, not how high or for how long."""
    return stem not in _STEP_WORDS


def tells_subject(stem: str) -> bool:
    """Whether a word says what a title is about: neither its step nor a rank as there is one in every field."""
    return stem not in _STEP_WORDS and stem not in _RANKS


def found_titles(words: Words, *, short: bool) -> Iterator[FoundTitle]:
    """The known titles in a text. In a `short` one acronyms count also in small letters."""
    for start, end, entries in _longest(list(map(base, words.stems)), _known().titles, _known().title_starts):
        fields = dict.fromkeys(
            entry.field
            for entry in entries
            if not entry.acronym or short or all(map(_in_capitals, words.typed[start:end]))
        )
        if fields:
            first, *others = fields
            share = 1 / (len(others) + _USUAL)
            yield FoundTitle(start, end, dict.fromkeys(others, share) | {first: _USUAL * share})


def found_subjects(stems: Sequence[str]) -> Iterator[FoundTitle]:
    """What the titles with these words are about."""
    known = _known()
    return (
        FoundTitle(*found) for found in _longest(list(map(base, stems)), known.subjects, known.subject_starts)
    )


def _longest(
    words: list[str], known: Mapping[str, T], starts: Mapping[str, int]
) -> Iterator[tuple[int, int, T]]:
    """(start, end, thing) of the longest known phrase at each word, in order; none inside another."""
    covered = 0
    for start, word in enumerate(words):
        longest = min(starts.get(word, 0), _LONGEST_TITLE)
        for end in range(min(start + longest, len(words)), max(start, covered), -1):
            thing = known.get(" ".join(words[start:end]))
            if thing is not None:
                covered = end
                yield start, end, thing
                break


def _in_capitals(word: str) -> bool:
    return word.isupper() or not word.isalpha()
