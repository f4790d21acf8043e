"""Query strings as parameter models.

FastAPI describes a parameter model in OpenAPI, but reading one costs it more than the rest of a request. Routes that are
asked most read the query string with `read_query`; `parameters_of` describes the same model.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, TypeVar, get_origin
from urllib.parse import parse_qsl

from fastapi import FastAPI, Query
from pydantic import BaseModel, ValidationError

from app.core.errors import wrong_parameters
from app.http.problems import parameter_error

Model = TypeVar("Model", bound=BaseModel)


def read_query(model: type[Model], query_string: bytes) -> Model:
    """The parameters of a query string; raises the 422 that names every error."""
    lists = _lists(model)
    values: dict[str, Any] = {}
    for name, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
        if name in lists:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    try:
        return model.model_validate(values)
    except ValidationError as error:
        names = names_of(model)
        raise wrong_parameters(parameter_error(item, names) for item in error.errors()) from None


@cache
def names_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The parameters of a model, as they are written in a query string."""
    return tuple(info.alias or name for name, info in model.model_fields.items())


@cache
def _lists(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(
        info.alias or name for name, info in model.model_fields.items() if get_origin(info.annotation) is list
    )


def parameters_of(model: type[BaseModel]) -> list[dict[str, Any]]:
    """The model's parameters as OpenAPI describes them."""
    app = FastAPI()

    def endpoint(parameters: Any) -> None:
        """Only described, never called."""

    endpoint.__annotations__["parameters"] = Annotated[model, Query()]
    app.get("/")(endpoint)
    parameters: list[dict[str, Any]] = app.openapi()["paths"]["/"]["get"]["parameters"]
    return parameters
