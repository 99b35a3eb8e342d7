"""Contracts of others: what they look like, where they are split, and what is said of those that are none."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.contract import document
from conformance.contract.document import Contract, ContractError
from conformance.contract.lines import of_json, of_yaml
from conformance.contract.pointers import pointer_to
from conformance.contract.routes import Routes
from tests.conformance.contracts import OK, loaded, written
from tests.foreign.troubles.registry import TROUBLES
from tests.foreign.troubles.serving import prepared
from tests.rules import for_each

V3 = {"openapi": "3.0.3"}
A = {"$ref": "#/components/schemas/A"}


def with_schema(schema: Any) -> dict[str, Any]:
    """Return the members of a document whose one operation is answered with what fits a schema."""
    content = {"application/json": {"schema": schema}}
    return {"paths": {"/": {"get": {"responses": {"200": {"description": "", "content": content}}}}}}


def schema_of(contract: Contract, member: str = "document") -> Any:
    stated = getattr(contract, member)["paths"]["/"]["get"]["responses"]["200"]["content"]
    return stated["application/json"]["schema"]


@for_each({name: name for name in TROUBLES if name not in ("swagger-2", "no-operations", "large")})
def test_contracts_of_others_are_read(name: str) -> None:
    with prepared(name) as ready:
        stated = document.load(ready.contract)
        raw = json.loads(ready.contract.read_text(encoding="utf-8"))

    assert stated.servers[0] == TROUBLES[name].base
    assert {each.id for each in stated.operations} == {
        operation["operationId"]
        for item in raw["paths"].values()
        for method, operation in item.items()
        if method in document.METHODS
    }
    assert (stated.clauses, stated.profiles) == ((), {})


def test_a_large_contract_says_the_same_in_json_and_in_yaml(tmp_path: Path) -> None:
    with prepared("large") as ready:
        text = ready.contract.read_text(encoding="utf-8")
    assert len(text) > 740_000
    in_json = document.load(written(tmp_path, text))
    in_yaml = document.load(written(tmp_path, yaml.dump(json.loads(text), Dumper=yaml.CSafeDumper), "o.yaml"))

    assert in_json.document == in_yaml.document


SERVERS: list[tuple[Any, tuple[str, ...]]] = [
    (None, ("",)),
    ([], ("",)),
    ([{"url": "/"}], ("",)),
    ([{"url": "/api/"}, {"url": "/v2"}, {"url": "/api"}], ("/api", "/v2")),
    ([{"url": "https://elsewhere.example:9/api/v1"}], ("/api/v1",)),
    ([{"url": "https://elsewhere.example"}], ("",)),
    ([{"url": "api"}], ("/api",)),
    ([{"url": "{proto}://{host}/{version}", "variables": {"version": {"default": "v2"}}}], ("/v2",)),
    ([{"url": "https://h/{base}", "variables": {"base": {"default": "a/b"}}}], ("/a/b",)),
    ([{"url": "https://h/{unknown}"}, 7, {"description": "no url"}], ("/unknown",)),
]


def test_servers_say_where_paths_begin_below_the_root(tmp_path: Path) -> None:
    for servers, paths in SERVERS:
        assert loaded(tmp_path, servers=servers).servers == paths, servers


def test_an_operation_without_an_id_has_one_of_its_method_and_path(tmp_path: Path) -> None:
    paths = {
        "/": {"get": OK},
        "/pets/{petId}": {"get": OK, "delete": OK | {"operationId": "delete a pet, now"}},
        "/pets/{pet_id}/toys": {"get": OK, "post": OK | {"operationId": "again"}},
        "/v1/x-files.json": {"get": OK | {"operationId": "again,"}},
        "/a-b": {"get": OK},
        "/a/b": {"get": OK},
        "/übung": {"get": OK | {"operationId": "*"}},
    }
    stated = loaded(tmp_path, paths=paths)

    ids = "getRoot getPetsByPetId delete-a-pet-now getPetsByPetIdToys again getV1XFilesJson getAB getAB2"
    assert [operation.id for operation in stated.operations] == [*ids.split(), "getÜbung"]
    assert stated.original["paths"]["/"]["get"]["operationId"] == "getRoot"


def test_an_id_that_two_operations_state_is_refused_with_both_lines(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "openapi: 3.0.3\n"
        "paths:\n"
        "  /a:\n"
        "    get: {operationId: twin, responses: {}}\n"
        "  /b:\n"
        "    get: {operationId: twin, responses: {}}\n",
    )
    with pytest.raises(ContractError, match=r"'twin' stands twice, .* line 4 and of line 6\."):
        document.load(file)


def test_what_two_paths_share_by_a_reference_is_two_operations(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "openapi: 3.1.0\n"
        "paths: {/a: {$ref: '#/components/pathItems/A'}, /b: {$ref: '#/components/pathItems/A'}}\n"
        "components: {pathItems: {A: {get: {operationId: one, responses: {}}}}}\n",
    )

    assert [operation.id for operation in document.load(file).operations] == ["one", "getB"]


def test_requests_are_drawn_by_a_document_without_nullable_where_3_1_has_no_such_word(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"nullable": {"type": "string", "nullable": True}}}
    for version, is_kept in (("3.0.3", True), ("3.1.0", False)):
        stated = loaded(
            tmp_path, openapi=version, components={"schemas": {"A": schema}}, paths={"/": {"get": OK}}
        )
        member = stated.for_requests()["components"]["schemas"]["A"]["properties"]["nullable"]
        assert ("nullable" in member) is is_kept


def test_a_path_parameter_that_is_not_stated_is_a_text(tmp_path: Path) -> None:
    stated = loaded(
        tmp_path,
        paths={
            "/{a}/{b-c}": {
                "parameters": [{"name": "a", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "get": OK,
            }
        },
    )

    [parameter] = stated.stated(stated.operations[0])["parameters"]
    assert parameter == {"name": "b-c", "in": "path", "required": True, "schema": {"type": "string"}}
    assert Routes(stated).find("GET", "/1/x") == stated.operations[0]


def test_a_path_parameter_that_stands_in_no_path_is_told(tmp_path: Path) -> None:
    def of_path(name: str) -> dict[str, Any]:
        return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}

    paths = {
        "/notes/{nid}": {"parameters": [of_path("note_id")], "get": OK},
        "/tags/{tag}": {"parameters": [of_path("tag")], "get": OK, "delete": OK},
    }
    [note] = loaded(tmp_path, paths=paths).notes

    assert note.startswith(
        "The path has no place for the parameter that is stated: note_id of GET /notes/{nid}."
    )
    paths["/notes/{nid}"]["parameters"] = [of_path("nid")]
    assert loaded(tmp_path, paths=paths).notes == ()


def test_headers_that_openapi_ignores_are_no_parameters(tmp_path: Path) -> None:
    names = ["Authorization", "content-type", "X-Trace"]
    stated = [{"name": name, "in": "header", "schema": {"type": "string"}} for name in names]
    read = loaded(tmp_path, paths={"/": {"get": OK | {"parameters": stated}}})

    assert [each["name"] for each in read.stated(read.operations[0])["parameters"]] == ["X-Trace"]


def test_what_holds_null_says_nothing(tmp_path: Path) -> None:
    paths = {
        "/": {"parameters": None, "post": None, "get": {"parameters": None, "responses": {"200": None}}},
        "/nothing": None,
        "x-more": 7,
    }
    stated = loaded(tmp_path, paths=paths, info=None, components=None, servers=None, tags=None)

    assert [operation.id for operation in stated.operations] == ["getRoot"]
    assert stated.statuses(stated.operations[0]) == (200,)


def test_references_into_files_beside_it_are_followed(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    written(tmp_path, "Pet: {type: object, properties: {owner: {$ref: 'owner.yaml'}}}", "schemas/pet.yaml")
    written(tmp_path, "type: string\nmaxLength: 7\n", "schemas/owner.yaml")
    item = {
        "get": {
            "operationId": "getPet",
            "responses": {
                "200": {
                    "description": "",
                    "content": {"application/json": {"schema": {"$ref": "schemas/pet.yaml#/Pet"}}},
                }
            },
        },
        "parameters": [{"$ref": "openapi.yaml#/components/parameters/Id"}],
    }
    written(tmp_path, item, "item.json")
    path = written(
        tmp_path,
        "openapi: 3.0.3\n"
        "paths: {'/pets/{id}': {$ref: item.json, delete: {operationId: deletePet}}}\n"
        "components: {parameters: {Id: {name: id, in: path, required: true, schema: {type: integer}}}}\n",
        "openapi.yaml",
    )
    stated = document.load(path)

    assert [operation.id for operation in stated.operations] == ["getPet", "deletePet"]
    media = stated.stated(stated.operations[0])["responses"]["200"]["content"]["application/json"]
    pet, place = stated.resolved(media["schema"], "")
    assert place == "/x-files/schemas~1pet.yaml/Pet"
    assert stated.resolved(pet["properties"]["owner"], "")[0] == {"type": "string", "maxLength": 7}
    [parameter] = stated.document["paths"]["/pets/{id}"]["parameters"]
    assert stated.resolved(parameter, "")[0]["schema"] == {"type": "integer"}

    before = stated.sha256
    written(tmp_path, "type: string\nmaxLength: 8\n", "schemas/owner.yaml")
    again = document.load(path)
    assert again.sha256 != before
    assert again.document["x-files"]["schemas/owner.yaml"]["maxLength"] == 8


def test_remote_references_are_named_and_never_followed(tmp_path: Path) -> None:
    remote = "http://127.0.0.1:9/{}.json"
    paths = {
        "/gone": {"$ref": remote.format("item")},
        "/": {
            "get": {
                "parameters": [{"$ref": remote.format("parameter")}],
                "requestBody": {"$ref": remote.format("body")},
                "responses": {"200": {"$ref": remote.format("response")}},
            }
        },
        "/good": {"get": OK},
    }
    stated = loaded(tmp_path, paths=paths)

    assert [operation.id for operation in stated.operations] == ["getRoot", "getGood"]
    assert stated.stated(stated.operations[0])["parameters"] == []
    [note] = stated.notes
    assert "never fetched (http://127.0.0.1:9/body.json, " in note
    assert note.endswith("and 1 more): what they say in getRoot is not judged.")

    with pytest.raises(ContractError, match="no operation that can be called"):
        loaded(tmp_path, paths={"/gone": {"$ref": remote.format("item")}})


SAID_IN_30: list[tuple[Any, Any]] = [
    ({"type": ["string", "null"], "maxLength": 5}, {"type": "string", "nullable": True, "maxLength": 5}),
    ({"type": ["integer", "number"]}, {"type": "number"}),
    ({"type": ["integer", "string"]}, {}),
    ({"exclusiveMinimum": 5}, {"minimum": 5, "exclusiveMinimum": True}),
    ({"exclusiveMaximum": 5, "maximum": 3}, {"maximum": 3, "exclusiveMaximum": False}),
    ({"const": "x"}, {"const": "x", "enum": ["x"]}),
    ({"type": "string", "nullable": True}, {"type": "string"}),
    (
        {"title": "T", "anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]},
        {"title": "T", "type": "string", "minLength": 1, "nullable": True},
    ),
    ({"anyOf": [A, {"type": "null"}]}, {"anyOf": [A, {"type": "null"}]}),
    (A | {"description": "d"}, A | {"description": "d"}),
    (A | {"maxLength": 5}, {"allOf": [A], "maxLength": 5}),
    ({"properties": {"a": True, "b": False}}, {"properties": {"a": {}, "b": {"not": {}}}}),
    ({"properties": {"nullable": {"type": "boolean"}}}, {"properties": {"nullable": {"type": "boolean"}}}),
    ({"items": True, "additionalProperties": False}, {"items": {}, "additionalProperties": False}),
]


@pytest.mark.parametrize(("schema", "said"), SAID_IN_30)
def test_schemas_of_31_are_read_in_the_words_of_30(tmp_path: Path, schema: Any, said: Any) -> None:
    components = {"schemas": {"A": {"type": "string"}}}
    stated = loaded(tmp_path, openapi="3.1.0", components=components, **with_schema(schema))

    assert schema_of(stated) == said
    assert schema_of(stated, "original") == schema


def test_nullable_within_31_is_told(tmp_path: Path) -> None:
    stated = loaded(tmp_path, openapi="3.1.0", **with_schema({"type": "string", "nullable": True}))

    assert [note[:40] for note in stated.notes] == ["openapi.json says `nullable` in 1 of its"]
    assert loaded(tmp_path, **V3, **with_schema({"type": "string", "nullable": True})).notes == ()


def test_a_schema_may_hold_itself(tmp_path: Path) -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    stated = loaded(
        tmp_path,
        **V3,
        components={"schemas": {"Node": node}},
        **with_schema({"allOf": [{"$ref": "#/components/schemas/Node"}]}),
    )

    assert stated.notes == ()


def test_examples_are_left_as_they_are(tmp_path: Path) -> None:
    example = {"$ref": "#/no/where", "type": None, "nullable": True}
    schema = {"type": "object", "example": example, "default": example, "enum": [example]}
    stated = loaded(tmp_path, **V3, **with_schema(schema))

    assert schema_of(stated) == schema


def test_yaml_is_read_as_yaml_1_2(tmp_path: Path) -> None:
    members = "on: off, y: no, t: 12:30, d: 2020-01-01, o: 010, f: 1e3, n: ~"
    text = f"openapi: 3.0.3\nx-on: {{{members}}}\npaths: {{/: {{get: {{}}}}}}\n"

    read = document.load(written(tmp_path, text, "o.yaml")).document["x-on"]

    assert read == {"on": "off", "y": "no", "t": "12:30", "d": "2020-01-01", "o": 10, "f": 1000.0, "n": None}


def test_numbers_are_written_as_in_yaml_1_2(tmp_path: Path) -> None:
    text = "openapi: 3.0.3\nx-n: [0o17, 0x1F, +7, -08, .5, 1.]\npaths: {/: {get: {}}}\n"

    read = document.load(written(tmp_path, text, "o.yaml")).document["x-n"]

    assert read == [15, 31, 7, -8, 0.5, 1.0]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("o.yaml", "openapi: 3.0.3\npaths: {}\npaths: {/: {get: {}}}\n", ":3: the name paths stands twice"),
        ("o.yaml", "openapi: 3.0.3\nx:\n  200: a\n  '200': b\n", ":4: the name 200 stands twice"),
        (
            "o.json",
            '{"openapi": "3.0.3",\n "paths": {"a": 1,\n "\\u0061": 2}}',
            ":3: the name a stands twice",
        ),
        (
            "o.yaml",
            "openapi: 3.0.3\nx: !!binary eA==\n",
            "line 2 is no YAML: tag:yaml.org,2002:binary is no kind",
        ),
        (
            "o.yaml",
            "openapi: 3.0.3\nx: !!timestamp 2020-01-01\n",
            "line 2 is no YAML: tag:yaml.org,2002:timestamp",
        ),
    ],
)
def test_what_json_cannot_hold_is_refused_with_its_line(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    with pytest.raises(ContractError, match=told):
        document.load(written(tmp_path, text, name))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values, st.sampled_from([None, 1, "\t"]))
def test_every_place_of_json_has_the_line_that_it_has_in_yaml(value: Any, indent: Any) -> None:
    text = json.dumps(value, indent=indent)
    lines = of_json(text)
    if indent != "\t":
        assert lines.inner == of_yaml(yaml.compose(text, Loader=yaml.SafeLoader)).inner
    pending = [("", value)]
    while pending:
        pointer, node = pending.pop()
        assert lines.line_of(pointer) <= text.count("\n") + 1
        inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        pending += [(pointer + pointer_to(str(key)), each) for key, each in inner]


def test_the_line_of_a_place_is_that_of_its_name(tmp_path: Path) -> None:
    text = json.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": OK}, "/b": {"get": OK}}}, indent=1)
    stated = document.load(written(tmp_path, text))

    lines = text.splitlines()
    assert [lines[operation.line - 1].strip() for operation in stated.operations] == ['"get": {'] * 2
    assert lines[stated.line("/paths/~1b/get/responses/200/nothing") - 1].strip() == '"200": {'


REFUSED: list[tuple[Any, str]] = [
    ("paths: [", r"line \d is no YAML"),
    ("openapi: 3.0.3\npaths:\n  - x: 1\n y: 2\n", r"line \d is no YAML"),
    ('{"openapi": "3.0.3",\n"paths": {,}}', r"line 2 is no YAML"),
    ('{"openapi": NaN}', "NaN is no number of JSON"),
    ("", "is no OpenAPI document"),
    ("[1]", "is no OpenAPI document"),
    ("text", "is no OpenAPI document"),
    ("\0\1", "it is no text"),
    ("[" * 100_000, "nested too deeply|no YAML|no JSON"),
    ("a: " + "[" * 100_000, "nested too deeply"),
    ("- " * 100_000, "nested too deeply"),
    ("\n".join(" " * n + "a:" for n in range(2_000)), "nested too deeply"),
    ("a: !!python/object:os.x {}", "no YAML"),
    ({"swagger": "2.0", "paths": {}}, "is of Swagger 2.0.*convert"),
    ("openapi: 3.1\npaths: {}\n", 'a number for its version: write `openapi: "3.1.0"`'),
    ({"openapi": "4.0.0"}, "`openapi: 4.0.0`, and OpenAPI 3.0 and 3.1 are known"),
    (V3, "no operation that can be called"),
    (V3 | {"paths": {}}, "no operation that can be called"),
    ({"openapi": "3.1.0", "webhooks": {"x": {"post": OK}}}, "no operation that can be called"),
    (V3 | {"paths": []}, ":1: /paths has to be an object"),
    (V3 | {"paths": {"pets": {"get": OK}}}, "'pets' does not begin with a slash"),
    (V3 | {"paths": {"/": {"get": []}}}, r"/paths/~1/get has to be an object \(operation\)"),
    (
        V3 | {"paths": {"/": {"get": {"parameters": {"name": "x"}}}}},
        "/paths/~1/get/parameters has to be a list",
    ),
    (
        V3 | {"paths": {"/": {"get": {"parameters": [{"in": "body", "name": "x"}]}}}},
        "/paths/~1/get/parameters/0 needs a name, and `in`",
    ),
    (V3 | {"paths": {"/": {"$ref": "#/nowhere"}}}, r"the \$ref #/nowhere leads nowhere"),
    (V3 | {"paths": {"/": {"$ref": "#/paths/~1"}}}, "circle back to itself"),
    (V3 | {"paths": {"/": {"$ref": "none.yaml"}}}, "none.yaml cannot be followed.*no such file"),
    (V3 | with_schema(A), r"the \$ref #/components/schemas/A leads nowhere"),
    (V3 | {"components": {"schemas": {"A": A}}} | with_schema(A), "circle back to itself"),
    (
        V3 | {"components": {"schemas": {"A": {"allOf": [A]}}}} | with_schema({"type": "string"}),
        "circle back to itself",
    ),
    ("a: &a [*a]\nopenapi: 3.0.3\n", "holds itself"),
    (
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{n}: &{n} [{','.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "holds too much",
    ),
]


@pytest.mark.parametrize(("content", "complaint"), REFUSED)
def test_what_is_no_contract_is_refused_in_a_sentence(tmp_path: Path, content: Any, complaint: str) -> None:
    path = written(tmp_path, content, "openapi.json" if isinstance(content, dict) else "openapi.yaml")
    with pytest.raises(ContractError, match=complaint) as caught:
        document.load(path)

    told = str(caught.value)
    assert str(path) in told
    assert "\n" not in told
    assert told.endswith(".")
    assert len(told) < 600


def test_broken_json_is_told_as_json(tmp_path: Path) -> None:
    path = written(tmp_path, '{"openapi": "3.0.3",\n\n "paths" {}}', "openapi.json")

    with pytest.raises(ContractError, match="line 3 is no JSON"):
        document.load(path)


def test_files_that_are_none_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("title: Grüße".encode("latin-1"))
    (tmp_path / "huge.yaml").touch()
    with (tmp_path / "huge.yaml").open("ab") as huge:
        huge.truncate(33 * 1024 * 1024)

    for name, complaint in {
        "none.yaml": "no such file",
        ".": "a folder",
        "latin.yaml": "no text in UTF-8",
        "huge.yaml": "larger than 32 MiB",
    }.items():
        with pytest.raises(ContractError, match=complaint):
            document.load(tmp_path / name)
    with pytest.raises(ContractError, match="no such file"):
        document.load(Path("/dev/zero"))


def test_clauses_without_profiles_are_of_every_server(tmp_path: Path) -> None:
    stated = loaded(tmp_path, **{"x-clauses": [{"id": "A-1", "level": "MUST", "text": "Of all."}]})

    [clause] = stated.clauses
    assert clause.profile == "core"
    assert [*stated.profiles] == ["core"]
