"""Characters that do more than stand for themselves: they move a cursor, turn the text around them, or cannot be seen."""

from __future__ import annotations

import re
from typing import Final

# Bidirectional and invisible marks, and the line ends of Unicode; the joiners of scripts and emoji (U+200C, U+200D) stay.
_MARKS: Final = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
)
# Control characters but tab and line ends (ISO 6429: U+009B begins a command to a terminal), and halves of characters.
_CONTROLS: Final = "\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff"
UNSAFE: Final = f"[{_CONTROLS}{_MARKS}]"
_UNSAFE: Final = re.compile(UNSAFE)
_UNSAFE_IN_A_LINE: Final = re.compile(f"[{_CONTROLS}{_MARKS}\t\n\r]")


def is_plain_text(text: str) -> bool:
    """Whether text may be stored and printed as it is; it may have several lines."""
    return _UNSAFE.search(text) is None


def is_plain_line(text: str) -> bool:
    """Whether text may be stored and printed as it is, in a line."""
    return _UNSAFE_IN_A_LINE.search(text) is None


def escaped(text: str) -> str:
    r"""The text for a terminal: what is unsafe as \x9b or \u202e."""
    return _UNSAFE.sub(_escape, text)


def escaped_line(text: str) -> str:
    """As `escaped`, with line ends and tabs escaped too, so that a value cannot imitate another line of output."""
    return _UNSAFE_IN_A_LINE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "surrogatepass").decode()
