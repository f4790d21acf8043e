"""Turns RDFa Lite (https://www.w3.org/TR/rdfa-lite/) of a page's elements into trees shaped like JSON-LD.

`vocab`, `typeof`, `property`, `resource` and `prefix`, as far as they speak of schema.org. No triples, no reasoning, and
no vocabulary is ever fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from scrapers.formats.elements import Element, Page
from scrapers.formats.linked import Node

_SCHEMA: Final = "schema.org"
_WORDS: Final = frozenset({"name", "headline", "description", "startDate", "endDate", "keywords"})


@dataclass(frozen=True, slots=True)
class _Scope:
    """What holds at an element: whether bare words are schema.org's, which prefixes are, and whose properties follow."""

    bare: bool
    prefixes: frozenset[str]
    item: Node | None
    # Of a `rel` without a target of its own: what the next typed element is to `item` (RDFa Core 7.4).
    waiting: tuple[str, ...] = ()


def rdfa_trees(page: Page) -> list[Node]:
    """The typed items of a page that are not a property of another, in document order."""
    tops: list[Node] = []
    # "schema" is known without a declaration (RDFa Core initial context).
    stack: list[tuple[Element, _Scope]] = [(page.root, _Scope(False, frozenset({"schema"}), None))]
    while stack:
        element, scope = stack.pop()
        inner = _entered(page, element, _declared(element, scope), tops)
        stack.extend((child, inner) for child in reversed(element.elements()))
    return tops


def _declared(element: Element, scope: _Scope) -> _Scope:
    bare, prefixes = scope.bare, scope.prefixes
    if "vocab" in element.attributes:
        bare = _SCHEMA in (element.get("vocab") or "").lower()
    if "prefix" in element.attributes:
        words = element.words("prefix")
        declared = {
            label[:-1].lower()
            for label, address in zip(words[::2], words[1::2], strict=False)
            if label.endswith(":") and _SCHEMA in address.lower()
        }
        prefixes = prefixes | declared
    if bare == scope.bare and prefixes is scope.prefixes:
        return scope
    return _Scope(bare, prefixes, scope.item)


def _entered(page: Page, element: Element, scope: _Scope, tops: list[Node]) -> _Scope:
    """The scope of an element's children, after its own properties and type are noted."""
    if "typeof" not in element.attributes:
        if scope.item is not None and "property" in element.attributes:
            for label in _terms(element.words("property"), scope):
                _put(scope.item, label, _value(page, element, label))
        return _related(element, scope)
    kinds = _terms(element.words("typeof"), scope)
    if not kinds:
        # A thing of another vocabulary: its properties are nobody's here.
        return _Scope(scope.bare, scope.prefixes, None)
    item: Node = {"@type": kinds}
    identifier = next(
        (written for each in ("resource", "about", "href", "src") if (written := element.get(each))), None
    )
    if identifier:
        item["@id"] = identifier.strip()
    labels = _terms(element.words("property"), scope) or list(scope.waiting)
    if scope.item is not None and labels:
        for label in labels:
            _put(scope.item, label, item)
    else:
        tops.append(item)
    return _Scope(scope.bare, scope.prefixes, item)


def _related(element: Element, scope: _Scope) -> _Scope:
    """RDFa beyond Lite, as generators write it: `rel` names a property of what it points to or holds."""
    if scope.item is None or "rel" not in element.attributes:
        return scope
    labels = _terms(element.words("rel"), scope)
    target = element.get("resource") or element.get("href")
    if target is None:
        return _Scope(scope.bare, scope.prefixes, scope.item, tuple(labels))
    for label in labels:
        _put(scope.item, label, target)
    return scope


def _terms(words: list[str], scope: _Scope) -> list[str]:
    """The local names of the words that belong to schema.org."""
    found = []
    for word in words:
        prefix, colon, rest = word.partition(":")
        if not colon:
            if scope.bare:
                found.append(word)
        elif prefix.lower() in scope.prefixes:
            found.append(rest)
        elif _SCHEMA in word.lower():
            found.append(word.rstrip("/").rpartition("/")[2])
    return [each for each in found if each and not each.startswith("@")]


def _value(page: Page, element: Element, label: str) -> str:
    """RDFa Core 7.5 in the order that Lite leaves: content, datetime, the target, the text."""
    for attribute in ("content", "datetime"):
        written = element.get(attribute)
        if written is not None:
            return written
    if label not in _WORDS:
        for attribute in ("resource", "href", "src"):
            written = element.get(attribute)
            if written is not None:
                return written
    return page.text(element)


def _put(item: Node, label: str, value: Any) -> None:
    if label not in item:
        item[label] = value
    elif isinstance(item[label], list):
        item[label].append(value)
    else:
        item[label] = [item[label], value]
