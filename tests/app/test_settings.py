"""A wrong setting stops the start and says which it is and why."""

from __future__ import annotations

import pytest

from app.settings import SettingsError, read_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NEXTCIRCLE_PORT", "eighty"),
        ("NEXTCIRCLE_PORT", "70000"),
        ("NEXTCIRCLE_DATABASE_URL", "mysql://root@localhost/x"),
        ("NEXTCIRCLE_DATABASE_URL", "nonsense"),
        ("NEXTCIRCLE_PAGES", "maybe"),
        ("NEXTCIRCLE_RATE_LIMIT", "-1"),
        ("NEXTCIRCLE_PUBLIC_URL", "nextcircle.example"),
        ("NEXTCIRCLE_FETCH_ALLOW_HOSTS", "localhost"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert name in caught.value.problems[0]
    assert value in caught.value.problems[0]


def test_postgresql_addresses_are_taken_in_their_common_spelling(monkeypatch):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", "postgresql://me:secret@db/nextcircle")
    assert read_settings().resolved_database_url == "postgresql+psycopg://me:secret@db/nextcircle"


def test_without_settings_the_data_lie_in_the_users_folder(tmp_path):
    settings = read_settings()
    assert settings.resolved_database_url == f"sqlite:///{tmp_path / 'data' / 'nextcircle.sqlite'}"
    assert not settings.pages_allowed


def test_places_are_separated_by_semicolons(monkeypatch):
    monkeypatch.setenv("NEXTCIRCLE_PLACES", "Boston, MA; London, GB ;")
    assert read_settings().place_names == ["Boston, MA", "London, GB"]


def test_networks_that_are_none_are_named():
    with pytest.raises(SettingsError, match="NEXTCIRCLE_TRUSTED_PROXIES: 'home' is not a network address"):
        read_settings(trusted_proxies="home")
