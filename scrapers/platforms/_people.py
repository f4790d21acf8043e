"""Tells the names of organisations from those of people, who are nobody's business here.

No platform is defined in this module.
"""

from __future__ import annotations

import re
from typing import Final

from scrapers.platforms._values import word

# Words that only organisations have in their names.
_ORGANISATION: Final = re.compile(
    r"\b(?:academy|agency|alliance|alumni|assembly|association|authority|bar|board|cafe|café|campus|cent(?:er|re)|chamber"
    r"|chapter|church|circle|city|club|co-?op|collective|college|commerce|committee|community|company|conference|consortium"
    r"|corp|council|county|department|dept|district|events?|faculty|federation|festival|forum|foundation|gallery|gmbh|group"
    r"|guild|hall|hub|inc|initiative|institute|institut|lab|labs|league|library|llc|ltd|meetups?|ministry|museum|network"
    r"|office|organi[sz]ation|partnership|programs?|project|relations|school|services?|society|space|staff|studios?|team"
    r"|theat(?:er|re)|town|trust|union|university|users|verein|women|works|workshop)\b|[&@0-9]",
    re.IGNORECASE,
)
# Languages that write such words at the end of longer ones.
_COMPOUND: Final = re.compile(
    r"\w(?:teatteri|theater|kirjasto|bibliothek|zentrum|verein|gesellschaft|schule|universität|museo|museum|yhdistys|seura"
    r"|kaupunki|talo|bibliotek|förening|skola)\b",
    re.IGNORECASE,
)
# "GDG" and "PyData", but no "McDonald" and no name that is shouted as a whole.
_ACRONYM: Final = re.compile(
    r"\b[A-Z]{2,}\b|\b(?!(?:Ma?c|D[ei]|L[ae]|Fitz|Van)[A-Z])\w*[a-z][A-Z]|[a-z]\.[a-z]"
)
_NAME_PART: Final = re.compile(r"[^\W\d_]['’]?[^\W\d_]*\.?(?:-[^\W\d_]+)?|[^\W\d_]\.")


def organisation(title: object) -> str | None:
    """A name that is not a person's; None for what may be one ("Ada Lovelace"), which is nobody's business here."""
    called = word(title)
    if called is None or "@" in called:
        return None
    parts = called.split()
    calm = called.title() if called.isupper() and len(parts) > 1 else called
    if any(each.search(calm) for each in (_ORGANISATION, _COMPOUND, _ACRONYM)):
        return called
    if len(parts) == 1:
        return None if called.islower() else called
    titled = all(_NAME_PART.fullmatch(part) and part[:1].isupper() for part in calm.split())
    return None if titled and len(parts) <= 5 else called
