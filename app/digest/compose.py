"""A subscriber's digest from what is stored: asks the recommender, looks up what was shown, chooses, renders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from app.core.errors import ProblemError
from app.core.ids import public
from app.digest.choose import (
    Candidates,
    Choice,
    History,
    Item,
    choose,
    is_coming,
    items_shown,
)
from app.digest.feeds import feed_links
from app.digest.letter import Letter, Links, letter_of, reminder_lines
from app.digest.render import Rendered, render_digest, render_reminder
from app.digest.repository.shown import current_ids, history
from app.digest.repository.subscriptions import Subscriber
from app.digest.resolution import ResolvedWish, recommendation_of, resolve_wish
from app.digest.schemas import Wish
from app.digest.tokens import LinkKeys
from app.service.items import MergedError, event_document
from app.service.recommendation_schemas import RecommendationIn
from app.service.recommendations import recommendation_document

_DAYS_AHEAD: Final = 14
_REMIND_AHEAD: Final = timedelta(days=2)
# Enough that what was shown before can be left out.
_GROUPS: Final = 30
_EVENTS: Final = 40


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest: what was chosen, in words, rendered, and the rows to remember once it is sent."""

    choice: Choice
    letter: Letter
    mail: Rendered
    shown: list[dict[str, Any]]


@dataclass(slots=True)
class Composer:
    """Composes digests; subscribers who ask the same share the answers while the data does not change."""

    base_url: str
    keys: LinkKeys
    postal_address: str = ""
    _answers: dict[str, Sequence[Item]] = field(default_factory=dict)

    def compose(
        self, connection: Connection, subscriber: Subscriber, now: datetime, period: datetime
    ) -> Digest | None:
        """The digest of the period; None where there is nothing to say. Raises `ProblemError` for words not understood any more."""
        asked = resolve_wish(subscriber.wish, now)
        known = _History(connection, subscriber, self.base_url, now)
        hidden = subscriber.hidden(now)
        groups, events = self._asked(connection, asked, hidden, known.groups, now)
        choice = choose(
            Candidates(groups, events, known.current),
            known.history,
            now,
            purposes=asked.purposes,
            hidden=hidden,
            mixed=bool(asked.fields and asked.interests),
            quiet=subscriber.quiet,
        )
        if choice.is_empty:
            return None
        links = self.links(subscriber, period)
        letter = letter_of(choice, asked, links, now)
        mail = render_digest(letter, asked, links, subscriber.confirmed_at or now, self.postal_address)
        return Digest(choice, letter, mail, items_shown(choice))

    def remind(
        self, connection: Connection, subscriber: Subscriber, start: datetime, now: datetime
    ) -> Rendered | None:
        """The reminder of what was shown to begin at a time; None where none of it is still on within two days."""
        asked = resolve_wish(subscriber.wish, now)
        known = _History(connection, subscriber, self.base_url, now)
        events = [
            event
            for identity, event in known.current.items()
            if event is not None
            and event["event_status"] not in {"EventCancelled", "EventPostponed"}
            and datetime.fromisoformat(known.history.told[identity]["start_date"]) == start
            and is_coming(event, now)
            and not is_coming(event, now + _REMIND_AHEAD)
        ]
        if not events:
            return None
        links = self.links(subscriber)
        lines = reminder_lines(events, asked, links)
        return render_reminder(lines, asked, links, self.postal_address)

    def preview(self, connection: Connection, wish: Wish, now: datetime) -> Digest | None:
        """The first digest that somebody with this wish would get now; its links lead to nobody's subscription."""
        asked = resolve_wish(wish, now)
        groups, events = self._asked(connection, asked, [], [], now)
        mixed = bool(asked.fields and asked.interests)
        choice = choose(Candidates(groups, events), History(), now, purposes=asked.purposes, mixed=mixed)
        if choice.is_empty:
            return None
        start = f"{self.base_url}/subscribe"
        links = Links(self.base_url, start, start, start, start, start)
        letter = letter_of(choice, asked, links, now)
        mail = render_digest(letter, asked, links, now, self.postal_address)
        return Digest(choice, letter, mail, items_shown(choice))

    def links(self, subscriber: Subscriber, period: datetime | None = None) -> Links:
        """The addresses in a subscriber's mails; with a period, those that say whether its digest was useful."""
        manage = self.keys.token("manage", subscriber.id, subscriber.link_version)
        unsubscribe = self.keys.token("unsubscribe", subscriber.id)
        return Links(
            self.base_url,
            f"{self.base_url}/s/manage/{manage}",
            f"{self.base_url}/s/unsubscribe/{unsubscribe}",
            self.feeds(subscriber)["ics"],
            *(() if period is None else self.vote_links(subscriber.id, period)),
        )

    def vote_links(self, subscription_id: int, period: datetime) -> tuple[str, str]:
        """The addresses to say that a digest was useful, and that it was not."""
        token = self.keys.vote_token(subscription_id, period)
        return f"{self.base_url}/s/useful/{token}/yes", f"{self.base_url}/s/useful/{token}/no"

    def feeds(self, subscriber: Subscriber) -> dict[str, str]:
        """The addresses of a subscriber's calendar and feeds, by their ending."""
        token = self.keys.token("feed", subscriber.id, subscriber.link_version)
        return feed_links(self.base_url, token)

    def forget_answers(self) -> None:
        """Ask again from now on: the data may have changed."""
        self._answers.clear()

    def _asked(
        self,
        connection: Connection,
        asked: ResolvedWish,
        hidden: list[str],
        shown_groups: list[str],
        now: datetime,
    ) -> tuple[Sequence[Item], Sequence[Item]]:
        """Groups and events for a wish, best first."""
        # As long as few were shown, they are left out of the answer that many share; the events of a group stay news.
        shown_groups = shown_groups if len(shown_groups) > _GROUPS // 2 else []
        groups = recommendation_of(asked.wish, [*hidden, *shown_groups], limit=_GROUPS)
        events = recommendation_of(
            asked.wish, hidden, limit=_EVENTS, within_days=_DAYS_AHEAD, **{"for": "events"}
        )
        return self._answer(connection, asked, groups, now), self._answer(connection, asked, events, now)

    def _answer(
        self, connection: Connection, asked: ResolvedWish, question: RecommendationIn, now: datetime
    ) -> Sequence[Item]:
        key = f"{asked.say.locale} {question.model_dump_json(by_alias=True)}"
        if key not in self._answers:
            document = recommendation_document(
                connection, question, now, self.base_url, asked.say, looks_elsewhere=False
            )
            self._answers[key] = document["items"]
        return self._answers[key]


class _History:
    """What was shown, by the ids that these things have now, and how the events that are still to come stand."""

    def __init__(self, connection: Connection, subscriber: Subscriber, base_url: str, now: datetime) -> None:
        rows = history(connection, subscriber.id)
        ids = {kind: [row["item_id"] for row in rows if row["kind"] == kind] for kind in "eg"}
        moved = {kind: current_ids(connection, kind, ids[kind]) if ids[kind] else {} for kind in "eg"}
        now_of = {row["item_id"]: moved[row["kind"]].get(row["item_id"], row["item_id"]) for row in rows}
        told = {
            public(row["item_id"]): row["told"]
            for row in rows
            if row["kind"] == "e" and "start_date" in row["told"]
        }
        self.groups = [public(now_of[each]) for each in ids["g"]]
        self.history = History(
            ids=frozenset(public(each) for pair in now_of.items() for each in pair),
            series=frozenset(row["series"] for row in rows),
            told=told,
        )
        self.current = {
            identity: _current(connection, identity, base_url)
            for identity, event in told.items()
            if is_coming(event, now)
        }


def _current(connection: Connection, identity: str, base_url: str) -> Item | None:
    try:
        return event_document(connection, identity, base_url)
    except MergedError as merged:
        return _current(connection, merged.id, base_url)
    except ProblemError:
        return None


def for_reading(digest: Digest) -> dict[str, Any]:
    """A digest as JSON: what was chosen and how it reads."""
    choice = digest.choice
    return {
        "subject": digest.mail.subject,
        "preheader": digest.letter.preheader,
        "step": digest.letter.step,
        "events": list(choice.events),
        "groups": list(choice.groups),
        "changes": [
            {"kind": each.kind, "id": each.id, "told": each.told, "event": each.event}
            for each in choice.changes
        ],
        "interest": choice.interest,
        "also": list(choice.also),
        "text": digest.mail.text,
    }
