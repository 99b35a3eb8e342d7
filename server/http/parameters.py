"""Path, query and header parameters: parsed as the contract types them, all faults found at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from domain.errors import Fault
from handlers.replies.errors import ApiError, RequestFault, validation_failed
from server.contract.document import Operation, Parameter
from server.contract.schemas import SchemaCompiler, Validator

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
"""An integer as JSON writes it. One with more digits does not fit 64 bits."""

_BOOLEANS = {"true": True, "false": False}

MAX_QUERY_FIELDS = 100


@dataclass(frozen=True, slots=True)
class _Compiled:
    parameter: Parameter
    validator: Validator

    @property
    def type(self) -> str:
        kind: str = self.parameter.schema["type"]
        return kind


class ParameterReader:
    """Reads the parameters of one operation."""

    def __init__(self, operation: Operation, compiler: SchemaCompiler) -> None:
        compiled = [
            _Compiled(parameter, compiler.compile(parameter.schema)) for parameter in operation.parameters
        ]
        self._path = [entry for entry in compiled if entry.parameter.location == "path"]
        self._query = {
            entry.parameter.name: entry for entry in compiled if entry.parameter.location == "query"
        }
        self._headers = {
            entry.parameter.name.lower().encode(): entry
            for entry in compiled
            if entry.parameter.location == "header"
        }
        self._defaults = {
            entry.parameter.argument: entry.parameter.schema.get("default") for entry in compiled
        }

    def read(
        self,
        path_params: Mapping[str, str],
        query_string: bytes,
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> dict[str, Any]:
        """Return every parameter by its argument's name; an absent one has its default, or None.

        Raises:
            ApiError: 400 with every fault.
        """
        faults: list[RequestFault] = []
        values: dict[str, Any] = dict(self._defaults)
        for entry in self._path:
            name = entry.parameter.name
            values[entry.parameter.argument] = _value(entry, path_params[name], faults)
        if query_string:
            self._read_query(query_string, values, faults)
        if self._headers:
            self._read_headers(headers, values, faults)
        for name, entry in self._query.items():
            if entry.parameter.required and values[entry.parameter.argument] is None:
                faults.append(_fault(entry.parameter, "required", f'"{name}" is required.'))
        if faults:
            raise validation_failed(faults)
        return values

    def _read_query(self, query_string: bytes, values: dict[str, Any], faults: list[RequestFault]) -> None:
        seen: set[str] = set()
        for name, text in _fields(query_string):
            entry = self._query.get(name)
            if entry is None:
                known = ", ".join(self._query) or "none"
                shown = name[:64]
                message = f'There is no query parameter "{shown}". This operation has: {known}.'
                faults.append(RequestFault("query", Fault((shown,), "unknown_parameter", message)))
            elif name in seen:
                faults.append(_fault(entry.parameter, "duplicate", f'"{name}" is sent more than once.'))
            else:
                seen.add(name)
                values[entry.parameter.argument] = _value(entry, text, faults)

    def _read_headers(
        self, headers: Iterable[tuple[bytes, bytes]], values: dict[str, Any], faults: list[RequestFault]
    ) -> None:
        found: dict[bytes, list[str]] = {}
        for name, value in headers:
            if name in self._headers:
                found.setdefault(name, []).append(value.decode("latin-1"))
        for name, texts in found.items():
            entry = self._headers[name]
            # Several fields of one name are one list (RFC 9110 §5.3).
            values[entry.parameter.argument] = _value(entry, ", ".join(texts), faults)


def _fields(query_string: bytes) -> Sequence[tuple[str, str]]:
    try:
        return parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_QUERY_FIELDS,
        )
    except UnicodeDecodeError:
        raise ApiError("validation_failed", "The query string is not UTF-8 in percent-encoding.") from None
    except ValueError:
        raise ApiError(
            "validation_failed", f"The query string has more than {MAX_QUERY_FIELDS} parameters."
        ) from None


def _value(entry: _Compiled, text: str, faults: list[RequestFault]) -> Any:
    """Return a text as its parameter's type, or None with a fault added."""
    value: Any = text
    match entry.type:
        case "integer":
            value = int(text) if _INTEGER.fullmatch(text) else None
        case "boolean":
            value = _BOOLEANS.get(text)
    if value is None:
        message = {"integer": "Must be an integer of at most 64 bits.", "boolean": "Must be true or false."}
        faults.append(_fault(entry.parameter, "type", message[entry.type]))
    elif not entry.validator.is_valid(value):
        faults += [
            _fault(entry.parameter, fault.code, fault.message) for fault in entry.validator.faults(value)
        ]
    return value


def _fault(parameter: Parameter, code: str, message: str) -> RequestFault:
    return RequestFault(parameter.location, Fault((parameter.name,), code, message))
