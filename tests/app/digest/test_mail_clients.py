"""The markup of every mail: valid HTML, and only what mail programs know or can do without."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from app.translations.catalogue import LANGUAGES
from tests.app.digest.mails import ARABIC, every_mail
from tests.clients.test_clients import MODULES, node

VALIDATOR = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
CLIENTS = MODULES / "@jsx-email" / "doiuse-email"
# Outlook for Windows lays tables out by these attributes and not by styles; the validator warns of each.
_LAYOUT: Final = re.compile(
    r"The “(?:border|width|cellpadding|cellspacing|align)” attribute on the “(?:table|td)” element is obsolete\."
)
# What some program does not know, and what is seen there instead.
_DONE_WITHOUT: Final = {
    "@media": "the mail is light in the dark as well",
    "lang attribute": "it is read aloud by the reader's own voice",
    "role attribute": "the frame is announced as a table",
    "width attribute": "the width is a style as well",
    "<body> element": "its colours are also those of the table inside",
    "display:none": "the preheader has no height and no width either",
    "word-break": "a word that is longer than a line makes the mail wider",
    "text-decoration": "the words on a button are underlined",
    "overflow": "the preheader is not displayed at all",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every mail in every language as a file."""
    found = tmp_path_factory.mktemp("mails")
    for language in LANGUAGES:
        for name, mail in every_mail(language).items():
            (found / f"{name}-{language}.html").write_text(mail.html)
    return found


@pytest.mark.skipif(not VALIDATOR.exists(), reason="left out: `make clients` has not installed vnu-jar")
@pytest.mark.skipif(shutil.which("java") is None, reason="left out: vnu-jar needs Java")
def test_every_mail_is_valid_html(folder: Path) -> None:
    command = ["java", "-Xmx256m", "-jar", str(VALIDATOR), "--format", "json", "--exit-zero-always"]
    done = subprocess.run(
        [*command, *map(str, sorted(folder.iterdir()))], capture_output=True, text=True, timeout=180, check=True
    )  # fmt: skip
    assert list(_complaints(orjson.loads(done.stderr))) == []


@pytest.mark.skipif(not CLIENTS.exists(), reason="left out: `make clients` has not installed doiuse-email")
def test_mail_programs_know_what_the_mails_use_or_can_do_without(folder: Path) -> None:
    program = """
      const { doIUseEmail } = require(process.argv[1]), fs = require("fs"), found = new Set();
      for (const file of process.argv.slice(2))
        for (const each of doIUseEmail(fs.readFileSync(file, "utf8"), { emailClients: ["*"] }).errors ?? [])
          found.add(each);
      console.log(JSON.stringify([...found]));
    """
    done = subprocess.run(
        [node(), "-e", program, str(CLIENTS), *map(str, sorted(folder.iterdir()))],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    unknown = {each.split("`")[1]: each for each in orjson.loads(done.stdout)}
    assert [each for feature, each in unknown.items() if feature not in _DONE_WITHOUT] == []
    # What nothing lacks any more needs no reason.
    assert set(unknown) == set(_DONE_WITHOUT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_mails_load_nothing_and_are_small(language: Any) -> None:
    for name, mail in every_mail(language).items():
        assert not re.search(r"<(?:img|script|link|iframe|form|object)\b|@import|url\(", mail.html), name
        assert len(mail.html.encode()) < 100_000, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_that_is_written_from_right_to_left_turns_nothing_around(language: Any) -> None:
    mail = every_mail(language)["digest"]
    assert f'<span dir="auto">{ARABIC}</span>' in mail.html
    # In a sentence it stands between marks that say where it begins and ends.
    for text in (mail.subject, mail.text, mail.html):
        assert f"\N{FIRST STRONG ISOLATE}{ARABIC}\N{POP DIRECTIONAL ISOLATE}" in " ".join(text.split())
    assert "\N{FIRST STRONG ISOLATE}Two talks" not in mail.text
    assert ", Boston\N{POP DIRECTIONAL ISOLATE} · " in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_punctuated_as_its_language_does(language: Any) -> None:
    for name, mail in every_mail(language).items():
        assert ".." not in mail.text, name
        before_colon = "\N{NO-BREAK SPACE}" if language == "fr" else r"[^\s]"
        for line in mail.text.splitlines():
            assert not re.search(r":\s*https:", line) or re.search(rf"{before_colon}: https:", line), line


def test_an_offer_to_look_farther_away_speaks_of_no_event() -> None:
    assert "one of these events" in every_mail("en")["digest"].text
    assert "one of these events" not in every_mail("en")["offer"].text


def _complaints(report: dict[str, Any]) -> Iterator[str]:
    for each in report["messages"]:
        if not _LAYOUT.match(each["message"]):
            yield f"{each.get('url', '').rpartition('/')[2]}:{each.get('lastLine')} {each['message']}"
