"""Bytes to text, and text to values that are safe to compare and to show."""

from __future__ import annotations

import codecs
import re
import unicodedata

from app.network.encodings import guessed_encoding
from app.network.limits import VALUE_CHARACTERS

_SPACE = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[\W_]+")
# What would turn the text around it, or hide in it: bidirectional controls, zero-width marks but the joiners of scripts.
_HIDDEN = re.compile("[\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> str:
    """The text of a file: by its byte-order mark, else UTF-8, else UTF-16 without a mark, else the likeliest other encoding."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    sample = data[:2_000]
    if sample.count(0) > len(sample) // 4:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        return data.decode("utf-16-le" if odd >= even else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A bad byte or two in UTF-8 are no reason to read every accent of the file wrong.
        readable = data.decode("utf-8", "replace")
        if readable.count("\ufffd") * 4 < sum(
            byte >= 0x80 for byte in data[:1_000_000]
        ) // 2 and error.end < len(data):
            return readable
        return data.decode(guessed_encoding(data), "replace")


def clean(value: object) -> str | None:
    """A value on one line without control characters, of bounded length; None where nothing is left."""
    if not isinstance(value, str):
        return None
    # Nearly every value is plain already: thirty thousand rows of five need not be taken apart by letter.
    plain = value.strip()
    settled = plain.isascii() or (unicodedata.is_normalized("NFC", plain) and not _HIDDEN.search(plain))
    if settled and len(plain) <= VALUE_CHARACTERS and plain.isprintable() and "  " not in plain:
        return plain or None
    text = unicodedata.normalize("NFC", value[: 4 * VALUE_CHARACTERS])
    text = _HIDDEN.sub("", text)
    text = "".join(" " if unicodedata.category(char) in {"Cc", "Cs"} else char for char in text)
    text = _SPACE.sub(" ", text).strip()
    if len(text) > VALUE_CHARACTERS:
        text = text[: VALUE_CHARACTERS - 1].rstrip() + "…"
    return text or None


def header_key(cell: str) -> str:
    """A header cell made comparable: lower case, no accents, words apart by one space."""
    decomposed = unicodedata.normalize("NFKD", cell[:200])
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", bare.casefold()).strip()


def name_key(name: str) -> str:
    """A person's name made comparable; letters of every script stay."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def short_name(name: str) -> str:
    """First name and initial: enough to know who is meant."""
    first, *others = name.split()
    return f"{first} {others[-1][0]}." if others else first
