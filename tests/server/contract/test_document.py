"""The contract as the server reads it."""

import pytest
import yaml
from yaml import YAMLError

from server.contract.document import Contract, ContractMismatch, load_contract
from tests.server.contracts import OK, contract, operation, parameter
from tests.serving import ROOT

ID = parameter("thing_id", "path", type="integer")


def test_the_servers_contract_is_the_one_at_the_root() -> None:
    assert load_contract().source == (ROOT / "openapi.yaml").read_bytes()


def test_the_document_is_what_yaml_says() -> None:
    served = load_contract()

    assert served.document == yaml.load(served.source, yaml.CSafeLoader)


def test_it_is_read_as_yaml_1_2() -> None:
    source = b"{on: off, y: no, t: 12:30, d: 2020-01-01, o: 010, f: 1e3, n: ~}"

    assert Contract(source).document == {
        "on": "off",
        "y": "no",
        "t": "12:30",
        "d": "2020-01-01",
        "o": 10,
        "f": 1000.0,
        "n": None,
    }


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"a: 1\nb: 2\na: 3", "the name a stands twice.*\n.*line 3"),
        (b"200: 1\n'200': 2", "the name 200 stands twice.*\n.*line 2"),
        (b"[a]: 1", "a name that is no text"),
    ],
)
def test_a_name_that_stands_twice_is_told_with_its_line(source: bytes, told: str) -> None:
    with pytest.raises(YAMLError, match=told):
        Contract(source)


def test_values_keep_their_types_and_anchors_stand_for_what_they_name() -> None:
    source = b"{a: &there [1, 2.5, true, null, '3', x], 200: *there, empty: {}}"

    assert Contract(source).document == {
        "a": [1, 2.5, True, None, "3", "x"],
        "200": [1, 2.5, True, None, "3", "x"],
        "empty": {},
    }


def test_a_merge_key_is_refused() -> None:
    with pytest.raises(YAMLError, match="merge"):
        Contract(b"{a: &there {b: 1}, c: {<<: *there}}")


def test_base_paths_are_those_of_the_servers() -> None:
    assert list(contract({}).base_paths) == ["/v1", "/v2"]


def test_an_operation_is_read_whole() -> None:
    created = {"201": {"content": {"application/json": {"schema": {"type": "string"}}}}}
    body = {"content": {"application/json": {"schema": {"type": "array"}}}}

    [found] = contract(
        {"/things": {"post": operation("createThing", requestBody=body, responses=created)}}
    ).operations

    assert (found.operation_id, found.method, found.path) == ("createThing", "post", "/things")
    assert (found.tag, found.summary, found.permission) == ("Big Things", "Get a thing", "Things:View")
    assert (found.parameters, found.body, found.responses) == (
        (),
        {"type": "array"},
        {201: {"type": "string"}},
    )


def test_operations_stand_in_the_order_of_the_document() -> None:
    paths = {
        "/b": {"get": operation("b"), "description": "Not an operation."},
        "/a": {"put": operation("a"), "get": operation("c")},
    }

    assert [each.operation_id for each in contract(paths).operations] == ["b", "c", "a"]


def test_parameters_of_the_path_belong_to_each_of_its_operations() -> None:
    item = {
        "parameters": [ID],
        "get": operation("getThing", parameters=[parameter("limit", type="integer")]),
        "delete": operation("deleteThing"),
    }

    get, delete = contract({"/things/{thing_id}": item}).operations

    assert [(each.name, each.location, each.required) for each in get.parameters] == [
        ("thing_id", "path", True),
        ("limit", "query", False),
    ]
    assert [each.name for each in delete.parameters] == ["thing_id"]


def test_a_parameter_of_the_operation_replaces_that_of_the_path() -> None:
    item = {
        "parameters": [ID, parameter("limit", type="integer")],
        "get": operation(parameters=[parameter("limit", type="integer", default=5)]),
    }

    [found] = contract({"/things/{thing_id}": item}).operations

    assert [each.name for each in found.parameters] == ["thing_id", "limit"]
    assert found.parameters[1].schema == {"type": "integer", "default": 5}


def test_references_outside_schemas_are_followed() -> None:
    found = contract(
        {
            "/things/{thing_id}": {
                "parameters": [{"$ref": "#/components/parameters/thing~1id~0"}],
                "get": operation(
                    requestBody={"$ref": "#/components/requestBodies/Body"},
                    responses={**OK, "404": {"$ref": "#/components/responses/Lost"}},
                ),
            }
        },
        parameters={"thing/id~": ID},
        requestBodies={"Body": {"content": {"application/json": {"schema": {"type": "boolean"}}}}},
        responses={"Lost": {"content": {"application/json": {"schema": {"type": "null"}}}}},
    ).operations[0]

    assert [each.name for each in found.parameters] == ["thing_id"]
    assert found.body == {"type": "boolean"}
    assert found.responses[404] == {"type": "null"}


def test_references_to_schemas_stay_for_the_compiler() -> None:
    reference = {"$ref": "#/components/schemas/Thing"}
    answers = {"200": {"content": {"application/json": {"schema": reference}}}}

    [found] = contract({"/things": {"get": operation(responses=answers)}}).operations

    assert found.responses == {200: reference}


def test_a_router_meets_literal_paths_before_templates() -> None:
    paths = {
        "/things/{thing_id}/parts/{part_id}": {"get": operation("getPart")},
        "/things/{thing_id}": {"get": operation("getThing")},
        "/things/audit": {"get": operation("getAudit")},
        "/things": {"get": operation("listThings"), "post": operation("createThing")},
    }

    view = contract(paths).routing_view()

    assert list(view["paths"]) == [
        "/things/audit",
        "/things",
        "/things/{thing_id}",
        "/things/{thing_id}/parts/{part_id}",
    ]
    assert set(view["paths"]["/things"]) == {"get", "post"}


def test_a_router_sees_no_parameters() -> None:
    item = {"parameters": [ID], "get": operation(parameters=[parameter("limit", type="integer")])}

    view = contract({"/things/{thing_id}": item}).routing_view()

    get = view["paths"]["/things/{thing_id}"]["get"]
    assert "parameters" not in get
    assert get["operationId"] == "getThing"
    assert view["security"] == [{"Bearer": []}]
    assert view["openapi"] == "3.0.3"


def test_the_routing_view_is_a_document_of_its_own() -> None:
    things = contract({"/things": {"get": operation()}})

    things.routing_view()["paths"].clear()

    assert things.document["paths"]
    assert things.routing_view()["paths"]


@pytest.mark.parametrize("missing", ["operationId", "x-permission", "tags", "responses"])
def test_an_operation_without_what_the_server_needs_is_refused(missing: str) -> None:
    node = operation()
    del node[missing]

    with pytest.raises(ContractMismatch, match=f"GET /things states no {missing}"):
        _ = contract({"/things": {"get": node}}).operations


def test_a_document_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(YAMLError, match="while parsing"):
        Contract(b"openapi: [3.0.3")
