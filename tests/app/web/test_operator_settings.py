"""Settings by page: as `doctor` sees them, keys made once and revoked, backups made, every action in the audit log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app
from app.auth.keys import digest
from app.auth.repository.keys import credentials_of, keys
from app.service.admin.action_words import WORDS
from tests.app.web.operator_browser import OperatorBrowser, done

PAGE = "/operator/settings"


@pytest.fixture
def operator(database, now):
    """A browser that is logged in."""
    opened = OperatorBrowser(database, now)
    opened.log_in()
    return opened


def test_settings_are_shown_with_what_they_lack_and_without_secrets(database, now):
    operator = OperatorBrowser(database, now, smtp_url="smtp://ada:hunter2@mail.example:587")
    operator.log_in()
    page = operator.get(PAGE).text
    assert "NEXTCIRCLE_CONTACT" in page
    assert "Look at this" in page
    assert "hunter2" not in page
    assert operator.settings.admin_key.get_secret_value() not in page


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "damit Websites Ihnen sagen können"),
        ("fr", "pour que les sites puissent vous prévenir"),
        ("es", "para que los sitios puedan avisarte"),
    ],
)
def test_findings_speak_the_language_of_the_browser(operator, language, sentence):
    operator.client.headers["Accept-Language"] = language
    for path in (PAGE, "/operator"):
        page = operator.get(path).text
        assert sentence in page
        assert "set NEXTCIRCLE_CONTACT" not in page


def test_a_key_is_made_shown_once_and_revoked(operator, database, now):
    page = operator.post(f"{PAGE}/keys", name="job tracker", per_minute="100", **{"scope-read": "on"})
    key = re.search(r"nck_[\w-]{20,}", page.text)
    assert key is not None
    assert key[0] not in operator.get(PAGE).text
    found = credentials_of(database, digest(key[0]), now)
    assert found is not None
    assert (found.scopes, found.per_minute) == (frozenset({"read"}), 100)
    identity = keys(database)[0]["id"]
    done(operator.post(f"{PAGE}/keys/{identity}/revoke"), f"{PAGE}?done=revoked#keys")
    assert credentials_of(database, digest(key[0]), now) is None
    assert operator.post(f"{PAGE}/keys/{identity}/revoke").status_code == 404
    assert [action for _, action, _ in operator.audit()][1:] == ["key.add", "key.revoke"]
    assert key[0] not in str(operator.audit())


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x"},
        {"name": "", "scope-read": "on"},
        {"name": "x" * 101, "scope-read": "on"},
        {"name": "x", "scope-read": "on", "per_minute": "0"},
        {"name": "x", "scope-read": "on", "per_minute": "many"},
    ],
)
def test_a_key_that_cannot_be_is_not_made(operator, database, fields):
    answer = operator.post(f"{PAGE}/keys", **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert keys(database) == []


def test_a_backup_is_made_for_its_owner_alone_and_shown(operator):
    assert "never" in operator.get(PAGE).text
    done(operator.post(f"{PAGE}/backup"), f"{PAGE}?done=backed-up#backup")
    (file,) = (operator.settings.data_dir / "backups").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
    assert file.name in operator.get(PAGE).text
    again = operator.post(f"{PAGE}/backup")
    assert again.status_code == 409
    assert "is there already" in again.text


def test_the_audit_log_has_words_for_every_action(operator):
    written = "\n".join(path.read_text() for path in Path(app.__file__).parent.rglob("*.py"))
    actions = set(re.findall(r'recorder\([^"\n]*"([a-z-]+\.[a-z-]+)"', written))
    assert len(actions) > 20
    assert actions <= WORDS.keys()
    assert "Logged in" in operator.get(PAGE).text
    operator.client.headers["Accept-Language"] = "de"
    assert "operator.log-in" not in operator.get(PAGE).text
