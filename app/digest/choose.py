"""What a digest says: a pure function of the wish, what was shown before, what there is, and the time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from app.core.fold import fold
from app.core.ids import internal, key
from app.recommend.constants import constants

MOST_EVENTS: Final = 5
MOST_GROUPS: Final = 3
AHEAD: Final = timedelta(days=14)
# Below so many picks it is said what else is worth knowing.
_FEW: Final = 3
_MOST_ALSO: Final = 2
# After so many digests in a row that had nothing to say, it is offered to look farther away, once.
_QUIET: Final = 4
_OFF: Final = {"EventCancelled": "cancelled", "EventPostponed": "postponed"}

ChangeKind = Literal["cancelled", "postponed", "gone", "back", "time", "online", "place"]
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """What somebody was shown before, by the ids that these things have now, and by series."""

    ids: frozenset[str] = frozenset()
    series: frozenset[int] = frozenset()
    # {id: what was told of it} of events.
    told: Mapping[str, Item] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidates:
    """`RecommendationOut`s, best first, and how the events that were shown stand now: `EventOut`, or None if they are gone."""

    groups: Sequence[Item] = ()
    events: Sequence[Item] = ()
    current: Mapping[str, Item | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an event that was shown: `event` is how it is now, None if it is gone."""

    kind: ChangeKind
    id: str
    told: Item
    event: Item | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What one digest shows; picks are `RecommendationOut`s. Events and `also` come in order of time."""

    events: tuple[Item, ...] = ()
    groups: tuple[Item, ...] = ()
    changes: tuple[Change, ...] = ()
    interest: Item | None = None
    also: tuple[Item, ...] = ()
    best: Item | None = None
    # Nothing was found for so long that a wider circle is offered.
    offers_wider: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not (self.events or self.groups or self.changes or self.interest or self.offers_wider)


def choose(
    candidates: Candidates,
    history: History,
    now: datetime,
    *,
    purposes: Collection[str] = (),
    hidden: Collection[str] = (),
    mixed: bool = False,
    quiet: int = 0,
) -> Choice:
    """What to write. `purposes` and `hidden` are ids; `mixed`: both a career and interests were asked for.

    Nothing that was shown before is shown again but as a change, and of a series one date.
    """
    good, possible = constants().bands.good, constants().bands.possible
    events = [each for each in candidates.events if _is_new_event(each, history, now, hidden)]
    groups = [each for each in candidates.groups if _is_new(each, history, hidden)]
    if purposes:
        events, groups = (
            [each for each in part if purposes_of(each) & set(purposes)] for part in (events, groups)
        )
    picked = _one_a_host([each for each in events if each["score"] >= good])[:MOST_EVENTS]
    taken = {_host(each) for each in picked}
    new = [each for each in groups if each["score"] >= good and _host(each) not in taken][:MOST_GROUPS]
    taken |= {_host(each) for each in new}
    rest = _one_a_host([each for each in (*events, *groups) if _host(each) not in taken])
    interest = None
    if mixed and not any(each["because"] == "interest" for each in (*picked, *new)):
        fitting = (each for each in rest if each["because"] == "interest" and each["score"] >= good)
        interest = next(fitting, None)
    also: list[Item] = []
    if len(picked) + len(new) < _FEW:
        also = [each for each in rest if each is not interest and each["score"] >= possible][:_MOST_ALSO]
    changes = changes_of(candidates.current, history, now)
    found = bool(picked or new or changes or interest)
    if not found:
        return Choice(offers_wider=quiet == _QUIET)
    return Choice(
        events=tuple(sorted(picked, key=lambda each: str(each["event"]["start_date"])[:16])),
        groups=tuple(new),
        changes=tuple(changes),
        interest=interest,
        also=tuple(also),
        best=max((*picked, *new), key=lambda each: float(each["score"]), default=interest),
    )


def changes_of(current: Mapping[str, Item | None], history: History, now: datetime) -> list[Change]:
    """What became different of the events that were shown and are still to come, the soonest first."""
    found = []
    for identity, told in history.told.items():
        if identity not in current:
            continue
        event = current[identity]
        if not is_coming(told, now):
            continue
        kind = _change(told, event)
        if kind is not None:
            found.append(Change(kind, identity, told, event))
    return sorted(found, key=lambda each: str(each.told["start_date"]))


def _change(told: Item, event: Item | None) -> ChangeKind | None:
    if event is None:
        return None if told["removed"] else "gone"
    status, before = event["event_status"], told["event_status"]
    if status in _OFF:
        return None if status == before else _OFF[status]  # type: ignore[return-value]
    if told["removed"] or before in _OFF:
        return "back"
    if event["start_date"] != told["start_date"]:
        return "time"
    if status == "EventMovedOnline" and before != status:
        return "online"
    if fold(place_of(event)) != fold(told["place"]):
        return "place"
    return None


def told_of(event: Item | None, before: Item | None = None) -> Item:
    """What is remembered of an event that is told of, to notice what changes; of one that is gone, that it is."""
    if event is None:
        return {**(before or {}), "removed": True}
    return {
        "name": event["name"],
        "start_date": event["start_date"],
        "timezone": event["timezone"],
        "place": place_of(event),
        "event_status": event["event_status"],
        "removed": False,
    }


def place_of(event: Item) -> str:
    """Where an event is, as far as it matters to who goes there: the venue, or the town."""
    location = event["location"] or {}
    return str(location.get("name") or location.get("address") or location.get("city") or "")


def is_coming(event: Item, now: datetime) -> bool:
    """Whether an event (or what was told of one) has not begun; an all-day one counts until its day is over."""
    start = str(event["start_date"])
    if "T" not in start:
        return date.fromisoformat(start) >= now.astimezone(ZoneInfo(event["timezone"])).date()
    return datetime.fromisoformat(start) > now


def series_key(item: Item) -> int:
    """The same for the dates of one series, and for a group itself alone."""
    event = item["event"]
    if event is None:
        return key("group", item["group"]["id"])
    organiser = event["group"]["id"] if event["group"] else place_of(event)
    return key("series", organiser, fold(event["name"]))


def purposes_of(item: Item) -> set[str]:
    """The purposes of a pick."""
    thing = item["event"] or item["group"]
    return {each["id"] for each in thing["purposes"]}


def items_shown(choice: Choice) -> list[dict[str, Any]]:
    """What is to be remembered of a digest once it is sent: rows of `DigestItem`."""
    rows: dict[str, dict[str, Any]] = {}
    picks = (*choice.events, *choice.groups, *((choice.interest,) if choice.interest else ()), *choice.also)
    for pick in picks:
        event = pick["event"]
        told = {"name": pick["group"]["name"]} if event is None else told_of(event)
        rows[_id(pick)] = _row(_id(pick), "g" if event is None else "e", series_key(pick), told)
    for change in choice.changes:
        told = told_of(change.event, change.told)
        rows[change.id] = _row(change.id, "e", key("series", change.id), told)
    return list(rows.values())


def _row(identity: str, kind: str, series: int, told: Item) -> dict[str, Any]:
    return {"item_id": internal(identity), "kind": kind, "series": series, "told": told}


def _is_new_event(item: Item, history: History, now: datetime, hidden: Collection[str]) -> bool:
    event = item["event"]
    return (
        _is_new(item, history, hidden)
        and event["event_status"] not in _OFF
        and _group_of(item) not in hidden
        and is_coming(event, now)
        and not is_coming(event, now + AHEAD)
    )


def _is_new(item: Item, history: History, hidden: Collection[str]) -> bool:
    identity = _id(item)
    return identity not in history.ids and identity not in hidden and series_key(item) not in history.series


def _one_a_host(items: Sequence[Item]) -> list[Item]:
    """Of the things of one group or series the best."""
    kept: dict[object, Item] = {}
    for each in items:
        kept.setdefault(_host(each), each)
    return list(kept.values())


def _host(item: Item) -> object:
    """The id of the group that a pick is or that holds it; of an event of nobody its series."""
    return str(item["group"]["id"]) if item["event"] is None else _group_of(item) or series_key(item)


def _id(item: Item) -> str:
    return str((item["event"] or item["group"])["id"])


def _group_of(item: Item) -> str | None:
    event = item["event"]
    return None if event is None or event["group"] is None else str(event["group"]["id"])
