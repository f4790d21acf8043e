"""Text for other formats: what they cannot hold is taken out, everything else stays text."""

from __future__ import annotations

import re
from html import escape
from typing import Final

# Characters that XML 1.0 has no way to write (2.2), and DEL to APC, which it discourages.
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml(text: str) -> str:
    """Text for an element or a quoted attribute of XML. `>` is written as a reference too, so that `]]>` ends nothing."""
    return escape(_NOT_IN_XML.sub("", text))


def html(text: str) -> str:
    """Plain text as HTML that shows it, line by line."""
    return escape(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\n", "<br>\n")
