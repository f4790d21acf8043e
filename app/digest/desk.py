"""What people do with their subscriptions, by page and API: subscribe, confirm, change, pause, hide, leave. No accounts: links prove who asks."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection

from app.core.errors import ProblemError
from app.core.ids import internal, new_ids, public
from app.db import Database, DatabaseAwayError
from app.digest.compose import Composer, Digest
from app.digest.configuration import MailState, mail_state, make_composer, make_sender
from app.digest.message import build_message, message_id
from app.digest.render import Rendered, render_confirmation, render_link
from app.digest.repository import deliveries, shown, subscriptions, votes
from app.digest.repository.subscriptions import Subscriber
from app.digest.resolution import ResolvedWish, resolve_wish
from app.digest.schemas import Wish
from app.digest.tokens import Purpose, Vote, new_confirm_token
from app.settings import Settings
from app.webhooks.repository import endpoints

log = logging.getLogger(__name__)

# The wording that people agree to, so that it is known later what they agreed to.
CONSENT_WORDING: Final = "2026-11: send me groups and events that fit, until I unsubscribe"
PAUSES: Final = (2, 4, 8)
# How long a group is out of sight.
SNOOZE: Final = timedelta(weeks=8)


class Desk:
    """The subscriptions of one installation."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    @cached_property
    def composer(self) -> Composer:
        """With the keys that links are signed with."""
        return make_composer(self.settings, self.database)

    @property
    def mail(self) -> MailState:
        """Where mails go."""
        return mail_state(self.settings)

    def subscribe(self, email: str, wish: Wish, page: str, now: datetime) -> ResolvedWish:
        """Take a wish down and mail its owner a link to confirm it; how it was understood.

        Whether a mail goes out, which says whether the mailbox is known, cannot be told from the answer. Raises 422 for words that
        are not understood and 503 where mail is off.
        """
        if self.mail.to == "nowhere":
            raise ProblemError(
                503, "mail is off here: the operator has not set it up yet; nothing was stored"
            )
        asked = resolve_wish(wish, now)
        consent = {"at": now.isoformat(), "wording": CONSENT_WORDING, "page": page}
        token = new_confirm_token()
        # Made before it is known whether it may be sent, so that the time that the answer takes does not tell either.
        link = f"{self.settings.base_url}/s/confirm/{token}"
        mail = render_confirmation(asked, link, self.settings.postal_address)
        identity = next(new_ids(now, 1))
        content, name = self._message(identity, email, "confirm", mail, now)
        with self.database.write() as connection:
            if subscriptions.add_pending(connection, identity, email, asked.wish, consent, token, now):
                deliveries.add_rendered(connection, identity, "confirm", now, content, name)
        return asked

    def pending(self, token: str, now: datetime) -> Subscriber:
        """What a confirmation link would begin. Raises 404."""
        with self.database.read() as connection:
            found = subscriptions.pending(connection, token, now)
        if found is None:
            raise _used()
        return found

    def confirm(self, token: str, now: datetime) -> Subscriber:
        """Begin it. Raises 404."""
        found = subscriptions.confirm(self.database, token, now)
        if found is None:
            raise _used()
        return found

    def subscriber(self, connection: Connection, purpose: Purpose, token: str) -> Subscriber:
        """Whom a link belongs to. Raises 404 for one that is not ours, was replaced, or whose subscription has ended."""
        link = self.composer.keys.read(purpose, token)
        found = None if link is None else subscriptions.by_id(connection, link.subscription_id)
        if link is None or found is None or (purpose != "unsubscribe" and link.version != found.link_version):
            raise ProblemError(
                404,
                "this link does not work: it was replaced by a newer one, or the subscription has ended",
            )
        return found

    def unsubscribe(self, token: str) -> None:
        """End what the link belongs to, at once. Nothing tells whether it was still running."""
        link = self.composer.keys.read("unsubscribe", token)
        if link is not None:
            with self.database.write() as connection:
                subscriptions.end(connection, link.subscription_id, "unsubscribed")

    def asked_about(self, connection: Connection, token: str) -> Vote:
        """The digest that a link asks about. Raises 404 for one that is not ours, or of a digest that is forgotten by now."""
        vote = self.composer.keys.read_vote(token)
        if vote is None or not votes.has_digest(connection, vote.subscription_id, vote.period_at):
            raise _forgotten()
        return vote

    def vote(self, token: str, *, useful: bool) -> None:
        """Keep whether a digest was useful, in the place of an earlier answer. Raises 404."""
        vote = self.composer.keys.read_vote(token)
        # What nobody signed does not get as far as the lock of writers.
        if vote is None:
            raise _forgotten()
        with self.database.write() as connection:
            if not votes.note_vote(connection, vote.subscription_id, vote.period_at, useful=useful):
                raise _forgotten()

    def mail_new_links(self, email: str, now: datetime) -> None:
        """Mail new links to manage every subscription of a mailbox, once a day at most; older ones stop working.

        What it takes depends on whether the mailbox is known: call it once the answer is out, after `check_mail`.
        """
        try:
            self._mail_new_links(email, now)
        except DatabaseAwayError as error:
            log.warning("the database is away, a new link is not mailed: %s", error)

    def check_mail(self) -> None:
        """Raises 503 where mail is off."""
        if self.mail.to == "nowhere":
            raise ProblemError(503, "mail is off here: the operator has not set it up yet")

    def _mail_new_links(self, email: str, now: datetime) -> None:
        with self.database.read() as connection:
            found = [
                each
                for each in subscriptions.with_mailbox(connection, email)
                if not deliveries.had_since(connection, each.id, "link", now - timedelta(days=1))
            ]
        for each in found:
            renewed = replace(each, link_version=each.link_version + 1)
            asked = resolve_wish(renewed.wish, now)
            mail = render_link(asked, self.composer.links(renewed).manage, self.settings.postal_address)
            content, name = self._message(renewed.id, renewed.email, "link", mail, now)
            with self.database.write() as connection:
                subscriptions.use_links(connection, renewed)
                deliveries.add_rendered(connection, renewed.id, "link", now, content, name)

    def preview(self, connection: Connection, wish: Wish, now: datetime) -> Digest | None:
        """The first digest for a wish, None where there is nothing to say. Raises 422."""
        # Of its own: answers that are shared hold for one round of the worker.
        composer = Composer(self.settings.base_url, self.composer.keys, self.settings.postal_address)
        return composer.preview(connection, wish, now)

    def change(self, subscriber: Subscriber, wish: Wish, now: datetime) -> ResolvedWish:
        """Another wish. Raises 422."""
        asked = resolve_wish(wish, now)
        with self.database.write() as connection:
            subscriptions.change_wish(connection, subscriber, asked.wish, now)
        return asked

    def pause(self, subscriber: Subscriber, weeks: int, now: datetime) -> None:
        """Nothing for some weeks."""
        with self.database.write() as connection:
            subscriptions.pause(connection, subscriber, now + timedelta(weeks=weeks))

    def resume(self, subscriber: Subscriber, now: datetime) -> None:
        """End a pause."""
        with self.database.write() as connection:
            subscriptions.resume(connection, subscriber, now)

    def hide(self, subscriber: Subscriber, item: str, now: datetime, *, for_good: bool) -> None:
        """Never show an event or group again, or not for eight weeks. Raises 422."""
        if internal(item) is None:
            raise ProblemError(422, "not the id of an event or group")
        with self.database.write() as connection:
            if for_good:
                subscriptions.exclude(connection, subscriber, item)
            else:
                subscriptions.snooze(connection, subscriber, item, (now + SNOOZE).date())

    def show_again(self, subscriber: Subscriber) -> None:
        """Forget what was hidden."""
        with self.database.write() as connection:
            subscriptions.hide_nothing(connection, subscriber)

    def delete(self, subscriber: Subscriber) -> None:
        """Delete a subscription and everything about it, at once."""
        with self.database.write() as connection:
            subscriptions.erase(connection, subscriber.id)

    def export(self, subscriber: Subscriber) -> dict[str, Any]:
        """Everything that is stored about a subscription."""
        with self.database.read() as connection:
            items = shown.history(connection, subscriber.id)
            digests = votes.digests_of(connection, subscriber.id)
            posted_to = endpoints.of_subscription(connection, subscriber.id)
        return {
            "id": public(subscriber.id),
            "state": subscriber.state,
            "email": subscriber.email,
            "wish": subscriber.wish.model_dump(mode="json"),
            "consent": subscriber.consent,
            "created_at": subscriber.created_at.isoformat(),
            "confirmed_at": None if subscriber.confirmed_at is None else subscriber.confirmed_at.isoformat(),
            "next_at": None if subscriber.next_at is None else subscriber.next_at.isoformat(),
            "not_for_me": subscriber.excluded,
            "snoozed": subscriber.snoozed,
            "webhooks": [{"url": each.url, "state": each.state} for each in posted_to],
            "digests": [
                {
                    "due_at": row["period_at"].isoformat(),
                    "state": row["state"],
                    "ended_at": None if row["ended_at"] is None else row["ended_at"].isoformat(),
                    "useful": row["useful"],
                }
                for row in digests
            ],
            "shown": [
                {"id": public(row["item_id"]), "shown_at": row["shown_at"].isoformat(), "told": row["told"]}
                for row in items
            ],
        }

    def _message(
        self, identity: int, email: str, kind: str, mail: Rendered, now: datetime
    ) -> tuple[bytes, str]:
        """A mail as it is sent, and its Message-ID."""
        sender = make_sender(self.settings)
        name = message_id(identity, kind, now, sender.domain)
        return build_message(mail, sender, email, name, now, None), name


def _forgotten() -> ProblemError:
    return ProblemError(404, "this link no longer works: the digest it refers to is no longer stored")


def _used() -> ProblemError:
    return ProblemError(
        404, "this link was used already, or is older than 72 hours; subscribe again to get a new one"
    )
