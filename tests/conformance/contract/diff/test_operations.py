"""Operations: which there are, who may call them, what they take and give. Each change there and back."""

from typing import Any

import pytest

from conformance.contract.diff.change import Party, Severity
from tests.conformance.contract.diff.documents import changes, contract, rules

JSON: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
XML: dict[str, Any] = {"application/xml": {"schema": {"type": "object"}}}


def _parameter(where: str = "query", **parts: Any) -> dict[str, Any]:
    return contract({"parameters": [{"name": "p", "in": where, "schema": {}, **parts}]})


def _body(**parts: Any) -> dict[str, Any]:
    return contract({"requestBody": {"content": JSON, **parts}})


def _answers(*statuses: str, **parts: Any) -> dict[str, Any]:
    return contract({"responses": {status: {"description": "Done.", **parts} for status in statuses}})


def _header(**parts: Any) -> dict[str, Any]:
    return _answers("200", headers={"X-Thing": {"schema": {}, **parts}})


def _secured(*requirements: dict[str, list[str]], **scheme: Any) -> dict[str, Any]:
    schemes = {name: {"type": "http", "scheme": "bearer", **scheme} for name in ("One", "Two")}
    return contract({"security": list(requirements)}, components={"securitySchemes": schemes})


def _permitted(permission: str) -> dict[str, Any]:
    return contract({"x-permission": permission})


def _two_paths(**parts: Any) -> dict[str, Any]:
    stated = contract()
    operation = {"operationId": "other", "responses": {"200": {"description": "Done."}}, **parts}
    stated["paths"]["/others"] = {"get": operation}
    return stated


def _two_methods(**parts: Any) -> dict[str, Any]:
    stated = contract()
    operation = {"operationId": "other", "responses": {"200": {"description": "Done."}}, **parts}
    stated["paths"]["/things"]["get"] = operation
    return stated


def _calling(**operation: Any) -> dict[str, Any]:
    called = {"responses": {"200": {"description": "Heard."}}, **operation}
    return contract({"callbacks": {"done": {"{$request.query.url}": {"post": called}}}})


def _described(description: str) -> dict[str, Any]:
    return contract({"description": description})


EXAMPLES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("endpoint-added", "api-path-removed-without-deprecation", contract(), _two_paths()),
    ("endpoint-added", "api-removed-without-deprecation", contract(), _two_methods()),
    ("endpoint-added", "api-removed-after-deprecation", contract(), _two_methods(deprecated=True)),
    ("endpoint-added", "api-path-removed-after-deprecation", contract(), _two_paths(deprecated=True)),
    (
        "api-operation-id-changed",
        "api-operation-id-changed",
        contract(),
        contract({"operationId": "doOther"}),
    ),
    ("api-operation-id-removed", "api-operation-id-added", contract(), contract({"operationId": None})),
    ("api-tag-added", "api-tag-removed", contract(), contract({"tags": ["Things"]})),
    ("endpoint-deprecated", "endpoint-reactivated", contract(), contract({"deprecated": True})),
    ("new-optional-request-parameter", "request-parameter-removed", contract(), _parameter()),
    (
        "new-required-request-parameter",
        "request-required-parameter-removed",
        contract(),
        _parameter(required=True),
    ),
    (
        "new-required-request-parameter",
        "request-required-header-parameter-removed",
        contract(),
        _parameter("header", required=True),
    ),
    ("new-optional-request-parameter", "request-header-parameter-removed", contract(), _parameter("header")),
    (
        "request-parameter-became-required",
        "request-parameter-became-optional",
        _parameter(),
        _parameter(required=True),
    ),
    (
        "request-parameter-serialization-changed",
        "request-parameter-serialization-changed",
        _parameter(),
        _parameter(explode=False),
    ),
    (
        "request-parameter-deprecated",
        "request-parameter-reactivated",
        _parameter(),
        _parameter(deprecated=True),
    ),
    ("request-body-added-optional", "request-body-removed", contract(), _body()),
    ("request-body-added-required", "request-body-removed", contract(), _body(required=True)),
    ("request-body-became-required", "request-body-became-optional", _body(), _body(required=True)),
    (
        "request-body-media-type-added",
        "request-body-media-type-removed",
        _body(),
        _body(content={**JSON, **XML}),
    ),
    (
        "response-success-status-added",
        "response-success-status-removed",
        _answers("200"),
        _answers("200", "202"),
    ),
    (
        "response-non-success-status-added",
        "response-non-success-status-removed",
        _answers("200"),
        _answers("200", "409"),
    ),
    (
        "response-success-status-specialized",
        "response-success-status-generalized",
        _answers("2XX"),
        _answers("201"),
    ),
    (
        "response-non-success-status-specialized",
        "response-non-success-status-generalized",
        _answers("200", "default"),
        _answers("200", "409", "default"),
    ),
    (
        "response-media-type-added",
        "response-media-type-removed",
        _answers("200", content=JSON),
        _answers("200", content={**JSON, **XML}),
    ),
    (
        "response-body-type-specialized",
        "response-body-type-generalized",
        _answers("200", content={"application/json": {}}),
        _answers("200", content=JSON),
    ),
    ("optional-response-header-added", "optional-response-header-removed", _answers("200"), _header()),
    (
        "required-response-header-added",
        "required-response-header-removed",
        _answers("200"),
        _header(required=True),
    ),
    (
        "response-header-became-required",
        "response-header-became-optional",
        _header(),
        _header(required=True),
    ),
    (
        "response-link-added",
        "response-link-removed",
        _answers("200"),
        _answers("200", links={"read": {"operationId": "doThing"}}),
    ),
    (
        "response-link-changed",
        "response-link-changed",
        _answers("200", links={"read": {"operationId": "doThing"}}),
        _answers("200", links={"read": {"operationId": "doOther"}}),
    ),
    ("api-security-added", "api-security-removed", _secured(), _secured({"One": []})),
    (
        "api-security-alternative-added",
        "api-security-alternative-removed",
        _secured({"One": []}),
        _secured({"One": []}, {"Two": []}),
    ),
    (
        "api-security-scope-added",
        "api-security-scope-removed",
        _secured({"One": ["read"]}),
        _secured({"One": ["read", "write"]}),
    ),
    (
        "api-security-scheme-changed",
        "api-security-scheme-changed",
        _secured({"One": []}, {"Two": []}),
        _secured({"One": []}, {"Two": []}, scheme="basic"),
    ),
    ("x-permission-added", "x-permission-removed", contract(), _permitted("Things:View")),
    ("x-permission-changed", "x-permission-changed", _permitted("Things:View"), _permitted("Things:Edit")),
    (
        "server-added",
        "server-removed",
        contract(servers=[{"url": "/a"}]),
        contract(servers=[{"url": "/b"}, {"url": "/a"}]),
    ),
    ("callback-added", "callback-removed", contract(), _calling()),
    ("callback-body-added", "callback-body-removed", _calling(), _calling(requestBody={"content": JSON})),
    (
        "response-body-type-specialized",
        "response-body-type-generalized",
        _calling(requestBody={"content": {"application/json": {}}}),
        _calling(requestBody={"content": JSON}),
    ),
    (
        "callback-added",
        "callback-removed",
        contract(openapi="3.1.0"),
        contract(openapi="3.1.0", webhooks={"done": {"post": {"responses": {}}}}),
    ),
    ("extension-changed", "extension-changed", contract(), contract({"x-thing": 1})),
    ("other-changed", "other-changed", contract(), contract({"servers": [{"url": "/x"}]})),
    ("description-changed", "description-changed", _described("This."), _described("That.")),
    (
        "example-changed",
        "example-changed",
        _parameter(example=1),
        _parameter(example=2),
    ),
    (
        "unused-component-changed",
        "unused-component-changed",
        contract(components={"schemas": {"Thing": {"type": "string"}}}),
        contract(components={"schemas": {"Thing": {"type": "object"}}}),
    ),
    (
        "example-changed",
        "example-changed",
        contract(components={"examples": {"one": {"value": {"$ref": "no reference"}}}}),
        contract(components={"examples": {"one": {"value": 2}}}),
    ),
]


@pytest.mark.parametrize(
    ("there", "back", "old", "new"), EXAMPLES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_change_is_found_both_ways_and_nothing_beside_it(
    there: str, back: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    # One change in the schemes of both, and none in the operation.
    assert set(rules(old, new)) == {there}
    assert set(rules(new, old)) == {back}


def test_versions_of_openapi_and_of_the_contract_are_told() -> None:
    new = contract(info={"title": "Things", "version": "1.1.0"}, openapi="3.0.2")

    assert rules(contract(), new) == ["openapi-version-changed", "version-changed"]


@pytest.mark.parametrize(("old", "new"), [("a", "b"), ("thing_id", "id")])
def test_a_path_parameter_that_is_renamed_leaves_the_path_as_it_is(old: str, new: str) -> None:
    def stated(name: str) -> dict[str, Any]:
        parameter = {"name": name, "in": "path", "required": True, "schema": {"maxLength": 9}}
        return contract({"parameters": [parameter]}, path=f"/things/{{{name}}}")

    [change] = changes(stated(old), stated(new))

    assert (change.rule.id, change.message) == ("request-path-parameter-renamed", f"was named {old}")


def test_what_a_path_states_for_all_its_methods_is_no_change_when_it_moves() -> None:
    old, new = _parameter(), contract()
    new["paths"]["/things"]["parameters"] = old["paths"]["/things"]["post"]["parameters"]

    assert rules(old, new) == []


def test_what_the_root_asks_for_is_no_change_when_an_operation_repeats_it() -> None:
    schemes = {"securitySchemes": {"One": {"type": "http", "scheme": "bearer"}}}
    by_root = contract(security=[{"One": []}], components=schemes)
    repeated = contract({"security": [{"One": []}]}, security=[{"One": []}], components=schemes)

    assert rules(by_root, repeated) == []
    assert rules(by_root, contract({"security": []}, security=[{"One": []}], components=schemes)) == [
        "api-security-removed"
    ]


def test_names_of_header_fields_are_case_insensitive() -> None:
    old, new = (_answers("200", headers={name: {"schema": {}}}) for name in ("ETag", "etag"))

    assert rules(old, new) == []


def test_a_shared_parameter_and_a_shared_answer_are_told_once() -> None:
    def stated(limit: int, *, extra: bool) -> dict[str, Any]:
        components = {
            "parameters": {"Page": {"name": "page", "in": "query", "schema": {"maximum": limit}}},
            "responses": {"Busy": {"description": "Busy."}},
        }
        result = contract(components=components)
        for number in range(5):
            answers = {"200": {"description": "Done."}}
            if extra:
                answers["503"] = {"$ref": "#/components/responses/Busy"}
            result["paths"][f"/{number}"] = {
                "get": {
                    "operationId": f"get{number}",
                    "parameters": [{"$ref": "#/components/parameters/Page"}],
                    "responses": answers,
                }
            }
        return result

    found = changes(stated(9, extra=False), stated(8, extra=True))

    [told] = [change for change in found if change.rule.id == "request-parameter-max-decreased"]
    assert told.uses == tuple(f"get{number}" for number in range(5))
    assert {change.rule.id for change in found if change is not told} == {"response-non-success-status-added"}


def test_every_change_has_its_lines() -> None:
    [change] = changes(_permitted("Things:View"), _permitted("Things:Edit"))

    assert change.old == change.new
    assert change.new.pointer == "/paths/~1things/post/x-permission"
    assert change.new.line == 16
    assert change.severity is Severity.BREAKING
    assert change.concerns(Severity.BREAKING) == tuple(Party)
    assert change.uses == ("doThing",)
