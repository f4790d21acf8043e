"""One spelling for many: how names of places are made comparable.

Used both by the build, for the keys in the gazetteer, and by every look-up, so that both always agree.
It may not know any place; a rule that holds for one name only belongs into the alias data.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters that NFKD leaves whole although readers type them without the stroke or ligature.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ə": "e",
        # Apostrophes join (Coeur d'Alene, Xi'an, O‘ahu): people leave them out rather than type a space.
        "'": None,
        "’": None,
        "‘": None,
        "ʼ": None,
        "ʻ": None,
        "ʿ": None,
        "ʾ": None,
        "`": None,
        "´": None,
    }
)
_ACCENTS = re.compile("[\u0300-\u036f]+")
_INITIALS = re.compile(r"\b(?:\w\.){2,}")
_NOT_WORD = re.compile(r"[\W_]+")

# Abbreviations that stand for a word at the start of, or inside, a name.
_ANYWHERE = {"st": "saint", "sankt": "saint", "ste": "sainte", "skt": "saint"}
_LEADS = ("the ", "city of ", "greater ", "downtown ", "central ", "town of ", "near ", "metro ")
_TAILS = (" city", " area", " metro", " metropolitan area", " town", " township", " twp", " ku", " shi", " and online")  # fmt: skip
_IN_FRONT = {"mt": "mount", "ft": "fort", "pt": "port"}
# What people add to a name for the area around it ("Greater Lyon Area"), or beside a name ("Berlin office").
_AROUND_LEADS: tuple[str, ...] = (
    "greater ", "metro ", "metropolitan ", "metropolregion ", "grossraum ", "großraum ", "raum ", "region ", "region de ",
    "region d", "kanton ", "canton de ", "canton du ", "canton of ", "province of ", "provincia de ", "provincia di ",
    "comunidad de ", "state of ", "county ", "alrededores de ", "zona de ", "area metropolitana de ", "area metropolitana di ",
    "grand ", "gran ", "grande ", "agglomeration de ", "landkreis ", "kreis ", "stadt ", "ville de ", "ciudad de ", "citta di ",
    "departement de ", "departement du ", "nahe ", "around ", "outside ", "bei ",
)  # fmt: skip
_AROUND_TAILS: tuple[str, ...] = (
    " metropolitan area", " metropolitan region", " metro area", " metroplex", " area", " region", " metro", " bay area",
    " und umgebung", " umgebung", " und umland", " et environs", " et ses environs", " et alentours", " y alrededores",
    " e dintorni", " and surroundings", " and surrounding areas", " surroundings", " office", " offices", " hq",
    " headquarters", " city centre", " city center", " county", " lan", " state", " province", " to", " und", " et",
)  # fmt: skip
_REGION_LEADS = (
    "kanton ", "canton ", "province ", "provincia ", "comunidad ", "state of ", "departement ", "landkreis ", "county ",
)  # fmt: skip
_REGION_TAILS = (" state", " province", " county", " lan")
# Longest first: "region de" before "region".
_AROUND_LEADS = tuple(sorted(_AROUND_LEADS, key=len, reverse=True))
_AROUND_TAILS = tuple(sorted(_AROUND_TAILS, key=len, reverse=True))
_PAIRED = re.compile(r"\s?[-–/]\s?|\s(?:and|und|et|y|&)\s")


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """The comparable form of a name: casefolded, no accents, punctuation as one space, scripts kept.

    "São Paulo" -> "sao paulo", "St. Louis" -> "saint louis", "Washington, D.C." -> "washington dc".
    """
    text = text.casefold()
    if "." in text:
        text = _INITIALS.sub(lambda found: found[0].replace(".", ""), text)
    text = text.translate(_LETTERS)
    if not text.isascii():
        # NFC at the end keeps Hangul and kana in their short, usual form.
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))
        text = text.casefold()
    words = _NOT_WORD.sub(" ", text).split()
    if len(words) > 1:
        words[0] = _IN_FRONT.get(words[0], words[0])
        words = [_ANYWHERE.get(word, word) for word in words]
    return " ".join(words)


def spellings(key: str) -> tuple[str, ...]:
    """Other keys worth a look when ``key`` itself is unknown: German umlauts written out, filler words."""
    found: list[str] = []
    plain = key.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    if plain != key:
        found.append(plain)
    found.extend(key.removeprefix(lead) for lead in _LEADS if key.startswith(lead))
    found.extend(key.removesuffix(tail) for tail in _TAILS if key.endswith(tail))
    if key.endswith(" twp"):
        found.append(key.removesuffix("twp") + "township")
    if " " not in key and len(key) > 3:
        found.append(key + " city")
    return tuple(form for form in found if len(form) > 1)


def without_surroundings(key: str) -> str:
    """A folded name without what means all around it: "greater nuremberg area" is "nuremberg"."""
    before = None
    while key != before:
        before = key
        for lead in _AROUND_LEADS:
            key = key.removeprefix(lead)
        for tail in _AROUND_TAILS:
            key = key.removesuffix(tail)
    return key


def first_of_pair(words: str) -> str | None:
    """The first of several towns that are written as one: "Minneapolis-St. Paul", "Cleveland/Akron"; None for one town."""
    parts = _PAIRED.split(words, maxsplit=1)
    return parts[0] if len(parts) > 1 and len(parts[0]) > 2 else None


def names_region(key: str) -> bool:
    """Whether a folded name says that it is a region's: "kanton zurich", "ontario province"."""
    return key.startswith(_REGION_LEADS) or key.endswith(_REGION_TAILS)
