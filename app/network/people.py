"""The people in what was read: one `Person` each, however many files have them, and never one for two.

Sure signs are the same profile, or the same e-mail address or phone under the same name. A name alone joins records of
different files only where it is nobody else's in either, and where nothing they say of employers speaks against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any, Final

from app.network.companies import company_key
from app.network.names import same_name_key
from app.network.owner import NOBODY, Owner, owner_of
from app.network.records import CHANNELS, KINDS, Channel, Contact, Export
from app.network.text import name_key

# Beyond so many of one name nothing but a sure sign tells who is who.
_MOST_NAMESAKES: Final = 20

_KEY: Final = 200


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went back and forth with one person: moments of messages, oldest first, UTC."""

    sent: tuple[datetime, ...] = ()
    received: tuple[datetime, ...] = ()

    @property
    def last(self) -> datetime | None:
        """The last message either way."""
        return max((*self.sent[-1:], *self.received[-1:]), default=None)

    @property
    def unanswered(self) -> tuple[datetime, ...]:
        """What was sent since they last wrote."""
        if not self.received:
            return self.sent
        return tuple(each for each in self.sent if each > self.received[-1])

    def since(self, moment: datetime) -> int:
        """How many messages went either way from a moment on."""
        return sum(each >= moment for each in (*self.sent, *self.received))


NO_EXCHANGE = Exchange()


@dataclass(slots=True)
class Person:
    """One person. `key` names them in a client's progress: `in:slug`, else `name:name|company`.

    `employer` is the company's name folded, None where it names none. `met` = known from an evening.
    """

    key: str
    name: str
    company: str | None = None
    employer: str | None = None
    title: str | None = None
    connected_on: date | None = None
    url: str | None = None
    channels: frozenset[Channel] = frozenset()
    city: str | None = None
    given: str | None = None
    exchange: Exchange = NO_EXCHANGE
    met: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For `network contacts`: no address of any kind but the public profile."""
        return {
            "name": self.name,
            "company": self.company,
            "title": self.title,
            "connected_on": self.connected_on.isoformat() if self.connected_on else None,
            "url": self.url,
            "channels": [each for each in CHANNELS if each in self.channels],
        }


@dataclass(slots=True)
class People:
    """Everybody who was read, in the order of the files, and what is known of the person who asks."""

    persons: list[Person] = field(default_factory=list)
    read: int = 0
    anonymous: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    owner: Owner = NOBODY
    pending_invitations: int = 0
    follows: list[str] = field(default_factory=list)
    own_city: str | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def duplicates(self) -> int:
        """Records that were of somebody who had one already."""
        return self.read - self.anonymous - len(self.persons)


def people_of(export: Export) -> People:
    """The people of an export."""
    merged = _merged(export.files)
    exchanges, met = _exchanges(export)
    slugs = {each.slug for records in merged for each in records if each.slug is not None}
    persons = [_person(records, exchanges) for records in merged]
    _make_keys_differ(persons)
    if export.letters.count and not met:
        export.warn(
            "own_profile_unknown",
            "messages were left out: which profile is yours cannot be told; add Invitations.csv",
        )
    kinds = Counter(each.kind for records in export.files for each in records)
    return People(
        persons=persons,
        read=export.read,
        anonymous=export.anonymous,
        sources={kind: kinds[kind] for kind in KINDS},
        owner=owner_of(export),
        pending_invitations=len(export.asked - slugs),
        follows=export.follows,
        own_city=export.own_city,
        warnings=export.warnings,
    )


# --- which records are one person --------------------------------------------------------------------------


class _Merging:
    """Records of files, and which of them belong together so far."""

    def __init__(self, files: Sequence[Sequence[Contact]]) -> None:
        self.records = [each for people in files for each in people]
        self._file = [at for at, people in enumerate(files) for _ in people]
        self._parent = list(range(len(self.records)))
        self._slug = [each.slug for each in self.records]
        self._name = [same_name_key(each.name) for each in self.records]

    def groups(self, among: Iterable[int] | None = None) -> list[list[int]]:
        """Records by person, in the order of the files."""
        found: dict[int, list[int]] = {}
        for at in range(len(self.records)) if among is None else among:
            found.setdefault(self._find(at), []).append(at)
        return list(found.values())

    def join_by_sure_signs(self) -> None:
        seen: dict[tuple[object, ...], int] = {}
        for at, record in enumerate(self.records):
            name = self._name[at]
            slug = self._slug[at]
            signs: list[tuple[object, ...]] = [("in", slug)] if slug else [("row", record)]
            # A firm's or family's address is several people's: it tells only with the name.
            signs += [("email", each, name) for each in record.emails]
            signs += [("phone", each, name) for each in record.phones]
            for sign in signs:
                self._join(at, seen.setdefault(sign, at))

    def join_by_name(self) -> None:
        by_name: dict[str, list[int]] = {}
        for group in self.groups():
            by_name.setdefault(self._name[group[0]], []).extend(group)
        for namesakes in by_name.values():
            for test in (_same_employer, _nothing_against):
                groups = self.groups(namesakes)
                if 1 < len(groups) <= _MOST_NAMESAKES:
                    self._join_pairs(groups, test)

    def _join_pairs(
        self, groups: Sequence[list[int]], test: Callable[[list[Contact], list[Contact]], bool]
    ) -> None:
        """Join what fits one to one and shares no file, for nobody stands twice in one."""
        fits = []
        for one, other in combinations(groups, 2):
            apart = {self._file[at] for at in one}.isdisjoint(self._file[at] for at in other)
            profiles = {self._slug[self._find(group[0])] for group in (one, other)} - {None}
            if (
                apart
                and len(profiles) < 2
                and test([self.records[at] for at in one], [self.records[at] for at in other])
            ):
                fits.append((one, other))
        counts = Counter(group[0] for pair in fits for group in pair)
        for one, other in fits:
            # Where two people could be meant, neither is.
            if counts[one[0]] == counts[other[0]] == 1:
                self._join(one[0], other[0])

    def _find(self, at: int) -> int:
        while self._parent[at] != at:
            self._parent[at] = self._parent[self._parent[at]]
            at = self._parent[at]
        return at

    def _join(self, one: int, other: int) -> None:
        """Make two records one person's, unless they are known to have two profiles."""
        # The earlier record leads, so that the order of people is that of the files.
        first, second = sorted((self._find(one), self._find(other)))
        mine, theirs = self._slug[first], self._slug[second]
        if mine is None or theirs is None or mine == theirs:
            self._parent[second] = first
            self._slug[first] = mine or theirs


def _merged(files: Sequence[Sequence[Contact]]) -> list[list[Contact]]:
    merging = _Merging(files)
    merging.join_by_sure_signs()
    merging.join_by_name()
    return [[merging.records[at] for at in group] for group in merging.groups()]


def _same_employer(one: Sequence[Contact], other: Sequence[Contact]) -> bool:
    return not _companies(one).isdisjoint(_companies(other))


def _nothing_against(one: Sequence[Contact], other: Sequence[Contact]) -> bool:
    """One of the two says nothing of an employer; or both began on the same day under one name."""
    days = {each.connected_on for each in one if each.connected_on} & {
        each.connected_on for each in other if each.connected_on
    }
    return bool(days) or not (_companies(one) and _companies(other))


def _companies(records: Iterable[Contact]) -> set[str]:
    return {key for each in records if (key := company_key(each.company)) is not None}


# --- one person of several records -------------------------------------------------------------------------


def _person(records: Sequence[Contact], exchanges: Mapping[str, Exchange]) -> Person:
    known = records[0] if len(records) == 1 else _together(records)
    employer = company_key(known.company)
    return Person(
        key=key_of(known.name, employer, known.slug),
        name=known.name,
        company=known.company,
        employer=employer,
        title=known.title,
        connected_on=known.connected_on,
        url=known.url,
        channels=known.channels,
        city=known.city,
        given=known.given,
        exchange=exchanges.get(known.slug, NO_EXCHANGE) if known.slug else NO_EXCHANGE,
    )


def _together(records: Sequence[Contact]) -> Contact:
    """What several records of one person say: of each member the first that says any, and since when by the earliest."""
    first = records[0]
    return replace(
        first,
        slug=_first(each.slug for each in records),
        company=_first(each.company for each in records),
        title=_first(each.title for each in records),
        connected_on=min((each.connected_on for each in records if each.connected_on), default=None),
        url=_first(each.url for each in records),
        channels=first.channels.union(*(each.channels for each in records[1:])),
        city=_first(each.city for each in records),
        given=_first(each.given for each in records),
    )


def key_of(name: str, employer: str | None, slug: str | None) -> str:
    """What names a person in a client's progress, of bounded length: folding can make a text many times as long."""
    return f"in:{slug[:_KEY]}" if slug else f"name:{name_key(name)[:_KEY]}|{(employer or '')[:_KEY]}"


def _first(values: Iterable[str | None]) -> str | None:
    for each in values:
        if each is not None:
            return each
    return None


def _make_keys_differ(persons: Sequence[Person]) -> None:
    """Number the second and later of one name and company who have no profile."""
    seen: dict[str, int] = {}
    for person in persons:
        seen[person.key] = count = seen.get(person.key, 0) + 1
        if count > 1:
            person.key += f"#{count}"


# --- messages ----------------------------------------------------------------------------------------------


def _exchanges(export: Export) -> tuple[dict[str, Exchange], bool]:
    """By the other's profile what was written, and whether the own profile is known at all."""
    own = _own_slug(export)
    if own is None:
        return {}, False
    sent: dict[str, list[datetime]] = {}
    received: dict[str, list[datetime]] = {}
    for (sender, recipient), moments in export.letters.sent.items():
        times = sorted(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=each) for each in moments)
        if sender == own and recipient != own:
            sent.setdefault(recipient, []).extend(times)
        elif recipient == own and sender != own:
            received.setdefault(sender, []).extend(times)
    return {
        slug: Exchange(tuple(sorted(sent.get(slug, ()))), tuple(sorted(received.get(slug, ()))))
        for slug in sent.keys() | received.keys()
    }, True


def _own_slug(export: Export) -> str | None:
    """The profile whose export this is: whose invitations, else who takes part in every message."""
    if export.own_slugs:
        return max(export.own_slugs, key=lambda slug: (export.own_slugs[slug], slug))
    letters = export.letters
    always = [slug for slug, share in letters.shares.items() if share == letters.count]
    if len(always) == 1:
        return always[0]
    own_name = name_key(export.own_name or "")
    named = [slug for slug in always if own_name and letters.names.get(slug) == own_name]
    return named[0] if len(named) == 1 else None
