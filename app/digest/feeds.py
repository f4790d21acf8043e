"""The private feeds of a subscription: what its digests named, as it stands now, in the formats that every list has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from app.core.errors import ProblemError
from app.core.ids import public
from app.digest.repository import shown
from app.digest.repository.subscriptions import Subscriber
from app.digest.resolution import resolve_wish
from app.outputs.feeds import FEEDS, Feed
from app.service.items import MergedError, event_document, group_document
from app.translations.catalogue import N_

# The calendar keeps the address that it was given in mails.
PATHS: Final = {
    "ics": "/s/calendar/{token}.ics",
    "rss": "/s/feed/{token}.rss",
    "atom": "/s/feed/{token}.atom",
    "json-feed": "/s/feed/{token}.json-feed",
}
# Readers keep what they have seen: the latest are enough.
_MOST_ITEMS: Final = 200
_ABOUT: Final = N_("The groups and events that your digests named, as they stand now.")


def feed_links(base_url: str, token: str) -> dict[str, str]:
    """The addresses of a subscription's feeds, by their ending."""
    return {ending: base_url + path.format(token=token) for ending, path in PATHS.items()}


def write_feed(
    connection: Connection, subscriber: Subscriber, now: datetime, base_url: str, token: str, form: Feed
) -> bytes:
    """The feed of what a subscriber was shown, the latest first; of what was removed nothing is left."""
    asked = resolve_wish(subscriber.wish, now)
    items = _items(connection, subscriber, now, base_url, with_groups="groups" in form.kinds)
    return form.write(
        {
            "kind": "events",
            "title": asked.say.gettext("Your digest for %(place)s")
            % {"place": asked.place or subscriber.wish.near or "NextCircle"},
            "description": asked.say.gettext(_ABOUT),
            "self": feed_links(base_url, token)[form.ending],
            "page": f"{base_url}/",
            "updated": max((item["updated_at"] for item in items), default=None),
            "cut": False,
            "next": None,
            "items": items,
        }
    )


def form_of(ending: str) -> Feed:
    """How feeds with an ending are written. Raises 404 for a format that subscriptions do not have."""
    if ending not in PATHS or ending == "ics":
        raise ProblemError(404, "there is nothing at this address")
    return FEEDS[ending]


def _items(
    connection: Connection, subscriber: Subscriber, now: datetime, base_url: str, *, with_groups: bool
) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in shown.history(connection, subscriber.id):
        if len(found) == _MOST_ITEMS:
            break
        identity = public(row["item_id"])
        if row["kind"] == "e":
            item = _living(lambda each: event_document(connection, each, base_url), identity)
        else:
            read = lambda each: group_document(connection, each, now, base_url)  # noqa: E731
            item = _living(read, identity) if with_groups else None
        if item is not None:
            found.setdefault(item["id"], item)
    return list(found.values())


def _living(read: Callable[[str], dict[str, Any]], identity: str) -> dict[str, Any] | None:
    """The document, of the survivor where it was merged; None where it was removed."""
    try:
        return read(identity)
    except MergedError as merged:
        return _living(read, merged.id)
    except ProblemError:
        return None
