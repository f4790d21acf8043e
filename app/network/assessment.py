"""How each contact stands to a goal: value, reach, tie, redundancy and progress, each between 0 and 1.

The formulae and their numbers are explained in docs/exhaustion.md. Nothing here knows of states or actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from app.network.companies import Level
from app.network.constants import constants, digital
from app.network.goal import ResolvedGoal
from app.network.people import NO_EXCHANGE, Person
from app.network.positions import Position
from app.network.progress import ContactState, Progress, State
from app.network.records import CHANNELS, Channel
from app.places.cells import haversine_km
from app.places.gazetteer import locate
from app.taxonomy.taxonomy import load

FieldFacet = Literal["target", "adjacent", "family"]
_UNTOUCHED = ContactState()
_SILENT = ContactState(by="export")
_MONTH_DAYS = 365.25 / 12


@dataclass(slots=True)
class Assessment:
    """A contact and what they are to a goal. `rank` counts from 1 inside one employer.

    `company` is the goal's company they work at and how surely, `facet` how their field stands to the goal's. `far`: they are
    known to live in another region than the goal's city.
    """

    person: Person
    position: Position
    company: tuple[str, Level] | None
    facet: FieldFacet | None
    recruits: bool
    value: float
    reach: float
    tie: float
    touch: ContactState
    touched: date | None
    dormant: bool
    rank: int = 1
    far: bool = False

    @property
    def state(self) -> State:
        """new | pending | talked | done | closed."""
        return self.touch.state

    @property
    def relevant(self) -> bool:
        """Whether a conversation with them serves the goal at all."""
        return self.value > 0

    @property
    def potential(self) -> float:
        """What a conversation with them is expected to bring: v r t d^(k-1)."""
        return self.value * self.reach * self.tie * constants().redundancy.discount ** (self.rank - 1)

    @property
    def remaining(self) -> float:
        """What of it is still to be had."""
        return self.potential * (1 - float(getattr(constants().progress, self.state)))

    @property
    def strength(self) -> float:
        """v r t, without regard to colleagues: what a facet is covered by."""
        return self.value * self.reach * self.tie


def standings(
    persons: Iterable[Person],
    positions: Mapping[str | None, Position],
    aim: ResolvedGoal,
    progress: Progress,
    now: datetime,
) -> list[Assessment]:
    """The assessment of each person, in the order given. `now` is aware."""
    elsewhere = _Elsewhere(aim)
    main_family = _main_family(aim)
    companies: dict[str, tuple[str, Level] | None] = {}
    found = []
    for person in persons:
        position = positions[person.title]
        employer = person.employer
        if employer is not None and employer not in companies:
            companies[employer] = _company(employer, aim)
        company = companies[employer] if employer is not None else None
        facet = _facet(position, aim)
        recruits = position.recruiter and not position.recruits_for.isdisjoint(aim.wanted)
        value = _value(company, facet, recruits=recruits)
        far = bool(value and person.city and elsewhere.is_far(person.city))
        if far:
            value *= constants().value.other_metro
        touch = touch_of(person, progress.touches.get(person.key) or _UNTOUCHED, now)
        dormant = _dormant(person, now)
        found.append(
            Assessment(
                person=person,
                position=position,
                company=company,
                facet=facet,
                recruits=recruits,
                value=value,
                reach=reach(person, now),
                tie=tie(person, position.family or main_family, now, dormant=dormant),
                touch=touch,
                touched=_touched(person, touch),
                dormant=dormant,
                far=far,
            )
        )
    _rank(found, aim)
    return found


# --- value -------------------------------------------------------------------------------------------------


def _company(employer: str, aim: ResolvedGoal) -> tuple[str, Level] | None:
    """The company of the goal that an employer is, by the surest match."""
    found = [(label, level) for label, key in aim.companies if (level := aim.aliases.level(key, employer))]
    order = {"exact": 0, "alias": 1, "prefix": 2}
    return min(found, key=lambda pair: order[pair[1]], default=None)


def _facet(position: Position, aim: ResolvedGoal) -> FieldFacet | None:
    if position.field is None:
        return None
    if position.field in aim.fields:
        return "target"
    if position.field in aim.adjacent:
        return "adjacent"
    return "family" if position.family in aim.families else None


def _value(company: tuple[str, Level] | None, facet: FieldFacet | None, *, recruits: bool) -> float:
    by_field = {
        "target": constants().value.target_field,
        "adjacent": constants().value.adjacent_field,
        "family": constants().value.same_family,
        None: 0.0,
    }[facet]
    found = [by_field, constants().value.recruiter if recruits else 0.0]
    if company is not None:
        values = constants().value
        inside = values.target_company_and_field if facet == "target" else values.target_company
        found.append(inside * (constants().value.prefix_match if company[1] == "prefix" else 1.0))
    return max(found)


class _Elsewhere:
    """Which towns are too far from the goal's. Each is looked up once."""

    def __init__(self, aim: ResolvedGoal) -> None:
        self._place = aim.place
        self._most = max(aim.goal.radius_km, constants().value.other_metro_km)
        self._known: dict[str, bool] = {}

    def is_far(self, town: str) -> bool:
        if self._place is None or self._place.kind in {"online", "country", "region"}:
            return False
        if town not in self._known:
            place = locate(town).place
            self._known[town] = (
                place is not None
                and place.kind not in {"online", "country", "region"}
                and haversine_km(place.lat, place.lon, self._place.lat, self._place.lon) > self._most
            )
        return self._known[town]


# --- reach and tie -----------------------------------------------------------------------------------------


def reach(person: Person, now: datetime) -> float:
    """How likely a message arrives and is answered."""
    arrives = _arrives(person.channels, met=person.met)
    if person.exchange is NO_EXCHANGE:
        return arrives
    answers = 1.0
    silent_since = now - timedelta(days=constants().reach.silent_days)
    unanswered = [each for each in person.exchange.unanswered if each >= silent_since]
    if len(unanswered) >= constants().reach.silent_messages:
        answers = constants().reach.silent
    elif person.exchange.received:
        answers = constants().reach.replied
    return min(1.0, arrives * answers)


@lru_cache(maxsize=64)
def _arrives(channels: frozenset[Channel], *, met: bool) -> float:
    known = [float(getattr(constants().reach, each)) for each in CHANNELS if each in channels]
    if met:
        known.append(constants().reach.met)
    if not known:
        return 0.0
    return min(constants().reach.most, max(known) + constants().reach.another_channel * (len(known) - 1))


def tie(person: Person, family: str | None, now: datetime, *, dormant: bool) -> float:
    """What the closeness of a tie is worth in a family of fields: loose ones carry newer information."""
    exchange = person.exchange
    since = now - timedelta(days=constants().tie.months * _MONTH_DAYS)
    return _worth(0 if exchange is NO_EXCHANGE else exchange.since(since), family, dormant=dormant)


@lru_cache(maxsize=1024)
def _worth(messages: int, family: str | None, *, dormant: bool) -> float:
    strength = messages / (messages + constants().tie.half_strength)
    mutuals, base = constants().tie.mutuals, constants().tie.weak_base
    weak = base * (0.5 + 0.5 * mutuals) + (1 - base) * (1 - 0.5 * strength)
    strong = constants().tie.strong_base + 0.5 * strength
    share = digital(family)
    bonus = constants().tie.dormant_bonus if dormant else 0.0
    return min(1.0, share * weak + (1 - share) * strong + bonus)


def _dormant(person: Person, now: datetime) -> bool:
    exchange = person.exchange
    last = exchange.last
    if last is None or not (exchange.sent and exchange.received):
        return False
    both = len(exchange.sent) + len(exchange.received)
    years = constants().tie.dormant_years * 365.25
    return both >= constants().tie.dormant_messages and last < now - timedelta(days=years)


def _main_family(aim: ResolvedGoal) -> str | None:
    return load().fields[aim.fields[0]].family if aim.fields else None


# --- progress ----------------------------------------------------------------------------------------------


def touch_of(person: Person, touch: ContactState, now: datetime) -> ContactState:
    """How things stand with a contact: what a person says of them while it is fresh, else what messages say."""
    if touch is _UNTOUCHED and person.exchange is NO_EXCHANGE:
        return touch
    since = (now - timedelta(days=constants().progress.fresh_days)).date()
    stale = touch.state in {"talked", "pending"} and touch.at is not None and touch.at < since
    if touch.by == "user" and touch.state != "new":
        return _given_up(touch, now) if not stale else touch.model_copy(update={"state": "new", "nudges": 0})
    told = _told_by_messages(person, now)
    if told.state == "new":
        # An export without messages takes nothing back.
        return _given_up(touch, now) if not stale else touch.model_copy(update={"state": "new", "nudges": 0})
    said = told.model_dump(include={"state", "at", "nudges"})
    by = "user" if touch.met_on is not None else "export"
    return _given_up(touch.model_copy(update={**said, "by": by}), now)


def _told_by_messages(person: Person, now: datetime) -> ContactState:
    exchange = person.exchange
    since = now - timedelta(days=constants().progress.fresh_days)
    sent = [each for each in exchange.sent if each >= since]
    received = [each for each in exchange.received if each >= since]
    # Who wrote and had no answer left a door open; that is not a conversation.
    if not sent:
        return _SILENT
    at = max(*sent, *received).astimezone(UTC).date() if received else sent[-1].astimezone(UTC).date()
    if received:
        return ContactState(state="talked", at=at, by="export")
    return ContactState(state="pending", at=at, nudges=min(len(sent) - 1, 99), by="export")


def _given_up(touch: ContactState, now: datetime) -> ContactState:
    """A message that was repeated in vain is closed."""
    if touch.state != "pending" or touch.at is None or touch.nudges < constants().action.nudges:
        return touch
    silent = (now.date() - touch.at).days >= constants().action.nudge_until_days
    return touch.model_copy(update={"state": "closed"}) if silent else touch


def _touched(person: Person, touch: ContactState) -> date | None:
    last = person.exchange.last
    days = [last.astimezone(UTC).date()] if last else []
    return max([*days, *([touch.at] if touch.at else [])], default=None)


# --- redundancy --------------------------------------------------------------------------------------------


def _rank(found: Iterable[Assessment], aim: ResolvedGoal) -> None:
    """Who is which of the contacts at one employer, the best first; without an employer each is the first."""
    clusters: dict[str, list[Assessment]] = {}
    for each in found:
        if each.relevant and each.person.employer is not None:
            clusters.setdefault(aim.aliases.main(each.person.employer), []).append(each)
    for cluster in clusters.values():
        cluster.sort(key=lambda each: (-each.strength, each.person.key))
        for rank, each in enumerate(cluster, 1):
            each.rank = rank
