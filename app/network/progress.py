"""How far a person has come, as their client keeps it: whom they asked, whom they met, where they went.

Progress is a JSON object by key. It goes in whole and comes out whole, and nothing of it stays here:

- `in:slug` or `name:name|company`: a contact (`ContactState`), with a name where they are known from no export;
- `event:id`: an evening that was attended, `group:id`: a group that was tried (`Visit`);
- `network`: the state at the last look (`LastState`), for a state that it takes more to leave than to enter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from app.network.validation import StrictModel, Wrong, WrongInputError, wrongs

State = Literal["new", "pending", "talked", "done", "closed"]
NetworkState = Literal["unmapped", "untapped", "partially_worked", "exhausted"]
MOST_ENTRIES = 20_000
LONGEST_KEY = 500


def _day(value: object) -> object:
    """A day as it is written; a moment counts as its day."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value[:10] if len(value) > 10 and value[10] in "T " else value)
    except ValueError:
        raise ValueError("not a day; write one such as 2026-11-23") from None


Day = Annotated[date, BeforeValidator(_day)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_KEY)]
Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


What = Literal["asked", "nudged", "answered", "talked", "met", "thanked", "declined", "closed"]
MOST_STEPS = 50


class Step(StrictModel):
    """Something that was done with a contact, and when."""

    what: What
    on: Day


class ContactState(StrictModel):
    """How things stand with a contact. `at`: the day of the last step.

    `by` = export: read out of messages, and overruled by the next export; what a person says themselves stands.
    """

    state: State = "new"
    at: Day | None = None
    nudges: int = Field(default=0, ge=0, le=99)
    by: Literal["user", "export"] = "user"
    name: Text | None = None
    company: Text | None = None
    position: Text | None = None
    met_on: Day | None = Field(default=None, description="When they were met at an evening")
    met_at: Text | None = Field(default=None, description="The name of that evening")
    thanked: bool = False
    mapped: bool = Field(default=False, description="Whether the last analysis counted who was met")
    said: Text | None = Field(default=None, description="What was talked about, in your words")
    steps: list[Step] = Field(default=[], max_length=MOST_STEPS, description="What was done, oldest first")


class Visit(StrictModel):
    """An evening that was attended (`event:`), or a group that was tried (`group:`)."""

    state: Literal["went", "tried", "joined", "left"] = "went"
    at: Day | None = None
    name: Text | None = None
    url: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    group: Key | None = Field(default=None, description="The key of the group behind the evening")
    met: list[Key] = Field(default=[], max_length=200, description="Keys of the people met there")
    visits: int = Field(default=1, ge=0, le=9_999)


class LastState(StrictModel):
    """The state at the last look."""

    state: NetworkState
    at: Day | None = None
    E: float | None = Field(default=None, ge=0, le=1)


@dataclass(slots=True)
class Progress:
    """Progress by kind; keys as the client has them."""

    touches: dict[str, ContactState] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    network: LastState | None = None

    def as_dict(self) -> dict[str, Any]:
        """The whole JSON object, for the client to keep; values that say nothing are left out."""
        document: dict[str, Any] = {key: _plain(each) for key, each in self.touches.items()}
        document |= {key: _plain(each) for key, each in self.visits.items()}
        if self.network is not None:
            document["network"] = _plain(self.network)
        return document


def read_progress(document: Any) -> Progress:
    """Progress out of its JSON. Raises `WrongInputError`; keys of people are not repeated in it."""
    if document is None:
        return Progress()
    if not isinstance(document, Mapping):
        raise WrongInputError((Wrong("progress", "is not a JSON object of entries by key"),))
    if len(document) > MOST_ENTRIES:
        raise WrongInputError((Wrong("progress", f"has more than {MOST_ENTRIES:,} entries"),))
    progress = Progress()
    wrong: list[Wrong] = []
    for key, value in document.items():
        kind = str(key).partition(":")[0]
        try:
            if len(str(key)) > LONGEST_KEY:
                wrong.append(Wrong("progress.*", f"has a key of more than {LONGEST_KEY} characters"))
            elif key == "network":
                progress.network = LastState.model_validate(value)
            elif kind in {"event", "group"} and key != kind:
                progress.visits[key] = Visit.model_validate(value)
            elif kind in {"in", "name"} and key != kind:
                progress.touches[key] = ContactState.model_validate(value)
            else:
                wrong.append(
                    Wrong("progress.*", "has a key that begins with none of in:, name:, event:, group:")
                )
        except ValidationError as error:
            wrong += wrongs(f"progress.{kind}:*", _model(kind), error)
        if len(wrong) > 10:
            break
    if wrong:
        raise WrongInputError(tuple(wrong))
    return progress


def progress_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the progress object."""
    definitions: dict[str, Any] = {}
    for model in (ContactState, Visit, LastState):
        definitions[model.__name__] = model.model_json_schema()
    return {
        "type": "object",
        "description": "What the client keeps between two looks: it goes in whole and comes out whole.",
        "patternProperties": {
            "^(in|name):.": definitions["ContactState"],
            "^(event|group):.": definitions["Visit"],
            "^network$": definitions["LastState"],
        },
        "additionalProperties": False,
        "maxProperties": MOST_ENTRIES,
        "examples": [
            {
                "in:jane-doe": {"state": "talked", "at": "2026-10-02"},
                "name:sam lee|globex": {
                    "state": "new", "name": "Sam Lee", "company": "Globex", "position": "Data engineer",
                    "met_on": "2026-11-19", "met_at": "PyData Leeds",
                },
                "event:e_1": {"state": "went", "at": "2026-11-19", "name": "PyData Leeds", "group": "group:g_1",
                              "met": ["name:sam lee|globex"]},
                "network": {"state": "partially_worked", "at": "2026-11-20", "E": 0.63},
            }
        ],
    }  # fmt: skip


def _model(kind: str) -> type[BaseModel]:
    models: dict[str, type[BaseModel]] = {"event": Visit, "group": Visit, "network": LastState}
    return models.get(kind, ContactState)


def _plain(entry: BaseModel) -> dict[str, Any]:
    """Without what says nothing; the state always stands."""
    return {"state": getattr(entry, "state", None)} | entry.model_dump(mode="json", exclude_defaults=True)
