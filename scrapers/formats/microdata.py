"""Reads schema.org events from microdata and RDFa Lite in web pages: bytes in, one `Reading` out.

Both syntaxes (https://html.spec.whatwg.org/multipage/microdata.html, https://www.w3.org/TR/rdfa-lite/) are turned into
trees shaped like JSON-LD; `scrapers.formats.schemaorg` says what those mean. Only the vocabulary of schema.org is read.
"""

from __future__ import annotations

from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from scrapers.formats.elements import Element, Page
from scrapers.formats.linked import Node
from scrapers.formats.markup import text_of
from scrapers.formats.rdfa import rdfa_trees
from scrapers.formats.schemaorg import Listing
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading

# Properties that are words by nature: where a page puts one on a link, its text is meant and not its target.
_WORDS: Final = frozenset(
    {
        "name",
        "headline",
        "description",
        "startDate",
        "endDate",
        "keywords",
        "addressLocality",
        "addressRegion",
    }
)
_SOURCES: Final = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "source": "src",
    "track": "src",
    "video": "src",
    "object": "data",
    "data": "value",
    "meter": "value",
    "time": "datetime",
}
_MAX_LINKS: Final = 50_000


def read(payload: Payload, context: ReadContext, platform: str = "page") -> Reading:
    """The events that stand in a page as microdata or as RDFa Lite."""
    listing = Listing(payload, context, platform)
    markup = text_of(payload.body, payload.content_type)
    found = False
    if has_marks(markup):
        page = Page(LexborHTMLParser(markup))
        for tree in trees(page, markup):
            found = True
            listing.add(tree)
    if not found:
        listing.notes.add("no_microdata", "the page has neither microdata nor RDFa of schema.org")
    return listing.reading("microdata", complete=found)


def has_marks(markup: str) -> bool:
    """Whether a page may hold either syntax at all; most do not, and then nothing is walked."""
    lowered = markup.lower()
    return ("itemscope" in lowered or "typeof" in lowered) and (
        "schema.org" in lowered or "schema:" in lowered
    )


def trees(page: Page, markup: str) -> list[Node]:
    """The items of a page that stand in no other, microdata first."""
    lowered = markup.lower()
    found: list[Node] = []
    if "itemscope" in lowered:
        found.extend(_Microdata(page).trees())
    if "typeof" in lowered:
        found.extend(rdfa_trees(page))
    return found


class _Microdata:
    """One page's items (HTML, 5.2.4 and 5.2.5). An element is one item however many itemrefs lead to it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._ids: dict[str, Element] | None = None
        self._items: dict[int, Node] = {}
        self._tops: list[Node] = []
        self._links = _MAX_LINKS

    def trees(self) -> list[Node]:
        stack: list[tuple[Element, Node | None]] = [(self._page.root, None)]
        seen: set[tuple[int, int]] = set()
        while stack:
            element, item = stack.pop()
            step = (id(element), id(item))
            if step in seen:
                continue
            seen.add(step)
            inner = self._entered(element, item, stack)
            if inner is _KNOWN:
                continue
            stack.extend((child, inner) for child in reversed(element.elements()))
        return [each for each in self._tops if _is_of_schema(each)]

    def _entered(
        self, element: Element, item: Node | None, stack: list[tuple[Element, Node | None]]
    ) -> Node | None:
        """The item that an element's children belong to, after its own part is noted."""
        if "itemscope" not in element.attributes:
            if item is not None and "itemprop" in element.attributes:
                for label in element.words("itemprop"):
                    _put(item, label, self._value(element, label))
            return item
        known = self._items.get(id(element))
        inner: Node = known if known is not None else self._new(element)
        labels = element.words("itemprop")
        if item is not None and labels:
            for label in labels:
                _put(item, label, inner)
        elif not labels and known is None:
            self._tops.append(inner)
        if known is not None:
            return _KNOWN
        stack.extend((each, inner) for each in self._referenced(element))
        return inner

    def _new(self, element: Element) -> Node:
        item: Node = {"@type": element.words("itemtype")}
        identifier = element.get("itemid")
        if identifier:
            item["@id"] = identifier.strip()
        self._items[id(element)] = item
        return item

    def _referenced(self, element: Element) -> list[Element]:
        names = element.words("itemref")
        if not names:
            return []
        if self._ids is None:
            self._ids = self._page.by_id()
        self._links -= len(names)
        if self._links < 0:
            return []
        return [self._ids[each] for each in reversed(names) if each in self._ids]

    def _value(self, element: Element, label: str) -> Any:
        return value_of(self._page, element, label)


# Stands for an item whose children were read already.
_KNOWN: Final[Node] = {}


def value_of(page: Page, element: Element, label: str) -> str:
    """The value of a property that is not an item: `content` wherever it stands, a target, a machine's date, or the text."""
    content = element.get("content")
    if content is not None:
        return content
    source = _SOURCES.get(element.tag)
    written = element.get(source) if source is not None else None
    if written is not None and not (source in {"href", "src"} and label in _WORDS):
        return written
    return page.text(element)


def _put(item: Node, label: str, value: Any) -> None:
    if label in item:
        before = item[label]
        if isinstance(before, list) and label != "@type":
            before.append(value)
        else:
            item[label] = [before, value]
    elif not label.startswith("@"):
        item[label] = value


def _is_of_schema(item: Node) -> bool:
    return any("schema.org/" in each.lower() for each in item["@type"])
