"""What a check works with: clients by role, names of its own, and the operations of the contract."""

import itertools
import random
import secrets
import string
from collections.abc import Callable, Mapping
from typing import Any, Self
from urllib.parse import quote

import httpx

from conformance.contract import derivation
from conformance.contract.document import Contract, Operation
from conformance.contract.operations import filled
from conformance.contract.resources import Parameters, Resources
from conformance.contract.routes import Routes
from conformance.http.answer import Answer, Sent
from conformance.http.client import Client
from conformance.http.credentials import NOBODY, Identity, authorization
from conformance.http.evidence import Exchange
from conformance.http.raw import RawConnection
from conformance.http.target import ADMIN, Target
from conformance.http.transport import Transport
from conformance.http.unreached import Unreached
from conformance.run.identities import of_role, unknown
from conformance.run.inventory import Inventory
from conformance.run.recent import Recent
from conformance.run.silence import Silence

PREFIX = "cf-"
"""How the names of everything begin that a run makes."""
_KEY_CHARACTERS = string.ascii_letters + string.digits


class NoOperation(Unreached):
    """An operation is to be called that the contract does not have."""


class Workspace:
    """One run against one server: the connections, the prefix of all names, and what was made.

    Several threads may use it at once, each with sessions of its own.

    `profiles` are those that the server claims; until it is said otherwise, all of the contract.
    `on_made` is told of everything that is made: the path of its kind and its parameters.
    """

    def __init__(
        self,
        contract: Contract,
        target: Target,
        seed: int,
        *,
        prefix: str | None = None,
        on_made: Callable[[str, Parameters], None] = lambda _path, _parameters: None,
    ) -> None:
        self.contract = contract
        self.target = target
        self.seed = seed
        # Fresh in each run, whatever the seed: what an earlier run created may still be there.
        self.prefix = prefix or f"{PREFIX}{secrets.token_hex(4)}-"
        self.profiles = frozenset(contract.profiles)
        self.transport = Transport(target)
        self.sent_elsewhere = 0
        """The requests that others have sent for the run, over connections of their own."""
        self.observers: list[Callable[[Answer], None]] = []
        """What is told of every answer, in the thread that got it."""
        self.excluded: frozenset[str] = frozenset()
        """The operations that are never to be called."""
        self.trouble = ""
        """Why nothing more can be found out, once the server has ended, or refuses every write."""
        self.gives_up = False
        """Whether an operation that gives no answer in time, again and again, is not called any more."""
        self.silence = Silence()
        self.resources = derivation.resources(contract)
        self.inventory = Inventory(contract, self.resources, self.prefix, on_made)
        self.recent = Recent(self.resources)
        self._routes = Routes(contract)
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    @property
    def sent(self) -> int:
        """How many requests have left for the run."""
        return self.transport.sent + self.sent_elsewhere

    def identity(self, role: str) -> Identity:
        """Return who somebody in a role is."""
        return of_role(self.contract, self._routes, self.target, role)

    def observe(self, answer: Answer) -> None:
        """Take note of an answer, and tell whoever is to be told of all."""
        operation = self._routes.find(answer.sent.method, answer.sent.path)
        if operation is not None:
            self.recent.note(operation)
            self.silence.break_off(operation)
        for observe in self.observers:
            observe(answer)
        self.inventory.observe(answer)

    @property
    def given_up(self) -> Mapping[str, str]:
        """The operations that are not called any more, as they give no answer, and why."""
        return self.silence.reasons if self.gives_up else {}

    def lose(self, sent: Sent, error: httpx.TransportError) -> None:
        """Take note of a request to which no answer came."""
        operation = self._routes.find(sent.method, sent.path)
        if operation is not None and isinstance(error, httpx.ReadTimeout):
            self.silence.note(operation)

    def admit(self, method: str, path: str) -> None:
        """Refuse what would only be waited for.

        Raises:
            Unreached: it belongs to an operation that is given up.
        """
        operation = self._routes.find(method, path) if self.given_up else None
        if operation is not None and operation.id in self.given_up:
            raise Unreached(self.given_up[operation.id])

    def session(self, clause_id: str) -> "Session":
        """Return a session for one check, with a part of the namespace that no other has."""
        return Session(self, f"{self.prefix}{next(self._numbers)}-", f"{self.seed}:{clause_id}")


class Session:
    """What one check gets. It records every exchange."""

    def __init__(self, workspace: Workspace, namespace: str, seed: str) -> None:
        self.contract = workspace.contract
        self.target = workspace.target
        self.namespace = namespace
        self.random = random.Random(seed)  # noqa: S311  repeatable, and nothing is kept secret by it
        self.answers: list[Answer] = []
        self.unanswered: list[Exchange] = []
        """The requests to which no answer came, oldest first."""
        self.unproved: list[str] = []
        """What of a clause never came about, so that nothing shows it. It is told with a pass."""
        self._workspace = workspace
        self._names = itertools.count(1)
        self.admin = self.client(workspace.identity(ADMIN))
        self.anonymous = self.client(None)

    @property
    def trouble(self) -> str:
        """Why nothing more can be found out; empty while something can."""
        return self._workspace.trouble

    @property
    def excluded(self) -> frozenset[str]:
        """The operations that are never to be called."""
        return self._workspace.excluded

    @property
    def given_up(self) -> Mapping[str, str]:
        """The operations that are not called any more, as they give no answer, and why."""
        return self._workspace.given_up

    @property
    def resources(self) -> Resources:
        """What the contract deals with."""
        return self._workspace.resources

    @property
    def exchanges(self) -> list[Exchange]:
        """Every exchange so far, oldest first."""
        return [answer.exchange for answer in self.answers]

    @property
    def operations(self) -> list[Operation]:
        """The operations that the server claims to have, in the order of the contract."""
        return [each for each in self.contract.operations if self.claims(self.contract.claim_for(each.id))]

    def claims(self, profile: str | None) -> bool:
        """Return whether the server claims a profile; None is what every server has."""
        return profile is None or profile in self._workspace.profiles

    def client(self, identity: Identity | str | None) -> Client:
        """Return a client of somebody: with a credential, with this Authorization header, or with none."""
        if identity is None:
            identity = NOBODY
        elif isinstance(identity, str):
            identity = authorization(identity)
        workspace = self._workspace
        return Client(
            self.target, workspace.transport, identity, self._keep, admit=workspace.admit, lose=self._lose
        )

    def in_role(self, role: str) -> Client:
        """Return a client with the credentials that were given for a role; with none, if none were."""
        return self.client(self._workspace.identity(role))

    def stranger(self, operation: Operation) -> Client:
        """Return a client that shows an operation what it takes, of which no server knows anything."""
        return self.client(unknown(self.contract, operation, self.unknown_key()))

    def signed(self, method: str, path: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return a path and headers for a bare socket, with what the administrator shows."""
        identity = self._workspace.identity(ADMIN)
        return identity.credential(method, path.partition("?")[0]).put_into(path, headers)

    def raw(self) -> RawConnection:
        """Return a connection for one request over a bare socket, to be used in a `with`."""
        return RawConnection(self.target, self._workspace.transport, self._keep)

    def name(self, ending: str = "") -> str:
        """Return a name that was never used, ending in `ending`."""
        return f"{self.namespace}{next(self._names)}{ending}"

    def unknown_key(self) -> str:
        """Return an API key that looks right and that no server has issued."""
        begins = next(iter(self.target.key_prefixes), "unknown")
        return f"{begins}-{''.join(self.random.choices(_KEY_CHARACTERS, k=44))}"

    def path(
        self, operation_id: str, parameters: dict[str, Any] | None = None, *, server: str | None = None
    ) -> str:
        """Return the path of an operation, below a server of the contract (the first, if none is named)."""
        operation = self.contract.operation(operation_id)
        if operation is None:
            raise NoOperation(f"the contract has no operation {operation_id}")
        if operation_id in self._workspace.excluded:
            raise Unreached(f"{operation_id} is never to be called")
        values = {name: quote(str(value), safe="") for name, value in (parameters or {}).items()}
        return (self.contract.servers[0] if server is None else server) + filled(operation.path, values)

    def call(
        self,
        operation_id: str,
        *,
        client: Client | None = None,
        parameters: dict[str, Any] | None = None,
        server: str | None = None,
        method: str | None = None,
        **request: Any,
    ) -> Answer:
        """Call an operation, as the administrator unless another client is given."""
        path = self.path(operation_id, parameters, server=server)
        operation = self.contract.operation(operation_id)
        stated = operation.method if operation else "GET"
        return (client or self.admin).request(method or stated, path, **request)

    def _lose(self, sent: Sent, exchange: Exchange, error: httpx.TransportError) -> None:
        self.unanswered.append(exchange)
        self._workspace.lose(sent, error)

    def _keep(self, answer: Answer) -> None:
        self.answers.append(answer)
        self._workspace.observe(answer)
