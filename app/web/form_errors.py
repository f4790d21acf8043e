"""What is wrong with a question, in the words of a person who helps. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from app.core.errors import ParameterError
from app.service.serialize import label
from app.taxonomy.taxonomy import is_sensitive
from app.translations.catalogue import N_
from app.translations.translator import Translator
from app.web.chips import Choice
from app.web.question import Question

_UNKNOWN: Final = {
    "near": (
        N_("We do not know a place called “%(value)s”."),
        N_("Try a town with its state or country, such as “Boston, MA” or “Berlin, DE”."),
    ),
    "field": (
        N_("We do not know the career field “%(value)s”."),
        N_("Try a more usual word for it, or leave it empty."),
    ),
    "interest": (
        N_("We do not know the interest “%(value)s”."),
        N_("Try a more usual word for it, or leave it empty."),
    ),
}
_NAMES: Final = {
    "near": N_("place"), "radius_km": N_("distance"), "from": N_("time"), "to": N_("time"), "month": N_("month"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormError:
    """A word that was not understood, and what may have been meant."""

    sentence: str
    choices: tuple[Choice, ...] = ()


def form_error(asked: Question, error: ParameterError, say: Translator) -> FormError:
    """A problem of the API as a sentence with what may have been meant."""
    value, name = error.value or "", error.parameter
    if name in _UNKNOWN:
        said, advice = (say.gettext(each) for each in _UNKNOWN[name])
        sentence = said % {"value": value} + ("" if error.suggestions else f" {advice}")
        labels = error.suggestions if name == "near" else [label(name, each) for each in error.suggestions]
        return FormError(sentence, tuple(Choice(each, asked.link(**{name: each})) for each in labels))
    if name == "cursor":
        sentence = say.gettext("This page of results no longer exists.")
        return FormError(sentence, (Choice(say.gettext("Search again"), asked.link()),))
    return FormError(_refused(name, value, error.detail, say))


def malformed(error: Any, say: Translator) -> FormError:
    """What a model of parameters refused."""
    name = next((str(part) for part in error["loc"] if not isinstance(part, int)), "")
    said = str(error["msg"]).removeprefix("Value error, ")
    return FormError(_refused(name, "", f"{said[:1].lower()}{said[1:]}", say))


def suggests_sensitive(errors: Iterable[ParameterError]) -> bool:
    """Whether something sensitive may have been meant."""
    return any(is_sensitive(each) for error in errors for each in error.suggestions)


def _refused(name: str, value: str, detail: str, say: Translator) -> str:
    """Why a value cannot be asked for. The detail is the API's, which speaks English."""
    named = say.gettext(_NAMES.get(name, name))
    if say.language == "en":
        return f"The {named} “{value}” {detail}." if value else f"The {named} {detail}."
    return say.gettext("%(name)s: this value cannot be asked for.", name=named)
