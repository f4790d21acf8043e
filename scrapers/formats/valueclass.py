"""The value class pattern: how microformats take a text or a date out of an element and the parts it marks.

https://microformats.org/wiki/value-class-pattern. Dates come out as `YYYY-MM-DD`, `YYYY-MM-DD HH:MM[:SS]` with the
offset that was written, or as whatever the page wrote where that is neither.
"""

from __future__ import annotations

import re
from typing import Final

from scrapers.formats.elements import Element, Page

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}|\d{4}-\d{3}|\d{4}-\d{2}", re.ASCII)
_OFFSET: Final = re.compile(r"(?:Z|[+-]\d{1,2}:?(?:\d{2})?)", re.ASCII | re.IGNORECASE)
_TIME: Final = re.compile(
    r"(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?\s*+(a\.?m\.?|p\.?m\.?)?\s*+(Z|[+-]\d{1,2}:?(?:\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_MAX_PARTS: Final = 20


def text_value(page: Page, element: Element) -> str:
    """The text that a p- property means: its marked parts together, a machine's value, else all of it."""
    marked = _parts(page, element, dates=False)
    if marked:
        return " ".join(marked).strip()
    return _own_text(page, element)


def date_value(page: Page, element: Element, day: str | None) -> str:
    """The date or date and time that a dt- property means; a time alone is one of `day`, where that is known."""
    marked = _parts(page, element, dates=True)
    if not marked:
        written = _own_date(page, element)
        clock = _clock(written)
        if clock is not None and day is not None and not machine_date(written):
            return f"{day} {clock}"
        return written
    date: str | None = None
    clock = offset = None
    for part in marked:
        if date is None and machine_date(part) and len(part) > 10:
            return part
        if date is None and _DATE.fullmatch(part):
            date = part
        elif clock is None and (found := _clock(part)) is not None:
            clock = found
        elif offset is None and _OFFSET.fullmatch(part):
            offset = _plain_offset(part)
    if clock is None:
        return date or " ".join(marked)
    when = clock + (offset if offset and not _has_offset(clock) else "")
    return f"{date or day} {when}" if date or day else when


def machine_date(written: str) -> str | None:
    """The date that a machine-readable value begins with."""
    match = _DATE.match(written.strip())
    return match[0] if match else None


def _parts(page: Page, element: Element, *, dates: bool) -> list[str]:
    """The values of the elements with the class `value`, or the titles of those with `value-title`."""
    found: list[str] = []
    stack = list(reversed(element.elements()))
    while stack and len(found) < _MAX_PARTS and page.visit():
        part = stack.pop()
        names = part.words("class") if part.attributes.get("class") else []
        if "value-title" in names:
            found.append((part.get("title") or "").strip())
        elif "value" in names:
            found.append((_own_date(page, part) if dates else _own_text(page, part)).strip())
        elif not any(name.startswith(("p-", "u-", "dt-", "e-", "h-")) for name in names):
            stack.extend(reversed(part.elements()))
    return [each for each in found if each]


def _own_text(page: Page, element: Element) -> str:
    if element.tag in {"abbr", "link"} and (title := element.get("title")) is not None:
        return title.strip()
    if element.tag in {"data", "input"} and (value := element.get("value")) is not None:
        return value.strip()
    if element.tag in {"img", "area"} and (alt := element.get("alt")) is not None:
        return alt.strip()
    return page.text(element, images=True)


def _own_date(page: Page, element: Element) -> str:
    if element.tag in {"time", "ins", "del"} and (written := element.get("datetime")) is not None:
        return written.strip()
    return _own_text(page, element)


def _clock(written: str) -> str | None:
    """A time of day in 24 hours, its offset without a colon; None for what is not a time."""
    match = _TIME.fullmatch(written.strip())
    if match is None or (match[2] is None and match[4] is None):
        return None
    hours = int(match[1])
    if match[4]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if match[4][0] in "pP" else 0)
    if hours > 24:
        return None
    seconds = f":{match[3]}" if match[3] else ""
    return f"{hours:02}:{match[2] or '00'}{seconds}{_plain_offset(match[5] or '')}"


def _plain_offset(offset: str) -> str:
    return offset.replace(":", "").upper()


def _has_offset(clock: str) -> bool:
    return clock.endswith("Z") or "+" in clock or "-" in clock
