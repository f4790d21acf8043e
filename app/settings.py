"""What an operator can set: the environment with prefix `NEXTCIRCLE_`, or a `.env` file in the working folder.

A bad value stops the start with the name of the setting and what is wrong. This module reads settings and decides
nothing else.
"""

from __future__ import annotations

import re
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.client_address import is_loopback, networks

ENV_PREFIX = "NEXTCIRCLE_"
DEFAULT_PLACES = "Boston, MA"
_OWN_KEYS = frozenset({"secret_key", "admin_key"})
# Their values hold passwords, which no message may show.
_SECRET_NAMES = ("_KEY", "SMTP_URL")
PROJECT_URL = "https://github.com/nextcircle/nextcircle"


class SettingsError(Exception):
    """One or more settings are wrong; `problems` has a sentence for each, naming the variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _database_url(value: str) -> str:
    if not value:
        return value
    # Commands that use no database start without it.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(value)
    except ArgumentError:
        raise ValueError(
            "is not a database URL; write sqlite:///path/to/file or postgresql://user@host/name"
        ) from None
    backend = url.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise ValueError(f"names the database {backend!r}; NextCircle runs on sqlite and postgresql")
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return value


def _host_ports(value: str) -> str:
    for item in _split(value, ","):
        if not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@]+):\d{1,5}", item):
            raise ValueError(f"{item!r} is not host:port, such as 127.0.0.1:8199")
    return value


def _folder(value: Path | None) -> Path | None:
    if value is not None and not value.is_dir():
        raise ValueError("is not a folder")
    return value


def _readable_file(value: Path | None) -> Path | None:
    if value is not None and not value.is_file():
        raise ValueError("is not a file")
    return value


def _smtp_url(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    # The password in it must not stand in an error message.
    if text and not re.fullmatch(
        r"(smtps?|smtp\+plain)://([^\s/@]+@)?(\[[0-9A-Fa-f:.]+\]|[^\s:/@]+)(:\d{1,5})?/?", text
    ):
        raise ValueError("must be an address such as smtp://user:password@mail.example.org:587")
    return value


def _mail_from(value: str) -> str:
    address = parseaddr(value)[1]
    if value and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+", address):
        raise ValueError("must be an address such as NextCircle <digest@example.org>")
    return value


def _web_url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", value):
        raise ValueError("must be an address such as https://nextcircle.example")
    return value.rstrip("/")


def _origins(value: str) -> str:
    for item in value.split():
        if not re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9._-]+(:\d{1,5})?", item):
            raise ValueError(
                f"{item!r} is not an origin, such as https://jobs.example or https://*.example.org"
            )
    return " ".join(value.split())


def _networks(value: str) -> str:
    networks(value)
    return value


class Settings(BaseSettings):
    """Every setting with its default; see `docs/operations.md` for what each does."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_file=".env", extra="ignore")

    data_dir: Path = Field(default_factory=lambda: user_data_path("nextcircle", appauthor=False))
    database_url: Annotated[str, AfterValidator(_database_url)] = ""
    # A replica that public reads go to; empty = the same database.
    read_database_url: Annotated[str, AfterValidator(_database_url)] = ""
    # Connections that a process keeps open, of either database; twice as many under pressure.
    pool_size: int = Field(default=5, ge=1, le=100)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: Annotated[str, AfterValidator(_web_url)] = ""
    places: str = ""
    # Career fields whose world-wide lists, such as conferences, are read as well.
    fields: str = ""
    pages: Literal["", "off", "on"] = ""
    contact: str = ""
    # smtp://user:password@host:587 (STARTTLS) or smtps://host:465; without one mails go to a folder on this machine.
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] = SecretStr("")
    mail_from: Annotated[str, AfterValidator(_mail_from)] = ""
    postal_address: str = ""
    # Mails a second that the server takes, in all and to one domain; 0 = as many as it can.
    mail_per_second: float = Field(default=10.0, ge=0, le=10_000)
    mail_per_domain: float = Field(default=2.0, ge=0, le=10_000)
    digest_delivery: Literal["at-least-once", "at-most-once"] = "at-least-once"
    # `tagged`: bounces go to `name+b…@` of MAIL_FROM, so that each says which mail it is about.
    mail_return_path: Literal["plain", "tagged"] = "plain"
    dkim_selector: str = ""
    dkim_key_file: Annotated[Path | None, AfterValidator(_readable_file)] = None
    secret_key: SecretStr = SecretStr("")
    admin_key: SecretStr = SecretStr("")
    # What a client may send before anything of ours sees it, and for how long; connections 0 = as many as can be.
    header_bytes: int = Field(default=16_384, ge=1_024, le=1_048_576)
    header_seconds: float = Field(default=10.0, gt=0, le=3_600)
    body_seconds: float = Field(default=120.0, gt=0, le=3_600)
    max_connections: int = Field(default=0, ge=0, le=100_000)
    max_connections_per_address: int = Field(default=64, ge=0, le=100_000)
    rate_limit: int = Field(default=0, ge=0)
    rate_limit_exempt: Annotated[str, AfterValidator(_networks)] = "127.0.0.1,::1"
    key_rate_limit: int = Field(default=600, ge=1)
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    tile_url: str = ""
    # The only sites that may embed pages, such as https://jobs.example; empty = any.
    embed_origins: Annotated[str, AfterValidator(_origins)] = ""
    fetch_allow_hosts: Annotated[str, AfterValidator(_host_ports)] = ""
    # Keys that platforms ask for; without one their sources are off.
    connpass_key: SecretStr = SecretStr("")
    doorkeeper_key: SecretStr = SecretStr("")
    eventbrite_key: SecretStr = SecretStr("")
    openagenda_key: SecretStr = SecretStr("")
    pretix_key: SecretStr = SecretStr("")
    ticketmaster_key: SecretStr = SecretStr("")
    # For how many days what is kept; 0 = forever.
    keep_events_days: int = Field(default=400, ge=0, le=36_500)
    keep_removed_days: int = Field(default=180, ge=0, le=36_500)
    keep_runs_days: int = Field(default=90, ge=0, le=36_500)
    keep_audit_days: int = Field(default=730, ge=0, le=36_500)
    # Where the nightly dump lies; workers write it and every api process serves it.
    dump_dir: Path | None = None
    dumps: Literal["on", "off"] = "on"
    # Fields, interests and purposes of the operator's own; see app.taxonomy.additions.
    taxonomy_dir: Annotated[Path | None, AfterValidator(_folder)] = None
    metrics_allow: Annotated[str, AfterValidator(_networks)] = "127.0.0.1,::1"
    access_log: Literal["on", "off"] = "off"
    log_format: Literal["text", "json"] = "text"
    tracing: Literal["on", "off"] = "off"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @cached_property
    def resolved_database_url(self) -> str:
        """The database to use: the one set, or an SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'nextcircle.sqlite'}"

    @property
    def is_public(self) -> bool:
        """Whether people elsewhere reach this installation: its address is set and not of this machine."""
        host = urlsplit(self.public_url).hostname or ""
        return bool(host) and not is_loopback(host)

    @property
    def outbox_folder(self) -> Path:
        """Where mails lie on a machine that has no mail server."""
        return self.data_dir / "outbox"

    @property
    def database_file(self) -> Path | None:
        """The file of an SQLite database; None for other databases."""
        kind, _, path = self.resolved_database_url.partition(":///")
        return Path(path) if kind.startswith("sqlite") else None

    @property
    def dump_folder(self) -> Path:
        """Where the dump lies: the folder set, or one in the data folder."""
        return self.dump_dir or self.data_dir / "dump"

    @property
    def taxonomy_folder(self) -> Path:
        """Where an operator's own fields, interests and purposes are: the folder set, or one in the data folder."""
        return self.taxonomy_dir or self.data_dir / "taxonomy.d"

    @cached_property
    def place_names(self) -> list[str]:
        """The places to cover, as written: `Boston, MA; London, GB`."""
        return _split(self.places, ";")

    @cached_property
    def field_names(self) -> list[str]:
        """The career fields to read world-wide lists of, as written: `software engineering, data science`."""
        return _split(self.fields, ",")

    @cached_property
    def allow_hosts(self) -> tuple[str, ...]:
        """The only private addresses (`host:port`) that may be fetched from."""
        return tuple(_split(self.fetch_allow_hosts, ","))

    @cached_property
    def platform_keys(self) -> dict[str, str]:
        """The keys that are set, by the name platforms know them by: `{"CONNPASS": ...}`."""
        names = [name for name in type(self).model_fields if name.endswith("_key") and name not in _OWN_KEYS]
        found = {name.removesuffix("_key").upper(): getattr(self, name).get_secret_value() for name in names}
        return {name: key for name, key in found.items() if key}

    @property
    def pages_allowed(self) -> bool:
        """Whether sources of access class `page` are fetched."""
        return self.pages == "on"

    @property
    def base_url(self) -> str:
        """The address that links of ours start with."""
        return self.public_url or f"http://{_bracketed(self.host)}:{self.port}"


def read_settings(**overrides: Any) -> Settings:
    """The settings in force; raises `SettingsError` with a sentence for each wrong one."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError([_sentence(item) for item in error.errors()]) from None


def _sentence(item: Any) -> str:
    name = ENV_PREFIX + str(item["loc"][0] if item["loc"] else "").upper()
    message = str(item["msg"]).removeprefix("Value error, ")
    if name.endswith(_SECRET_NAMES):
        return f"{name}: {message}"
    return f"{name}: {message} (it is {str(item.get('input'))[:80]!r})"


def _split(value: str, separator: str) -> list[str]:
    return [part.strip() for part in value.split(separator) if part.strip()]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
