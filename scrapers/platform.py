"""What a platform is: one hosting product, what its addresses mean and how its payloads are read.

A platform does no I/O: the client fetches, the platform only says what to send and reads what came.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal

from scrapers.records import Reading


class Access(StrEnum):
    """Why we may read an address: the publisher offers it, the operator decided to, or we may not at all."""

    FEED = "feed"  # published for subscription; always on
    PAGE = (
        "page"  # robots.txt allows it, the terms limit automated or commercial use; NEXTCIRCLE_PAGES decides
    )
    FORBIDDEN = "forbidden"  # there is no code path that fetches it


@dataclass(frozen=True, slots=True)
class Request:
    """What to send for an address. `url` may be stored and logged; headers and `secret_query` may hold a key and not.

    `secret_query` is for the few products that take their key in no other place than the query: it is joined to `url`
    on the wire only. `json` of None means no body.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = None
    secret_query: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Payload:
    """A body as it was served. `url` is the final address after redirects, or the name of a file."""

    url: str
    body: bytes
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader needs besides the bytes.

    `window` is half-open in aware datetimes: an event that overlaps it is kept; None keeps all single events and
    expands recurrences from `now`'s day for 366 days. `timezone` (IANA) is taken for floating times.
    `max_events` of None means no cap; `max_instances` caps one rule in the window.
    """

    source: str
    now: datetime
    timezone: str = "UTC"
    window: tuple[datetime | None, datetime | None] | None = None
    base_url: str | None = None
    max_events: int | None = 20_000
    max_instances: int = 400


class Platform(ABC):
    """One hosting product. Subclasses are stateless; the registry makes one instance of each."""

    name: ClassVar[str]
    label: ClassVar[str]
    # Generic platforms (any calendar, any page) have a high rank and are asked last.
    rank: ClassVar[int] = 0
    # Any site may use it: that two groups are both known from it says nothing about them.
    is_generic: ClassVar[bool] = False
    # Whose words count where several platforms announce one event: the lowest.
    text_rank: ClassVar[int] = 5
    terms_url: ClassVar[str | None] = None
    # What its terms let others show of its pages, in the words of the catalogue's `republish` table.
    republish: ClassVar[Mapping[str, Any]] = {}
    # The access class of addresses that do not look like this platform's, but of which a person says they are.
    default_access: ClassVar[Access | None] = None
    # Products that answer only with a key: it is read from NEXTCIRCLE_<key_name>_KEY.
    key_name: ClassVar[str | None] = None

    # What it names in `Reading.next` are calendars of the same people, whatever product they are made with: each becomes a
    # source of its own.
    leads_on: ClassVar[bool] = False

    @abstractmethod
    def access(self, url: str) -> Access | None:
        """The access class of an address, or None where the address is not this platform's."""

    @abstractmethod
    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The records of a payload. Never raises on bad input: the reading carries warnings instead."""

    def recognises(self, payload: Payload) -> bool:
        """Whether a payload of unknown origin (a file on disk) is this platform's."""
        return self.access(payload.url) is not None

    def canonical(self, url: str) -> str:
        """The address to fetch for one that a person would paste."""
        return url

    def needs_key(self, url: str) -> bool:
        """Whether an address is not answered without the operator's key."""
        return self.key_name is not None and self.request(url, {self.key_name: "key"}) != self.request(
            url, {}
        )

    def request(self, url: str, keys: Mapping[str, str]) -> Request:  # noqa: ARG002  most products need no key
        """What to send for a canonical address; `keys` are the operator's, by `key_name`."""
        return Request(url)
