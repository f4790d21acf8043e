"""What can be wrong with a question, as values: `app.http.problems` answers them, the command line prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ParameterError:
    """What is wrong with one parameter; `suggestions` are values (or names) that would be right."""

    parameter: str
    value: str | None
    detail: str
    suggestions: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As it stands in `errors`."""
        return {
            "parameter": self.parameter,
            "value": self.value,
            "detail": self.detail,
            "suggestions": list(self.suggestions),
        }


@dataclass(eq=False)
class ProblemError(Exception):
    """A problem to answer with."""

    status: int
    detail: str
    errors: tuple[ParameterError, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    # Extension members (RFC 9457 3.2) beside the standard ones.
    members: dict[str, Any] = field(default_factory=dict)


def wrong_parameters(errors: Iterable[ParameterError]) -> ProblemError:
    """The 422 for one or more wrong parameters."""
    found = tuple(errors)
    return ProblemError(422, " ".join(f"{each.parameter}: {each.detail}." for each in found), found)
