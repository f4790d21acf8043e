"""Parses microformats of a page into items: https://microformats.org/wiki/microformats2-parsing, as far as events need.

h-event, h-feed, h-card, h-adr and h-geo, and their classic forms (vevent, vcard, adr, geo) by the backward compatible
rules. Elements in, items out; what an item says about an event is for `scrapers.formats.hevent`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from scrapers.formats.elements import Element, Page
from scrapers.formats.valueclass import date_value, machine_date, text_value

_ROOT: Final = re.compile(r"h-[a-z]+(?:-[a-z]+)*")
_PROPERTY: Final = re.compile(r"(p|u|dt|e)-([a-z]+(?:-[a-z]+)*)")
_MAX_NESTING: Final = 12
_MAX_ITEMS: Final = 20_000
_MAX_VALUES: Final = 100

_ADDRESS: Final = {
    "street-address": "p-street-address",
    "extended-address": "p-extended-address",
    "locality": "p-locality",
    "region": "p-region",
    "postal-code": "p-postal-code",
    "country-name": "p-country-name",
}
_POSITION: Final = {"latitude": "p-latitude", "longitude": "p-longitude"}
# Classic root names, what they are today, and the names of their properties.
_CLASSIC: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "vevent": (
        "h-event",
        {
            "summary": "p-name",
            "dtstart": "dt-start",
            "dtend": "dt-end",
            "duration": "dt-duration",
            "description": "p-description",
            "url": "u-url",
            "category": "p-category",
            "location": "p-location",
            "organizer": "p-organizer",
            "attendee": "p-attendee",
            "geo": "p-geo",
            "uid": "u-uid",
            "status": "p-status",
            "photo": "u-photo",
        },
    ),
    "vcard": (
        "h-card",
        {
            "fn": "p-name",
            "org": "p-org",
            "url": "u-url",
            "adr": "p-adr",
            "geo": "p-geo",
            **_ADDRESS,
            **_POSITION,
        },
    ),
    "adr": ("h-adr", _ADDRESS),
    "geo": ("h-geo", _POSITION),
    "vcalendar": ("h-feed", {}),
}


@dataclass(slots=True)
class Item:
    """One microformat: its root names, its properties in their order, and the items below it that are not a property."""

    types: list[str]
    element: Element
    properties: dict[str, list[str | Item]] = field(default_factory=dict)
    children: list[Item] = field(default_factory=list)
    value: str = ""

    def texts(self, label: str) -> list[str]:
        """The values of a property as texts; those that are items by their value."""
        return [each.value if isinstance(each, Item) else each for each in self.properties.get(label, [])]

    def first(self, label: str) -> str | None:
        """The first value that says something."""
        return next((each for each in self.texts(label) if each.strip()), None)

    def item(self, label: str) -> Item | None:
        """The first value that is an item."""
        return next((each for each in self.properties.get(label, []) if isinstance(each, Item)), None)


def has_marks(markup: str) -> bool:
    """Whether a page may hold events as microformats."""
    return "h-event" in markup or "vevent" in markup


def items_of(page: Page) -> list[Item]:
    """The items of a page that stand in no other, in document order."""
    return _Parser(page).children(page.root)


class _Parser:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._count = 0

    def children(self, root: Element) -> list[Item]:
        found: list[Item] = []
        stack = list(reversed(root.elements()))
        while stack:
            element = stack.pop()
            item = self._started(element)
            if item is None:
                stack.extend(reversed(element.elements()))
                continue
            self._fill(item, 0)
            found.append(item)
        return found

    def _started(self, element: Element) -> Item | None:
        if not element.attributes.get("class") or self._count >= _MAX_ITEMS:
            return None
        names = element.words("class")
        types = [each for each in names if _ROOT.fullmatch(each)]
        if not types:
            types = [_CLASSIC[each][0] for each in names if each in _CLASSIC]
        if not types:
            return None
        self._count += 1
        return Item(types, element)

    def _fill(self, item: Item, depth: int) -> None:
        """Read an item's own properties; what stands below another root is that one's."""
        names = self._names_of(item.element)
        stack = list(reversed(item.element.elements()))
        while stack:
            element = stack.pop()
            properties = _properties(element, names)
            nested = self._started(element) if depth < _MAX_NESTING else None
            if nested is not None:
                self._fill(nested, depth + 1)
                if not properties:
                    item.children.append(nested)
                for prefix, label in properties:
                    nested.value = self._nested_value(nested, prefix, element)
                    item.properties.setdefault(label, []).append(nested)
                continue
            for prefix, label in properties:
                values = item.properties.setdefault(label, [])
                if len(values) < _MAX_VALUES:
                    values.append(self._value(prefix, element, item))
            stack.extend(reversed(element.elements()))
        self._imply(item)

    def _names_of(self, root: Element) -> dict[str, str] | None:
        """The classic names that hold below a root; None for one of microformats2."""
        names = root.words("class")
        if any(_ROOT.fullmatch(each) for each in names):
            return None
        merged: dict[str, str] = {}
        for each in names:
            if each in _CLASSIC:
                merged.update(_CLASSIC[each][1])
        return merged

    def _value(self, prefix: str, element: Element, item: Item) -> str:
        match prefix:
            case "u":
                return _address(element) or text_value(self._page, element)
            case "dt":
                return date_value(self._page, element, _known_day(item))
            case _:
                return text_value(self._page, element)

    def _nested_value(self, nested: Item, prefix: str, element: Element) -> str:
        label = "url" if prefix == "u" else "name"
        return nested.first(label) or self._page.text(element)

    def _imply(self, item: Item) -> None:
        """Implied name and url: of an item that has no property of that kind (2.2, implied properties)."""
        root = item.element
        classic = self._names_of(root) is not None
        if "name" not in item.properties and not classic and not _has_texts(item):
            item.properties["name"] = [_implied_name(self._page, root)]
        if "name" not in item.properties and classic and "org" in item.properties:
            item.properties["name"] = [item.first("org") or ""]
        if "url" not in item.properties and not classic:
            url = _implied_address(root)
            if url is not None:
                item.properties["url"] = [url]


def _has_texts(item: Item) -> bool:
    """Whether any p-, e- or nested property was given: then no name is implied."""
    labels = [each for each in item.properties if each not in {"url", "photo", "start", "end", "duration"}]
    return bool(labels or item.children)


def _properties(element: Element, names: dict[str, str] | None) -> list[tuple[str, str]]:
    if not element.attributes.get("class"):
        return []
    found: list[tuple[str, str]] = []
    for each in element.words("class"):
        written = each if names is None else names.get(each, "")
        match = _PROPERTY.fullmatch(written)
        if match is not None and (match[1], match[2]) not in found:
            found.append((match[1], match[2]))
    return found


def _address(element: Element) -> str | None:
    for tags, attribute in (
        (("a", "area", "link"), "href"),
        (("img", "audio", "video", "source", "iframe"), "src"),
        (("object",), "data"),
        (("data", "input"), "value"),
        (("abbr",), "title"),
    ):
        if element.tag in tags and (written := element.get(attribute)) is not None:
            return written.strip()
    return None


def _known_day(item: Item) -> str | None:
    """The last date that the item gave: a time alone, as of an end, is meant on that day (implied date)."""
    for label in ("end", "start"):
        for each in reversed(item.texts(label)):
            if day := machine_date(each):
                return day
    return None


def _implied_name(page: Page, root: Element) -> str:
    element = root
    for _ in range(3):
        if element.tag in {"img", "area"} and (alt := element.get("alt")):
            return alt.strip()
        if element.tag == "abbr" and (title := element.get("title")):
            return title.strip()
        inner = element.elements()
        if len(inner) != 1 or inner[0].tag not in {"img", "area", "abbr"}:
            break
        element = inner[0]
    return page.text(root, images=True)


def _implied_address(root: Element) -> str | None:
    """Of the root, of its only link, or of the only link in its only child."""
    element = root
    for _ in range(3):
        if element.tag in {"a", "area"} and (written := element.get("href")) is not None:
            return written.strip()
        inner = element.elements()
        links = [each for each in inner if each.tag == "a" and each.get("href") is not None]
        if len(links) == 1:
            own = links[0].words("class")
            return (
                None if any(_ROOT.fullmatch(each) for each in own) else (links[0].get("href") or "").strip()
            )
        if len(inner) != 1:
            return None
        element = inner[0]
    return None
