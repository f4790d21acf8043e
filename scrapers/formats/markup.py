"""Finds the JSON in web pages: script elements by their type, and JSON that is almost JSON.

Pages write trailing commas, comments, raw line feeds in strings, CDATA wrappers and entities. Each block is repaired by
fixed rules or refused on its own; nothing is executed and no `@context` is fetched.
"""

from __future__ import annotations

import html
import re
from typing import Any, Final

import orjson
from selectolax.lexbor import LexborHTMLParser

MAX_BLOCK: Final = 8_000_000
MAX_REPAIR: Final = 1_000_000
_META_CHARSET: Final = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE
)
_HEADER_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE)
# Labels of the WHATWG encoding standard that listings are written in; no other codec is ever looked up by name.
_ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-2": "iso8859-2",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1254": "cp1254",
    "iso-8859-9": "cp1254",
    "iso-8859-15": "iso8859-15",
    "koi8-r": "koi8-r",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
}
_OPENINGS: Final = re.compile(
    r"(?:\s|\ufeff|<!--|//\s{0,20}<!\[CDATA\[|/\*\s{0,20}<!\[CDATA\[\s{0,20}\*/|<!\[CDATA\[)*+"
)
_CLOSING: Final = re.compile(r"(?:\s|;|-->|//\s{0,20}\]\]>|/\*\s{0,20}\]\]>\s{0,20}\*/|\]\]>)\Z")
# The longest that a closing may be.
_CLOSING_CHARACTERS: Final = 50
_TOKEN: Final = re.compile(
    # What never ends is taken to the end, so that no text is scanned twice.
    r'"(?:[^"\\]|\\.)*+(?:"|\Z)|//[^\n]*|/\*.*?(?:\*/|\Z)|,(?=\s*[}\]])|\b(?:NaN|undefined)\b|-?\bInfinity\b',
    re.DOTALL,
)
_END_TAG: Final = re.compile(r"</script", re.IGNORECASE)
_RAW_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Inside strings only \" \\ \/ \b \f \n \r \t \u are JSON; a surrogate without its other half is not a character.
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r'|u[0-9a-fA-F]{4}|["\\/bfnrt]|(?P<bad>.?))',
    re.DOTALL,
)


def encoding_named(label: str) -> str | None:
    """The codec of a WHATWG encoding label; None for all others, UTF-7 among them."""
    return _ENCODINGS.get(label.strip().lower())


def charset_of(content_type: str | None) -> str | None:
    """The codec of the charset that a Content-Type names; None if it names none that listings are written in."""
    found = _HEADER_CHARSET.search(content_type[:500]) if content_type else None
    return encoding_named(found[1]) if found else None


def text_of(body: bytes, content_type: str | None = None) -> str:
    """A page's text: decoded by BOM, then the HTTP header, then its own meta element, else as UTF-8."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:].decode("utf-8", "replace")
    encoding = charset_of(content_type)
    if encoding is None:
        try:
            return body.decode()
        except UnicodeDecodeError:
            meta = _META_CHARSET.search(body[:4_096])
            encoding = _ENCODINGS.get(meta[1].decode().lower(), "utf-8") if meta else "utf-8"
    return body.decode(encoding, "replace")


def scripts(page: str, mime: str) -> list[str]:
    """The contents of a page's script elements of one type, in order; parameters of the type are ignored."""
    return scripts_in(LexborHTMLParser(page), mime)


def scripts_in(tree: LexborHTMLParser, mime: str) -> list[str]:
    """The same of a page that was parsed already."""
    return [
        # After `<!--<script>` inside a string a parser takes the end tag for text; a block ends there all the same.
        _END_TAG.split(node.text(deep=True), maxsplit=1)[0]
        for node in tree.css("script[type]")
        if (node.attributes.get("type") or "").partition(";")[0].strip().lower() == mime
    ]


def script_by_id(page: str, identifier: str) -> str | None:
    """The content of the script element of that id."""
    for node in LexborHTMLParser(page).css("script[id]"):
        if node.attributes.get("id") == identifier:
            return node.text(deep=True)
    return None


def json_of(text: str | bytes) -> Any:
    """The value of a JSON text, repaired where that is safe; raises `ValueError` where it cannot be read.

    NaN and Infinity become None, of equal keys the last counts, nesting ends at 1,024, a lone surrogate
    becomes U+FFFD.
    """
    if len(text) > MAX_BLOCK:
        raise ValueError("too large")
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError, UnicodeError):
        pass
    if isinstance(text, bytes):
        text = text_of(text)
    text = _unwrapped(text)
    if not text:
        raise ValueError("empty")
    if len(text) > MAX_REPAIR:
        raise ValueError("too large to repair")
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    try:
        return orjson.loads(_TOKEN.sub(_repaired, text))
    except (orjson.JSONDecodeError, RecursionError, UnicodeError) as problem:
        raise ValueError(str(problem)[:100]) from None


def _unwrapped(text: str) -> str:
    """The text without comments' and CDATA's marks around it."""
    opening = _OPENINGS.match(text)
    start, end = opening.end() if opening else 0, len(text)
    while closing := _CLOSING.search(text, max(start, end - _CLOSING_CHARACTERS), end):
        end = closing.start()
    return text[start:end]


def _repaired(match: re.Match[str]) -> str:
    token = match[0]
    if token[0] == '"':
        if "\\" in token:
            token = _ESCAPE.sub(_escape, token)
        return _RAW_CONTROL.sub(lambda found: _ESCAPES.get(found[0], " "), token)
    return "null" if token[-1] in "yNd" and token[0] not in "/," else ""


def _escape(match: re.Match[str]) -> str:
    if match["lone"]:
        return "\\ufffd"
    return match[0] if match["bad"] is None else match["bad"]
