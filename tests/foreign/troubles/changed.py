"""Notes, changed in one way each: what their contract says of them, or what they do."""

import html
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import Message
from typing import Any

from tests.foreign.troubles.api import Api, Operation, problem
from tests.foreign.troubles.documents import METHODS, load
from tests.foreign.troubles.messages import Call, Crash, Refusal, Reply, Request
from tests.foreign.troubles.notes import Notes, notes_api
from tests.foreign.troubles.server import Server

_HANG_SECONDS = 120
"""Longer than anybody waits for an answer."""
_DONE = {"204": {"description": "It is done"}}


def with_servers(servers: list[dict[str, Any]], base: str) -> Callable[[Server], Api]:
    """Return notes whose contract says of their place what is given, and which are at a base."""

    def build(_: Server) -> Api:
        return notes_api({**load("notes"), "servers": servers}, base=base)

    return build


def refusing(form: Callable[[Refusal], Reply]) -> Callable[[Server], Api]:
    """Return notes that refuse in another form than the contract states."""
    return lambda _: notes_api(form=form)


def as_html(refusal: Refusal) -> Reply:
    """Return a refusal as a page."""
    page = f"<!doctype html><title>Error</title><h1>{html.escape(refusal.message)}</h1>"
    return Reply(refusal.status, page.encode(), "text/html", refusal.headers)


def as_string(refusal: Refusal) -> Reply:
    """Return a refusal as a bare string of JSON."""
    return Reply(refusal.status, refusal.message, headers=refusal.headers)


def with_sql(refusal: Refusal) -> Reply:
    """Return a refusal that tells what the server asks its database."""
    told = f"{refusal.message} SELECT id, title FROM notes WHERE owner = 'root' -- sqlite3.OperationalError"
    return problem(Refusal(refusal.status, told, refusal.headers))


def ends_itself(seconds: float = 0.0) -> Callable[[Server], Api]:
    """Return notes with an operation that ends the server so many seconds after its answer."""

    def build(server: Server) -> Api:
        def shut_down(_: Call) -> Reply:
            if seconds:
                threading.Timer(seconds, server.end).start()
            else:
                server.end()
            return Reply(204)

        document = _with_switch("/shutdown", "shutDown")
        if seconds:
            # Others are called until then.
            document["paths"] = {"/shutdown": document["paths"].pop("/shutdown"), **document["paths"]}
        return notes_api(document, {"shutDown": shut_down})

    return build


def maintenance(_: Server) -> Api:
    """Return notes with an operation after which every write is answered 503."""
    off = threading.Event()

    def switch_off(_: Call) -> Reply:
        off.set()
        return Reply(204)

    class Switched(Api):
        def answer(self, request: Request) -> Reply:
            if off.is_set() and request.method not in ("GET", "HEAD"):
                return problem(Refusal(503, "Nothing can be written now."))
            return super().answer(request)

    return notes_api(_with_switch("/maintenance", "switchOff"), {"switchOff": switch_off}, kind=Switched)


def _with_switch(path: str, operation: str) -> dict[str, Any]:
    document = load("notes")
    document["paths"][path] = {"post": {"operationId": operation, "responses": _DONE}}
    return document


def crashes(_: Server) -> Api:
    """Return notes that end the connection when a note is replaced, and stay up."""

    def crash(_: Call) -> Reply:
        raise Crash

    return notes_api(operations={"replaceNote": crash})


def hangs(_: Server) -> Api:
    """Return notes that never answer when a note is replaced, and answer everything else."""

    def hang(_: Call) -> Reply:
        threading.Event().wait(_HANG_SECONDS)
        raise Crash

    return notes_api(operations={"replaceNote": hang})


def unenforced(_: Server) -> Api:
    """Return notes whose contract asks for a key that nobody looks at."""
    document = _with_key()
    api = notes_api(document)
    stated = {**document, "security": [{"key": []}]}
    api.document, api.credentials = stated, _KEYS
    return api


def ruled(_: Server) -> Api:
    """Return notes that refuse every list of tags, by a rule of their own, and take all else for tags."""

    class Ruled(Api):
        def answer(self, request: Request) -> Reply:
            try:
                body = json.loads(request.body)
            except ValueError:
                return super().answer(request)
            if request.method == "POST" and isinstance(body, dict) and "tags" in body:
                if isinstance(body.pop("tags"), list):
                    return problem(Refusal(422, "New notes have no tags."))
                request = replace(request, body=json.dumps(body).encode())
            return super().answer(request)

    return notes_api(kind=Ruled)


def without_makers(_: Server) -> Api:
    """Return notes that nobody can make by the contract, one of which is there: it is somebody's."""
    api = notes_api()
    made = json.dumps({"title": "Somebody's"}).encode()
    headers = Message()
    headers["Content-Type"] = "application/json"
    assert api.answer(Request("POST", "/notes", headers, made)).status == 201
    del api.document["paths"]["/notes"]["post"]
    return api


def forbidding(_: Server) -> Api:
    """Return notes of which some are another's: what the contract states no 403 for is answered 403."""

    def forbid(_: Call) -> Reply:
        raise Refusal(403, "This key may only read.")

    document = {**_with_key(), "security": [{"key": []}]}
    for operation in operations_of(document):
        operation["responses"]["401"] = {"$ref": "#/components/responses/Refused"}
    writes = dict.fromkeys(("createNote", "replaceNote", "deleteNote"), forbid)
    return notes_api(document, writes, credentials=_KEYS)


_KEYS = {"reader": {"key": "a-key"}}


def _with_key() -> dict[str, Any]:
    document = load("notes")
    document["components"]["securitySchemes"] = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    return document


def operations_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every operation of a contract."""
    for item in document["paths"].values():
        yield from (item[method] for method in METHODS if method in item)


def many(kinds: int, *, states_404: bool) -> Callable[[Server], Api]:
    """Return notes of many kinds, five operations for each; the contract may leave out the status 404."""

    def build(_: Server) -> Api:
        document: dict[str, Any] = {**load("notes"), "paths": {}}
        operations: dict[str, Operation] = {}
        for number in range(1, kinds + 1):
            # Read anew, so that each kind has operations of its own.
            for path, item in load("notes")["paths"].items():
                document["paths"][path.replace("/notes", f"/notes-{number}")] = item
                for operation in (item[method] for method in METHODS if method in item):
                    operation["operationId"] += str(number)
                    if not states_404:
                        operation["responses"].pop("404", None)
            kept = Notes(path=f"/notes-{number}").operations
            operations |= {f"{name}{number}": function for name, function in kept.items()}
        return Api(document, operations)

    return build


def nullable_in_31(_: Server) -> Api:
    """Return notes whose contract says `nullable` in 3.1, which has no such word, and which answer null."""
    document = load("notes")
    for name in ("NewNote", "Note"):
        document["components"]["schemas"][name]["properties"]["remind_at"] = {
            "type": "string",
            "format": "date-time",
            "nullable": True,
        }
    api = notes_api()
    api.document = document
    return api


def invalid_examples(_: Server) -> Api:
    """Return notes whose contract has examples that it does not allow."""
    document = load("notes")
    content = document["components"]["requestBodies"]["Note"]["content"]["application/json"]
    content["examples"] = {
        "short": {"value": {"title": ""}},
        "foreign": {"value": {"name": "Milk", "tags": "shop"}},
        "elsewhere": {"externalValue": "http://127.0.0.1:9/example.json"},
    }
    document["components"]["schemas"]["NewNote"]["example"] = {"title": 7}
    document["components"]["schemas"]["Tag"]["example"] = "a tag of far more than twenty characters"
    return notes_api(document)


def remote_ref(server: Server) -> Api:
    """Return notes whose contract has a schema elsewhere: at this server, which counts who asks."""
    document = load("notes")
    document["paths"]["/fetches"] = {
        "get": {
            "operationId": "countFetches",
            "responses": {
                "200": {
                    "description": "How often the schema that is elsewhere was fetched",
                    "content": {"application/json": {"schema": {"type": "integer"}}},
                }
            },
        }
    }
    fetches: list[Request] = []

    class Counting(Api):
        def answer(self, request: Request) -> Reply:
            if request.target == "/schemas/problem.json":
                fetches.append(request)
                return Reply(200, load("notes")["components"]["schemas"]["Problem"])
            return super().answer(request)

    api = notes_api(document, {"countFetches": lambda _: Reply(200, len(fetches))}, kind=Counting)
    elsewhere = {"$ref": f"{server.url}/schemas/problem.json"}
    components = document["components"]
    api.document = {
        **document,
        "components": {**components, "schemas": {**components["schemas"], "Problem": elsewhere}},
    }
    return api


def stateless(_: Server) -> Api:
    """Return a mock of notes: it answers with an example, and remembers nothing."""
    note = {"id": 1, "title": "Milk", "text": "", "tags": ["shop"], "remind_at": None}
    return notes_api(
        operations={
            "listNotes": lambda _: Reply(200, {"items": [note], "total": 1}),
            "createNote": lambda _: Reply(201, note, headers={"Location": "/notes/1"}),
            "getNote": lambda _: Reply(200, note),
            "replaceNote": lambda _: Reply(200, note),
            "deleteNote": lambda _: Reply(204),
        }
    )


def never_missing(_: Server) -> Api:
    """Return notes that state 404 where nothing can be missing, and answer it to an id of another type."""
    document = load("notes")
    kept: dict[str, dict[str, Any]] = {}
    missing, stated = {"$ref": "#/components/responses/NotFound"}, {"type": "object"}
    done = {"description": "It is there", "content": {"application/json": {"schema": stated}}}
    document["paths"]["/notes"]["post"]["responses"]["404"] = missing
    document["paths"]["/config"] = {
        "get": {"operationId": "getConfig", "responses": {"200": done, "404": missing}}
    }
    label = {"name": "label", "in": "path", "required": True, "schema": {"type": "string"}}
    answers = {"200": done, "201": done, "404": missing, "422": {"$ref": "#/components/responses/Refused"}}
    document["paths"]["/labels/{label}"] = {
        "parameters": [label],
        "get": {"operationId": "getLabel", "responses": {"200": done, "404": missing}},
        "put": {"operationId": "putLabel", "responses": answers},
        "delete": {"operationId": "deleteLabel", "responses": {**_DONE, "404": missing}},
    }

    def put(call: Call) -> Reply:
        is_new = call.parameters["label"] not in kept
        return Reply(201 if is_new else 200, kept.setdefault(call.parameters["label"], {}))

    def found(call: Call) -> Reply:
        if call.parameters["label"] not in kept:
            raise Refusal(404, "There is no such label.")
        return Reply(200, kept[call.parameters["label"]])

    def delete(call: Call) -> Reply:
        found(call)
        del kept[call.parameters["label"]]
        return Reply(204)

    class Routed(Api):
        def answer(self, request: Request) -> Reply:
            kind, _, identity = request.target.removeprefix("/").partition("/")
            if kind == "notes" and identity and not identity.isdigit():
                return problem(Refusal(404, "There is no such path."))
            return super().answer(request)

    labels = {"getLabel": found, "putLabel": put, "deleteLabel": delete}
    return notes_api(document, {"getConfig": lambda _: Reply(200, {}), **labels}, kind=Routed)


def without_numbers(_: Server) -> Api:
    """Return notes that state some successes by no number, and paths that name values and not things."""
    document = load("notes")
    body = {"description": "It is there", "content": {"application/json": {"schema": {"type": "object"}}}}
    stated: dict[str, tuple[str, dict[str, Any]]] = {
        "getRange": ("/range", {"2XX": body}),
        "getDefault": ("/default", {"default": body}),
    }
    problems = {str(status): {"$ref": "#/components/responses/Refused"} for status in (404, 422)}
    schemas: dict[str, dict[str, Any]] = {
        "mode": {"type": "string", "enum": ["slow", "fast"]},
        "only": {"const": "this"},
        "is_on": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
    }
    for name in schemas:
        stated[f"get_{name}"] = (f"/{name}/{{{name}}}", {"200": body, **problems})
    for operation, (path, responses) in stated.items():
        document["paths"][path] = {"get": {"operationId": operation, "responses": responses}}
    for name, schema in schemas.items():
        parameter = {"name": name, "in": "path", "required": True, "schema": schema}
        document["paths"][f"/{name}/{{{name}}}"]["parameters"] = [parameter]
    return notes_api(document, {operation: lambda _: Reply(200, {}) for operation in stated})


def undeletable(_: Server) -> Api:
    """Return notes that are never thrown away, in one list that tells their ids alone."""
    document = load("notes")
    document["paths"]["/notes"]["get"].pop("parameters")
    document["paths"]["/notes/{note_id}"]["delete"]["responses"]["409"] = {
        "$ref": "#/components/responses/Taken"
    }
    number = {"type": "integer", "minimum": 1}
    row = {"type": "object", "required": ["id"], "properties": {"id": number}}
    document["components"]["schemas"]["NoteList"]["properties"]["items"] = {"type": "array", "items": row}
    made: list[int] = []
    kept = Notes()

    def create(call: Call) -> Reply:
        reply = kept.create(call)
        made.append(reply.body["id"])
        return reply

    def keep(call: Call) -> Reply:
        kept.get(call)
        raise Refusal(409, "Notes are for ever.")

    def show(_: Call) -> Reply:
        return Reply(200, {"items": [{"id": each} for each in made], "total": len(made)})

    functions = {**kept.operations, "listNotes": show, "createNote": create, "deleteNote": keep}
    return notes_api(document, functions)


def without_operations(_: Server) -> Api:
    """Return notes whose contract names no operation."""
    api = notes_api()
    api.document = {**api.document, "paths": {}}
    return api


def swagger_2(_: Server) -> Api:
    """Return notes whose contract is of Swagger 2.0."""
    api = notes_api()
    api.document = load("swagger-2")
    return api
