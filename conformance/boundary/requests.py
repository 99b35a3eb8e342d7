"""Requests of one operation: good ones, and how they are sent."""

import itertools
import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.constraints import Reader
from conformance.contract.document import Operation
from conformance.contract.media_types import JSON
from conformance.contract.operations import filled
from conformance.contract.resources import parameters_of
from conformance.contract.styles import Parameter, escaped, schema_of, text, written
from conformance.contract.texts import Texts, fits
from conformance.contract.values import ABSENT, Values
from conformance.http.answer import Answer
from conformance.http.client import Client
from conformance.http.unreached import Unreached
from conformance.run.content import Content
from conformance.run.recipes import Supply
from conformance.run.session import Session

_GONE = 404
_MOST_GONE = 5
_NOBODY = 2**63 - 2
"""An id that no object has."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent to an operation. Names in it are stood for by the token of its caller.

    Attributes:
        path: parameters that take the place of the good ones.
        body: its value, or ABSENT for a request without a body.
        query, header, cookie: values of parameters, as they are before they are written.
        media_type: of the body; None leaves it out.
        raw: octets that take the place of the body.
    """

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    cookie: dict[str, Any] = field(default_factory=dict)
    body: Any = ABSENT
    media_type: str | None = JSON
    raw: bytes | None = None


class Caller:
    """Calls one operation with good requests, or with such as differ from a good one in one place.

    Args:
        is_removable: whether an object that it names in any way can be removed afterwards.
        reads: whether nothing may be made, so that it asks for what is there.
    """

    def __init__(
        self,
        session: Session,
        operation: Operation,
        content: Content,
        *,
        is_removable: bool = True,
        reads: bool = False,
    ) -> None:
        self.session = session
        self.content = content
        self.operation = operation
        self.is_removable = is_removable
        self.reader = Reader(session.contract, operation)
        self.stated_body = self.reader.body()
        self.token = f"{session.namespace}000000"
        """What stands for a name in a request. Each request that is sent has another in its place."""
        self._reads = reads
        self._supply = Supply(session, content, reads=reads)
        self._numbers = itertools.count(1)
        self._parameters: dict[str, Any] | None = None
        self._stated = {(each["in"], each["name"]): each for each, _ in self.reader.parameters()}
        queries = {name for place, name in self._stated if place == "query"}
        references = self._supply.references(operation).items()
        samples: dict[str, Callable[[], Any]] = {
            # A search finds nothing of what is not there, and that is an answer as well.
            **{name: refer for name, refer in references if name not in queries},
            "If-Match": lambda: f'{self._etag()}, "x"',
            "If-None-Match": lambda: '"x"',
            # What an operation takes in its path stands for itself.
            **{
                name: self._of_path(name)
                for name in parameters_of(operation.path)
                if "items" not in session.contract.resolved(schema_of(self.parameter("path", name))[0], "")[0]
            },
            **content.samples(session.contract),
        }
        self.values = Values(session.contract, Texts(self.token, session.random), samples)

    @property
    def successes(self) -> tuple[int, ...]:
        """The statuses with which the operation succeeds."""
        return tuple(s for s in self.session.contract.statuses(self.operation) if 200 <= s < 300)

    @property
    def parameters(self) -> dict[str, Any]:
        """Good path parameters: of things that the run made.

        Raises:
            Unreached: they could not be made.
        """
        if self._parameters is None:
            self._parameters = self._supply.parameters(self.operation)
        return self._parameters

    @property
    def names_objects(self) -> bool:
        """Whether the path names something that the contract knows how to make or to find."""
        resources = self.session.resources
        return any(
            each.makers or each.lister
            for name, there in resources.needs(self.operation.path)
            for each in (there, resources.of(name))
            if each is not None
        )

    def refused(self, status: int) -> Unreached:
        """Return why nothing is known of an operation of which a good request was answered so."""
        return Unreached(self.reader.unwritten() or f"a plain good request was answered {status}")

    def body(self, steps: tuple[str, ...] = (), leaf: Any = None, *, base: bool = True) -> Any:
        """Return the smallest good body; the one around a leaf, unless it is the base that is asked for."""
        if self.stated_body is None:
            return ABSENT
        schema = self.stated_body.schema
        return self.content.made_legal(
            self.values.sample(schema) if base else self.values.around(schema, steps, leaf)
        )

    def parameter(self, location: str, name: str) -> Parameter:
        """Return what is stated of a parameter; of one that is not, no more than its name and its place."""
        return self._stated.get((location, name), {"name": name, "in": location})

    def good(self) -> Request:
        """Return a request that is to succeed, with no more in it than must be."""

        def required(location: str) -> dict[str, Any]:
            return {
                name: self.values.told(schema_of(parameter)[0], name)
                for (place, name), parameter in self._stated.items()
                if place == location and parameter.get("required")
            }

        media_type = JSON if self.stated_body is None else self.stated_body.media_type
        return Request({}, required("query"), required("header"), required("cookie"), self.body(), media_type)

    def send(self, request: Request, client: Client | None = None) -> Answer:
        """Send a request, with a fresh name in place of the token.

        Where it names what others have, and that is gone, it is sent again with something else of theirs.

        Raises:
            Unreached: what the operation needs could not be made.
            httpx.TransportError: there was no answer.
        """
        answer = self._send(request, client)
        for _ in range(_MOST_GONE):
            if not self._reads or answer.status != _GONE or request.path or not self.parameters:
                break
            self._supply.renew(self.operation)
            self._parameters = None
            answer = self._send(request, client)
        return answer

    def _send(self, request: Request, client: Client | None) -> Answer:
        fresh = f"{self.session.namespace}{next(self._numbers):06d}"
        values = {**self.parameters, **request.path}
        path = self.session.contract.servers[0]
        path += filled(self.operation.path, dict(self._written("path", values)))
        if query := self._written("query", request.query):
            path += "?" + "&".join(f"{escaped(name)}={value}" for name, value in query)
        headers = dict(self._written("header", request.header, text))
        content, body = request.raw, None
        if content is None and request.body is not ABSENT and self.stated_body is not None:
            written_body = json.dumps(self._with_own_id(request.body), ensure_ascii=False)
            body = json.loads(written_body.replace(self.token, fresh))
            content = self.stated_body.encoded(body)
        if content is not None and request.media_type is not None:
            headers["Content-Type"] = request.media_type
        answer = (client or self.session.admin).request(
            self.operation.method,
            path.replace(self.token, fresh),
            content=content,
            headers={name: value.replace(self.token, fresh) for name, value in headers.items()},
            cookies={
                name: value.replace(self.token, fresh)
                for name, value in self._written("cookie", request.cookie)
            },
        )
        if 200 <= answer.status < 300:
            self._tidy(values, body, answer)
        return answer

    def _written(
        self, place: str, values: dict[str, Any], write: Callable[[Any], str] = escaped
    ) -> list[tuple[str, str]]:
        """Return the names and texts by which the values of parameters are sent."""
        return [
            pair
            for name, value in values.items()
            if value is not ABSENT
            for pair in written(self.parameter(place, name), value, write)
        ]

    def _with_own_id(self, body: Any) -> Any:
        stated, maker = self.stated_body, self.session.resources.maker(self.operation)
        if stated is None or maker is None or not maker.named_by or maker.binds:
            return body
        return self.values.with_own_id(stated.schema, body, maker.named_by)

    def send_raw(self, content: bytes) -> Answer:
        """Send octets as JSON over a bare socket: a server may refuse them before it has read them all."""
        path = self.session.path(self.operation.id, self.parameters)
        path, headers = self.session.signed(self.operation.method, path, {"Content-Type": JSON})
        with self.session.raw() as connection:
            return connection.request(self.operation.method, path, headers, content)

    def nothing(self) -> dict[str, Any]:
        """Path parameters of which there is nothing."""
        found: dict[str, Any] = {}
        for parameter, _ in self.reader.parameters():
            if parameter["in"] == "path":
                is_number = schema_of(parameter)[0].get("type") == "integer"
                found[parameter["name"]] = _NOBODY if is_number else self._nobody(parameter)
        return found

    def _nobody(self, parameter: dict[str, Any]) -> str:
        """Return a text that no object has for an id; a UUID where ids are such, stated or not."""
        if not self.content.insists:
            with suppress(ValueError):
                uuid.UUID(str(self.parameters.get(parameter["name"])))
                return str(uuid.UUID(int=self.session.random.getrandbits(128), version=4))
            schema = self.values.whole(schema_of(parameter)[0])
            if not fits(schema)(self.session.name()):
                return self.values.texts.another(schema)
        return self.session.name()

    def is_free(self, name: str, value: Any) -> bool:
        """Return whether nothing has this value of a path parameter, so that a request with it is harmless.

        An integer has to lie below the id of something that is there, as what is made later gets a later id.

        Raises:
            Unreached: what the operation needs could not be made.
            httpx.TransportError: there was no answer.
        """
        resource = self.session.resources.of(name)
        if resource is None or resource.reader is None or not resource.is_root:
            return False
        if isinstance(value, int) and value >= self.parameters[name]:
            return False
        return self.session.call(resource.reader.id, parameters={resource.parameter: value}).status == 404

    def _tidy(self, parameters: dict[str, Any], request: Any, answer: Answer) -> None:
        """Let go of what was used up, and remove what bears no name by which the run will find it."""
        if self._supply.uses_up(self.operation):
            self._parameters = None
        resources = self.session.resources
        resource, remover = resources.names(self.operation), resources.remover_of(self.operation)
        if resource is None or remover is None or resource.bearer is None:
            return
        name = request.get(resource.bearer) if isinstance(request, dict) else None
        renames = self.operation in resource.renamers
        if str(name).startswith(self.session.namespace) or (renames and name is None):
            return
        made = resources.made(
            self.operation, answer.json, parameters=parameters, request=request, headers=answer.headers
        )
        named = parameters if renames else made
        if named is not None:
            self.session.call(remover.id, parameters=named)
            self._supply.renew(self.operation)
            self._parameters = None

    def _etag(self) -> str:
        etag = self._supply.etag(self.operation, self.parameters)
        if etag is None:
            raise Unreached("what it is a condition on has no ETag")
        return etag

    def _of_path(self, name: str) -> Callable[[], Any]:
        return lambda: self.parameters[name]
