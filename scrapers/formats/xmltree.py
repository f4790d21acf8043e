"""Parses XML from outside into a tree, without what makes XML dangerous: entities, external files, endless nesting.

A DOCTYPE that declares an entity refuses the document; an external DTD is never fetched and the rest still read. Damage
that feeds really have is tolerated: junk before the declaration, controls, HTML entities, undeclared prefixes, a cut
end. Names keep their prefix as a short known word (`ev:startdate`), lower-case. What they mean is for the readers.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from scrapers.formats.markup import charset_of, encoding_named

MAX_DEPTH: Final = 256
MAX_ELEMENTS: Final = 500_000
_MAX_PREFIXES: Final = 100
# The vocabularies that feeds date their events with, by their namespace and by the prefix that this reader knows.
_NAMESPACES: Final = {
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/event/": "ev",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "urn:ietf:params:xml:ns:xcal": "xcal",
    "urn:ietf:params:xml:ns:icalendar-2.0": "",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://search.yahoo.com/mrss/": "media",
    "http://schemas.trumba.com/rss/x-trumba": "x-trumba",
    "http://bibliocommons.com/rss/1.0/modules/event/": "bc",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
_DECLARATION: Final = re.compile(
    r"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([a-zA-Z0-9_:.-]{2,40})[\"']", re.IGNORECASE
)
_START: Final = re.compile(r"<(?:\?xml\s|!DOCTYPE\s|!--|[a-zA-Z_])")
# What XML 1.0 2.2 allows is everything but these.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_AMPERSAND: Final = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(?:([a-zA-Z][a-zA-Z0-9]{1,31});)?"
)
_CDATA: Final = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_JUNK_AFTER: Final = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]


class RefusedError(ValueError):
    """The document is of a kind that is not read at all; the message says why."""


@dataclass(slots=True)
class Tree:
    """What could be read. `open` are the elements that the end of a cut document left without an end tag."""

    root: Element | None
    complete: bool
    fault: str | None
    open: frozenset[int]


def parse(body: bytes, content_type: str | None = None) -> Tree:
    """The tree of a document, as far as it goes; raises `RefusedError` for entities and for endless nesting."""
    text = decoded(body, content_type)
    # Notices of a server before the declaration: `<?xml` may stand only at the very start (XML 1.0 2.8).
    start = text.find("<?xml ", 0, 20_000)
    if start < 0:
        found = _START.search(text)
        if found is None:
            return Tree(None, complete=False, fault="no XML", open=frozenset())
        start = found.start()
    text = text[start:]
    tree = _Parser().parse(text)
    if tree.complete or "&" not in text:
        return tree
    # Raw ampersands and HTML's entities are no XML, but every feed generator has written them.
    mended = _mended(text)
    again = _Parser().parse(mended) if mended != text else tree
    return again if again.complete or _size(again) > _size(tree) else tree


def decoded(body: bytes, content_type: str | None = None) -> str:
    """The text by BOM, header or declaration; labels of the WHATWG list only, so that UTF-7 is never spoken."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = body.decode("utf-16", "replace")
    elif body[:2] in {b"<\0", b"\0<"}:
        text = body.decode("utf-16-le" if body[:1] == b"<" else "utf-16-be", "replace")
    else:
        text = _single_bytes(body.removeprefix(b"\xef\xbb\xbf"), content_type)
    return _ILLEGAL.sub("", text)


def _single_bytes(body: bytes, content_type: str | None) -> str:
    declared = _DECLARATION.search(body[:400].decode("latin-1"))
    encoding = charset_of(content_type) or (declared and encoding_named(declared[1])) or "utf-8"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        pass
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as problem:
        # A stray byte of the West in a document that says UTF-8; where there are many, the label was wrong.
        if encoding == "utf-8" and body.count(b"\xc3", 0, problem.start) == 0:
            return body.decode("cp1252", "replace")
        return body.decode(encoding, "replace")


def _mended(text: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _CDATA.finditer(text):
        parts += (_AMPERSAND.sub(_character, text[end : match.start()]), match[0])
        end = match.end()
    return "".join([*parts, _AMPERSAND.sub(_character, text[end:])])


def _character(match: re.Match[str]) -> str:
    if match[1]:
        known = html.unescape(match[0])
        if known != match[0] and not known.startswith("&"):
            return known
    return "&amp;" + match[0][1:]


def _size(tree: Tree) -> int:
    return 0 if tree.root is None else sum(1 for _ in tree.root.iter())


class _Stop(Exception):  # noqa: N818  no error of ours: it ends the walk from inside a callback
    """Ends a parse from inside expat's callback."""


class _Parser:
    def __init__(self) -> None:
        self._builder = TreeBuilder()
        self._open, self._shut = self._builder.start, self._builder.end
        self._data = self._builder.data
        self._depth = 0
        self._count = 0
        self._root: Element | None = None
        self._names: dict[str, str] = {}
        self._prefixes: dict[str, str] = {}
        # What held outside of the elements that declare namespaces: depth, prefixes, names.
        self._scopes: list[tuple[int, dict[str, str], dict[str, str]]] = []

    def parse(self, text: str) -> Tree:
        # All at once: expat before 2.6 scans a token again for each piece it comes in (CVE-2023-52425).
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = _entity
        # Beside an external DTD that nobody fetched, `&eacute;` is not an error to expat: it is just left out.
        parser.SkippedEntityHandler = self._skipped
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        fault: str | None = None
        junk = False
        try:
            parser.Parse(text.encode("utf-8", "replace"), True)
        except expat.ExpatError as problem:
            junk = problem.code == _JUNK_AFTER
            fault = str(problem)[:100]
        except _Stop as problem:
            fault = str(problem)
        if self._root is not None and self._depth:
            self._close()
        # A second document behind the first takes nothing from it.
        return Tree(self._root, complete=fault is None or junk, fault=fault, open=self._unclosed())

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        self._count = count = self._count + 1
        if depth > MAX_DEPTH:
            raise RefusedError(f"nested more than {MAX_DEPTH} deep")
        if count > MAX_ELEMENTS:
            raise _Stop(f"more than {MAX_ELEMENTS} elements")
        if attributes:
            declared = [label for label in attributes if label[:5] == "xmlns"]
            # Copies are made of what holds: it must stay small whatever a document declares.
            if declared and len(self._prefixes) < _MAX_PREFIXES:
                self._scopes.append((self._depth, self._prefixes, self._names))
                self._prefixes, self._names = dict(self._prefixes), {}
                for label in declared[:_MAX_PREFIXES]:
                    self._declare(label[6:].lower(), attributes[label])
        names = self._names
        element = self._open(names[name] if name in names else self._named(name), attributes)
        if count == 1:
            self._root = element

    def _end(self, name: str) -> None:
        if self._scopes and self._scopes[-1][0] == self._depth:
            _, self._prefixes, self._names = self._scopes.pop()
        self._depth -= 1
        self._shut(name)

    def _skipped(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            character = html.unescape(f"&{name};")
            self._data(character if not character.startswith("&") else "")

    def _declare(self, prefix: str, address: str) -> None:
        # Feeds of one product vary the address of a namespace; its usual prefix says as much.
        self._prefixes[prefix] = _NAMESPACES.get(address.strip().lower(), prefix)

    def _named(self, name: str) -> str:
        prefix, colon, local = name.lower().rpartition(":")
        known = self._prefixes.get(prefix, prefix)
        found = f"{known}:{local}" if known and (colon or known != prefix) else local
        self._names[name] = found
        return found

    def _close(self) -> None:
        """Hand over the text that a cut document ended in."""
        self._open("-end", {})
        self._shut("-end")

    def _unclosed(self) -> frozenset[int]:
        found: set[int] = set()
        element = self._root
        for _ in range(self._depth):
            if element is None:
                break
            found.add(id(element))
            inner = [each for each in element[-2:] if each.tag != "-end"]
            element = inner[-1] if inner else None
        return frozenset(found)


def _entity(*_: object) -> None:
    raise RefusedError("it declares entities")
