"""API keys: who asks, and what they may do."""

import hashlib
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass

from tests.second.faults import Refusal

EVERYTHING = "*"
VIEW = "AccessProfiles:View"
ROLES = {"admin": EVERYTHING, "viewer": VIEW, "expired": EVERYTHING, "revoked": EVERYTHING}
_GONE = {"expired": "api_key_expired", "revoked": "api_key_revoked"}
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Key:
    """Who asks."""

    name: str
    scope: str

    def may(self, permission: str) -> bool:
        """Return whether the key has a permission."""
        return self.scope in (EVERYTHING, permission)


def generate() -> str:
    """Return a new key in clear."""
    return "bfst-" + "".join(secrets.choice(_LETTERS) for _ in range(44))


class KeyRing:
    """The keys of the server by role, kept as digests."""

    def __init__(self, clear: dict[str, str]) -> None:
        self._names = {_digest(key): name for name, key in clear.items()}

    def holder(self, authorization: Sequence[str]) -> Key:
        """Return the key that the `Authorization` headers of a request carry.

        Raises:
            Refusal: 401, there is none, or it is not accepted.
        """
        if not authorization:
            raise _refusal("credentials_missing", "This API wants a bearer token in Authorization.")
        scheme, _, token = authorization[0].partition(" ")
        name = self._names.get(_digest(token.strip())) if scheme.lower() == "bearer" else None
        if name is None or len(authorization) > 1:
            raise _refusal("credentials_not_accepted", "These credentials open nothing here.")
        if name in _GONE:
            raise _refusal(_GONE[name], f"This key is {name}.")
        return Key(name, ROLES[name])


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def _refusal(code: str, message: str) -> Refusal:
    return Refusal(401, code, message, headers={"WWW-Authenticate": 'Bearer realm="second", charset="UTF-8"'})
