"""Messages in a language, from the gettext catalogues that lie beside this module. Pure."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

Language = Literal["en", "de", "fr", "es"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "de", "fr", "es")
# As each language calls itself.
LANGUAGE_NAMES: Final[dict[Language, str]] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
}
FOLDER: Final = Path(__file__).with_name("catalogues")


def N_(message: str) -> str:  # noqa: N802  gettext's own name for it, which extraction looks for
    """The message unchanged: it is marked here and translated where it is shown."""
    return message


@cache
def translations(language: Language) -> NullTranslations:
    """The catalogue of a language; that of English is empty, as its messages are the keys."""
    if language == "en":
        return NullTranslations()
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def preferred_language(accept_language: str | None) -> Language:
    """The language that a browser's `Accept-Language` (RFC 9110 12.5.4) likes best among ours; English if none."""
    wishes: list[tuple[float, int, Language]] = []
    for position, part in enumerate((accept_language or "").split(",")[:20]):
        tag, _, weight = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        quality = _quality(weight)
        language = next((each for each in LANGUAGES if each == primary), None)
        if language is not None and quality > 0:
            wishes.append((-quality, position, language))
    return min(wishes)[2] if wishes else "en"


def _quality(weight: str) -> float:
    text = weight.strip().removeprefix("q=")
    if not text:
        return 1.0
    return float(text) if text.isascii() and text.replace(".", "", 1).isdigit() else 0.0
