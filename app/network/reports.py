"""What a person did since the last look ("I asked her", "I went, and met these two"), folded into their progress.

The loop closes here: who was met at an evening is a contact from then on, in the map and among those to ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from app.network.companies import company_key
from app.network.linkedin import profile_slug
from app.network.names import same_name_key
from app.network.people import key_of
from app.network.progress import MOST_STEPS, ContactState, Day, Id, Key, Progress, Step, Text, Visit, What
from app.network.text import short_name
from app.network.validation import StrictModel, Wrong, WrongInputError, wrongs

_MOST = 500


class _Report(StrictModel):
    on: Day | None = Field(default=None, description="The day; today where it is left out")


class ContactReport(_Report):
    """A step with a contact.

    asked: for a conversation, or of somebody one has talked to for a referral or an introduction; nudged: reminded once;
    answered or talked: words went both ways; met: sat together; thanked: wrote after meeting; declined or closed: over.
    """

    what: What
    key: Key
    said: Text | None = Field(default=None, description="What was talked about, in your words")


class Met(StrictModel):
    """Somebody who was met at an evening. `linkedin`: the address of their profile, if they gave it."""

    name: Text
    company: Text | None = None
    position: Text | None = None
    linkedin: Text | None = None
    said: Text | None = Field(default=None, description="What was talked about, in your words")


class EventRef(StrictModel):
    """An evening, and the group behind it, by their ids here or any others."""

    id: Id
    name: Text | None = None
    url: Annotated[str, Field(max_length=2_000)] | None = None
    group: Id | None = Field(default=None, description="Id of the group")
    group_name: Text | None = None


class VisitReport(_Report):
    """An evening, and who was met there."""

    what: Literal["went"]
    event: EventRef
    met: list[Met] = Field(default=[], max_length=50)


Report = Annotated[ContactReport | VisitReport, Field(discriminator="what")]
Reports: TypeAdapter[list[Report]] = TypeAdapter(list[Report])


def read_reports(document: Any) -> list[ContactReport | VisitReport]:
    """Reports out of their JSON, a list of objects with `what`. Raises `WrongInputError`."""
    if document is None:
        return []
    if not isinstance(document, list) or len(document) > _MOST:
        raise WrongInputError((Wrong("did", f"must be a list of at most {_MOST} reports"),))
    try:
        return Reports.validate_python(document)
    except ValidationError as error:
        raise WrongInputError(wrongs("did", VisitReport, error)) from None


def with_keys(
    reports: Sequence[ContactReport | VisitReport], known: Mapping[str, str], progress: Progress
) -> list[ContactReport | VisitReport]:
    """The reports with the key of each person, where a name that only one person has is enough.

    `known` are names by key. Raises `WrongInputError` for who is neither among them, in the progress, nor was met in an earlier
    report; no name is repeated in it.
    """
    people = _Known(known, progress)
    found: list[ContactReport | VisitReport] = []
    wrong: list[Wrong] = []
    for at, each in enumerate(reports):
        if isinstance(each, VisitReport):
            for met in each.met:
                people.add(_key_of(met), met.name)
            found.append(each)
            continue
        keys = people.keys_of(each.key)
        if len(keys) == 1:
            found.append(each.model_copy(update={"key": keys[0]}))
        else:
            wrong.append(Wrong(f"did.{at}.key", _unknown(len(keys))))
    if wrong:
        raise WrongInputError(tuple(wrong))
    return found


class _Known:
    """Who can be meant, by key and by name."""

    def __init__(self, known: Mapping[str, str], progress: Progress) -> None:
        self._keys: set[str] = set()
        self._named: dict[str, dict[str, None]] = {}
        for key, touch in progress.touches.items():
            self.add(key, touch.name or (key[5:].partition("|")[0] if key.startswith("name:") else None))
        for key, name in known.items():
            self.add(key, name)

    def add(self, key: str, name: str | None) -> None:
        self._keys.add(key)
        if name:
            for said in (same_name_key(name), same_name_key(short_name(name))):
                self._named.setdefault(said, {})[key] = None

    def keys_of(self, text: str) -> list[str]:
        """The key itself, or those of everybody of that name."""
        return [text] if text in self._keys else list(self._named.get(same_name_key(text), {}))


def _unknown(count: int) -> str:
    if count:
        return f"is the name of {count} people; write the key of the one you mean, as `network contacts` shows it"
    return "matches nobody in these files or in the progress; write a name or a key as `network contacts` shows it"


def fold(progress: Progress, reports: Sequence[ContactReport | VisitReport], today: date) -> Progress:
    """Progress with the reports taken in, in their order. Days after today count as today."""
    after = Progress(dict(progress.touches), dict(progress.visits), progress.network)
    for each in reports:
        on = min(each.on or today, today)
        if isinstance(each, VisitReport):
            _went(after, each, on)
        else:
            touch = _step(after.touches.get(each.key, ContactState()), each.what, on)
            after.touches[each.key] = touch.model_copy(update={"said": each.said}) if each.said else touch
    return after


def _step(touch: ContactState, what: What, on: date) -> ContactState:
    change: dict[str, Any] = {"at": on, "by": "user", "steps": _with_step(touch, what, on)}
    if what == "asked":
        change |= {"state": "done" if touch.state in {"talked", "done"} else "pending", "nudges": 0}
    elif what == "nudged":
        change |= {"state": "pending", "nudges": touch.nudges + 1}
    elif what in {"answered", "talked"}:
        change |= {"state": "done" if touch.state == "done" else "talked"}
    elif what == "met":
        change |= {"state": "done", "met_on": on, "met_at": None, "thanked": False}
    elif what == "thanked":
        change |= {"thanked": True}
    else:
        change |= {"state": "closed"}
    return touch.model_copy(update=change)


def _with_step(touch: ContactState, what: What, on: date) -> list[Step]:
    """The steps with one more, once; the oldest go where there are too many."""
    step = Step(what=what, on=on)
    return touch.steps if step in touch.steps else [*touch.steps, step][-MOST_STEPS:]


def _went(progress: Progress, report: VisitReport, on: date) -> None:
    event = report.event
    keys = [_meet(progress, each, event.name, on) for each in report.met]
    group = f"group:{event.group}" if event.group else None
    before = progress.visits.get(f"event:{event.id}")
    met = list(dict.fromkeys([*(before.met if before else []), *keys]))
    progress.visits[f"event:{event.id}"] = Visit(
        state="went", at=on, name=event.name, url=event.url, group=group, met=met
    )
    if group is not None:
        known = progress.visits.get(group)
        visits = (known.visits if known else 0) + (before is None)
        state = known.state if known and known.state == "joined" else "tried"
        name = event.group_name or (known.name if known else None)
        progress.visits[group] = Visit(state=state, at=on, name=name, visits=visits)


def _meet(progress: Progress, met: Met, evening: str | None, on: date) -> str:
    key = _key_of(met)
    known = progress.touches.get(key, ContactState())
    said = {"name": met.name, "company": met.company, "position": met.position, "said": met.said}
    progress.touches[key] = known.model_copy(
        update={
            "at": on,
            "by": "user",
            "met_on": on,
            "met_at": evening,
            "thanked": False,
            "steps": _with_step(known, "met", on),
            **{name: value for name, value in said.items() if value is not None},
        }
    )
    return key


def _key_of(met: Met) -> str:
    return key_of(met.name, company_key(met.company), profile_slug(met.linkedin))
