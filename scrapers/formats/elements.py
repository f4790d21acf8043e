"""A web page as plain elements: what the readers of microdata, RDFa and microformats walk over.

One linear pass over the tree that the HTML parser built, without recursion, so that no nesting is too deep. Scripts and
styles are left out. What the elements mean is for the readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborHTMLParser

MAX_ELEMENTS: Final = 200_000
# Visits of nodes while texts are taken, all texts of a page together: nested properties repeat each other's text.
_MAX_VISITS: Final = 400_000
_MAX_TEXT: Final = 20_000
_LEFT_OUT: Final = frozenset({"script", "style", "template", "noscript", "-comment", "_comment", "!doctype"})
_BLOCKS: Final = frozenset(
    (
        *(
            "address",
            "article",
            "blockquote",
            "br",
            "dd",
            "div",
            "dl",
            "dt",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
        ),
        *("hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"),
    )
)
_SPACES: Final = re.compile(r"[ \t\r\f\v\n]+")


class Element:
    """An element; `children` are elements and texts in their order, attribute names are lower-case."""

    __slots__ = ("attributes", "children", "parent", "tag")

    def __init__(self, tag: str, attributes: dict[str, str | None], parent: Element | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []
        self.parent = parent

    def get(self, attribute: str) -> str | None:
        """An attribute's value; an attribute without one is an empty text, a missing one None."""
        if attribute not in self.attributes:
            return None
        return self.attributes[attribute] or ""

    def words(self, attribute: str) -> list[str]:
        """An attribute's value as a list of words, at most 50."""
        return (self.attributes.get(attribute) or "")[:5_000].split()[:50]

    def elements(self) -> list[Element]:
        """The children that are elements."""
        return [each for each in self.children if isinstance(each, Element)]


class Page:
    """The elements of one page."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._whole = True
        self._visits = _MAX_VISITS
        self.root = Element("-root", {}, None)
        self._build(tree)

    def _build(self, tree: LexborHTMLParser) -> None:
        count = 0
        stack = [(node, self.root) for node in (tree.root,) if node is not None]
        while stack:
            node, parent = stack.pop()
            tag = node.tag or ""
            if tag == "-text":
                parent.children.append(node.text_content or "")
                continue
            if tag in _LEFT_OUT:
                continue
            count += 1
            if count > MAX_ELEMENTS:
                self._whole = False
                return
            element = Element(tag, node.attributes, parent)
            parent.children.append(element)
            child = node.last_child
            while child is not None:
                stack.append((child, element))
                child = child.prev

    @property
    def complete(self) -> bool:
        """Whether every element is here and no text had to stay unread."""
        return self._whole and self._visits > 0

    def visit(self) -> bool:
        """Count a visit; false where the page's share is used up and a reader should look no further."""
        self._visits -= 1
        return self._visits > 0

    def walk(self) -> Iterator[Element]:
        """Every element in document order."""
        stack: list[Element] = [self.root]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(each for each in reversed(element.children) if isinstance(each, Element))

    def by_id(self) -> dict[str, Element]:
        """The elements that have an id; of equal ones the first."""
        found: dict[str, Element] = {}
        for element in self.walk():
            identifier = element.attributes.get("id")
            if identifier:
                found.setdefault(identifier, element)
        return found

    def text(self, element: Element, *, images: bool = False) -> str:
        """The text of an element as a browser would lay it out: single spaces, and a line for each block.

        `images` puts their alternative text in their place. Cut at 20,000 characters.
        """
        parts: list[str] = []
        size = 0
        # Null stands for a line break.
        stack: list[Element | str | None] = [element]
        while stack and size < _MAX_TEXT and self._visits > 0:
            self._visits -= 1
            each = stack.pop()
            if not isinstance(each, Element):
                parts.append("\n" if each is None else each.replace("\n", " "))
                size += len(each or "")
                continue
            if images and each.tag == "img":
                parts.append(each.get("alt") or "")
            if each.tag in _BLOCKS:
                parts.append("\n")
                stack.append(None)
            stack.extend(reversed(each.children))
        return _SPACES.sub(
            lambda match: "\n" if "\n" in match[0] else " ", "".join(parts)[:_MAX_TEXT].strip()
        )
