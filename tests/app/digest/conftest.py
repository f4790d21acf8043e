"""The samples in a database, somebody who subscribes, and a mailer whose server is a list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from app.db import Database
from app.digest.compose import Composer
from app.digest.mailer import Mailer
from app.digest.message import Sender
from app.digest.repository import subscriptions
from app.digest.repository.secrets import load_keys
from app.digest.repository.subscriptions import Subscriber
from app.digest.resolution import resolve_wish
from app.digest.schemas import Wish


@dataclass
class Server:
    """Takes mails, or answers with the error that is next in `answers`; `crash` is where a worker dies."""

    taken: list[tuple[bytes, str, str]] = field(default_factory=list)
    answers: list[Exception | None] = field(default_factory=list)
    crash: str = ""

    async def deliver(
        self, content: bytes, sender: str, recipient: str, before: Callable[[], Awaitable[None]]
    ) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception) and not str(answer).startswith("after"):
            raise answer
        if self.crash == "before":
            raise KeyboardInterrupt
        await before()
        if isinstance(answer, Exception):
            raise answer
        if self.crash == "during":
            raise KeyboardInterrupt
        self.taken.append((content, sender, recipient))
        if self.crash == "after":
            raise KeyboardInterrupt

    async def close(self) -> None:
        return

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=default) for content, _, _ in self.taken]  # type: ignore[misc]


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, **values: float) -> None:
        self.now += timedelta(**values)


class Post:
    """A database with the samples, its subscribers and its mailer."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.clock = Clock(now)
        self.server = Server()
        self.composer = Composer(
            "https://nextcircle.test", load_keys(database, "a secret"), "1 Main St, Boston"
        )

    def mailer(self, name: str = "worker", **values: Any) -> Mailer:
        sender = Sender("NextCircle <digest@nextcircle.test>")
        return Mailer(self.database, self.server, self.composer, sender, name, self.clock, **values)

    def send(self, **values: Any) -> dict[str, int]:
        return asyncio.run(self.mailer(**values).tick()).as_dict()

    def subscribe(self, email: str = "ada@example.org", **values: Any) -> Subscriber:
        wish = Wish(
            **{
                "near": "Boston, MA",
                "fields": ["software-engineering"],
                "interests": ["board-games"],
                **values,
            }
        )
        wish = resolve_wish(wish, self.clock.now).wish
        found = subscriptions.add_confirmed(self.database, email, wish, {"at": "2026-11-23"}, self.clock.now)
        assert found is not None
        return found

    def rows(self, query: str) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.exec_driver_sql(query))


@pytest.fixture
def post(samples: None, database: Database, now: datetime) -> Post:
    """Samples are around Boston, from the day of `now` on."""
    return Post(database, now)
