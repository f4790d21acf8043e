"""Links prove whom they belong to; addresses are told apart by mailbox."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.digest.mailboxes import AddressError, mail_address, mailbox_key, masked
from app.digest.repository.secrets import load_keys
from app.digest.tokens import Link, LinkKeys, purpose_key

KEYS = LinkKeys(b"a secret of this installation")
IDS = st.integers(0, 2**63 - 1)


@given(IDS, st.integers(0, 10_000))
def test_a_link_says_what_it_was_made_for(identity, version):
    assert KEYS.read("manage", KEYS.token("manage", identity, version)) == Link(identity, version)
    assert KEYS.read("unsubscribe", KEYS.token("unsubscribe", identity, version)) == Link(identity, 0)


@given(IDS, st.sampled_from(("manage", "feed")))
def test_a_link_of_one_purpose_opens_no_other(identity, purpose):
    token = KEYS.token(purpose, identity, 1)
    for other in {"manage", "feed", "unsubscribe"} - {purpose}:
        assert KEYS.read(other, token) is None


@given(IDS, st.integers(0, 60), st.sampled_from("abc019-_."))
def test_a_link_with_a_letter_changed_is_none_of_ours(identity, place, letter):
    token = KEYS.token("manage", identity, 1)
    place = min(place, len(token) - 1)
    changed = token[:place] + letter + token[place + 1 :]
    # The last letter of base64 has bits that mean nothing; the text is compared, so it counts all the same.
    assert (KEYS.read("manage", changed) is not None) == (changed == token)


@given(st.text(max_size=200))
def test_no_text_that_somebody_made_up_is_a_link(text):
    assert KEYS.read("manage", text) is None


def test_an_unsubscribe_link_works_after_the_secret_was_changed(database):
    old = load_keys(database, "the first secret")
    token, manage = old.token("unsubscribe", 7), old.token("manage", 7, 1)
    new = load_keys(database, "the second secret")
    assert new.read("unsubscribe", token) == Link(7, 0)
    assert new.read("manage", manage) is None
    assert load_keys(database, "the third secret").read("unsubscribe", token) == Link(7, 0)


def test_a_secret_that_nobody_set_is_made_once(database):
    first, second = load_keys(database, ""), load_keys(database, "")
    assert first.secret == second.secret
    assert len(first.secret) >= 32
    assert second.read("manage", first.token("manage", 1, 1)) == Link(1, 1)


def test_each_purpose_has_a_key_of_its_own():
    assert len({purpose_key(b"secret", each) for each in ("manage", "unsubscribe", "feed")}) == 3


@pytest.mark.parametrize(
    "address",
    ["", "ada", "a@b", "ada@example.org\r\nBcc: all@example.org", "Ada <ada@example.org>", "a b@example.org", "ada@exa mple.org",
     "ada@example.org, eve@example.org", "x" * 65 + "@example.org", "ada@[127.0.0.1]", "ada@example..org", "\u202eada@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_reason(address):
    with pytest.raises(AddressError, match="not an email address: "):
        mail_address(address)


def test_an_address_is_kept_in_one_spelling():
    assert mail_address("Ada@EXAMPLE.org") == "Ada@example.org"
    assert mail_address("ada@bücher.example") == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada@example.org", "ada@example.org", True),
        ("ada+jobs@example.org", "ada@example.org", True),
        ("a.d.a@gmail.com", "ada@googlemail.com", True),
        ("a.d.a@example.org", "ada@example.org", False),
        ("ada@example.org", "ada@example.net", False),
    ],
)
def test_spellings_of_one_mailbox_are_the_same(one, other, same):
    assert (mailbox_key(one) == mailbox_key(other)) is same


def test_logs_see_an_address_in_part():
    assert masked("ada@example.org") == "a…@example.org"
    assert masked("") == ""
