"""What a handler is given besides the request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from store.api import Store


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling: the API key that the request carried.

    Attributes:
        name: the key's name.
        scopes: permission ids (`Resource:Operation`), or `*` for all.
    """

    name: str
    scopes: frozenset[str]

    def may(self, permission: str) -> bool:
        """Return whether the key holds a permission."""
        return permission in self.scopes or "*" in self.scopes


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one request.

    Attributes:
        store: where everything is kept.
        now: the time of the request, UTC.
        new_line_id: gives the id of a budget or rate limit, never the same twice.
        principal: who is calling.
        base_path: the path family that the request came by, such as `/api`.
    """

    store: Store
    now: datetime
    new_line_id: Callable[[], str]
    principal: Principal
    base_path: str
