"""Takes a place string apart: online words, coordinates, segments, post codes.

Knows how people write places, not which places there are; that is :mod:`app.places.gazetteer`. Every
function is pure and answers for any text without raising.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from app.places.spellings import fold

LONGEST_TEXT = 300

_ONLINE_WORD = (
    r"(?:online(?: event| only| meeting)?|on-line|virtual(?:ly)?(?: event| meeting)?|remote(?:ly)?|hybrid"
    r"|webinar|zoom(?: meeting)?|google meet|ms teams|microsoft teams|discord|twitch|youtube(?: live)?"
    r"|livestream|live stream|internet|en ligne|en línea|virtuell|in[- ]person|multi-location hyd?rid"
    r"|home ?office|work from home|télétravail|teletrabajo|remoto|à distance|a distancia|visio(?:conférence)?|fernarbeit)"
)
_ONLINE_ALONE = re.compile(
    rf"\W*(?:fully |100 ?% )?{_ONLINE_WORD}(?:\W+(?:and |or )?{_ONLINE_WORD})*\W*", re.I
)
_ONLINE_BESIDE = re.compile(
    rf"\(\s*{_ONLINE_WORD}(?:\s*(?:and|or|&|/|,|\+)\s*{_ONLINE_WORD})*\s*\)"
    rf"|(?:^|\s|,)(?:&|and|or|\+|/|/ )\s*{_ONLINE_WORD}\s*$"
    rf"|^\s*(?:fully |100 ?% )?{_ONLINE_WORD}\s+in\s+(?:the\s+)?|(?<=^US)\s+{_ONLINE_WORD}\s*$|(?<=^UK)\s+{_ONLINE_WORD}\s*$|(?<=^EU)\s+{_ONLINE_WORD}\s*$"
    rf"|^\s*{_ONLINE_WORD}\s*(?:&|and|or|\+|/|,|:|-)\s*|[,;|/-]\s*{_ONLINE_WORD}\s*$|^\s*(?:fully |100 ?% )?{_ONLINE_WORD}(?=\s*\()",
    re.I,
)
# Addresses of rooms for calls.
_ONLINE_ROOM = re.compile(
    r"^\s*https?://(?:[\w-]+\.)*(?:zoom\.us|meet\.google\.com|teams\.microsoft\.com|webex\.com|whereby\.com|gotomeeting\.com"
    r"|jit\.si|discord\.gg|youtube\.com|youtu\.be|twitch\.tv)\S*\s*$",
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
    "register to see address",
    "link visible for attendees",
    "nationwide",
    "bundesweit",
    "europe",
    "deutschlandweit",
    "europaweit",
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


_INITIALS = re.compile(r"\b(?:[A-Z]\.)+[A-Z]\b")
_LAST_IN_BRACKETS = re.compile(r"\([^()]{1,40}\)\s*$")
_COUNTRY_FIRST = re.compile(
    r"(USA?|UK|GB|DE|FR|CA|AU|IN|NL|ES|IT|CH|AT|IE|BR|MX|JP|SG)\s?[-–:]\s?(\w[\w .'-]{1,60})"
)
_EAST_ASIAN = re.compile(
    r"([\u4e00-\u9fff]{2,3})[都道府県省](?:([\u4e00-\u9fff]{1,4})市)?([\u4e00-\u9fff]{1,6}[区區町村郡市])?"
    r"|([\uac00-\ud7a3]{2,3})(?:특별시|광역시|특별자치시|시|도)?\s([\uac00-\ud7a3]{2,6}[구시군])"
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a string between separators: its words as typed (post codes removed) and its folded key.

    ``in_brackets``: it is the last part and was written in brackets, as in "Milano (MI)".
    """

    words: str
    key: str
    is_address: bool
    in_brackets: bool = False


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
    if _ONLINE_ROOM.search(text):
        return Reading(True, None, ())
    if fold(text) in _NOWHERE:
        return Reading(False, None, ())
    point = _point(text)
    if point is not None:
        return Reading(False, point, ())
    without = _ONLINE_BESIDE.sub(" ", text)
    online = without != text
    parts = [_segment(part) for part in _SEPARATORS.split(_reordered(without))]
    if parts and parts[-1] is None and without.rstrip().endswith(")"):
        parts.pop()
    if parts and parts[-1] is not None and _LAST_IN_BRACKETS.search(without):
        parts[-1] = replace(parts[-1], in_brackets=True)
    segments = tuple(part for part in parts if part is not None and part.key not in _NOWHERE)
    codes = tuple(_ZIP_CODE.findall(without))
    alone = bool(codes) and _ZIP_CODE.fullmatch(without.strip()) is not None
    return Reading(online, None, segments, codes, alone)


def _reordered(text: str) -> str:
    """The largest part last, as in the West: "US-NYC" as "NYC, US", 東京都渋谷区 as "渋谷, 東京"."""
    country = _COUNTRY_FIRST.fullmatch(text.strip())
    if country:
        return f"{country[2]}, {country[1]}"
    east = _EAST_ASIAN.fullmatch(text.strip())
    if east:
        return ", ".join(part for part in reversed(east.groups()) if part)
    return text


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
    # "L.A", "W.Va": the code without its full stops.
    words = _INITIALS.sub(lambda found: found[0].replace(".", ""), words)
    is_address = any(char.isdigit() for char in words) and bool(_STREET.search(words) or words[0].isdigit())
    bare = words
    if any(char.isdigit() for char in words):
        bare = _POST_CODES.sub(" ", words).strip(" .-–—")
    key = fold(bare)
    if not any(char.isalpha() for char in key):
        return None
    return Segment(bare, key, is_address)
