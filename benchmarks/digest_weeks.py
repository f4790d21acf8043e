"""Twenty people, four simulated weeks each: nothing twice, every reason true, every change told, quiet weeks silent. Prints JSON.

python -m benchmarks.digest_weeks [--people 20] [--weeks 4] [--events 40000] [--url postgresql://...]

Events are generated. Between two weeks some that were shown are cancelled, moved to another day or venue, removed, or merged into one
that was not shown. One person in five lives where nothing is on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

from app.core.ids import internal, public
from app.db import Database
from app.digest.choose import Item, is_coming, series_key
from app.digest.compose import Composer, Digest
from app.digest.mailer import Mailer
from app.digest.message import Sender
from app.digest.repository import subscriptions
from app.digest.repository.secrets import load_keys
from app.digest.repository.subscriptions import Subscriber
from app.digest.resolution import recommendation_of, resolve_wish
from app.digest.schemas import Wish
from app.ingest.store.retire import remove_events
from app.maintenance.schema import migrate
from app.recommend.constants import constants
from app.service.recommendations import recommendation_document
from app.taxonomy.taxonomy import load
from app.translations.catalogue import LANGUAGES
from benchmarks.city_data import fill
from benchmarks.digest_reasons import Truth

BASE_URL: Final = "https://nextcircle.test"
_QUIET_TOWNS: Final = ("Nuuk, GL", "Windhoek, NA", "Suva, FJ", "Reykjavik, IS")
_WEEK: Final = timedelta(weeks=1)
_KINDS: Final = ("cancelled", "time", "place", "gone", "merged")


class Recorder(Composer):
    """A composer that remembers what it made."""

    made: list[tuple[int, datetime, Digest | None]]

    def compose(
        self, connection: Connection, subscriber: Subscriber, now: datetime, period: datetime
    ) -> Digest | None:
        """As for mails."""
        digest = super().compose(connection, subscriber, now, period)
        self.made.append((subscriber.id, now, digest))
        return digest


@dataclass
class Inbox:
    """Takes every mail."""

    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def deliver(
        self, content: bytes, sender: str, recipient: str, before: Callable[[], Awaitable[None]]
    ) -> None:
        """Keep it."""
        await before()
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append((recipient, message))

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Story:
    """What happened to everybody, and what was wrong with it."""

    mails: int = 0
    silent: int = 0
    picks: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Simulation:
    """A database, its subscribers and a clock that is moved from one digest to the next."""

    def __init__(self, database: Database, now: datetime, changing: float, seed: int = 5) -> None:
        self.database, self.now, self.changing = database, now, changing
        self.chance = random.Random(seed)
        self.inbox, self.story = Inbox(), Story()
        self.composer = Recorder(BASE_URL, load_keys(database, "a secret"), "1 Main St, Boston")
        self.composer.made = []
        self.people: dict[int, Subscriber] = {}
        # Of each person: ids (as they are now) and series that were named, and the changes that have to be told.
        self.named: dict[int, set[str]] = {}
        self.series: dict[int, set[int]] = {}
        self.expected: dict[int, dict[str, str]] = {}

    def subscribe(self, count: int) -> None:
        """People who ask for what there is in their town, but for every fifth."""
        with self.database.read() as connection:
            towns = busy_wishes(connection, self.now, count)
        for number in range(count):
            values: dict[str, Any] = (
                {"near": _QUIET_TOWNS[number // 5 % len(_QUIET_TOWNS)], "fields": ["nursing"]}
                if number % 5 == 4
                else towns[number]
            )
            wish = Wish(
                **values,
                language=LANGUAGES[number % len(LANGUAGES)],
                phase=("unmapped", "ask+grow", "grow")[number % 3],
                weekday="tue",
                radius_km=50,
            )
            found = subscriptions.add_confirmed(
                self.database,
                f"person{number}@example.org",
                resolve_wish(wish, self.now).wish,
                {"at": "2026-11-23"},
                self.now,
            )
            assert found is not None
            self.people[found.id] = found
            self.named[found.id], self.series[found.id], self.expected[found.id] = set(), set(), {}

    def run(self, weeks: int) -> Story:
        """So many weeks."""
        start = self.now
        for week in range(weeks):
            self.now = start + week * _WEEK
            if week:
                self._change_what_was_shown()
            for moment in self._moments(self.now + _WEEK):
                self.now = moment
                self._send()
            for identity, owed in self.expected.items():
                for item, kind in owed.items():
                    self._wrong(identity, f"was not told that {item} is {kind}")
                owed.clear()
        return self.story

    def _moments(self, until: datetime) -> list[datetime]:
        with self.database.read() as connection:
            rows = [subscriptions.by_id(connection, each) for each in self.people]
        return sorted({each.next_at for each in rows if each and each.next_at and each.next_at < until})

    def _send(self) -> None:
        self.composer.made.clear()
        self.inbox.mails.clear()
        mailer = Mailer(
            self.database, self.inbox, self.composer, Sender("digest@nextcircle.test"), "worker", lambda: self.now
        )  # fmt: skip
        asyncio.run(mailer.tick())
        texts = {to: mail.get_body(("plain",)) for to, mail in self.inbox.mails}
        with self.database.read() as connection:
            for identity, now, digest in self.composer.made:
                person = self.people[identity]
                body = texts.pop(person.email, None)
                if digest is None:
                    self.story.silent += 1
                    if body is not None:
                        self._wrong(identity, "got a mail that says nothing")
                    self._check_silence(connection, person, now)
                elif body is None:
                    self._wrong(identity, "got no mail")
                else:
                    self.story.mails += 1
                    said = " ".join(str(body.get_content()).split())
                    self._check(connection, person, now, digest, said)
        for recipient in texts:
            self.story.wrong.append(f"{recipient} got a mail that nobody made")

    def _check(
        self, connection: Connection, person: Subscriber, now: datetime, digest: Digest, said: str
    ) -> None:
        choice, identity = digest.choice, person.id
        asked = resolve_wish(person.wish, now)
        interest = () if choice.interest is None else (choice.interest,)
        for pick in (*choice.events, *choice.groups, *interest, *choice.also):
            thing = pick["event"] or pick["group"]
            if thing["id"] in self.named[identity] or series_key(pick) in self.series[identity]:
                self._wrong(identity, f"was shown {thing['id']} twice")
            if thing["page"] not in said:
                self._wrong(identity, f"has no link to {thing['id']} in the mail")
            self.named[identity].add(thing["id"])
            self.series[identity].add(series_key(pick))
            self.story.picks += 1
            self.story.reasons.update(each["code"] for each in pick["reasons"])
            for lie in Truth(connection, pick, asked, now).lies():
                self._wrong(identity, f"was told of {thing['id']}: {lie}")
        for change in choice.changes:
            self.story.changes[change.kind] += 1
            if self.expected[identity].pop(change.id, None) != change.kind:
                self._wrong(identity, f"was told that {change.id} is {change.kind}, which it is not")

    def _check_silence(self, connection: Connection, person: Subscriber, now: datetime) -> None:
        """Nothing that is good enough and was not named was left out."""
        asked = resolve_wish(person.wish, now)
        for questions in ({"limit": 30}, {"limit": 40, "within_days": 14, "for": "events"}):
            question = recommendation_of(asked.wish, [], **questions)
            items = recommendation_document(connection, question, now, BASE_URL)["items"]
            for item in items:
                if item["score"] >= constants().bands.good and self._is_news(person.id, item, now):
                    self._wrong(person.id, f"was not told of {(item['event'] or item['group'])['id']}")

    def _is_news(self, identity: int, item: Item, now: datetime) -> bool:
        event = item["event"]
        thing = event or item["group"]
        if thing["id"] in self.named[identity] or series_key(item) in self.series[identity]:
            return False
        return event is None or (event["event_status"] == "EventScheduled" and is_coming(event, now))

    def _change_what_was_shown(self) -> None:
        """Something happens to some of the events that were shown and have not begun before the next digest."""
        later = int((self.now + timedelta(days=3)).timestamp())
        shown = sorted({internal(each) or 0 for ids in self.named.values() for each in ids})
        with self.database.write() as connection:
            for number in shown:
                row = connection.execute(_LIVING, {"id": number, "later": later}).mappings().first()
                if row is not None and self.chance.random() < self.changing:
                    self._change(connection, dict(row), self.chance.choice(_KINDS))

    def _change(self, connection: Connection, row: dict[str, Any], kind: str) -> None:
        number = row["id"]
        if kind == "cancelled":
            connection.execute(
                text("UPDATE event SET event_status = 'EventCancelled' WHERE id = :id"), {"id": number}
            )
        elif kind == "time":
            moved = {"id": number, "day": 86_400}
            connection.execute(
                text(
                    "UPDATE event SET start_at = start_at + :day, until_at = until_at + :day WHERE id = :id"
                ),
                moved,
            )
        elif kind == "place":
            connection.execute(
                text("UPDATE event SET place_name = 'The Other Hall' WHERE id = :id"), {"id": number}
            )
        elif kind == "gone":
            remove_events(connection, [number], self.now)
        else:
            self._merge(connection, row)
            return
        for identity, ids in self.named.items():
            if public(number) in ids:
                self.expected[identity][public(number)] = kind

    def _merge(self, connection: Connection, row: dict[str, Any]) -> None:
        """It goes up in another of the same town that nobody was shown, at the same time and place: nothing to tell."""
        other = next(
            (
                int(each.id)
                for each in connection.execute(_OTHERS, row)
                if not any(public(each.id) in ids for ids in self.named.values())
            ),
            None,
        )
        if other is None:
            return
        connection.execute(_TAKE_OVER, {**row, "other": other})
        remove_events(connection, [row["id"]], self.now)
        connection.execute(_MERGED, {"id": row["id"], "other": other})
        for ids in self.named.values():
            if public(row["id"]) in ids:
                ids.add(public(other))
        self.story.changes["merged"] += 1

    def _wrong(self, identity: int, what: str) -> None:
        self.story.wrong.append(f"{self.people[identity].email} on {self.now:%Y-%m-%d} {what}")


_LIVING: Final = text(
    "SELECT id, start_at, until_at, timezone, place_name, address, city, country FROM event WHERE id = :id"
    " AND start_at > :later AND event_status = 'EventScheduled' AND place_name <> 'The Other Hall'"
    " AND removed_at IS NULL AND merged_into IS NULL"
)
_OTHERS: Final = text(
    "SELECT id FROM event WHERE city = :city AND country = :country AND id <> :id AND start_at > :start_at"
    " AND event_status = 'EventScheduled' AND removed_at IS NULL AND merged_into IS NULL ORDER BY start_at, id LIMIT 50"
)
_TAKE_OVER: Final = text(
    "UPDATE event SET start_at = :start_at, until_at = :until_at, timezone = :timezone, place_name = :place_name,"
    " address = :address WHERE id = :other"
)
_MERGED: Final = text("UPDATE event SET removed_at = NULL, merged_into = :other WHERE id = :id")
_GROUPS: Final = text(
    "SELECT g.city, g.country, g.topics FROM meetup_group g JOIN event e ON e.group_id = g.id"
    " WHERE e.start_at > :now ORDER BY e.start_at, e.id LIMIT 20000"
)


def busy_wishes(connection: Connection, now: datetime, count: int) -> list[dict[str, Any]]:
    """Wishes of which several things are about, in the towns where most is on."""
    events: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(_GROUPS, {"now": int(now.timestamp())}):
        events.setdefault(f"{row.city}, {row.country}", []).append(orjson.loads(row.topics))
    busiest = sorted(events, key=lambda place: (-len(events[place]), place))[:count]
    return [
        {
            "near": place,
            "fields": _commonest(events[place], "field"),
            "interests": _commonest(events[place], "interest"),
        }
        for place in busiest
    ]


def _commonest(topics: list[dict[str, Any]], kind: str) -> list[str]:
    counts = Counter(identity for each in topics for identity, _ in each.get(kind, ()))
    known = load().interests
    return [
        identity
        for identity, _ in counts.most_common()
        if identity not in known or not known[identity].sensitive
    ][:4]


def simulate(database: Database, now: datetime, people: int, weeks: int, changing: float = 0.6) -> Story:
    """The story of so many people; `changing` is the share of shown events that something happens to."""
    simulation = Simulation(database, now, changing)
    simulation.subscribe(people)
    return simulation.run(weeks)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--url", default="")
    arguments = parser.parse_args()
    now = datetime(2026, 11, 23, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(arguments.url or f"sqlite:///{folder}/weeks.sqlite")
        migrate(database)
        fill(database, arguments.events, now)
        story = simulate(database, now, arguments.people, arguments.weeks)
        database.close()
    print(
        json.dumps(
            {
                "people": arguments.people, "weeks": arguments.weeks, "events": arguments.events, "mails": story.mails,
                "silent": story.silent, "picks": story.picks, "reasons": dict(story.reasons),
                "changes": dict(story.changes), "wrong": story.wrong,
            },
            indent=2,
        )
    )  # fmt: skip
    raise SystemExit(1 if story.wrong else 0)


if __name__ == "__main__":
    main()
