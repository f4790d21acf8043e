"""Every message has a translation in every language, with the same values in it."""

from __future__ import annotations

import re

import pytest

from app.translations.build import catalogue, missing
from app.translations.catalogue import LANGUAGES, preferred_language, translations


def test_every_message_is_translated_and_no_translation_is_left_over():
    assert list(missing()) == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_translation_has_the_values_of_its_message(language):
    values = re.compile(r"%\((\w+)\)s")
    for message in catalogue(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        allowed = set(values.findall(ids[-1]))
        for text in texts:
            assert set(values.findall(text)) <= allowed, text
            assert "%" not in values.sub("", text), text
        assert set(values.findall(texts[-1])) == allowed, texts


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_french_and_spanish_write_their_own_marks(language):
    for message in catalogue(language):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in texts if message.id else ():
            assert "'" not in text, f"a typewriter's apostrophe: {text}"
            if language == "fr":
                assert not re.search(r"\w[?!;:](\s|$)", text.replace("%(what)s:", "")), text
            if language == "es" and text.rstrip().endswith("?"):
                assert "¿" in text, text


def test_english_needs_no_catalogue():
    assert translations("en").gettext("Coming up") == "Coming up"
    assert translations("de").gettext("Coming up") == "Demnächst"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("ja, fr;q=0.4, es;q=0.7", "es"),
        ("en;q=0, fr", "fr"),
        ("xx;q=abc,de;q=nan", "en"),
        ("," * 10_000, "en"),
    ],
)
def test_a_browser_gets_the_language_it_likes_best(header, language):
    assert preferred_language(header) == language
