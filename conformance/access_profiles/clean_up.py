"""Removes what runs made, and nothing else.

Users go before profiles, for a profile that somebody holds cannot be deleted. Everything that is removed
bears a run's prefix. Audit rows stay by nature, and so do API keys, revoked.
"""

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from conformance.access_profiles import calls
from conformance.http.deadline import Deadline
from conformance.http.unreached import Unreached
from conformance.run.clean_up import Residue
from conformance.run.session import PREFIX, Session

Row = dict[str, Any]

_NAME_OF_A_RUN = re.compile(r"cf-[0-9a-f]{8}-", re.IGNORECASE)
_GONE = (200, 404)
_ABSENT = (404, 405, 501)
_WORKERS = 8
_PAGE, _MOST_PAGES = 100, 50
"""Users cannot be searched by name: in a large organisation not all of them are looked at."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """The ids of what earlier runs left on a server."""

    users: tuple[Any, ...] = ()
    roles: tuple[Any, ...] = ()
    profiles: tuple[Any, ...] = ()
    api_keys: tuple[Any, ...] = ()

    def __str__(self) -> str:
        counts = [(name.replace("_", " "), len(ids)) for name, ids in asdict(self).items() if ids]
        return ", ".join(f"{count} {name if count > 1 else name[:-1]}" for name, count in counts)

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(len(ids) for ids in asdict(self).values())


def clean_up(
    session: Session, prefix: str, user_ids: Iterable[str], deadline: Deadline | None = None
) -> Residue:
    """Removes the users of these ids, and every user, role, profile and API key of the prefix.

    It stops at the deadline, and where the server no longer answers; what is left then is told.
    """
    removal = _Removal(session, deadline)

    def is_ours(row: Row) -> bool:
        # Some checks write their names in capitals.
        return prefix in str(row.get("name")).lower()

    return Residue(
        users=removal.users([user_id for user_id in user_ids if user_id.startswith(prefix)], prefix),
        roles=removal.all("deleteRole", "role_id", lambda: _roles(session, is_ours)),
        profiles=removal.all(
            "deleteAccessProfile", "profile_id", lambda: _profiles(session, prefix, is_ours)
        ),
        api_keys=removal.all("revokeApiKey", "key_id", lambda: _api_keys(session, is_ours)),
    )


def leftovers(session: Session, *, older_than: timedelta | None = None, users: bool = True) -> Leftovers:
    """What earlier runs left: names in the exact form of a run's, made longer ago than this.

    To look for users takes a request for each hundred of them.

    Raises:
        httpx.TransportError: the server stopped answering.
        Unreached: a list cannot be read.
    """

    def is_ours(row: Row) -> bool:
        named = any(_NAME_OF_A_RUN.match(str(row.get(member))) for member in ("name", "id"))
        return named and (older_than is None or _age(row) > older_than)

    return Leftovers(
        users=tuple(_users(session, is_ours)) if users else (),
        roles=tuple(_roles(session, is_ours)),
        profiles=tuple(_profiles(session, PREFIX, is_ours)),
        api_keys=tuple(_api_keys(session, is_ours)),
    )


def remove(session: Session, found: Leftovers) -> Leftovers:
    """Removes these objects, and says which could not be removed.

    Raises:
        httpx.TransportError: the server stopped answering.
    """
    removal = _Removal(session)
    return Leftovers(
        users=removal.each("deleteUser", "user_id", found.users),
        roles=removal.each("deleteRole", "role_id", found.roles),
        profiles=removal.each("deleteAccessProfile", "profile_id", found.profiles),
        api_keys=removal.each("revokeApiKey", "key_id", found.api_keys),
    )


class _Removal:
    """Removes objects, several at a time."""

    def __init__(self, session: Session, deadline: Deadline | None = None) -> None:
        self._session = session
        self._deadline = deadline or Deadline(None)
        self._stopped = threading.Event()

    def users(self, known: list[str], prefix: str) -> int | None:
        """Removes users, those that are known and those that a list shows; says how many are left."""
        try:
            # One whose creation was never answered is known to the list alone.
            listed = _users(self._session, lambda row: str(row.get("id")).startswith(prefix))
        except Unreached:
            listed = []
        except httpx.TransportError:
            return None
        try:
            return len(self.each("deleteUser", "user_id", [*dict.fromkeys([*known, *listed])]))
        except (httpx.TransportError, Unreached):
            return None

    def all(self, operation_id: str, parameter: str, found: Callable[[], Sequence[Any]]) -> int | None:
        """Removes what is found, and says how many are found afterwards."""
        try:
            ids = found()
            if not ids:
                return 0
            self.each(operation_id, parameter, ids)
            return len(found())
        except (httpx.TransportError, Unreached):
            return None

    def each(self, operation_id: str, parameter: str, ids: Sequence[Any]) -> tuple[Any, ...]:
        """Removes these, and says which could not be removed.

        Raises:
            httpx.TransportError: the server stopped answering; the others are left.
        """
        if self._session.contract.operation(operation_id) is None or not ids:
            return tuple(ids)

        def remove(object_id: Any) -> bool:
            if self._stopped.is_set() or self._deadline.expired:
                return False
            try:
                return self._session.call(operation_id, parameters={parameter: object_id}).status in _GONE
            except BaseException:
                self._stopped.set()
                raise

        with ThreadPoolExecutor(min(_WORKERS, len(ids))) as pool:
            try:
                gone = list(pool.map(remove, ids))
            except BaseException:
                # An interrupt comes to this thread alone; the others are to end as well.
                self._stopped.set()
                raise
        return tuple(object_id for object_id, is_gone in zip(ids, gone, strict=True) if not is_gone)


def _users(session: Session, is_ours: Callable[[Row], bool]) -> list[Any]:
    found: list[Any] = []
    for page in range(_MOST_PAGES):
        rows = _listed(session, "listUsers", "users", {"limit": _PAGE, "offset": page * _PAGE})
        found += _ids(rows, is_ours)
        if len(rows) < _PAGE:
            break
    return found


def _profiles(session: Session, search: str, is_ours: Callable[[Row], bool]) -> list[Any]:
    # A server that breaks `search` must not make the suite delete what belongs to others.
    return _ids(calls.rows(session, {"search": search}), is_ours)


def _roles(session: Session, is_ours: Callable[[Row], bool]) -> list[Any]:
    return _ids(_listed(session, "listRoles", "roles"), is_ours)


def _api_keys(session: Session, is_ours: Callable[[Row], bool]) -> list[Any]:
    keys = _listed(session, "listApiKeys", "api_keys")
    return _ids([key for key in keys if key.get("revoked_at") is None], is_ours)


def _listed(
    session: Session, operation_id: str, member: str, query: dict[str, Any] | None = None
) -> list[Row]:
    """The rows of a list; none when the server has no such list."""
    if session.contract.operation(operation_id) is None:
        return []
    answer = session.call(operation_id, query=query)
    if answer.status in _ABSENT:
        return []
    rows = answer.json.get(member) if isinstance(answer.json, dict) else None
    if answer.status != 200 or not isinstance(rows, list):
        raise Unreached(f"{operation_id} cannot be read")
    return [row for row in rows if isinstance(row, dict)]


def _ids(rows: Iterable[Row], is_ours: Callable[[Row], bool]) -> list[Any]:
    return [row["id"] for row in rows if "id" in row and is_ours(row)]


def _age(row: Row) -> timedelta:
    """How long ago it was made; nothing when it does not say so."""
    try:
        made = datetime.fromisoformat(str(row.get("created_at")))
    except ValueError:
        return timedelta(0)
    return datetime.now(UTC) - (made if made.tzinfo else made.replace(tzinfo=UTC))
