"""What the suite knows of access profiles, as the engine asks for it."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from conformance.access_profiles import calls, exclusions, fixtures, keys, legal_bodies, preflight
from conformance.access_profiles.recipes import RECIPES
from conformance.contract.document import Contract, Operation
from conformance.contract.resources import Resource
from conformance.http.client import Client
from conformance.run.content import Content
from conformance.run.session import Session


class AccessProfiles(Content):
    """Access profiles, and the roles, users, copies and keys around them."""

    place = "conformance.access_profiles.content:ACCESS_PROFILES"
    insists = True
    causes = MappingProxyType(
        {
            304: ("strict",),
            400: ("strict",),
            403: ("scopes",),
            404: (),
            409: (),
            412: ("strict",),
            413: ("strict",),
        }
    )
    denials = (401,)
    recipes = RECIPES
    key_prefixes = ("bfst", "sk-bf")

    def takes(self, operation: Operation, status: int) -> tuple[str, ...]:
        """Return what has to be made first: a holder of a copy for a conflict, a key that may not view."""
        if status == 409 and operation.id == "deleteAccessProfile":
            return "users", "extensions"
        return ("extensions",) if status == 403 and operation.permission == keys.VIEW else ()

    def names_places(self, profiles: Collection[str]) -> bool:
        """ERR-002."""
        return "strict" in profiles

    def refusals(self, statuses: Collection[int]) -> tuple[int, ...]:
        """ERR-001: what breaks a schema is answered 400."""
        del statuses
        return (400,)

    def samples(self, contract: Contract) -> Mapping[str, Callable[[], Any]]:
        """Return scopes for the keys that the suite makes: they may look and do nothing else."""
        return {"scopes": lambda: _views(contract)[0]}

    def preflight(self, session: Session) -> None:
        """List profiles with each key that was given."""
        preflight.preflight(session)

    def missing_profiles(self, session: Session, asked: Collection[str]) -> dict[str, str]:
        """Return which of these profiles the server has not, as far as one request or a few can tell."""
        return preflight.missing_profiles(session, asked)

    def kind(self, resource: Resource) -> str:
        """Return what reports call objects of a kind: access profiles are profiles."""
        return {"access_profiles": "profiles"}.get(resource.kind, resource.kind)

    def is_gone(self, row: Any) -> bool:
        """Return whether an API key is revoked: it stays listed."""
        return isinstance(row, dict) and row.get("revoked_at") is not None

    def exclusion(self, constraint_id: str) -> str | None:
        """Return why a clause puts a boundary out of reach; None where none does."""
        return exclusions.exclusion(constraint_id)

    def unfilled(self, place: str) -> str | None:
        """Return why no answer fills a place; None when one does."""
        return exclusions.unfilled(place)

    def may_miss(self, constraint_id: str) -> bool:
        """Return whether a clause says that a profile need not be there."""
        return exclusions.may_miss(constraint_id)

    def made_legal(self, body: Any) -> Any:
        """Return a body with what the clauses demand beside what stands in it."""
        return legal_bodies.legal(body)

    def repaired(self, contract: Contract, operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
        """Return a legal body without members that are in each other's way."""
        return legal_bodies.unclashing(
            body, _views(contract), is_update=operation.id == "updateAccessProfile"
        )

    def owned(self, body: dict[str, Any], own_name: Callable[[str], str], *, is_ours: bool) -> dict[str, Any]:
        """Return a body with groups of the run alone."""
        owned = legal_bodies.owned(body, own_name)
        if not is_ours and owned.get("apply_to_existing") is True:
            # Another profile may have been deactivated, and cannot be given to anybody.
            owned = {**owned, "apply_to_existing": False}
        return owned

    def without_permission(self, session: Session, operation: Operation) -> Client:
        """Return a client with the viewer's key, or with one that may do something else."""
        if operation.permission != keys.VIEW:
            return keys.viewer(session)
        other = next(scope for scope in session.contract.permissions if scope != operation.permission)
        return session.client(f"Bearer {fixtures.api_key(session, other)['key']}")

    def conflict(self, session: Session, operation: Operation) -> tuple[dict[str, Any], Any] | None:
        """Make what is in the way: of a deletion, a user who holds a copy; of an update, a taken name."""
        name = session.name()
        match operation.id:
            case "deleteAccessProfile":
                profile_id = fixtures.active_profile(session)["id"]
                fixtures.holder(session, profile_id)
                return {"profile_id": profile_id}, None
            case "updateAccessProfile":
                calls.create(session, name=name)
            case "updateRole":
                fixtures.role(session, name=name)
            case _:
                return None
        return {}, {"name": name}


def _views(contract: Contract) -> list[str]:
    return sorted(scope for scope in contract.permissions if scope.endswith(":View"))


ACCESS_PROFILES = AccessProfiles()
