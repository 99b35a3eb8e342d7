"""Faults of what API keys may do: operations that ask for no permission, or for another one."""

from conformance.selftest.combinators import ask, on
from conformance.selftest.middleware import Fault, Inner, Request, Response
from conformance.selftest.request_changes import as_administrator


@on("createApiKey", when=lambda request: len(request.json["scopes"]) > 1, status=201).then
async def first_scope_alone(request: Request, response: Response, inner: Inner) -> Response:
    """Give a key the first of its scopes; that others are missing shows where a key has several."""
    key = response.json["api_key"]
    await ask(request, inner, "DELETE", f"/api-keys/{key['id']}")
    first = await inner(request.with_json({**request.json, "scopes": request.json["scopes"][:1]}))
    return first.with_json({**first.json, "api_key": {**first.json["api_key"], "scopes": key["scopes"]}})


FAULTS: dict[str, Fault] = {
    "KEY-CRE-002/nothing_is_asked": on().send(as_administrator),
    "KEY-CRE-002/one_operation_is_forgotten": on("addUserVirtualKey").send(as_administrator),
    "KEY-CRE-002/reading_is_free": on(when=lambda request: request.method == "GET").send(as_administrator),
    # The permission follows the method and not the contract.
    "KEY-CRE-002/overrides_ask_for_delete": on("deleteUserAccessProfileBudgetOverride", status=404).refuse(
        403
    ),
    "KEY-CRE-002/refused_but_done": on("updateUserGroups", status=403).also(as_administrator),
    "KEY-CRE-002/first_scope_alone": first_scope_alone,
}
