"""Subscriptions as JSON lines: taken over from elsewhere, and taken along. Each line says when and how its owner agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from pydantic import ValidationError

from app.core.errors import ProblemError
from app.db import Database
from app.digest.repository import subscriptions
from app.digest.resolution import resolve_wish
from app.digest.schemas import SubscriptionIn, stored

_BATCH: Final = 500
_NO_CONSENT: Final = 'has no consent; add {"consent": {"at": "2025-03-01", "wording": "..."}}'


@dataclass(slots=True)
class Imported:
    """How many were added, and the lines that were refused, each with the reason."""

    added: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def import_lines(database: Database, content: bytes, now: datetime) -> Imported:
    """Add subscriptions that were confirmed elsewhere: what `POST /v1/subscriptions` takes, and `consent`."""
    found = Imported()
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        refusal = _import(database, line, now)
        if refusal is None:
            found.added += 1
        else:
            found.refused.append((number, refusal))
    return found


def export_lines(database: Database) -> Iterator[bytes]:
    """Every running subscription as a line that `import_lines` takes."""
    after = 0
    while True:
        with database.read() as connection:
            rows = subscriptions.listing(connection, _BATCH, after)
        for each in rows:
            if each.state != "pending":
                line = {"email": each.email, **stored(each.wish), "consent": each.consent}
                yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
        if len(rows) < _BATCH:
            return
        after = rows[-1].id


def _import(database: Database, line: bytes, now: datetime) -> str | None:
    """Why a line was refused; None if it was added."""
    try:
        row: Any = orjson.loads(line)
        consent = row.pop("consent", None) if isinstance(row, dict) else None
        if not isinstance(consent, dict) or not consent.get("at"):
            return _NO_CONSENT
        asked = SubscriptionIn(**row)
        wish = resolve_wish(asked.wish(), now).wish
    except (orjson.JSONDecodeError, TypeError):
        return "is not a JSON object"
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except ProblemError as error:
        return error.detail
    if subscriptions.add_confirmed(database, asked.email, wish, consent, now) is None:
        return "has a digest for this place already, or refused our mails"
    return None
