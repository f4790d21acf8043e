"""What readers make of an export: the people in it, and what it says about the person whose network it is."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Channel = Literal["linkedin", "facebook", "email", "phone"]
CHANNELS: tuple[Channel, ...] = ("linkedin", "facebook", "email", "phone")
Kind = Literal["linkedin", "google", "outlook", "csv", "vcard", "facebook"]
KINDS: tuple[Kind, ...] = ("linkedin", "google", "outlook", "csv", "vcard", "facebook")


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the owner's; `until` as the export writes it, None = still."""

    company: str
    title: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """One person as one export has them; `name` is first and last name, `url` a LinkedIn profile and `slug` its name.

    `given` is the first name, where the export has it apart.
    `emails` and `phones` are folded to be compared, and never put out.
    """

    name: str
    kind: Kind
    company: str | None = None
    title: str | None = None
    connected_on: date | None = None
    url: str | None = None
    slug: str | None = None
    channels: frozenset[Channel] = frozenset()
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    city: str | None = None
    given: str | None = None


@dataclass(slots=True)
class Letters:
    """When who wrote to whom, before it is known which of them is the owner. Seconds since 1970, UTC."""

    sent: dict[tuple[str, str], array[int]] = field(default_factory=dict)
    # In how many messages a profile takes part, and the name it writes under.
    shares: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def add(self, sender: str, recipients: tuple[str, ...], at: datetime | None) -> None:
        """Take in one message; one without a date counts as long ago."""
        self.count += 1
        for each in {sender, *recipients}:
            self.shares[each] = self.shares.get(each, 0) + 1
        moment = int(at.timestamp()) if at else 0
        for each in recipients:
            self.sent.setdefault((sender, each), array("q")).append(moment)

    def merge(self, other: Letters) -> None:
        """Take in what another file has."""
        self.count += other.count
        for pair, moments in other.sent.items():
            self.sent.setdefault(pair, array("q")).extend(moments)
        for slug, share in other.shares.items():
            self.shares[slug] = self.shares.get(slug, 0) + share
        self.names.update(other.names)


@dataclass(slots=True)
class Export:
    """Everything that was read. `files` are lists of people, one a file: nobody stands twice in one of them.

    Of the owner: whom they asked to connect (profiles), in how many invitations which profile was theirs, the companies they
    follow, their jobs and their schools.
    """

    files: list[list[Contact]] = field(default_factory=list)
    anonymous: int = 0
    kinds: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    own_slugs: dict[str, int] = field(default_factory=dict)
    letters: Letters = field(default_factory=Letters)
    follows: list[str] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    schools: list[str] = field(default_factory=list)
    own_name: str | None = None
    own_city: str | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def read(self) -> int:
        """How many people stand in the files, those that hide included."""
        return sum(len(each) for each in self.files) + self.anonymous

    def warn(self, code: str, detail: str, rows: int | None = None) -> None:
        """Note what a person should know of the reading. The detail holds nothing of the file."""
        self.warnings.append({"code": code, "detail": detail} | ({} if rows is None else {"rows": rows}))

    def add(self, other: Export) -> None:
        """Take in what another file says."""
        self.files += other.files
        self.anonymous += other.anonymous
        self.kinds += other.kinds
        self.asked |= other.asked
        for slug, count in other.own_slugs.items():
            self.own_slugs[slug] = self.own_slugs.get(slug, 0) + count
        self.letters.merge(other.letters)
        self.follows += other.follows
        self.jobs += other.jobs
        self.schools += other.schools
        self.own_name = self.own_name or other.own_name
        self.own_city = self.own_city or other.own_city
        self.warnings += other.warnings


@dataclass(eq=False)
class ExportError(Exception):
    """A file that cannot be used: `status` 413, 415 or 422, a code, and what to choose instead.

    Its words hold nothing of the file, for they are answered and may be logged.
    """

    status: int
    code: str
    detail: str
    hint: str

    def __str__(self) -> str:
        """One sentence for people."""
        return f"{self.detail}; {self.hint}"


def too_many(most: int, what: str) -> ExportError:
    """More rows than are read."""
    return ExportError(
        422, "too_many_rows", f"the file holds more than {most:,} {what}", "split it, or choose fewer"
    )
