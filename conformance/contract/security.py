"""How a contract wants to know who asks: its security schemes, and those that each operation takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.contract.references import resolved

Alternatives = tuple[tuple[str, ...], ...]
"""The names of schemes: all of one alternative are needed, and one alternative is enough."""


class Form(StrEnum):
    """How a credential is sent."""

    BEARER = "bearer"
    BASIC = "basic"
    HEADER = "header"
    QUERY = "query"
    COOKIE = "cookie"
    OTHER = "other"
    """In a way that this suite has not, as with a certificate."""


_HTTP = {"bearer": Form.BEARER, "basic": Form.BASIC}
# However a token was come by, it is sent in one way.
_TYPES = {"oauth2": Form.BEARER, "openIdConnect": Form.BEARER}
_PLACES = {"header": Form.HEADER, "query": Form.QUERY, "cookie": Form.COOKIE}


@dataclass(frozen=True, slots=True)
class Scheme:
    """A security scheme.

    Attributes:
        parameter: the name of the header, the query argument or the cookie.
    """

    name: str
    form: Form
    parameter: str = ""


def schemes(document: dict[str, Any]) -> dict[str, Scheme]:
    """Return the schemes of a document by their names, in its order."""
    components = document.get("components", {})
    return {
        name: _scheme(name, resolved(document, stated, "")[0])
        for name, stated in components.get("securitySchemes", {}).items()
    }


def _scheme(name: str, stated: Mapping[str, Any]) -> Scheme:
    match stated.get("type"):
        case "http":
            return Scheme(name, _HTTP.get(str(stated.get("scheme", "")).lower(), Form.OTHER))
        case "apiKey" if isinstance(stated.get("name"), str):
            return Scheme(name, _PLACES.get(str(stated.get("in")), Form.OTHER), stated["name"])
    return Scheme(name, _TYPES.get(str(stated.get("type")), Form.OTHER))


def alternatives(document: dict[str, Any], operation: Mapping[str, Any]) -> Alternatives:
    """Return what an operation takes; nothing when anybody may call it. An empty alternative needs nobody."""
    stated = operation.get("security", document.get("security"))
    found = stated if isinstance(stated, list) else []
    return tuple(tuple(each) for each in found if isinstance(each, dict))
