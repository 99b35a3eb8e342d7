"""From operations to handlers: the contract names no Python, this does.

The tag *Access Profiles* and the operationId `getAccessProfile` are
`handlers.access_profiles.get_access_profile`. Whatever does not fit is told at start, in a sentence that
names the file, and not to the first caller.
"""

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, TypeAlias

from handlers.replies.reply import Reply
from server.contract.document import Contract, ContractMismatch, Operation, Schema

Handler: TypeAlias = Callable[..., Reply[Any]]

_TYPES = {"integer": "int", "number": "float", "boolean": "bool", "string": "str"}


def find_handlers(contract: Contract, package: str = "handlers") -> dict[str, Handler]:
    """Return the handler of every operation, by operationId.

    Raises:
        ContractMismatch: an operation has no handler, a handler no operation, or a signature does not fit.
    """
    problems: list[str] = []
    found: dict[str, Handler] = {}
    for operation in contract.operations:
        file = handler_file(operation, package)
        function = handler_of(operation, package)
        if function is None:
            problems.append(
                f"{file} has no function {function_name(operation.operation_id)}, as openapi.yaml states "
                f"{operation.operation_id}: {_hint(operation)}"
            )
        elif (given := list(inspect.signature(function).parameters)) != _parameter_names(operation):
            problems.append(
                f"{file}: {function.__name__} takes ({', '.join(given)}), and openapi.yaml asks for "
                f"({', '.join(_parameter_names(operation))}): {_hint(operation)}"
            )
        else:
            found[operation.operation_id] = function
    problems += _orphans(contract, package)
    if problems:
        raise ContractMismatch("\n".join(problems))
    return found


def handler_file(operation: Operation, package: str = "handlers") -> str:
    """Return the file that an operation's handler is in, or belongs into."""
    return f"{package.replace('.', '/')}/{module_name(operation.tag)}.py"


def handler_of(operation: Operation, package: str = "handlers") -> Handler | None:
    """Return the function of an operation, whatever its arguments are; None when there is none.

    Raises:
        ContractMismatch: its module needs a type of the contract that was not generated.
    """
    found: Handler | None = getattr(
        _module(f"{package}.{module_name(operation.tag)}"), function_name(operation.operation_id), None
    )
    return found


def module_name(tag: str) -> str:
    """Return the module of a tag: *Access Profiles* is `access_profiles`."""
    return re.sub(r"\W+", "_", tag).lower()


def function_name(operation_id: str) -> str:
    """Return the function of an operationId: `getAccessProfile` is `get_access_profile`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation_id).lower()


_LINE_LENGTH = 110


def stub(operation: Operation) -> str:
    """Return the code to begin a handler with."""
    parameters = ["context: Context"]
    for parameter in operation.parameters:
        optional = "" if parameter.required or "default" in parameter.schema else " | None"
        type_name = _TYPES.get(str(parameter.schema.get("type")), "object")
        parameters.append(f"{parameter.argument}: {type_name}{optional}")
    for body in _bodies(operation):
        optional = "" if operation.body_required else " | None"
        parameters.append(f"body: {body}{optional}")
    head, tail = (
        f"def {function_name(operation.operation_id)}(",
        f") -> Reply[{' | '.join(_answers(operation))}]:",
    )
    among = ", ".join(parameters)
    # As the formatter of this project has it.
    if len(f"{head}{among}{tail}") > _LINE_LENGTH:
        lines = among if len(among) < _LINE_LENGTH - 4 else ",\n    ".join(parameters) + ","
        among = f"\n    {lines}\n"
    return f'{head}{among}{tail}\n    """{operation.summary}."""\n'


def stub_imports(operation: Operation) -> str:
    """Return the imports that the code to begin a handler with needs."""
    named = {name for name in (*_answers(operation), *_bodies(operation)) if name.isidentifier()}
    types = ", ".join(sorted(named - {"None"}))
    return (
        "from handlers.context import Context\n"
        f"from handlers.contract_types import {types}\n"
        "from handlers.replies.reply import Reply\n"
    )


def _bodies(operation: Operation) -> list[str]:
    return [] if operation.body is None else [_type_name(operation.body)]


def _answers(operation: Operation) -> list[str]:
    """Return the types of what a handler may answer with."""
    return [
        "None" if schema is None else _type_name(schema)
        for status, schema in sorted(operation.responses.items())
        if status < 400
    ]


def _hint(operation: Operation) -> str:
    return f"`access-profiles new-operation {operation.operation_id}` prints it."


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
    except ImportError as error:
        package, _, module = name.rpartition(".")
        if error.name != f"{package}.contract_types":
            raise
        missing = re.findall(r"'(\w+)'", str(error))[0]
        raise ContractMismatch(
            f"{package}/contract_types.py lacks {missing}, which {package}/{module}.py needs: "
            "run `make types`."
        ) from error


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
                    f"{package}/{tag}.py: {name} serves no operation of openapi.yaml: give it the name "
                    "of its operation, make it private, or remove it."
                )
