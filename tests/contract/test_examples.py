"""Every example of the contract is what its schema says."""

from collections.abc import Iterator

from server.contract.schemas import SchemaCompiler
from tests.contract.document import (
    CONTRACT,
    DOCUMENT,
    OPERATIONS,
    Node,
    nodes,
    parameters,
    resolved,
    responses,
    responses_with_body,
)
from tests.rules import for_each

REQUESTS = SchemaCompiler(CONTRACT, request=True)
ANSWERS = SchemaCompiler(CONTRACT, request=False)


def faults(compiler: SchemaCompiler, schema: Node, example: object) -> list[tuple[object, ...]]:
    return [(fault.path, fault.message) for fault in compiler.compile(schema).faults(example)]


def request_examples() -> Iterator[tuple[str, tuple[Node, Node]]]:
    for operation_id, operation in OPERATIONS.items():
        if "requestBody" in operation:
            media = resolved(operation["requestBody"])["content"]["application/json"]
            for name, example in media["examples"].items():
                yield f"{operation_id} {name}", (media["schema"], resolved(example)["value"])


def answer_examples() -> Iterator[tuple[str, tuple[int, Node, Node]]]:
    for operation_id, status, response in responses_with_body():
        media = response["content"]["application/json"]
        for name, example in media["examples"].items():
            yield f"{operation_id} {status} {name}", (status, media["schema"], resolved(example)["value"])


def field_examples() -> Iterator[tuple[str, Node]]:
    for path, node in nodes(DOCUMENT["components"]["schemas"]):
        if isinstance(node, dict) and "example" in node and ("type" in node or "$ref" in node):
            yield path, node


ANSWER_EXAMPLES = dict(answer_examples())


@for_each(request_examples())
def test_a_request_example_is_valid(schema: Node, example: Node) -> None:
    assert faults(REQUESTS, schema, example) == []


@for_each(ANSWER_EXAMPLES)
def test_an_answer_example_is_valid(status: int, schema: Node, example: Node) -> None:
    assert faults(ANSWERS, schema, example) == []
    assert example.get("status_code", status) == status


@for_each(field_examples())
def test_a_fields_example_is_valid(schema: Node) -> None:
    assert faults(ANSWERS, schema, schema["example"]) == []


def test_a_parameters_example_and_default_are_valid() -> None:
    for place, parameter in parameters():
        assert faults(REQUESTS, parameter["schema"], parameter["example"]) == [], (place, parameter["name"])
        if "default" in parameter["schema"]:
            assert faults(REQUESTS, parameter["schema"], parameter["schema"]["default"]) == []


def test_a_headers_example_is_valid() -> None:
    for operation_id, status, response in responses():
        for name, given in response["headers"].items():
            header = resolved(given)
            assert faults(ANSWERS, header["schema"], header["example"]) == [], (operation_id, status, name)


def test_the_examples_show_a_profile_with_every_field() -> None:
    [detail] = [
        each for name, (_, _, each) in ANSWER_EXAMPLES.items() if name.startswith("getAccessProfile 200")
    ]
    fields = set(CONTRACT.schemas["AccessProfile"]["properties"])
    assert set(detail["access_profile"]) == fields
    assert detail["roles"]
