"""Makes text and addresses from outside safe to keep: the one place where markup, controls and tricks are removed.

Pure functions over strings, linear in their input. Nothing here decides what a text means; escaping for HTML, JSON or
iCalendar output stays with the outputs.
"""

from __future__ import annotations

import html
import re
from typing import Final
from unicodedata import normalize
from urllib.parse import SplitResult, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

MAX_NAME: Final = 300
MAX_DESCRIPTION: Final = 20_000
MAX_KEYWORDS: Final = 50
MAX_KEYWORD: Final = 100
# RFC 9110 names no limit; 2,083 is what every browser and cache still carries.
MAX_URL: Final = 2_083

# C0/C1 controls but tab and line feed, soft hyphen, Arabic letter mark, Hangul and Mongolian fillers, zero-width and
# bidi controls, invisible operators, BOM, interlinear marks, tag characters, lone surrogates, non-characters.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
    # Joiners belong between letters of joining scripts and inside emoji; elsewhere they only hide.
    "|(?<![\u0600-\u1fff\u2190-\U0010ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u1fff\u2190-\U0010ffff])"
)
_LINE_SEPARATORS: Final = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\u0085": "\n"})
_SPACES: Final = re.compile(r"\s+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_TRAILING: Final = re.compile(r"(?<![ \t\xa0])[ \t\xa0]+(?=\n)")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31}\d{0,2});")
# Some plugins escape what was escaped already.
_ESCAPED_AT_MOST: Final = 3
# A line break that was written out: not "C:\new".
_WRITTEN_BREAK: Final = re.compile(r"\\r?\\n|\\[rn](?![a-z])")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|<!--|-->")
# Only tags people really write in listings: "a <b and c> d" in a plain text stays what it is.
_KNOWN_TAG: Final = re.compile(
    r"</?(?:a|article|b|blockquote|body|br|center|code|div|em|font|h[1-6]|head|hr|html|i|iframe|img|li|meta|ol|p|pre"
    r"|script|section|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|th|tr|u|ul)(?=[\s/>])",
    re.IGNORECASE,
)
_HIDDEN: Final = re.compile(r"<(?:script|style|template|noscript|iframe|svg|head|title)", re.IGNORECASE)
_SIMPLE_TAG: Final = re.compile(
    r"</?(?:a|b|br|div|em|i|li|p|span|strong|u|ul)(?: [a-z-]{1,20}=\"[^\"<>]{0,2000}\"){0,10} ?/?>"
)
_BREAK: Final = re.compile(r"<(?:br|hr|/p|/div|/li|/h[1-6]|/tr|/ul|/ol|/blockquote)\s*/?>", re.IGNORECASE)
_BAD_IN_URL: Final = re.compile(
    r"[\x00-\x20\x7f-\x9f\"<>\\^`{|}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
# Addresses with nothing in them to check further: no port, no credentials, no escapes.
_PLAIN_URL: Final = re.compile(
    r"https?://[a-zA-Z0-9][a-zA-Z0-9.-]{0,250}(?:[/?#][A-Za-z0-9/._~?=+,;:!$()*#-]*)?"
)


def visible(text: str) -> str:
    """The text without control, bidi and zero-width characters; line feeds and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub("", text.translate(_LINE_SEPARATORS))


def one_line(text: str, limit: int = MAX_NAME) -> str:
    """A name: one line, single spaces, nothing invisible, cut to `limit` characters."""
    # A line of 90 KB is not worth cleaning to its end; twice the limit leaves room for what cleaning removes.
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = visible(text[: limit * 8])
    if not text.isprintable() or "  " in text or "\xa0" in text:
        text = _SPACES.sub(" ", text)
    return text.strip()[:limit].rstrip()


def name(text: str, limit: int = MAX_NAME) -> str:
    """A name from a source that may have put entities or tags into it."""
    text = text[: limit * 8]
    for _ in range(_ESCAPED_AT_MOST if "&" in text else 0):
        text = unescape(text)
    if "<" in text and _KNOWN_TAG.search(text):
        text = _TAG.sub(" ", text)
    return one_line(text, limit)


def unescape(text: str) -> str:
    """HTML entities resolved, only those that end in a semicolon: `?a=1&copy=2` keeps its meaning."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def paragraphs(text: str, limit: int = MAX_DESCRIPTION) -> str | None:
    """A description as plain text: markup stripped, line breaks kept, nothing invisible; None where nothing is left."""
    text = text[: limit * 4]
    for _ in range(_ESCAPED_AT_MOST):
        if "<" in text and _KNOWN_TAG.search(text):
            text = _stripped(text)
        elif "&" in text and _ENTITY.search(text):
            text = unescape(text)
        else:
            break
    if "\\" in text:
        text = _WRITTEN_BREAK.sub("\n", text)
    text = visible(text).strip()
    if "\n" in text:
        text = _BLANK_LINES.sub("\n\n", _TRAILING.sub("", text))
    return text[:limit].rstrip() or None


def _stripped(markup: str) -> str:
    plain = _SIMPLE_TAG.sub("", markup)
    if "<" not in plain:
        # Nothing but well-formed tags that hold only text: a parser would find the same.
        return html.unescape(_SIMPLE_TAG.sub("", _BREAK.sub(lambda match: match[0] + "\n", markup)))
    tree = LexborHTMLParser(_BREAK.sub(lambda match: match[0] + "\n", markup))
    if _HIDDEN.search(markup):
        tree.strip_tags(["script", "style", "template", "noscript", "iframe", "svg", "head"], recursive=True)
    root = tree.body or tree.root
    return root.text(separator="") if root is not None else ""


def keywords(values: list[str]) -> tuple[str, ...]:
    """Keywords in their order, each once whatever its case, at most 50."""
    kept: dict[str, str] = {}
    for value in values:
        word = name(value, MAX_KEYWORD)
        if word:
            kept.setdefault(word.casefold(), word)
        if len(kept) == MAX_KEYWORDS:
            break
    return tuple(kept.values())


def web_url(text: str, base: str | None = None) -> str | None:
    """An absolute http or https address without credentials, else None; relative ones are resolved against `base`."""
    text = text.strip()
    if not text or len(text) > MAX_URL:
        return None
    if _PLAIN_URL.fullmatch(text):
        return text
    if "&amp;" in text:
        text = text.replace("&amp;", "&")
    try:
        if not text.startswith(("https://", "http://")):
            # Only what is relative joins: `javascript:` and friends have a scheme of their own and end below.
            if base is not None:
                text = urljoin(base, text)
            if not text[:8].lower().startswith(("https://", "http://")):
                return None
        if _BAD_IN_URL.search(text):
            text = text.replace(" ", "%20")
            if _BAD_IN_URL.search(text):
                return None
        parts = urlsplit(text)
        host = parts.hostname
        _ = parts.port  # raises where it is not a number
    except ValueError:
        return None
    if not host or "@" in parts.netloc or len(text) > MAX_URL:
        return None
    # Letters that are another spelling of others, such as circled digits, may become the address of another host.
    if not host.isascii() and normalize("NFKC", host) != host:
        return None
    # An escaped line end in an address has one use: to become a raw one further on.
    lowered = text.lower()
    return None if "%0d" in lowered or "%0a" in lowered else text


def split_url(url: str) -> SplitResult | None:
    """The parts of an http, https or webcal address (read as https), host in lower case; None for anything else."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}.get(
        parts.scheme.lower()
    )
    if scheme is None or not host or "@" in parts.netloc:
        return None
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port is None else f"{host}:{port}"
    return parts._replace(scheme=scheme, netloc=netloc.rstrip("."))
