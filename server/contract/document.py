"""The contract as the server reads it: `openapi.yaml`, once, at start."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

import yaml

Schema: TypeAlias = Mapping[str, Any]
Location: TypeAlias = Literal["path", "query", "header"]

_TEXT, _MAPPING, _LIST, _MERGE, _INT = (
    f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq", "merge", "int")
)
# PyYAML is of YAML 1.1, to which `no` is false, `010` is 8 and `1:30` is 90; OpenAPI is of YAML 1.2.
_SCALARS = {
    "tag:yaml.org,2002:bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "tag:yaml.org,2002:null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    _INT: (r"[-+]?[0-9]+", "-+0123456789"),
    "tag:yaml.org,2002:float": (
        r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?",
        "-+0123456789.",
    ),
    _MERGE: (r"<<", "<"),
}

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


_EVERY_OPERATION_HAS = ("operationId", "tags", "summary", "x-permission", "responses")


class ContractMismatch(Exception):
    """The contract and the handlers are not such that they could be served. A line for each thing to do."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    location: Location
    required: bool
    schema: Schema

    @property
    def argument(self) -> str:
        """The name of the handler's argument: `If-Match` is `if_match`."""
        return self.name.lower().replace("-", "_")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation, with every reference but those inside schemas resolved.

    Attributes:
        path: the path template, below the servers' base paths.
        permission: what the API key must hold (`x-permission`).
        body: the schema of the JSON request body, or None when there is none.
        body_required: whether the body may not be left out.
        responses: the schema of the JSON answer by status; None for an answer without a body.
    """

    operation_id: str
    method: str
    path: str
    tag: str
    summary: str
    permission: str
    parameters: Sequence[Parameter]
    body: Schema | None
    body_required: bool
    responses: Mapping[int, Schema | None]


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader for YAML 1.2, with a short way from nodes to the document.

    Its own way keeps account of every node, for references in circles, and takes longer than parsing does.
    Names are texts, as JSON has them. A merge key (`<<`) is refused, and so is a name that stands twice.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]

    def construct_document(self, node: yaml.Node) -> Any:
        """Return what a node stands for."""
        if node.tag == _TEXT:
            return node.value
        if node.tag == _MAPPING:
            found = {_name(key): self.construct_document(value) for key, value in node.value}
            if len(found) < len(node.value):
                raise _told_twice(node)
            return found
        if node.tag == _LIST:
            return [self.construct_document(member) for member in node.value]
        return self.construct_object(node)


def _name(key: yaml.Node) -> str:
    if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
        what = "a merge key" if key.tag == _MERGE else "a name that is no text"
        raise yaml.constructor.ConstructorError(None, None, f"found {what}", key.start_mark)
    return str(key.value)


def _told_twice(node: yaml.Node) -> yaml.YAMLError:
    counts = Counter(key.value for key, _ in node.value)
    again = [key for key, _ in node.value if counts[key.value] > 1][-1]
    problem = f"the name {again.value} stands twice in one mapping"
    return yaml.constructor.ConstructorError(None, None, problem, again.start_mark)


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> int:
    # YAML 1.1 takes a leading 0 for an octal number.
    return int(loader.construct_scalar(node))


for _tag, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))
_Loader.add_constructor(_INT, _decimal)


class Contract:
    """An OpenAPI document."""

    def __init__(self, source: bytes) -> None:
        """Parse the document.

        Args:
            source: YAML, as it stands in the file.
        """
        self.source = source
        self.document: dict[str, Any] = yaml.load(source, _Loader)  # noqa: S506  # a safe one

    @property
    def base_paths(self) -> Sequence[str]:
        """The path families under which every operation answers."""
        return [server["url"] for server in self.document["servers"]]

    @property
    def schemas(self) -> Mapping[str, Schema]:
        """The named schemas."""
        schemas: Mapping[str, Schema] = self.document["components"]["schemas"]
        return schemas

    @cached_property
    def operations(self) -> Sequence[Operation]:
        """Every operation, in the order of the document.

        Raises:
            ContractMismatch: one does not state what each must.
        """
        return [
            self._operation(path, method, item)
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        ]

    def routing_view(self) -> dict[str, Any]:
        """Return the part of the contract that a router needs, as a new document.

        Parameters are left out, so that those in paths are plain segments: whether one is a good integer is
        for the operation layer to say, with an answer that names the fault. Literal paths come before
        templates, so that they win.
        """
        paths: dict[str, Any] = {}
        for operation in sorted(self.operations, key=lambda operation: operation.path.count("{")):
            paths.setdefault(operation.path, {})[operation.method] = {
                "operationId": operation.operation_id,
                "responses": {"default": {"description": "See the contract."}},
            }
        return {
            "openapi": self.document["openapi"],
            "info": {"title": self.document["info"]["title"], "version": self.document["info"]["version"]},
            "security": self.document["security"],
            "components": {"securitySchemes": self.document["components"]["securitySchemes"]},
            "paths": paths,
        }

    def _operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        node = item[method]
        if lacking := [name for name in _EVERY_OPERATION_HAS if not node.get(name)]:
            raise ContractMismatch(
                f"openapi.yaml: {method.upper()} {path} states no {', no '.join(lacking)}."
            )
        return Operation(
            operation_id=node["operationId"],
            method=method,
            path=path,
            tag=node["tags"][0],
            summary=node["summary"],
            permission=node["x-permission"],
            parameters=self._parameters(item, node),
            body=self._json_schema(node["requestBody"]) if "requestBody" in node else None,
            body_required=node.get("requestBody", {}).get("required", False),
            responses={
                int(status): self._json_schema(response) for status, response in node["responses"].items()
            },
        )

    def _parameters(self, item: Mapping[str, Any], node: Mapping[str, Any]) -> Sequence[Parameter]:
        """Return an operation's parameters; its own stand in for those of the path."""
        found: dict[tuple[str, Location], Parameter] = {}
        for given in [*item.get("parameters", ()), *node.get("parameters", ())]:
            parameter = self._resolved(given)
            found[parameter["name"], parameter["in"]] = Parameter(
                name=parameter["name"],
                location=parameter["in"],
                required=parameter.get("required", False),
                schema=parameter["schema"],
            )
        return tuple(found.values())

    def _json_schema(self, holder: Mapping[str, Any]) -> Schema | None:
        content = self._resolved(holder).get("content", {})
        schema: Schema | None = content.get("application/json", {}).get("schema")
        return schema

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in node:
            return node
        found: Any = self.document
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name.replace("~1", "/").replace("~0", "~")]
        resolved: Mapping[str, Any] = found
        return resolved


def load_contract() -> Contract:
    """Return this program's contract. In the source tree the file is a link to the one at the root."""
    return Contract(Path(__file__).parents[1].joinpath("openapi.yaml").read_bytes())
