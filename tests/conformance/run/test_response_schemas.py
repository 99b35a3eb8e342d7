"""Answers of servers of others, judged by what their contracts state."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.http.answer import Answer
from conformance.run.disclosures import disclosed
from conformance.run.response_schemas import ResponseFault, ResponseSchemas
from tests.conformance.answers import seen
from tests.conformance.contracts import loaded

JSON = "application/json"


def answered(
    status: int = 200,
    body: Any = None,
    media_type: str | None = JSON,
    *,
    sent: bytes | None = None,
    **fields: str,
) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {name.replace("_", "-"): text for name, text in fields.items()}
    if media_type is not None:
        headers["content-type"] = media_type
    return seen("GET /things", status, content, headers, sent)


def schemas(folder: Path, responses: Any, version: str = "3.1.0", **components: Any) -> ResponseSchemas:
    paths = {"/things": {"get": {"responses": responses}}}
    return ResponseSchemas(loaded(folder, openapi=version, paths=paths, components=components))


def faults(judge: ResponseSchemas, answer: Answer) -> list[ResponseFault]:
    return judge.faults(judge.contract.operations[0], answer)


def of(schema: Any, media_type: str = JSON, status: str = "200") -> dict[str, Any]:
    return {status: {"description": "", "content": {media_type: {"schema": schema}}}}


S = {"$ref": "#/components/schemas/S"}

BY_DIALECT: list[tuple[str, Any, Any, bool]] = [
    ("3.0.3", {"type": "string", "nullable": True}, None, True),
    ("3.0.3", {"type": "string"}, None, False),
    ("3.0.3", {"type": "string", "nullable": True, "enum": ["a"]}, None, True),
    ("3.0.3", {"nullable": True, "allOf": [S]}, None, True),
    ("3.0.3", {"nullable": True, "allOf": [S]}, 7, False),
    ("3.0.3", {"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 1, False),
    ("3.0.3", {"type": "object", "properties": {"nullable": {"type": "boolean"}}}, {"nullable": 1}, False),
    ("3.0.3", {"$ref": "#/components/schemas/S", "maxLength": 1}, "long", True),
    ("3.1.0", {"type": ["string", "null"]}, None, True),
    ("3.1.0", {"type": "string", "nullable": True}, None, False),
    ("3.1.0", {"type": "integer", "exclusiveMinimum": 1}, 1, False),
    ("3.1.0", {"const": "a"}, "b", False),
    ("3.1.0", {"prefixItems": [{"type": "integer"}]}, ["x"], False),
    ("3.1.0", {"if": {"type": "integer"}, "then": {"maximum": 1}}, 2, False),
    ("3.1.0", {"$ref": "#/components/schemas/S", "maxLength": 1}, "long", False),
    ("3.1.0", {"$defs": {"A b": {"type": "integer"}}, "items": S}, [1], False),
    ("3.1.0", True, {"anything": 1}, True),
    ("3.1.0", False, {"anything": 1}, False),
    ("3.1.0", {"type": "string", "format": "date-time"}, "yesterday", False),
    ("3.1.0", {"type": "integer", "format": "int32"}, 1, True),
]


@pytest.mark.parametrize(("version", "schema", "body", "fits"), BY_DIALECT)
def test_a_body_is_judged_in_the_dialect_of_its_contract(
    tmp_path: Path, version: str, schema: Any, body: Any, fits: bool
) -> None:
    judge = schemas(tmp_path, of(schema), version, schemas={"S": {"type": "string"}})

    assert (faults(judge, answered(body=body)) == []) is fits
    assert judge.unusable == {}


def test_null_where_31_says_nullable_is_explained(tmp_path: Path) -> None:
    judge = schemas(tmp_path, of({"type": "string", "nullable": True}))

    [fault] = faults(judge, answered(body=None))
    assert fault.actual.endswith("(`nullable` is no word of OpenAPI 3.1)")
    assert fault.pointer == "/paths/~1things/get/responses/200/content/application~1json/schema/type"


def test_what_is_for_requests_alone_is_not_required_of_an_answer(tmp_path: Path) -> None:
    secret = {"type": "string", "writeOnly": True}
    schema = {
        "type": "object",
        "required": ["password", "name"],
        "properties": {"password": {"$ref": "#/components/schemas/Secret"}, "name": {"type": "string"}},
    }
    judge = schemas(tmp_path, of(schema), "3.0.3", schemas={"Secret": secret})

    assert faults(judge, answered(body={"name": "x"})) == []
    assert faults(judge, answered(body={"password": "x"})) != []


INTEGER = {"type": "integer"}
MEDIA: list[tuple[str, str | None, bytes, bool]] = [
    (JSON, "Application/JSON; charset=utf-8", b"1", True),
    (JSON, "application/problem+json", b"1", False),
    ("application/problem+json", "application/problem+json", b'"x"', False),
    ("application/*", "application/vnd.x+json", b"1", True),
    ("application/*", "application/vnd.x+json", b'"x"', False),
    ("application/*", "application/xml", b"<x/>", True),
    ("application/*", "text/html", b"<x/>", False),
    ("*/*", "text/html", b"<x/>", True),
    ("*/*", JSON, b'"x"', False),
    ("text/plain", "text/plain; charset=utf-8", b"no number", True),
    ("text/plain", "text/html", b"<p>", False),
    (JSON, None, b"1", False),
    (JSON, "text/html", b"<h1>Error</h1>", False),
    (JSON, JSON, b"<h1>Error</h1>", False),
]


@pytest.mark.parametrize(("stated", "sent", "body", "fits"), MEDIA)
def test_a_media_type_has_to_be_one_that_is_stated_and_json_to_fit_its_schema(
    tmp_path: Path, stated: str, sent: str | None, body: bytes, fits: bool
) -> None:
    judge = schemas(tmp_path, of(INTEGER, stated))

    assert (faults(judge, answered(body=body, media_type=sent)) == []) is fits


def test_an_error_as_a_page_or_a_string_is_shown_cut(tmp_path: Path) -> None:
    judge = schemas(tmp_path, of({"type": "object"}, "application/problem+json", "4XX"))

    [page] = faults(judge, answered(404, b"<h1>No</h1>" + b"x" * 1000, "text/html"))
    assert page.expected == "application/problem+json"
    assert page.actual.startswith("text/html: <h1>No</h1>xxx")
    assert len(page.actual) < 400
    [text] = faults(judge, answered(404, "No such thing", "application/problem+json"))
    assert text.actual == '/: "No such thing" is not of type "object"'


def test_ranges_of_statuses_and_the_default_are_statuses(tmp_path: Path) -> None:
    ranged = schemas(tmp_path, of(INTEGER, status="2XX") | of({"type": "object"}, status="204"))
    assert faults(ranged, answered(206, 1)) == []
    assert faults(ranged, answered(206, "x")) != []
    [fault] = faults(ranged, answered(404, 1))
    assert (fault.expected, fault.actual) == ("one of the statuses 2XX, 204", "404")

    defaulted = schemas(tmp_path, of(INTEGER) | of({"type": "object"}, status="default"))
    assert faults(defaulted, answered(500, {})) == []
    assert faults(defaulted, answered(500, 1)) != []


def test_a_body_of_which_nothing_is_stated_is_not_judged_but_where_http_has_none(tmp_path: Path) -> None:
    judge = schemas(tmp_path, {"200": {"description": ""}, "204": {"description": ""}})

    assert faults(judge, answered(200, {"any": 1})) == []
    assert [fault.expected for fault in faults(judge, answered(204, {"any": 1}))] == ["no body"]


HEADERS: list[tuple[Any, str, bool]] = [
    ({"type": "integer"}, "7", True),
    ({"type": "integer"}, "x", False),
    ({"type": ["integer", "null"]}, "7", True),
    ({"type": "number", "maximum": 1}, "1.5", False),
    ({"type": "boolean"}, "true", True),
    ({"type": "array", "items": {"type": "integer"}}, "1, 2", True),
    ({"type": "array", "items": {"type": "integer"}}, "1, x", False),
    ({"type": "array", "items": {"type": "integer"}}, ",1,, 2 ,", True),
    ({"type": "array", "items": {"pattern": '^"'}}, '"1, 2", "3"', True),
    ({"type": "object"}, "a,1", True),
]


@pytest.mark.parametrize(("schema", "text", "fits"), HEADERS)
def test_headers_are_judged_as_their_schema_types_them(
    tmp_path: Path, schema: Any, text: str, fits: bool
) -> None:
    stated = {"X-Rate": {"schema": schema, "required": True}, "Content-Type": {"schema": {"type": "integer"}}}
    judge = schemas(tmp_path, {"200": {"description": "", "headers": stated}})

    assert (faults(judge, answered(X_Rate=text)) == []) is fits
    assert [fault.expected for fault in faults(judge, answered())] == ["a header X-Rate"]


@pytest.mark.parametrize("schema", [{"pattern": "(("}, {"required": True}])
def test_a_schema_that_is_none_judges_nothing_and_is_named(tmp_path: Path, schema: Any) -> None:
    judge = schemas(tmp_path, of(S), schemas={"S": schema})

    assert faults(judge, answered(body=1)) == []
    told = judge.unusable_of(judge.contract.operations[0])
    assert told.startswith("no answer can be judged by the schema at /components/schemas/S: ")


TOLD = [
    b"near SELECT id, title FROM notes WHERE owner = 'root'",
    b'Traceback (most recent call last):\n  File "app.py", line 3, in f',
    b"java.lang.NullPointerException\n\tat com.example.Pets.get(Pets.java:17)",
    b"Error: x\n    at Object.<anonymous> (/srv/app/index.js:3:9)",
]


@pytest.mark.parametrize("body", TOLD)
def test_errors_that_tell_of_the_inside_are_noticed(body: bytes) -> None:
    told = disclosed(answered(500, body))

    assert told
    assert told in " ".join(body.decode().split())
    assert disclosed(answered(200, body)) is None
    assert disclosed(answered(500, body, sent=body)) is None


def test_ordinary_errors_tell_nothing() -> None:
    assert disclosed(answered(404, b"Please select a plan from the list, at the shop.")) is None
