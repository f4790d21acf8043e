"""What must neither be stored unseen nor printed raw."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.output import choose_json, print_json, print_line, say, say_row
from app.core.characters import escaped, escaped_line, is_plain_line, is_plain_text
from app.listings.urls import web_url

HOSTILE = ["\u009b31m", "\u009d0;title", "\x1b[2J", "\u202e", "\u2066", "\u200b", "\u2028", "\x7f", "\ud800"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_moves_cursors_turns_text_or_hides_is_not_plain(text):
    assert not is_plain_text(f"a{text}b")
    assert not is_plain_line(f"a{text}b")
    assert is_plain_line(escaped(f"a{text}b"))


@pytest.mark.parametrize("text", ["Zürich", "東京", "مرحبا", "👩\u200d💻", "می\u200cخواهم", "naïve café"])
def test_the_words_of_every_script_are_plain(text):
    assert is_plain_line(text)
    assert escaped_line(text) == text


@given(st.text())
def test_whatever_is_printed_in_a_row_is_one_plain_line(text):
    assert is_plain_line(escaped_line(text))


@pytest.mark.parametrize("text", [*HOSTILE[:-1], "\n", "\t", "\r"])
def test_a_value_from_outside_cannot_forge_a_row(text, capsys):
    say_row("id", f"x{text}forged\trow", None)
    printed = capsys.readouterr().out
    assert printed.count("\t") == 2
    assert printed.count("\n") == 1
    assert is_plain_text(printed)


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_sentences_and_documents_are_printed_without_what_a_terminal_obeys(text, capsys):
    say(f"a{text}b")
    print_json({"a": text})
    print_line({"a": text}, lambda document: document["a"])
    choose_json(True)
    print_line({"a": text}, lambda document: document["a"])
    choose_json(False)
    assert is_plain_text(capsys.readouterr().out)


@pytest.mark.parametrize("text", [*HOSTILE, "\u200d", "\u00a0", "\u3000"])
def test_an_address_with_hidden_characters_is_none(text):
    assert web_url(f"https://example.org/{text}x") is None
