"""What search walks and matching looks up: the topics of events and groups, and the words they hold, as `app.textindex.tokens` makes them.

SQLite has FTS5 tables without content: `event_text_terms` by the numbers that `event_text` gives events in the order of
their starts, `group_text_terms` by group ids. PostgreSQL has `event_text` and `group_text` with tsvectors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, text

from app.ingest.store.rows import (
    EVENT,
    EVENT_TOPIC,
    EVENT_VARIANT,
    GROUP_TOPIC,
    by_id,
    chunks,
    delete_by,
    topic_keys,
)
from app.textindex.tokens import document_number, first_document

# Numbers are given by chance in a quarter of an hour; a neighbour is found within a few.
_ATTEMPTS: Final = 64
_LONGEST_WORD: Final = 40
_COUNT_WORDS: Final = text(
    "INSERT INTO word (word, events) VALUES (:word, :events)"
    " ON CONFLICT (word) DO UPDATE SET events = word.events + excluded.events"
)


class EventText(NamedTuple):
    """The terms of an event that starts at an epoch second."""

    event_id: int
    start: int
    terms: str


def put_event_texts(connection: Connection, texts: Sequence[EventText]) -> None:
    """Add events to the index; those that were there are cleared before."""
    if not texts:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(
            text(
                "INSERT INTO event_text (event_id, start_at, terms)"
                " VALUES (:event, :start, array_to_tsvector(string_to_array(:terms, ' ')))"
            ),
            [{"event": each.event_id, "start": each.start, "terms": each.terms} for each in texts],
        )
        return
    numbers = _numbers(connection, texts)
    connection.exec_driver_sql(
        "INSERT INTO event_text (document, event_id) VALUES (?, ?)",
        [(number, each.event_id) for number, each in numbers],
    )
    connection.exec_driver_sql(
        "INSERT INTO event_text_terms (rowid, terms) VALUES (?, ?)",
        [(number, each.terms) for number, each in numbers],
    )


def clear_events(connection: Connection, event_ids: Iterable[int]) -> None:
    """Take events out of the indexes, while the event rows still say what they were."""
    query = select(EVENT.c.id, EVENT.c.topics, EVENT.c.cell, EVENT.c.start_at)
    stored = list(by_id(connection, query, EVENT.c.id, event_ids))
    rows = [
        {"of_topic": topic, "of_cell": row.cell, "of_start": row.start_at, "of_event": row.id}
        for row in stored
        for topic in topic_keys(row.topics)
    ]
    if rows:
        connection.execute(
            delete(EVENT_TOPIC).where(
                EVENT_TOPIC.c.topic == bindparam("of_topic"),
                EVENT_TOPIC.c.cell == bindparam("of_cell"),
                EVENT_TOPIC.c.start_at == bindparam("of_start"),
                EVENT_TOPIC.c.event_id == bindparam("of_event"),
            ),
            rows,
        )
    delete_by(connection, EVENT_VARIANT.c.event_id, [row.id for row in stored])
    clear_event_texts(connection, {row.id: int(row.start_at.timestamp()) for row in stored})


def clear_event_texts(connection: Connection, events: Mapping[int, int]) -> None:
    """Take the texts of events (id -> start in epoch seconds) out of the index."""
    if not events:
        return
    if connection.dialect.name != "sqlite":
        for chunk in chunks(events):
            connection.execute(text("DELETE FROM event_text WHERE event_id = ANY(:ids)"), {"ids": chunk})
        return
    found = []
    for event_id, start in events.items():
        for attempt in range(_ATTEMPTS):
            number = document_number(start, event_id, attempt)
            row = connection.exec_driver_sql(
                "SELECT event_id FROM event_text WHERE document = ?", (number,)
            ).first()
            if row is not None and row.event_id == event_id:
                found.append((number,))
                break
    if found:
        connection.exec_driver_sql("DELETE FROM event_text_terms WHERE rowid = ?", found)
        connection.exec_driver_sql("DELETE FROM event_text WHERE document = ?", found)


def put_group_texts(connection: Connection, terms: Mapping[int, str]) -> None:
    """Add groups to the index, by id; those that were there are cleared before."""
    if not terms:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO group_text_terms (rowid, terms) VALUES (?, ?)", list(terms.items())
        )
        return
    connection.execute(
        text(
            "INSERT INTO group_text (group_id, terms)"
            " VALUES (:group, array_to_tsvector(string_to_array(:terms, ' ')))"
        ),
        [{"group": group_id, "terms": each} for group_id, each in terms.items()],
    )


def clear_groups(connection: Connection, group_ids: Iterable[int]) -> None:
    """Take groups out of the indexes."""
    ids = sorted(group_ids)
    if not ids:
        return
    delete_by(connection, GROUP_TOPIC.c.group_id, ids)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DELETE FROM group_text_terms WHERE rowid = ?", [(each,) for each in ids])
        return
    for chunk in chunks(ids):
        connection.execute(text("DELETE FROM group_text WHERE group_id = ANY(:ids)"), {"ids": chunk})


def count_words(connection: Connection, texts: Iterable[Iterable[str]]) -> None:
    """Count in how many texts each word was met; numbers and very long words are nothing that anybody completes."""
    counts: Counter[str] = Counter()
    for words in texts:
        counts.update(words)
    rows: list[dict[str, Any]] = [
        {"word": word, "events": events}
        for word, events in sorted(counts.items())
        if 2 < len(word) <= _LONGEST_WORD and not word[0].isdigit()
    ]
    if rows:
        connection.execute(_COUNT_WORDS, rows)


def _numbers(connection: Connection, texts: Sequence[EventText]) -> list[tuple[int, EventText]]:
    """A free number for each event, ascending: rows are written in their order."""
    numbers: dict[int, EventText] = {}
    waiting = [(each, 0) for each in texts]
    while waiting:
        wanted = [
            (document_number(each.start, each.event_id, attempt), each, attempt) for each, attempt in waiting
        ]
        taken = set(numbers)
        for chunk in chunks(number for number, _, _ in wanted):
            listed = ", ".join(map(str, chunk))
            query = f"SELECT document FROM event_text WHERE document IN ({listed})"  # noqa: S608  numbers of ours
            taken.update(row.document for row in connection.exec_driver_sql(query))
        waiting = []
        for number, each, attempt in wanted:
            if number in taken:
                if attempt + 1 == _ATTEMPTS:
                    raise ValueError(
                        f"too many events start in one quarter of an hour: {first_document(each.start)}"
                    )
                waiting.append((each, attempt + 1))
            else:
                taken.add(number)
                numbers[number] = each
    return sorted(numbers.items())
