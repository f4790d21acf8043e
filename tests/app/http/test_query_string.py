"""Query strings are read as OpenAPI describes them."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from app.core.errors import ProblemError
from app.http.query_string import names_of, parameters_of, read_query
from app.service.parameters import EventParameters, GroupParameters

pytestmark = pytest.mark.one_database

MODELS: dict[str, type[BaseModel]] = {"/v1/events": EventParameters, "/v1/groups": GroupParameters}


@pytest.mark.parametrize("path", MODELS)
def test_the_routes_describe_the_parameters_that_they_read(client, path):
    described = client.get("/openapi.json").json()["paths"][path]["get"]["parameters"]
    assert [parameter["name"] for parameter in described] == list(names_of(MODELS[path]))
    assert described == parameters_of(MODELS[path])


@pytest.mark.parametrize("path", MODELS)
def test_a_parameter_is_a_list_exactly_where_it_is_described_as_an_array(path):
    for parameter in parameters_of(MODELS[path]):
        name, schema = parameter["name"], parameter["schema"]
        if schema.get("type") == "array":
            value = schema["items"].get("enum", ["a"])[0]
            repeated = read_query(MODELS[path], f"{name}={value}&{name}={value}".encode())
            assert [value, value] in repeated.model_dump(by_alias=True).values()


def test_the_last_value_of_a_parameter_that_is_not_a_list_counts():
    assert read_query(EventParameters, b"limit=3&limit=7").limit == 7


def test_plus_signs_and_percent_escapes_are_decoded_as_utf8():
    assert read_query(EventParameters, b"q=caf%C3%A9+tech").q == "café tech"


@pytest.mark.parametrize("query_string", [b"limit=3&limits=4", b"near=a&radius=5", b"q=a%00b", b"limit=1_0"])
def test_what_cannot_be_read_is_a_problem_that_names_the_parameter(query_string):
    with pytest.raises(ProblemError) as problem:
        read_query(EventParameters, query_string)
    assert problem.value.status == 422
    assert problem.value.errors
