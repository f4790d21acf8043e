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
_TAILS = (
    " city",
    " area",
    " metro",
    " metropolitan area",
    " town",
    " township",
    " twp",
    " ku",
    " shi",
    " and online",
)
_IN_FRONT = {"mt": "mount", "ft": "fort", "pt": "port"}


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
