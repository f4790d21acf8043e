"""What a person gives as JSON, and what is wrong with it: where it stands, what is wrong, what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class StrictModel(BaseModel):
    """What a person gives as JSON: no member that is not known, and every value of the type that it says."""

    model_config = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake. `where` is a path such as `goal.fields.0`; no value of a person's is repeated."""

    where: str
    detail: str
    suggestions: tuple[str, ...] = ()


@dataclass(eq=False)
class WrongInputError(Exception):
    """A goal, progress, report or aggregate that cannot be used, with everything that is wrong."""

    wrong: tuple[Wrong, ...]

    def __str__(self) -> str:
        """All of it as sentences."""
        return " ".join(f"{each.where}: {each.detail}." for each in self.wrong)


def wrongs(root: str, model: type[BaseModel], error: ValidationError) -> tuple[Wrong, ...]:
    """A validation error in our words; names of fields are ours, keys of a person's are not repeated."""
    return tuple(_wrong(root, model, each) for each in error.errors(include_input=False, include_url=False))


def _wrong(root: str, model: type[BaseModel], item: Any) -> Wrong:
    where = [root, *_path(item["loc"])]
    if item["type"] == "extra_forbidden":
        known = list(model.model_fields)
        name = str(item["loc"][-1])
        nearest = (
            tuple(difflib.get_close_matches(name, known, n=2, cutoff=0.5)) if len(item["loc"]) == 1 else ()
        )
        hint = f"did you mean {nearest[0]}" if nearest else f"known are {', '.join(known)}"
        if len(item["loc"]) > 1:
            hint = "leave it out"
        return Wrong(".".join(where), f"is not known; {hint}", nearest)
    if item["type"] == "union_tag_invalid":
        return Wrong(".".join(where), f"says none of {item['ctx']['expected_tags']}".replace("'", ""))
    message = str(item["msg"]).removeprefix("Value error, ")
    return Wrong(".".join(where), message[:1].lower() + message[1:])


def _path(loc: Iterable[object]) -> list[str]:
    return [str(part)[:60] if isinstance(part, int) or str(part).isidentifier() else "*" for part in loc]
