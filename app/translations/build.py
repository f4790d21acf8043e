"""Brings the catalogues up to date with the messages of the code and the templates: `make messages`.

New messages are added without a translation, those that no longer exist are dropped; the rest stays as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.translations.catalogue import FOLDER, LANGUAGES

_APP: Final = Path(__file__).parents[1]
_METHODS: Final = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
_OPTIONS: Final = {"**/templates/**.html": {"silent": "false"}, "**/templates/**.txt": {"silent": "false"}}


def messages() -> Catalog:
    """Every message that is marked in the code and the templates, with the file that it stands in."""
    found = Catalog(project="NextCircle", fuzzy=False)
    for file, _, message, _, context in extract_from_dir(
        _APP, _METHODS, _OPTIONS, keywords={**DEFAULT_KEYWORDS, "gettext": None}, directory_filter=_is_code
    ):
        found.add(message, locations=[(f"app/{file}", 0)], context=context)
    return found


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it lies in its file."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def missing() -> Iterator[tuple[str, str]]:
    """(language, message) of what has no translation, is marked as doubtful or is no longer asked for."""
    wanted = {message.id for message in messages() if message.id}
    for language in LANGUAGES[1:]:
        known = {message.id: message for message in catalogue(language) if message.id}
        for identity in wanted | known.keys():
            entry = known.get(identity)
            texts = (
                () if entry is None else entry.string if isinstance(entry.string, tuple) else (entry.string,)
            )
            if identity not in wanted or entry is None or entry.fuzzy or not texts or not all(texts):
                yield language, identity if isinstance(identity, str) else identity[0]


def update() -> None:
    """Write the catalogues."""
    template = messages()
    for language in LANGUAGES[1:]:
        found = catalogue(language)
        found.update(template, no_fuzzy_matching=True)
        found.obsolete.clear()
        with (FOLDER / f"{language}.po").open("wb") as file:
            write_po(file, found, width=110, omit_header=True, include_lineno=False, sort_output=True)


def _is_code(path: str | Path) -> bool:
    return Path(path).name not in {"__pycache__", "static", "data"}


if __name__ == "__main__":
    update()
    for language, message in missing():
        sys.stdout.write(f"{language}: {message}\n")
