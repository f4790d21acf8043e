"""Reads the XML answers of platforms: the whole elements of a name, whatever is wrong with the rest.

No platform is defined in this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from scrapers.formats import xmltree
from scrapers.platform import Payload


@dataclass(frozen=True, slots=True)
class Answer:
    """An XML answer. `fault` says why it is not whole; names are lower-case and without their namespace."""

    root: Element
    fault: str | None
    cut: frozenset[int]

    @property
    def name(self) -> str:
        """The name of the root element."""
        return local(self.root)

    def every(self, *names: str) -> list[Element]:
        """Every element of one of these names, but those in which the answer was cut off."""
        return [each for each in self.root.iter() if local(each) in names and id(each) not in self.cut]


def answer_of(payload: Payload) -> Answer | None:
    """The answer of an XML payload; None where it is not XML, or of a kind that is not read."""
    if payload.body[:200].lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in {b"<", b"\xff", b"\xfe"}:
        return None
    try:
        tree = xmltree.parse(payload.body, payload.content_type)
    except xmltree.RefusedError:
        return None
    return (
        None if tree.root is None else Answer(tree.root, tree.fault if not tree.complete else None, tree.open)
    )


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition(":")[2] if isinstance(element.tag, str) else ""


def members(element: Element) -> dict[str, str]:
    """The texts of an element's children by name, the first of each."""
    found: dict[str, str] = {}
    for child in element:
        found.setdefault(local(child), child.text or "")
    return found
