"""Takes a place string apart: online words, coordinates, segments, post codes.

Knows how people write places, not which places there are; that is :mod:`app.places.gazetteer`. Every
function is pure and answers for any text without raising.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.places.spellings import fold

LONGEST_TEXT = 300

_ONLINE_WORD = (
    r"(?:online(?: event| only| meeting)?|on-line|virtual(?:ly)?(?: event| meeting)?|remote(?:ly)?|hybrid"
    r"|webinar|zoom(?: meeting)?|google meet|ms teams|microsoft teams|discord|twitch|youtube(?: live)?"
    r"|livestream|live stream|internet|en ligne|en línea|virtuell|in[- ]person|multi-location hyd?rid)"
)
_ONLINE_ALONE = re.compile(
    rf"\W*(?:fully |100 ?% )?{_ONLINE_WORD}(?:\W+(?:and |or )?{_ONLINE_WORD})*\W*", re.I
)
_ONLINE_BESIDE = re.compile(
    rf"\(\s*{_ONLINE_WORD}(?:\s*(?:and|or|&|/|,|\+)\s*{_ONLINE_WORD})*\s*\)"
    rf"|(?:^|\s|,)(?:&|and|or|\+|/|/ )\s*{_ONLINE_WORD}\s*$"
    rf"|^\s*{_ONLINE_WORD}\s*(?:&|and|or|\+|/|,|:|-)\s*|[,;|/-]\s*{_ONLINE_WORD}\s*$|^\s*{_ONLINE_WORD}(?=\s*\()",
    re.I,
)
_NOWHERE = {
    "",
    "tba",
    "tbd",
    "tbc",
    "to be announced",
    "to be determined",
    "to be confirmed",
    "to be decided",
    "na",
    "n a",
    "none",
    "null",
    "nil",
    "unknown",
    "various",
    "various locations",
    "multiple locations",
    "anywhere",
    "everywhere",
    "worldwide",
    "world wide",
    "global",
    "earth",
    "world",
    "location tba",
    "location tbd",
    "venue tba",
    "venue tbd",
    "venue to be announced",
    "address tba",
    "see description",
    "needs a location",
    "wird noch bekannt gegeben",
    "a confirmer",
    "por confirmar",
}
_POINT = re.compile(
    r"\s*+(?:geo:)?\(?\s*+([+-]?\d{1,3}(?:\.\d+)?)\s*+°?\s*+([NS])?(?:\s*+[,;]\s*+|(?<=\s)|\s++)"
    r"([+-]?\d{1,3}(?:\.\d+)?)\s*+°?\s*+([EW])?\s*+\)?\s*+",
    re.I,
)
_SEPARATORS = re.compile(r"[,;|\n\r\t()\[\]{}·•]+|(?<![^\S\n\r\t])\s+[-–—@/&]\s+|\s/|/\s|https?://\S+")
_POST_CODES = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?|\d{3}[- ]\d{2,4})\b",
    re.I,
)
_STREET = re.compile(
    r"\b(?:st|street|ave|avenue|av|rd|road|blvd|boulevard|dr|drive|ln|lane|hwy|highway|pkwy|parkway|pl|ct"
    r"|suite|ste|unit|floor|fl|room|rm|bldg|building|strasse|straße|str|platz|rue|calle|via)\b\.?",
    re.I,
)
# Five digits at the end of a part, where a US address has its ZIP code; not a room's number.
_ZIP_CODE = re.compile(
    r"(?<![\w#./-])(?<!\bste )(?<!\bste\. )(?<!suite )(?<!unit )(?<!room )(?<!box )(?<!bldg )([0-9]{5})(?:-[0-9]{4})?"
    r"(?=\s*(?:$|[,;|)\n\r]|-\s|USA?\b|U\.S|United States))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a string between separators: its words as typed (post codes removed) and its folded key."""

    words: str
    key: str
    is_address: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """``online``: an online word stood in the text; ``point``: coordinates; else the segments in order.

    ``zip_codes``: what may be US ZIP codes, as five digits; ``zip_alone``: the text is nothing else.
    """

    online: bool
    point: tuple[float, float] | None
    segments: tuple[Segment, ...]
    zip_codes: tuple[str, ...] = ()
    zip_alone: bool = False


def read(text: str) -> Reading:
    """Takes a string apart. No segment and no point: the string names no place."""
    text = text[:LONGEST_TEXT].replace("\x00", " ").strip()
    if _ONLINE_ALONE.fullmatch(text):
        return Reading(True, None, ())
    if fold(text) in _NOWHERE:
        return Reading(False, None, ())
    point = _point(text)
    if point is not None:
        return Reading(False, point, ())
    without = _ONLINE_BESIDE.sub(" ", text)
    online = without != text
    parts = [_segment(part) for part in _SEPARATORS.split(without)]
    segments = tuple(part for part in parts if part is not None and part.key not in _NOWHERE)
    codes = tuple(_ZIP_CODE.findall(without))
    alone = bool(codes) and _ZIP_CODE.fullmatch(without.strip()) is not None
    return Reading(online, None, segments, codes, alone)


def _point(text: str) -> tuple[float, float] | None:
    found = _POINT.fullmatch(text)
    if not found:
        return None
    lat, lon = float(found[1]), float(found[3])
    if (found[2] or "").upper() == "S":
        lat = -lat
    if (found[4] or "").upper() == "W":
        lon = -lon
    whole_numbers = "." not in found[1] and "." not in found[3]
    return (
        (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 and not (whole_numbers and "," not in text) else None
    )


def _segment(part: str) -> Segment | None:
    words = part.strip(" .-–—\"'“”«»*#:")
    if not words:
        return None
    is_address = any(char.isdigit() for char in words) and bool(_STREET.search(words) or words[0].isdigit())
    bare = words
    if any(char.isdigit() for char in words):
        bare = _POST_CODES.sub(" ", words).strip(" .-–—")
    key = fold(bare)
    if not any(char.isalpha() for char in key):
        return None
    return Segment(bare, key, is_address)
