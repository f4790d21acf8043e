"""Log-ins to the operator's pages: opened with a key, ended by the hour, by logging out or with the key."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select

from app.auth.keys import ADMIN, Credentials, digest, is_same
from app.auth.repository.audit import recorder
from app.auth.repository.keys import credentials_by_id, credentials_of
from app.db import Database
from app.models import OperatorSession

LASTS: Final = timedelta(hours=12)
# Beyond these the oldest end: whoever has a key could fill the table.
_MOST_SESSIONS: Final = 1_000
_session: Final = OperatorSession.__table__


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in. `token` is what the browser has, `actor` the name that the audit log shows."""

    token: str
    actor: str

    @property
    def form_token(self) -> str:
        """What every form of this session sends back, which no other site can know."""
        return hmac.digest(self.token.encode(), b"form", "sha256").hex()


def open_session(database: Database, key: str, admin_key: str, now: datetime) -> Session | None:
    """Log in with a key; None for one that is not valid or lacks the scope admin. `admin_key` is that of the settings."""
    credentials = ADMIN if is_same(key, admin_key) else credentials_of(database, digest(key), now)
    if credentials is None or not credentials.may("admin"):
        return None
    token = secrets.token_urlsafe(32)
    with database.write() as connection:
        connection.execute(delete(_session).where(_session.c.expires_at <= now))
        kept = select(_session.c.hash).order_by(_session.c.created_at.desc()).limit(_MOST_SESSIONS - 1)
        connection.execute(delete(_session).where(_session.c.hash.not_in(kept.scalar_subquery())))
        connection.execute(
            insert(_session).values(
                hash=digest(token),
                key_id=credentials.id,
                binding=_binding(token, digest(key)),
                created_at=now,
                expires_at=now + LASTS,
            )
        )
        recorder(credentials.name, "operator.log-in", "operator", now)(connection)
    return Session(token, credentials.name)


def session_of(database: Database, token: str, admin_key: str, now: datetime) -> Session | None:
    """The session of a token; None if it is unknown or over, or its key was revoked, changed or taken the scope."""
    with database.read() as connection:
        row = connection.execute(
            select(_session).where(_session.c.hash == digest(token), _session.c.expires_at > now)
        ).first()
        if row is None:
            return None
        found: tuple[Credentials, str] | None
        if row.key_id is None:
            found = (ADMIN, digest(admin_key)) if admin_key else None
        else:
            found = credentials_by_id(connection, row.key_id)
    if found is None or not found[0].may("admin"):
        return None
    return (
        Session(token, found[0].name) if hmac.compare_digest(row.binding, _binding(token, found[1])) else None
    )


def close_session(database: Database, session: Session, now: datetime) -> None:
    """Log out."""
    with database.write() as connection:
        connection.execute(delete(_session).where(_session.c.hash == digest(session.token)))
        recorder(session.actor, "operator.log-out", "operator", now)(connection)


def _binding(token: str, key_hash: str) -> str:
    return hmac.digest(token.encode(), key_hash.encode(), "sha256").hex()
