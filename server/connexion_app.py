"""The app: everything is wired together here, and nothing else knows Connexion.

Connexion reads the contract's paths, routes, and asks for the bearer key. Its own layers validate nothing and
answer nothing: that is `server.http.operation`.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any, cast
from uuid import uuid4

from connexion import FlaskApp
from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest
from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.main import API
from connexion.middleware.routing import RoutingMiddleware
from connexion.middleware.security import SecurityMiddleware
from connexion.resolver import Resolution, Resolver
from connexion.security import BearerSecurityHandler
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount, Route, Router
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from domain.errors import DomainError
from server.cache.data_version import DataVersions
from server.contract.document import Contract, load_contract
from server.contract.resolver import Handler, find_handlers
from server.contract.router import RouteTable
from server.http.asgi import ASGIApp, Receive, Scope, Send
from server.http.authentication import Authenticator, random_text
from server.http.errors import ErrorMiddleware, MethodNotAllowed, path_not_found
from server.http.operation import Dependencies, OperationMiddleware, compile_operations
from server.http.request_info import RequestInfoMiddleware, request_info
from server.http.response_cache import ReadCacheMiddleware
from server.pages import PublishedContract, ServerInfo, health, pages
from server.process.clock import Clock, system_clock
from server.process.logs import access_log
from server.process.settings import MEMORY_MIB
from store.api import Store


def new_id() -> str:
    """Return a new id for a budget, a rate limit or a virtual key."""
    return str(uuid4())


def create_app(
    store: Store,
    *,
    contract: Contract | None = None,
    clock: Clock = system_clock,
    ids: Callable[[], str] = new_id,
    memory_mib: int = MEMORY_MIB,
) -> ASGIApp:
    """Return the ASGI app.

    What is not answered from memory passes Connexion's middlewares from the first to the last; pages reach
    Flask, operations do not.

    Args:
        store: where everything is kept. The app closes it when it shuts down.
        contract: the contract to serve; this program's own by default.
        clock: gives the time.
        ids: gives ids of budgets, rate limits and virtual keys.
        memory_mib: how much of answers is remembered, in MiB; see `server.http.response_cache`.

    Raises:
        ContractMismatch: the handlers do not fit the contract.
    """
    contract = contract or load_contract()
    handlers = find_handlers(contract)
    permissions = frozenset(operation.permission for operation in contract.operations)
    dependencies = Dependencies(store, clock, ids, random_text, permissions)
    operations = compile_operations(contract, handlers, dependencies)
    authenticator = Authenticator(store, clock)
    log = access_log()

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        yield
        store.close()

    app = FlaskApp(
        __name__,
        lifespan=lifespan,
        middlewares=[
            partial(RequestInfoMiddleware, log=log),
            partial(ErrorMiddleware, contract=contract),
            RefusalMiddleware,
            partial(ContractRoutingMiddleware, routes=RouteTable(contract)),
            SecurityMiddleware,
            partial(OperationMiddleware, operations=operations, destination=destination),
            LifespanMiddleware,
        ],
        resolver=HandlerResolver(handlers),
        security_map={"bearer": bearer_security_handler(authenticator)},
    )
    # Flask serves pages only. Connexion would give it a route for each operation as well, behind the layers
    # that route and secure them, and Flask matches paths (with `//`, or a line break) that they do not.
    app.middleware.app = app.middleware.app.asgi_app
    # A path with doubled slashes is another path, and 404; it is not redirected.
    app.app.url_map.merge_slashes = False
    app.app.register_blueprint(
        pages(
            PublishedContract.from_document(contract.source, contract.document),
            ServerInfo(version("access-profiles")),
        )
    )
    app.app.register_blueprint(health(store.check_ready, told=(DomainError,)))
    first, *others = contract.base_paths
    app.add_api(contract.routing_view(), base_path=first)
    # The same operations under each. `add_api` would copy and validate the same document once more.
    [api] = app.middleware.apis
    app.middleware.apis += [API(api.specification, base_path=other, **api.kwargs) for other in others]
    # Only pages ask how the client came here; uvicorn would put this outside of everything.
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
    return ReadCacheMiddleware(
        cast(ASGIApp, ProxyHeadersMiddleware(app, trusted)),
        data_versions=DataVersions(store),
        authenticator=authenticator,
        log=log,
        max_octets=memory_mib * 1024 * 1024,
    )


class ContractRoutingMiddleware(RoutingMiddleware):  # type: ignore[misc]  # connexion has no types
    """Connexion's routing, with paths that are what the contract says.

    There are no redirects: a trailing slash makes another path (clause HTTP-003). A literal path is that path
    for every method: one that it does not state is 405, and never a template's (clause AP-AUA-003).

    An operation is found in a table. Only what is not there goes through Connexion's router: pages, and what
    is refused.
    """

    def __init__(self, app: ASGIApp, *, routes: RouteTable) -> None:
        super().__init__(app)
        self.router.redirect_slashes = False
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the next layers which operation is asked for."""
        in_table = scope["type"] == "http" and not scope.get("root_path")
        route = self._routes.find(scope["method"], scope["path"]) if in_table else None
        if route is None:
            await super().__call__(scope, receive, send)
            return
        scope["path_params"] = route.path_params
        scope.setdefault("extensions", {})[ROUTING_CONTEXT] = {
            "api_base_path": route.base_path,
            "operation_id": route.operation_id,
        }
        await self.app(scope, receive, send)

    def add_api(self, *args: Any, **kwargs: Any) -> None:
        """Add the routes of one base path."""
        super().add_api(*args, **kwargs)
        for route in self.router.routes:
            if isinstance(route, Mount) and isinstance(route.app, Router):
                route.app.redirect_slashes = False
                route.app.routes = _literals_closed(route.app.routes)


def _literals_closed(routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """Return the routes with a refusal of all other methods behind each literal path.

    Without it, Starlette would go on to a template that fits the path and states the method.
    """
    literal = [route for route in routes if isinstance(route, Route) and "{" not in route.path]
    refusals = [Route(path, LiteralPath()) for path in dict.fromkeys(route.path for route in literal)]
    return [*literal, *refusals, *(route for route in routes if route not in literal)]


class LiteralPath:
    """The ASGI app behind a literal path: whatever the contract states there was asked for before."""

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        """Refuse the request."""
        raise MethodNotAllowed


def destination(scope: Scope) -> tuple[str, str] | None:
    """Return the operationId and the base path that a request was routed to, or None for a page."""
    found = scope["extensions"][ROUTING_CONTEXT]
    operation_id = found.get("operation_id")
    return None if operation_id is None else (operation_id, found["api_base_path"])


class RefusalMiddleware:
    """Says in this server's words what Connexion and Starlette refuse."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on.

        Raises:
            MethodNotAllowed: the path is there, with other methods.
            ApiError: 404, nothing is there.
        """
        try:
            await self._app(scope, receive, send)
        except HTTPException as error:
            if error.status_code == 405:
                raise MethodNotAllowed from error
            if error.status_code < 500:
                raise path_not_found() from error
            raise
        except ProblemException as error:
            if error.status < 500:
                raise path_not_found() from error
            raise


class HandlerResolver(Resolver):  # type: ignore[misc]  # connexion has no types
    """Tells Connexion which function serves an operation."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        super().__init__()
        self._handlers = handlers

    def resolve(self, operation: Any) -> Resolution:
        """Return the handler of an operation."""
        return Resolution(self._handlers[operation.operation_id], operation.operation_id)


def bearer_security_handler(authenticator: Authenticator) -> Callable[[], BearerSecurityHandler]:
    """Return what Connexion's `security_map` takes for `bearer`.

    The contract names no Python, so the function that Connexion would look up by name is handed in.
    """

    class ContractBearer(BearerSecurityHandler):  # type: ignore[misc]  # connexion has no types
        def get_fn(
            self, _security_scheme: Any, _required_scopes: Any
        ) -> Callable[[ConnexionRequest], Awaitable[dict[str, Any]]]:
            async def verify(request: ConnexionRequest) -> dict[str, Any]:
                info = request_info(request.scope)
                info.principal = await authenticator.principal(request.scope, info.data_version)
                return {"sub": info.principal.name}

            return verify

    return ContractBearer
