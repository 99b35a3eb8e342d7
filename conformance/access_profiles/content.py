"""What the suite knows of access profiles, as the engine asks for it."""

from collections.abc import Collection
from typing import Any

from conformance.access_profiles import calls, clean_up, exclusions, fixtures, keys, preflight
from conformance.contract.document import Operation
from conformance.http.client import Client
from conformance.http.deadline import Deadline
from conformance.run.clean_up import Residue
from conformance.run.content import Content
from conformance.run.session import Session, Workspace


class AccessProfiles(Content):
    """Access profiles, and the roles, users, copies and keys around them."""

    place = "conformance.access_profiles.content:ACCESS_PROFILES"
    insists = True
    causes = frozenset({304, 400, 403, 404, 409, 412, 413})
    denials = (401,)

    def refusals(self, statuses: Collection[int]) -> tuple[int, ...]:
        """ERR-001: what breaks a schema is answered 400."""
        del statuses
        return (400,)

    def preflight(self, session: Session) -> None:
        """Lists profiles with each key that was given."""
        preflight.preflight(session)

    def missing_profiles(self, session: Session, asked: Collection[str]) -> dict[str, str]:
        """Which of these profiles the server has not, as far as one request or a few can tell."""
        return preflight.missing_profiles(session, asked)

    def earlier_runs(self, session: Session) -> str | None:
        """A note when roles, profiles or API keys of earlier runs are on the server."""
        return preflight.left_by_earlier_runs(session)

    def clean_up(self, workspace: Workspace, deadline: Deadline | None = None) -> Residue:
        """Removes users, roles, profiles and API keys. A run that only reads made nothing."""
        if workspace.target.read_only:
            return Residue()
        session = workspace.session("clean-up")
        return clean_up.clean_up(session, workspace.prefix, [*workspace.user_ids], deadline)

    def exclusion(self, constraint_id: str, side: str) -> str | None:
        """What a clause makes impossible."""
        return exclusions.exclusion(constraint_id, side)

    def may_miss(self, constraint_id: str) -> bool:
        """An id at the edge of its range is a good one, of which there is nothing."""
        return exclusions.may_miss(constraint_id)

    def made_legal(self, body: Any) -> Any:
        """A body with what the clauses demand beside what stands in it."""
        return exclusions.made_legal(body)

    def without_permission(self, session: Session, operation: Operation) -> Client:
        """A client with the viewer's key, or with one that may do something else."""
        if operation.permission != keys.VIEW:
            return keys.viewer(session)
        other = next(scope for scope in session.contract.permissions if scope != operation.permission)
        return session.client(f"Bearer {fixtures.api_key(session, other)['key']}")

    def conflict(self, session: Session, operation: Operation) -> tuple[dict[str, Any], Any] | None:
        """A user who holds a copy is in the way of a deletion, and a taken name in that of an update."""
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


ACCESS_PROFILES = AccessProfiles()
