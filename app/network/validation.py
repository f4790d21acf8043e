"""What a person gives as JSON, and what is wrong with it: where it stands, what is wrong, what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from app.network.limits import MISTAKES


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
    """The first mistakes of a validation error in our words; names of fields are ours, keys of a person's are not repeated."""
    items = error.errors(include_input=False, include_url=False)[:MISTAKES]
    told = [_wrong(root, model, each) for each in items]
    if error.error_count() > MISTAKES:
        told.append(Wrong(root, f"has {error.error_count() - MISTAKES} more mistakes"))
    return tuple(told)


def check_size(name: str, document: Any, most_bytes: int) -> None:
    """Raise WrongInputError for a JSON value that is larger than anybody needs, before it is looked at."""
    if document is not None and len(orjson.dumps(document, default=str)) > most_bytes:
        raise WrongInputError((too_large(name, most_bytes),))


def too_large(name: str, most_bytes: int) -> Wrong:
    """The mistake of a JSON value that is too large."""
    return Wrong(name, f"is larger than {most_bytes // 1024} KB")


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
