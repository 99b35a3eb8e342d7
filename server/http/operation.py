"""The operation layer: answers every operation of the contract.

It stands after routing and security, and is the only path: parameters and body in, validated by schemas
compiled at start; the handler called with typed arguments; its reply validated as an object; bytes out. What
a framework's validators and decorators would do is done here, once, and nothing of the contract goes further
in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from anyio.to_thread import run_sync

from domain.credentials import RandomText
from handlers.context import Context, Principal
from handlers.replies.errors import ApiError, RequestFault, validation_failed
from handlers.replies.reply import Reply
from server.contract.document import Contract, Operation
from server.contract.resolver import Handler
from server.contract.schemas import SchemaCompiler
from server.http.asgi import ASGIApp, Receive, Scope, Send
from server.http.authentication import credentials_missing
from server.http.json_body import check_media_type, parse_json, read_body
from server.http.parameters import ParameterReader
from server.http.request_info import request_info
from server.http.response import Answer
from server.process.clock import Clock
from store.api import Store


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What every handler gets besides the request; see `handlers.context.Context`."""

    store: Store
    clock: Clock
    new_id: Callable[[], str]
    random_text: RandomText
    permissions: frozenset[str]


class ResponseBreaksContract(Exception):
    """A handler's reply is not what the contract states. The caller gets a 500, never the reply."""


class CompiledOperation:
    """One operation: its schemas compiled, its handler at hand."""

    def __init__(
        self,
        operation: Operation,
        handler: Handler,
        dependencies: Dependencies,
        *,
        requests: SchemaCompiler,
        responses: SchemaCompiler,
    ) -> None:
        self._operation = operation
        self._handler = handler
        self._dependencies = dependencies
        self._parameters = ParameterReader(operation, requests)
        self._body = None if operation.body is None else requests.compile(operation.body)
        self._responses = {
            status: None if schema is None else responses.compile(schema)
            for status, schema in operation.responses.items()
        }
        store = dependencies.store
        self._blocks = store.reads_block if operation.method == "get" else store.writes_block

    async def serve(self, scope: Scope, receive: Receive, send: Send, base_path: str) -> None:
        """Answer one request.

        Raises:
            ApiError: the request is refused.
            DomainError: a rule or the store refuses it.
            ResponseBreaksContract: the handler's reply is wrong.
        """
        info = request_info(scope)
        info.operation_id = self._operation.operation_id
        if info.principal is None:
            raise credentials_missing()
        self._check_permission(info.principal)
        arguments = self._parameters.read(scope["path_params"], scope["query_string"], scope["headers"])
        if self._body is not None:
            arguments["body"] = await self._read_body(scope, receive)
        context = Context(
            store=self._dependencies.store,
            now=self._dependencies.clock(),
            new_id=self._dependencies.new_id,
            random_text=self._dependencies.random_text,
            principal=info.principal,
            base_path=base_path,
            permissions=self._dependencies.permissions,
        )
        if self._blocks:
            reply = await run_sync(partial(self._handler, context, **arguments))
        else:
            reply = self._handler(context, **arguments)
        payload = self._payload(reply)
        answer = Answer.to(scope["method"], reply.status, payload, reply.headers)
        # From here on the answer is known to keep the contract.
        if reply.cacheable:
            info.cacheable, info.permission = answer, self._operation.permission
        await answer.send(send)

    def _check_permission(self, principal: Principal) -> None:
        permission = self._operation.permission
        if not principal.may(permission):
            raise ApiError(
                "permission_missing",
                f"This API key lacks the permission {permission}.",
                headers={
                    "WWW-Authenticate": 'Bearer realm="access-profiles", error="insufficient_scope", '
                    f'scope="{permission}"'
                },
            )

    async def _read_body(self, scope: Scope, receive: Receive) -> Any:
        headers = dict(scope["headers"])
        raw = await read_body(receive, headers.get(b"content-length"))
        if not raw and not self._operation.body_required:
            return None
        if raw or b"content-type" in headers:
            check_media_type(headers.get(b"content-type"))
        body = parse_json(raw)
        if self._body is not None and not self._body.is_valid(body):
            raise validation_failed([RequestFault("body", fault) for fault in self._body.faults(body)])
        return body

    def _payload(self, reply: Reply[Any]) -> bytes | None:
        if reply.status not in self._responses:
            raise ResponseBreaksContract(
                f"{self._operation.operation_id} answered {reply.status}, which the contract does not state"
            )
        validator = self._responses[reply.status]
        if validator is None:
            return None
        if not validator.is_valid(reply.body):
            faults = "; ".join(f"{fault.path}: {fault.message}" for fault in validator.faults(reply.body))
            raise ResponseBreaksContract(f"{self._operation.operation_id} {reply.status}: {faults}")
        return orjson.dumps(reply.body)


def compile_operations(
    contract: Contract, handlers: Mapping[str, Handler], dependencies: Dependencies
) -> dict[str, CompiledOperation]:
    """Return every operation, compiled, by operationId."""
    requests = SchemaCompiler(contract, request=True)
    responses = SchemaCompiler(contract, request=False)
    return {
        operation.operation_id: CompiledOperation(
            operation,
            handlers[operation.operation_id],
            dependencies,
            requests=requests,
            responses=responses,
        )
        for operation in contract.operations
    }


class OperationMiddleware:
    """Answers what leads to an operation; passes on the pages."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        operations: Mapping[str, CompiledOperation],
        destination: Callable[[Scope], tuple[str, str] | None],
    ) -> None:
        """Take the operations.

        Args:
            app: answers what leads to no operation.
            operations: every operation by its operationId.
            destination: returns the operationId and the base path that a request was routed to, if any.
        """
        self._app = app
        self._operations = operations
        self._destination = destination

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        destination = self._destination(scope) if scope["type"] == "http" else None
        if destination is None:
            await self._app(scope, receive, send)
            return
        operation_id, base_path = destination
        await self._operations[operation_id].serve(scope, receive, send, base_path)
