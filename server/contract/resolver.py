"""From operations to handlers: the contract names no Python, this does.

The tag *Access Profiles* and the operationId `getAccessProfile` are
`handlers.access_profiles.get_access_profile`. Whatever does not fit is told at start, with the code to paste,
and not to the first caller.
"""

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, TypeAlias

from connexion.resolver import Resolution, Resolver

from handlers.replies.reply import Reply
from server.contract.document import Contract, Operation, Schema

Handler: TypeAlias = Callable[..., Reply[Any]]

_TYPES = {"integer": "int", "number": "float", "boolean": "bool", "string": "str"}


class ContractMismatch(Exception):
    """The handlers are not those that the contract asks for."""


class HandlerResolver(Resolver):  # type: ignore[misc]  # connexion has no types
    """Tells Connexion which function serves an operation."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        super().__init__()
        self._handlers = handlers

    def resolve(self, operation: Any) -> Resolution:
        """Return the handler of an operation."""
        return Resolution(self._handlers[operation.operation_id], operation.operation_id)


def find_handlers(contract: Contract, package: str = "handlers") -> dict[str, Handler]:
    """Return the handler of every operation, by operationId.

    Raises:
        ContractMismatch: an operation has no handler, a handler no operation, or a signature does not fit.
    """
    problems: list[str] = []
    found: dict[str, Handler] = {}
    for operation in contract.operations:
        name = f"{package}.{module_name(operation.tag)}"
        function = getattr(_module(name), function_name(operation.operation_id), None)
        if function is None:
            problems.append(f"{name} has no function for {operation.operation_id}. Add:\n\n{stub(operation)}")
        elif list(inspect.signature(function).parameters) != _parameter_names(operation):
            problems.append(
                f"{name}.{function.__name__} takes {inspect.signature(function)}, and the contract asks for:"
                f"\n\n{stub(operation)}"
            )
        else:
            found[operation.operation_id] = function
    problems += _orphans(contract, package)
    if problems:
        raise ContractMismatch("The handlers do not fit openapi.yaml.\n\n" + "\n\n".join(problems))
    return found


def module_name(tag: str) -> str:
    """Return the module of a tag: *Access Profiles* is `access_profiles`."""
    return re.sub(r"\W+", "_", tag).lower()


def function_name(operation_id: str) -> str:
    """Return the function of an operationId: `getAccessProfile` is `get_access_profile`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation_id).lower()


def stub(operation: Operation) -> str:
    """Return the code to begin a handler with."""
    parameters = ["context: Context"]
    for parameter in operation.parameters:
        optional = "" if parameter.required or "default" in parameter.schema else " | None"
        parameters.append(f"{parameter.argument}: {_TYPES.get(parameter.schema['type'], 'object')}{optional}")
    if operation.body is not None:
        optional = "" if operation.body_required else " | None"
        parameters.append(f"body: {_type_name(operation.body)}{optional}")
    answers = " | ".join(
        "None" if schema is None else _type_name(schema)
        for status, schema in sorted(operation.responses.items())
        if status < 400
    )
    return (
        f"def {function_name(operation.operation_id)}(\n    {', '.join(parameters)}\n"
        f") -> Reply[{answers}]:\n"
        f'    """{operation.summary}."""\n'
    )


def _type_name(schema: Schema) -> str:
    reference: str = schema.get("$ref", "#/dict[str, Any]")
    return reference.rpartition("/")[2]


def _parameter_names(operation: Operation) -> list[str]:
    names = ["context", *(parameter.argument for parameter in operation.parameters)]
    return [*names, "body"] if operation.body is not None else names


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None


def _orphans(contract: Contract, package: str) -> Iterator[str]:
    """Yield what to say of public functions in handler modules that no operation names."""
    wanted = {(module_name(op.tag), function_name(op.operation_id)) for op in contract.operations}
    for tag in sorted({module_name(operation.tag) for operation in contract.operations}):
        module = _module(f"{package}.{tag}")
        if module is None:
            continue
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and (tag, name) not in wanted:
                yield (
                    f"{module.__name__}.{name} serves no operation of the contract. Give its operation this "
                    "name, make it private, or remove it."
                )
