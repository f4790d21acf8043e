"""The secret that links are signed with, and whether this database is the one that mails.

A secret that is not set is made once and kept in the database. Of every secret ever used the unsubscribe key is kept, so that an
unsubscribe link in any mail works for good.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from app.db import Also, Database, nothing
from app.digest.tokens import LinkKeys, purpose_key

_SECRET: Final = "link_secret"  # noqa: S105  the name of a row
_UNSUBSCRIBE_KEYS: Final = "unsubscribe_keys"
_HOME: Final = "mail_home"
# What a restored backup says instead of a home.
RESTORED: Final = "restored"

_PUT = text(
    "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


def load_keys(database: Database, secret: str) -> LinkKeys:
    """The keys in force: by the setting, or by the secret that was made for this database."""
    with database.write() as connection:
        if not secret:
            secret = _value(connection, _SECRET) or secrets.token_urlsafe(32)
            connection.execute(_PUT, {"key": _SECRET, "value": secret})
        known = (_value(connection, _UNSUBSCRIBE_KEYS) or "").split()
        own = purpose_key(secret.encode(), "unsubscribe").hex()
        if own not in known:
            known.append(own)
            connection.execute(_PUT, {"key": _UNSUBSCRIBE_KEYS, "value": " ".join(known)})
    return LinkKeys(secret.encode(), tuple(bytes.fromhex(each) for each in known if each != own))


def is_home(database: Database) -> bool:
    """Whether this database mails: not a copy of one that does, nor a backup that was restored.

    The first database that is asked becomes the home.
    """
    identity = _identity(database)
    with database.read() as connection:
        home = _value(connection, _HOME)
    if home is not None:
        return home == identity
    with database.write() as connection:
        # Another process may have been the first in the meantime.
        home = _value(connection, _HOME) or identity
        connection.execute(_PUT, {"key": _HOME, "value": home})
    return home == identity


def make_home(database: Database, also: Also = nothing) -> None:
    """Let this database mail from now on."""
    identity = _identity(database)
    with database.write() as connection:
        connection.execute(_PUT, {"key": _HOME, "value": identity})
        also(connection)


def leave_home(connection: Connection) -> None:
    """Say in a restored database that it mails nothing until somebody says so."""
    connection.execute(_PUT, {"key": _HOME, "value": RESTORED})


def _identity(database: Database) -> str:
    """What a copy does not have: the file's own number and path, or the cluster's and the database's number."""
    if database.is_sqlite:
        path = Path(str(make_url(database.url).database)).resolve()
        return f"{path.stat().st_ino}:{path}"
    query = "SELECT s.system_identifier, d.oid FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()"
    with database.read() as connection:
        cluster, number = connection.execute(text(query)).one()
    return f"{cluster}:{number}"


def _value(connection: Connection, key: str) -> str | None:
    found = connection.execute(text("SELECT value FROM meta WHERE key = :key"), {"key": key}).scalar()
    return None if found is None else str(found)
