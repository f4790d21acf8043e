"""Weekdays, clock times, dates and distances in a sentence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from app.taxonomy.words import stem
from app.understanding.tokens import Part, Token, said

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMES: dict[str, int] = {}
for _names in (
    _FULL,
    ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
    DAYS,
):
    _NAMES.update({stem(name): at for at, name in enumerate(_names)})
_NAMES |= {"tues": 1, "thur": 3, "thurs": 3, "sonnabend": 5, "wednesda": 2, "saterday": 5}
# "Fridays", "every Friday", "le vendredi", "los viernes": days that come back.
_EACH = frozenset(["every", "each", "jeden", "jeder", "chaque", "tous", "toutes", "cada", "todos"])
_ARTICLES = frozenset(("le", "los"))
_PARTS = {"morning": "morning", "afternoon": "afternoon", "arvo": "afternoon", "evening": "evening", "night": "evening",
          "nite": "evening", "abend": "evening", "vormittag": "morning", "nachmittag": "afternoon", "soir": "evening",
          "matin": "morning", "abends": "evening", "vormittags": "morning", "nachmittags": "afternoon", "noche": "evening", "tarde": "afternoon", "morgen": "morning"}  # fmt: skip
# "Thursday evenings", "donnerstagabends" come back.
_PLURAL_PARTS = ("mornings", "afternoons", "evenings", "nights", "abends", "vormittags", "nachmittags")
_ENDS_IN_S = frozenset(map(stem, ("lunes", "martes", "miercoles", "jueves", "viernes", "tues", "thurs")))
_MONTHS = frozenset(
    stem(word)
    for word in """
        january february march april june july august september october november december januar februar
        märz juni juli oktober dezember janvier février avril juin juillet août septembre octobre novembre
        décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    """.split()
)
_CLOCK = re.compile(
    r"\b(\d{1,2})(?:[:.]\d\d)?\s?(am|pm|a\.m\.|p\.m\.|uhr|h)\b(?!\s?away)|\b(\d{1,2}):\d\d\b", re.IGNORECASE
)
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b", re.ASCII)
# No event is listed outside these years; a day in them has a day before and after it in every zone.
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_DISTANCE = re.compile(
    r"\b(\d{1,3}(?:[.,]\d)?)\s?-?(km|kms|kilomet(?:er|re)s?|kilómetros?|kilometern?|kilomètres?|miles?|mi|meilen|millas?|k)\b",
    re.IGNORECASE,
)
_MILE = 1.609344
_RUNS = frozenset(
    map(
        stem,
        ["run", "runs", "race", "races", "laufen", "lauf", "course", "carrera", "walk", "hike", "training"],
    )
)
_ON_FOOT = re.compile(
    r"\bwalking distance\b|\bwalkable\b|\bwalk to\b|\b(?:\d+|five|ten|fifteen)[ -]min(?:ute)?s?['’]? walk\b|\bon foot\b"
    r"|\bzu fu(?:ß|ss)\b|\bfußläufig\w*|\bà pied\b|\ba pie\b|\bandando\b|\bcaminando\b",
    re.IGNORECASE,
)
_BY_BIKE = re.compile(
    r"\b(?:cycling|biking|bike) distance\b|\bmit dem (?:rad|fahrrad) erreichbar\b", re.IGNORECASE
)
_WALK_KM, _BIKE_KM = "2", "5"


def weekdays(tokens: Sequence[Token]) -> list[Part]:
    """Days of the week: one day (``from_to``), or several and days that come back (``weekday``)."""
    parts = list(_weekdays(tokens))
    single = [part for part in parts if part.member == "from_to"]
    if len({part.value for part in single}) > 1:
        for part in single:
            part.member, part.value = "weekday", DAYS[_FULL.index(part.value.removeprefix("next "))]
    return parts


def _weekdays(tokens: Sequence[Token]) -> Iterator[Part]:
    for at, token in enumerate(tokens):
        number = _NAMES.get(token.stem)
        if number is None or token.part is not None:
            continue
        if (
            len(token.stem) == 3
            and token.stem in ("sun", "sat", "mon", "mar")
            and not _beside_a_time(tokens, at)
        ):
            continue
        before = tokens[at - 1].folded if at else ""
        plural = token.folded.endswith("s") and token.stem not in _ENDS_IN_S
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        part_of_day = _PARTS.get(following.stem) if following is not None and following.part is None else None
        evenings = (
            following is not None and part_of_day is not None and following.folded.endswith(_PLURAL_PARTS)
        )
        back = plural or evenings or before in _EACH or (before in _ARTICLES and token.stem not in _FULL)
        first = (
            at - 1
            if before in _EACH or before in _ARTICLES or before in ("next", "nächsten", "prochain")
            else at
        )
        if back:
            yield Part("weekday", DAYS[number], 0.95, token.typed, first, at)
        else:
            day = ("next " if before in ("next", "nächsten") else "") + _FULL[number]
            yield Part("from_to", day, 0.9, token.typed, first, at)
        if following is not None and part_of_day is not None:
            yield Part("part_of_day", part_of_day, 0.9, following.typed, at + 1, at + 1)


def _beside_a_time(tokens: Sequence[Token], at: int) -> bool:
    near = {tokens[i].stem for i in (at - 1, at + 1) if 0 <= i < len(tokens)}
    return bool(
        near
        & {"on", "next", "this", "or", "and", "every", "night", "evening", "morning", "afternoon", *_NAMES}
    )


def clocks(text: str, tokens: Sequence[Token]) -> Iterator[Part]:
    """Clock times as a part of the day."""
    for found in _CLOCK.finditer(text):
        hour = int(found[1] or found[3])
        if (found[2] or "").casefold().startswith("p") and hour < 12:
            hour += 12
        if hour > 24:
            continue
        part = (
            "night"
            if hour >= 22 or hour < 5
            else "morning"
            if hour < 12
            else "afternoon"
            if hour < 17
            else "evening"
        )
        yield from _over(found, "part_of_day", part, 0.85, text, tokens)


def dates(text: str, tokens: Sequence[Token]) -> Iterator[Part]:
    """ISO dates, and months, which are understood and have no value: whoever asks is told."""
    for found in _DATE.finditer(text):
        if _is_date(found[0]):
            yield from _over(found, "from_to", found[0], 0.95, text, tokens)
    for at, token in enumerate(tokens):
        if token.stem in _MONTHS and token.part is None:
            yield Part("month", token.folded, 0.5, token.typed, at, at)


def _is_date(text: str) -> bool:
    try:
        return _FIRST_YEAR <= date.fromisoformat(text).year <= _LAST_YEAR
    except ValueError:
        return False


def distances(text: str, tokens: Sequence[Token]) -> Iterator[Part]:
    """Distances in km; "walking distance" is 2 km."""
    for found in _DISTANCE.finditer(text):
        if found[2].casefold() in ("k", "mi") or _is_a_run(tokens, found.end()):
            continue
        number = float(found[1].replace(",", "."))
        km = number * (_MILE if found[2].casefold().startswith(("mile", "mi", "meil", "mill")) else 1.0)
        if 0 < km <= 500:
            yield from _over(
                found, "radius_km", f"{km:g}" if km == int(km) else f"{km:.1f}", 0.95, text, tokens
            )
    for pattern, km_text in ((_ON_FOOT, _WALK_KM), (_BY_BIKE, _BIKE_KM)):
        for found in pattern.finditer(text):
            yield from _over(found, "radius_km", km_text, 0.7, text, tokens)


def _is_a_run(tokens: Sequence[Token], end: int) -> bool:
    after = next((token for token in tokens if token.start >= end), None)
    return after is not None and after.start - end <= 2 and after.stem in _RUNS


def _over(
    found: re.Match[str], member: str, value: str, confidence: float, text: str, tokens: Sequence[Token]
) -> Iterator[Part]:
    inside = [at for at, token in enumerate(tokens) if found.start() <= token.start < found.end()]
    if inside and all(tokens[at].part is None for at in inside):
        words = said(text, [tokens[inside[0]], tokens[inside[-1]]])
        yield Part(member, value, confidence, words, inside[0], inside[-1])
