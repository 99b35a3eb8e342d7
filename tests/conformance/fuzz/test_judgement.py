"""A request stays what it was drawn to be when a hook puts a real id into its path."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.parameters import ParameterLocation

from conformance.fuzz.judgement import keep_judgement

# What is no such word is one when it is percent-encoded.
_WORD = {"type": "string", "pattern": "^[a-z%0-9A-F]{4,}$"}
_PARAMETERS = [
    {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}},
    {"name": "word", "in": "path", "required": True, "schema": _WORD},
]
_OPERATION = schemathesis.openapi.from_dict(
    {
        "openapi": "3.0.3",
        "info": {"title": "Words", "version": "1"},
        "paths": {
            "/{number}/{word}": {
                "get": {"parameters": _PARAMETERS, "responses": {"200": {"description": "OK"}}}
            }
        },
    }
)["/{number}/{word}"]["GET"]
_SETTINGS = settings(max_examples=50, database=None, suppress_health_check=list(HealthCheck), deadline=None)
_judged_again: list[bool] = []


@given(_OPERATION.as_strategy(generation_mode=GenerationMode.NEGATIVE))
@_SETTINGS
def _draw(case: Case[Any]) -> None:
    drawn = _mode(case)
    assert drawn is not None
    case.path_parameters = {**case.path_parameters, "number": 7}
    keep_judgement(case, ParameterLocation.PATH)
    assert _mode(case) == drawn
    # Without that it would be looked at again, and may count as good.
    case.path_parameters = dict(case.path_parameters)
    _judged_again.append(_mode(case) != drawn)


def test_a_path_that_gets_an_id_is_judged_as_it_was_drawn() -> None:
    _judged_again.clear()
    _draw()

    assert any(_judged_again), "no path was drawn that would count as good"


def _mode(case: Case[Any]) -> GenerationMode | None:
    return case.meta.components[ParameterLocation.PATH].mode if case.meta else None
