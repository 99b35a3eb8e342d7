"""API keys: how they are recognised, and where their randomness comes from."""

import secrets
import string
from collections.abc import Sequence
from datetime import datetime

from anyio.to_thread import run_sync

from domain.credentials import API_KEY_START, IssuedApiKey, hash_key, issue_api_key
from domain.records import ApiKey
from handlers.context import Principal
from handlers.contract_types import ErrorCode
from handlers.replies.errors import ApiError
from server.cache.versioned_cache import VersionedCache
from server.http.asgi import Scope
from server.process.clock import Clock
from store.api import Store

_ALPHABET = string.ascii_letters + string.digits
MAX_OCTETS = 1024 * 1024
"""How much is remembered of keys that are in use."""

_CHALLENGE = 'Bearer realm="access-profiles"'


def random_text(length: int) -> str:
    """Return random letters and digits from the system's source for secrets."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def issue_key(
    name: str, scopes: Sequence[str], *, now: datetime, expires_at: datetime | None = None
) -> IssuedApiKey:
    """Make an API key."""
    return issue_api_key(name, scopes, random_text=random_text, now=now, expires_at=expires_at)


class Authenticator:
    """Recognises the API key of a request."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._principals: VersionedCache[Principal] = VersionedCache(max_octets=MAX_OCTETS)

    async def principal(self, scope: Scope, data_version: object = None) -> Principal:
        """Return who is calling.

        Args:
            scope: the request.
            data_version: the store's data version of a moment since the request came, if it was taken.

        Raises:
            ApiError: 401, with the challenge that RFC 6750 §3 asks for.
            Unavailable: the store cannot be used.
        """
        authorization, token = _bearer_token(scope)
        if data_version is None and not self._store.reads_block:
            data_version = self._store.data_version()
        principal = self._principals.get(authorization, data_version)
        if principal is None:
            principal = _principal(await self._record(hash_key(token)))
            self._principals.keep(authorization, principal, data_version, octets=len(authorization))
        if self._has_expired(principal):
            raise _unauthorized("api_key_expired", "This API key has expired.")
        return principal

    def remembered(self, authorization: bytes, data_version: object) -> Principal | None:
        """Return who is calling, if that is remembered and the key has not expired.

        Args:
            authorization: the only `Authorization` of a request.
            data_version: the store's data version of a moment since the request came.
        """
        principal = self._principals.get(authorization, data_version)
        return None if principal is None or self._has_expired(principal) else principal

    def _has_expired(self, principal: Principal) -> bool:
        return principal.expires_at is not None and principal.expires_at <= self._clock()

    async def _record(self, secret_hash: bytes) -> ApiKey | None:
        if self._store.reads_block:
            return await run_sync(self._find, secret_hash)
        return self._find(secret_hash)

    def _find(self, secret_hash: bytes) -> ApiKey | None:
        with self._store.read() as tx:
            return tx.api_keys.find(secret_hash)


def credentials_missing() -> ApiError:
    """Return the refusal of a request that nobody stands behind."""
    return ApiError(
        "credentials_missing",
        'Send an API key as "Authorization: Bearer bfst-…".',
        headers={"WWW-Authenticate": _CHALLENGE},
    )


def _bearer_token(scope: Scope) -> tuple[bytes, str]:
    """Return the only `Authorization` of a request, and the key in it."""
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    if not given:
        raise credentials_missing()
    scheme, _, token = given[0].decode("latin-1").partition(" ")
    token = str(token.strip(" "))
    if len(given) > 1 or scheme.lower() != "bearer" or not token.startswith(API_KEY_START):
        raise _unauthorized(
            "credentials_not_accepted",
            'Only an API key is accepted here, as "Authorization: Bearer bfst-…": no virtual key, no session '
            "token, no Basic credentials.",
        )
    return given[0], token


def _principal(record: ApiKey | None) -> Principal:
    if record is None:
        raise _unauthorized("credentials_not_accepted", "This API key is not known here.")
    if record.revoked_at is not None:
        raise _unauthorized("api_key_revoked", "This API key was revoked.")
    return Principal(record.name, frozenset(record.scopes), record.expires_at)


def _unauthorized(code: ErrorCode, message: str) -> ApiError:
    return ApiError(code, message, headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'})
