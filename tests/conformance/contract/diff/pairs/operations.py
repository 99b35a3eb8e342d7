"""Pairs of operations: paths, parameters, bodies, statuses, media types, headers and who may call."""

from typing import Any

from tests.conformance.contract.diff.documents import contract
from tests.conformance.contract.diff.pairs import BREAKS, SAFE, UNCLEAR, Contract, Verdict, both_ways

BOTH = Verdict(BREAKS, BREAKS)
NOBODY = Verdict(SAFE, SAFE)
CONSUMERS = Verdict(BREAKS, SAFE)
SERVERS = Verdict(SAFE, BREAKS)

TEXT: dict[str, Any] = {"type": "string"}
OK: dict[str, Any] = {"responses": {"200": {"description": "Done."}}}
OBJECT: dict[str, Any] = {"type": "object", "properties": {"a": TEXT}}


def _paths(*named: str, version: str = "3.0.3", **operation: Any) -> Contract:
    """Return a contract of operations that are named like `get /pet/{id}`."""
    stated = contract() | {"openapi": version, "paths": {}}
    for each in named:
        method, path = each.split()
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        parameters = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]
        item = stated["paths"].setdefault(path, {})
        item[method] = OK | ({"parameters": parameters} if names else {}) | operation
    return stated


def _query(where: str = "query", **parts: Any) -> Contract:
    return contract({"parameters": [{"name": "p", "in": where, "schema": TEXT, **parts}]})


def _body(*media_types: str, schema: Any = None, **parts: Any) -> Contract:
    content = {name: {"schema": schema or OBJECT} for name in media_types}
    return contract({"requestBody": {"content": content, **parts}})


def _sent(**schema: Any) -> Contract:
    return _body("application/json", schema=schema)


def _answered(**schema: Any) -> Contract:
    return _answers("200", schema=schema)


def _answers(
    *statuses: str, media_types: tuple[str, ...] = ("application/json",), schema: Any = None, **parts: Any
) -> Contract:
    content = {name: {"schema": schema or OBJECT} for name in media_types}
    return contract(
        {"responses": {status: {"description": "Done.", "content": content, **parts} for status in statuses}}
    )


def _schemes(
    *requirements: dict[str, list[str]], at_root: bool = False, **schemes: dict[str, Any]
) -> Contract:
    root: dict[str, Any] = {"components": {"securitySchemes": schemes}} if schemes else {}
    if at_root:
        return contract(security=list(requirements)) | root
    return contract({"security": list(requirements)}) | root


BEARER, KEY = {"type": "http", "scheme": "bearer"}, {"type": "apiKey", "in": "header", "name": "X-Key"}
OAUTH = {
    "type": "oauth2",
    "flows": {
        "clientCredentials": {"tokenUrl": "https://example.com/token", "scopes": {"read": "", "write": ""}}
    },
}

PATHS = [
    *both_ways("a path more", _paths("get /a"), _paths("get /a", "get /b"), SERVERS, CONSUMERS),
    *both_ways("a method more", _paths("get /a"), _paths("get /a", "put /a"), SERVERS, BOTH),
    *both_ways(
        "two paths of one shape, one of which goes",
        _paths("get /pet/{a}", "get /pet/{b}"),
        _paths("get /pet/{a}"),
        CONSUMERS,
        SERVERS,
    ),
    *both_ways(
        "two paths of one shape with other methods",
        _paths("get /pet/{a}", "put /pet/{b}"),
        _paths("get /pet/{a}"),
        BOTH,
        SERVERS,
    ),
    *both_ways(
        "a deprecated operation that goes",
        _paths("get /a", "get /b", deprecated=True),
        _paths("get /a", deprecated=True),
        CONSUMERS,
        SERVERS,
    ),
    *both_ways("deprecation", _paths("get /a"), _paths("get /a", deprecated=True), NOBODY, NOBODY),
    *both_ways("a path in other letters", _paths("get /a"), _paths("get /A"), BOTH, BOTH),
    *both_ways("servers at the root, and none", contract(servers=[{"url": "/"}]), contract(), NOBODY, NOBODY),
    *both_ways(
        "a server more",
        contract(servers=[{"url": "/v1"}]),
        contract(servers=[{"url": "/v1"}, {"url": "/v2"}]),
        SERVERS,
        CONSUMERS,
    ),
    *both_ways(
        "another version of OpenAPI", _paths("get /a"), _paths("get /a", version="3.0.4"), NOBODY, NOBODY
    ),
    *both_ways("3.1 that says the same", _paths("get /a"), _paths("get /a", version="3.1.0"), NOBODY, NOBODY),
]


def _at_path(parameter: dict[str, Any], *, shared: bool) -> Contract:
    stated = contract({} if shared else {"parameters": [parameter]})
    if shared:
        stated["paths"]["/things"]["parameters"] = [parameter]
    return stated


def _named(name: str, where: str) -> Contract:
    return contract({"parameters": [{"name": name, "in": where, "schema": TEXT}]})


P = {"name": "p", "in": "query", "schema": TEXT}
TEXTS = {"type": "array", "items": TEXT}

PARAMETERS = [
    *both_ways("a parameter that may be given", contract(), _query(), SERVERS, CONSUMERS),
    *both_ways("a parameter that has to be given", contract(), _query(required=True), BOTH, BOTH),
    *both_ways("a parameter that has to be given by now", _query(), _query(required=True), BOTH, SERVERS),
    *both_ways("explode of what is no list", _query(explode=True), _query(explode=False), NOBODY, NOBODY),
    *both_ways(
        "explode of a list",
        _query(schema=TEXTS, explode=True),
        _query(schema=TEXTS, explode=False),
        BOTH,
        BOTH,
    ),
    *both_ways("the style that is the default", _query(), _query(style="form", explode=True), NOBODY, NOBODY),
    *both_ways("a shorter parameter", _query(), _query(schema=TEXT | {"maxLength": 3}), BOTH, SERVERS),
    *both_ways(
        "another default",
        _query(schema=TEXT | {"default": "a"}),
        _query(schema=TEXT | {"default": "b"}),
        BOTH,
        BOTH,
    ),
    *both_ways(
        "a header in other letters", _named("X-Thing", "header"), _named("x-thing", "header"), NOBODY, NOBODY
    ),
    *both_ways("a parameter in other letters", _named("q", "query"), _named("Q", "query"), BOTH, BOTH),
    *both_ways(
        "a parameter that the path states",
        _at_path(P, shared=False),
        _at_path(P, shared=True),
        NOBODY,
        NOBODY,
    ),
    *both_ways("a schema for what may be anything", _query(schema={}), _query(schema=TEXT), BOTH, SERVERS),
]

BODIES = [
    *both_ways("a body that may be sent", contract(), _body("application/json"), SERVERS, BOTH),
    *both_ways(
        "a body that has to be sent", contract(), _body("application/json", required=True), BOTH, BOTH
    ),
    *both_ways(
        "a body that has to be sent by now",
        _body("application/json"),
        _body("application/json", required=True),
        BOTH,
        SERVERS,
    ),
    *both_ways(
        "a media type more", _body("application/json"), _body("application/json", "text/csv"), SERVERS, BOTH
    ),
    *both_ways(
        "a media type in other letters", _body("application/json"), _body("Application/JSON"), NOBODY, NOBODY
    ),
    *both_ways(
        "a media type with a space",
        _body("application/json;charset=utf-8"),
        _body("application/json; charset=utf-8"),
        NOBODY,
        NOBODY,
    ),
    *both_ways("any media type of a kind", _body("application/json"), _body("application/*"), SERVERS, BOTH),
    *both_ways(
        "a member that has to be sent",
        _sent(type="object", properties={}),
        _sent(type="object", properties={"a": TEXT}, required=["a"]),
        BOTH,
        Verdict(UNCLEAR, BREAKS),
    ),
    *both_ways(
        "a member that may be sent",
        _sent(type="object", properties={"a": TEXT}),
        _sent(type="object", properties={"a": TEXT, "b": TEXT}),
        SERVERS,
        # Who sends it is not refused, and not heard either.
        Verdict(UNCLEAR, SAFE),
    ),
    *both_ways(
        "a member that may be sent where no other may",
        _sent(type="object", properties={"a": TEXT}, additionalProperties=False),
        _sent(type="object", properties={"a": TEXT, "b": TEXT}, additionalProperties=False),
        SERVERS,
        BOTH,
    ),
    *both_ways(
        "a member that the server alone sets",
        _sent(type="object", properties={"a": TEXT | {"readOnly": True}}),
        _sent(type="object", properties={"a": TEXT | {"readOnly": True}}, required=["a"]),
        NOBODY,
        NOBODY,
    ),
]

ANSWERS = [
    *both_ways("200 of any success", _answers("2XX"), _answers("200"), SERVERS, CONSUMERS),
    *both_ways("a range in other letters", _answers("2XX"), _answers("2xx"), NOBODY, NOBODY),
    *both_ways("another success", _answers("200"), _answers("201"), BOTH, BOTH),
    *both_ways("a success more", _answers("200"), _answers("200", "202"), BOTH, SERVERS),
    *both_ways("a failure more", _answers("200"), _answers("200", "404"), SERVERS, SERVERS),
    *both_ways(
        "a media type instead", _answers("200"), _answers("200", media_types=("text/csv",)), BOTH, BOTH
    ),
    *both_ways(
        "a media type in other letters of an answer",
        _answers("200"),
        _answers("200", media_types=("APPLICATION/json",)),
        NOBODY,
        NOBODY,
    ),
    *both_ways(
        "a header that may come",
        _answers("200"),
        _answers("200", headers={"X-Rate": {"schema": TEXT}}),
        NOBODY,
        CONSUMERS,
    ),
    *both_ways(
        "a header that has to come",
        _answers("200"),
        _answers("200", headers={"X-Rate": {"schema": TEXT, "required": True}}),
        SERVERS,
        CONSUMERS,
    ),
    *both_ways(
        "a header that has to come by now",
        _answers("200", headers={"X-Rate": {"schema": TEXT}}),
        _answers("200", headers={"x-rate": {"schema": TEXT, "required": True}}),
        SERVERS,
        CONSUMERS,
    ),
    *both_ways(
        "a member that has to come",
        _answered(type="object", properties={}),
        _answered(type="object", properties={"a": TEXT}, required=["a"]),
        SERVERS,
        CONSUMERS,
    ),
    *both_ways(
        "a member that may come",
        _answered(type="object", properties={}),
        _answered(type="object", properties={"a": TEXT}),
        NOBODY,
        CONSUMERS,
    ),
    *both_ways(
        "a member that may come where no other may",
        _answered(type="object", properties={"a": TEXT}, additionalProperties=False),
        _answered(type="object", properties={"a": TEXT, "b": TEXT}, additionalProperties=False),
        CONSUMERS,
        BOTH,
    ),
    *both_ways(
        "a member that only requests have",
        _answered(type="object", properties={"a": TEXT}),
        _answered(type="object", properties={"a": TEXT | {"writeOnly": True}}),
        BOTH,
        NOBODY,
    ),
    *both_ways(
        "an error code more of an enum",
        _answered(type="object", properties={"code": TEXT | {"enum": ["a"]}}),
        _answered(type="object", properties={"code": TEXT | {"enum": ["a", "b"]}}),
        CONSUMERS,
        SERVERS,
    ),
]

SECURITY = [
    *both_ways(
        "a scheme by another name",
        _schemes({"One": []}, One=BEARER),
        _schemes({"Two": []}, Two=BEARER),
        NOBODY,
        NOBODY,
    ),
    *both_ways(
        "Bearer in other letters",
        _schemes({"One": []}, One=BEARER),
        _schemes({"One": []}, One=BEARER | {"scheme": "Bearer"}),
        NOBODY,
        NOBODY,
    ),
    *both_ways(
        "a header of a key in other letters",
        _schemes({"One": []}, One=KEY),
        _schemes({"One": []}, One=KEY | {"name": "x-key"}),
        NOBODY,
        NOBODY,
    ),
    *both_ways(
        "a form of bearer tokens",
        _schemes({"One": []}, One=BEARER),
        _schemes({"One": []}, One=BEARER | {"bearerFormat": "JWT"}),
        NOBODY,
        NOBODY,
    ),
    *both_ways(
        "a key that has to be shown", _schemes(One=BEARER), _schemes({"One": []}, One=BEARER), BOTH, SERVERS
    ),
    *both_ways(
        "security that is dropped from the root",
        _schemes({"One": []}, One=BEARER, at_root=True),
        contract(components={"securitySchemes": {"One": BEARER}}),
        SERVERS,
        BOTH,
    ),
    *both_ways(
        "security that moves to the root",
        _schemes({"One": []}, One=BEARER),
        _schemes({"One": []}, One=BEARER, at_root=True),
        NOBODY,
        NOBODY,
    ),
    *both_ways(
        "another way to show it",
        _schemes({"One": []}, One=BEARER, Two=KEY),
        _schemes({"One": []}, {"Two": []}, One=BEARER, Two=KEY),
        SERVERS,
        BOTH,
    ),
    *both_ways(
        "a second thing to show",
        _schemes({"One": []}, One=BEARER, Two=KEY),
        _schemes({"One": [], "Two": []}, One=BEARER, Two=KEY),
        BOTH,
        BOTH,
    ),
    *both_ways(
        "a scope more",
        _schemes({"One": ["read"]}, One=OAUTH),
        _schemes({"One": ["read", "write"]}, One=OAUTH),
        BOTH,
        SERVERS,
    ),
    *both_ways(
        "a key in the query",
        _schemes({"One": []}, One=KEY),
        _schemes({"One": []}, One=KEY | {"in": "query"}),
        BOTH,
        BOTH,
    ),
    *both_ways(
        "a scheme that is not defined any more",
        _schemes({"One": []}, One=BEARER),
        _schemes({"One": []}),
        BOTH,
        BOTH,
    ),
    *both_ways("a scheme that nothing uses", contract(), _schemes(One=BEARER), NOBODY, NOBODY),
    *both_ways("no security, and security of nobody", contract(), contract(security=[]), NOBODY, NOBODY),
]


def _referring(schema: Any, version: str = "3.1.0", **schemas: Any) -> Contract:
    return _sent(**schema) | {"openapi": version, "components": {"schemas": schemas}}


def _tree(**name: Any) -> Contract:
    inner = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    tree = {"type": "object", "properties": {"name": TEXT | name, "children": inner}}
    return _referring({"$ref": "#/components/schemas/Tree"}, Tree=tree)


KIND, LONG = {"$ref": "#/components/schemas/Kind"}, TEXT | {"enum": ["user", "account"]}
REMOTE = {"$ref": "https://example.com/schemas/thing.json"}


def _calling(**schema: Any) -> Contract:
    body = {"content": {"application/json": {"schema": schema}}}
    called = {"requestBody": body, "responses": {"200": {"description": "Heard."}}}
    return contract({"callbacks": {"done": {"{$request.query.url}": {"post": called}}}})


CALLBACKS = [
    *both_ways("a callback", contract(), _calling(type="object"), SERVERS, CONSUMERS),
    *both_ways(
        "a stricter body of a callback", _calling(**TEXT), _calling(**TEXT, maxLength=3), SERVERS, CONSUMERS
    ),
]

REFERENCES = [
    *both_ways(
        "a keyword beside a reference in 3.1",
        _referring(KIND, Kind=LONG),
        _referring(KIND | {"maxLength": 4}, Kind=LONG),
        BOTH,
        SERVERS,
    ),
    *both_ways(
        "a keyword beside a reference in 3.0, where it says nothing",
        _referring(KIND, "3.0.3", Kind=LONG),
        _referring(KIND | {"maxLength": 4}, "3.0.3", Kind=LONG),
        NOBODY,
        NOBODY,
    ),
    *both_ways(
        "a reference instead of what it says", _referring(LONG), _referring(KIND, Kind=LONG), NOBODY, NOBODY
    ),
    *both_ways(
        "a reference to what is called otherwise",
        _referring(KIND, Kind=LONG),
        _referring({"$ref": "#/components/schemas/Sort"}, Sort=LONG),
        NOBODY,
        NOBODY,
    ),
    *both_ways("a stricter schema that holds itself", _tree(), _tree(maxLength=9), BOTH, SERVERS),
    *both_ways("a schema that holds itself, in other words", _tree(), _tree(minLength=0), NOBODY, NOBODY),
    *both_ways(
        "a schema that holds itself, by a pattern",
        _tree(enum=["a", "b"]),
        _tree(enum=["a", "b"], pattern="^[ab]$"),
        NOBODY,
        NOBODY,
    ),
    *both_ways(
        "a body that nobody can send any more",
        _referring(KIND, Kind=LONG),
        _referring({"allOf": [KIND, {"not": KIND}]}, Kind=LONG),
        BOTH,
        SERVERS,
    ),
    *both_ways(
        "a reference to another host",
        _referring(REMOTE),
        _referring({"$ref": "https://example.com/schemas/other.json"}),
        Verdict(UNCLEAR, UNCLEAR),
        Verdict(UNCLEAR, UNCLEAR),
    ),
]

PAIRS = [*PATHS, *PARAMETERS, *BODIES, *ANSWERS, *SECURITY, *CALLBACKS, *REFERENCES]
