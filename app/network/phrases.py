"""What fields and employers are called inside a sentence, and the words of drafts and questions, by language."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from app.taxonomy.taxonomy import load

Tongue = Literal["en", "de", "de-formal", "fr", "es"]
Words = dict[str, Any]

_DATA = Path(__file__).with_name("data")
_COLUMNS: Final = ("en", "de", "fr", "es")
# Of fields that an operator added, which nobody has put into a phrase.
_ANY_FIELD: Final = {
    "en": "in {label}",
    "de": "im Bereich {label}",
    "fr": "dans le domaine « {label} »",
    "es": "en {label}",
}
# French goes "chez" a firm, but "à" a school or hospital.
_PLACE = re.compile(
    r"\b(?:universit\w*|école|ecole|school|college|collège|institut\w*|hospital\w*|hôpital|hopital|clini\w+|chu|academy|lycée|musée|"
    r"museum|library|mairie|ministère)\b",
    re.IGNORECASE,
)


def drafts_in(tongue: Tongue) -> Words:
    """The words of drafts."""
    found: Words = _document("drafts")[tongue]
    return found


def questions_in(tongue: Tongue) -> Words:
    """The words of questions; those of a family of fields by `family`."""
    document = _document("questions")
    trades = {family: texts[tongue] for family, texts in document["family"].items()}
    found: Words = document[tongue] | {"family": trades}
    return found


def in_field(identity: str, language: str) -> str:
    """A field or family as a sentence has it: "in nursing", "in der Pflege", "dans les soins infirmiers", "en enfermería"."""
    phrase = _phrases().get((identity, language))
    if phrase is not None:
        return phrase
    field = load().fields[identity]
    return _ANY_FIELD[language].format(label=field.labels.get(language, field.label))


def at_company(words: Words, company: str) -> str:
    """Where somebody works: "at Acme", "bei Acme", "chez Acme"; "à" for schools and hospitals in French."""
    return str(words["at_place" if _PLACE.search(company) else "at_company"]).format(company=company)


@lru_cache(maxsize=1)
def _phrases() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for line in (_DATA / "in_fields.tsv").read_text("utf-8").splitlines():
        identity, *phrases = line.split("\t")
        found |= {(identity, language): phrase for language, phrase in zip(_COLUMNS, phrases, strict=True)}
    return found


@lru_cache(maxsize=2)
def _document(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / f"{name}.toml").read_text("utf-8"))
