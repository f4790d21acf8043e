"""Options made from the parameter models of the API, so that a command takes every parameter and a new one needs no edit here.

The models are imported when a command is run or asked for help, not before: they cost every other command its start.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args, get_origin

import typer
from typer.core import TyperCommand

from app.commands.output import complain

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

_META: Final = "nextcircle.parameters"


class ParameterCommand(TyperCommand, ABC):
    """A command that has an option for every parameter of its models, in addition to its own options."""

    @abstractmethod
    def models(self) -> Iterable[type[BaseModel]]:
        """The models, imported here."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The command's own parameters and those of the models."""
        if not hasattr(self, "_names"):
            options = _options(self.models())
            self._names = [option.name for option in options]
            self.params = [*self.params, *options]
        return super().get_params(ctx)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; `given` has the values."""
        ctx.meta[_META] = {name: ctx.params.pop(name, None) for name in self._names}
        return super().invoke(ctx)


def given(ctx: typer.Context, model: type[BaseModel]) -> Any:
    """The model with the values of the options. Ends the command with 2 for values that are wrong."""
    from pydantic import ValidationError

    values = {name: value for name, value in ctx.meta[_META].items() if value not in (None, [], ())}
    names = {name: info.alias or name for name, info in model.model_fields.items()}
    others = [name for name in values if name not in names]
    for name in others:
        complain(f"{_flag(name)}: not an option of this kind of search")
    if not others:
        try:
            return model.model_validate({names[name]: value for name, value in values.items()})
        except ValidationError as error:
            for problem in error.errors():
                complain(f"{_flag(str(problem['loc'][0]))}: {problem['msg'].removeprefix('Value error, ')}")
    raise typer.Exit(2)


def complain_of(errors: Iterable[Any]) -> None:
    """Say what is wrong with parameters, an option a line."""
    for error in errors:
        hint = f" (did you mean {', '.join(error.suggestions)}?)" if error.suggestions else ""
        value = f" {error.value!r}" if error.value else ""
        complain(f"{_flag(error.parameter)}{value}: {error.detail}{hint}")


def _flag(name: str) -> str:
    return "--" + name.strip("_").replace("_", "-")


def _options(models: Iterable[type[BaseModel]]) -> list[Any]:
    """The options of the fields of all models, each once; a default is shown where the models agree on it."""
    fields: dict[str, FieldInfo] = {}
    defaults: dict[str, list[Any]] = {}
    for model in models:
        for name, info in model.model_fields.items():
            fields.setdefault(name, info)
            if info.default not in defaults.setdefault(name, []):
                defaults[name].append(info.default)

    def described() -> None:
        """Never called: only its signature is read."""

    described.__dict__["__signature__"] = inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=_annotation(name, info, defaults[name]),
            )
            for name, info in fields.items()
        ]
    )
    app = typer.Typer(add_completion=False)
    app.command()(described)
    return [option for option in typer.main.get_command(app).params if option.name in fields]


def _annotation(name: str, info: FieldInfo, defaults: list[Any]) -> Any:
    kinds = (info.annotation, *get_args(info.annotation))
    flags = [_flag(name)]
    kind: Any = next((number for number in (int, float) if number in kinds), str)
    if get_origin(info.annotation) is list:
        kind = list[str]
    elif bool in kinds:
        kind = bool
        flags = [f"{_flag(name)}/--no-{_flag(name)[2:]}"] if info.default is None else flags
    return Annotated[kind | None, typer.Option(*flags, help=_help(info, defaults))]


def _help(info: FieldInfo, defaults: list[Any]) -> str:
    """What the API's reference says, the values to choose from, and the default."""
    text = (info.description or "").replace("`", "")
    choices = _choices(info.annotation)
    if choices:
        text = f"{text + ': ' if text else ''}{', '.join(choices)}"
    if len(defaults) == 1 and isinstance(info.default, int | float | str) and info.default is not False:
        text = f"{text + '; ' if text else ''}{info.default} by default"
    return text


def _choices(annotation: Any) -> list[str]:
    from typing import Literal

    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    return [choice for part in get_args(annotation) for choice in _choices(part)]
