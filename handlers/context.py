"""What a handler is given besides the request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.credentials import ALL_SCOPES, RandomText
from store.api import Store


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling: the API key that the request carried.

    Attributes:
        name: the key's name.
        scopes: permission ids (`Resource:Operation`), or `*` for all.
        expires_at: when the key expires, if it does.
    """

    name: str
    scopes: frozenset[str]
    expires_at: datetime | None = None

    def may(self, permission: str) -> bool:
        """Return whether the key holds a permission."""
        return permission in self.scopes or ALL_SCOPES in self.scopes


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler needs beside the request.

    Attributes:
        store: where everything is kept.
        now: the time of the request, UTC.
        new_id: gives the id of a budget, a rate limit or a virtual key, never the same twice.
        random_text: gives the random part of a key.
        principal: who is calling.
        base_path: the path family that the request came by, such as `/api`.
        permissions: every permission that an operation of the contract asks for.
    """

    store: Store
    now: datetime
    new_id: Callable[[], str]
    random_text: RandomText
    principal: Principal
    base_path: str
    permissions: frozenset[str]
