"""What a suite knows of one API beside its contract."""

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from conformance.contract.document import Contract, Operation
from conformance.contract.resources import Parameters, Resource
from conformance.http.client import Client
from conformance.http.unreached import Unreached
from conformance.run.preflight import preflight
from conformance.run.session import Session

Recipe = Callable[[Session], Parameters]
"""Makes what a path names, and returns at least its parameters. It raises Unreached when it cannot."""

REFUSALS = (400, 422)
"""How servers refuse a request that breaks a schema."""


class Content:
    """Knows nothing of any API, and so does for every contract. A suite of one API overrides what it knows.

    Attributes:
        place: where a process of its own finds the object, as `module:attribute`.
        insists: whether a request that keeps the contract has to succeed. Where nothing is known of an API,
            there may be rules beside its schemas, and what was not accepted proves nothing.
        causes: the statuses beside success that can be brought about on purpose, each with the profiles of
            the clauses that demand it.
        denials: what a request without a good credential may be answered.
        recipes: how what a path names is made, by the names of its parameters, where the contract does not
            say enough: all that is not here is derived.
        key_prefixes: how keys begin that a server hands out, up to a hyphen; the first is that of API keys.
    """

    place = "conformance.run.content:ANY"
    insists = False
    causes: Mapping[int, tuple[str, ...]] = MappingProxyType({404: ()})
    denials: tuple[int, ...] = (401, 403)
    recipes: Mapping[frozenset[str], Recipe] = {}
    key_prefixes: tuple[str, ...] = ()

    def takes(self, operation: Operation, status: int) -> tuple[str, ...]:
        """Return the profiles of what has to be made first to bring a status about."""
        del operation, status
        return ()

    def names_places(self, profiles: Collection[str]) -> bool:
        """Return whether a server with these profiles has to name the place of what it refuses in a body."""
        del profiles
        return False

    def refusals(self, statuses: Collection[int]) -> tuple[int, ...]:
        """Return the statuses with which an operation that states these refuses what breaks its schemas."""
        return tuple(status for status in REFUSALS if status in statuses) or tuple(range(400, 500))

    def samples(self, contract: Contract) -> Mapping[str, Callable[[], Any]]:
        """Good values by the name of a member, for those of which a schema does not say enough."""
        del contract
        return {}

    def preflight(self, session: Session) -> None:
        """See whether a run can begin.

        Raises:
            Unreached: it cannot; the message says what to do.
            httpx.TransportError: there was no answer.
        """
        preflight(session)

    def missing_profiles(self, session: Session, asked: Collection[str]) -> dict[str, str]:
        """Return which of these profiles the server has not, with the reason."""
        del session, asked
        return {}

    def kind(self, resource: Resource) -> str:
        """Return what objects of a kind are called in reports, as in `api_keys`."""
        return resource.kind

    def is_gone(self, row: Any) -> bool:
        """Return whether a list shows something that has been removed: it stays listed, out of use."""
        del row
        return False

    def exclusion(self, constraint_id: str) -> str | None:
        """Return why a rule lets no request stand at the boundary of a constraint; None when one can."""
        del constraint_id
        return None

    def unfilled(self, place: str) -> str | None:
        """Return why no answer fills a place, as in `getRole.200/role/name`; None when one does."""
        del place
        return None

    def may_miss(self, constraint_id: str) -> bool:
        """Return whether a body at the boundary names something that need not be there: 404 accepts it."""
        del constraint_id
        return False

    def made_legal(self, body: Any) -> Any:
        """Return a body with what the rules demand beside what stands in it. It takes nothing away."""
        return body

    def repaired(self, contract: Contract, operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
        """Return a body that was drawn from its schema, without what the rules forbid."""
        del contract, operation
        repaired: dict[str, Any] = self.made_legal(body)
        return repaired

    def owned(self, body: dict[str, Any], own_name: Callable[[str], str], *, is_ours: bool) -> dict[str, Any]:
        """Return a body that was drawn, good or bad, without what would touch something of others.

        Names and ids of what the contract has objects of are the run's own already. `own_name` makes a name
        the run's own, and `is_ours` says whether the path names something of the run.
        """
        del own_name, is_ours
        return body

    def without_permission(self, session: Session, operation: Operation) -> Client:
        """Return a client whose credential lacks the operation's permission.

        Raises:
            Unreached: none was given, and none can be made.
        """
        del session
        raise Unreached(f"it takes a second credential that may not call {operation.id}")

    def conflict(self, session: Session, operation: Operation) -> tuple[dict[str, Any], Any] | None:
        """Path parameters and a body with which an operation meets something that is in the way.

        None when doing the same twice is a conflict. A body of None is the good one.
        """
        del session, operation
        return None


ANY = Content()


def load(place: str) -> Content:
    """Return the content that is found at `module:attribute`."""
    module, _, attribute = place.partition(":")
    found: Content = getattr(import_module(module), attribute)
    return found
