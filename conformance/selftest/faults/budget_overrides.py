"""Faults of budget overrides."""

from dataclasses import replace
from operator import itemgetter
from typing import Any

from conformance.selftest.combinators import after, mentions, on, remembering, sends, sent
from conformance.selftest.faults.profiles import COPIES, GET
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal
from conformance.selftest.request_changes import with_body

Line = dict[str, Any]

_PUT, _DELETE = "updateUserAccessProfileBudgetOverride", "deleteUserAccessProfileBudgetOverride"
_OVERRIDE = {"override_amount", "override_mode", "override_cycles_remaining", "override_cycles_total"}
_REMAINING = "override_cycles_remaining"
_LINES = "/access_profiles/*/budgets/*"

_put = on(_PUT, status=200)


async def _copy(request: Request, inner: Inner, user_id: str | None = None) -> dict[str, Any]:
    """Return the copy that an override is for, of its user or of another."""
    path = f"{request.server}/users/{user_id or request.path_parameter('user_id')}/access-profiles"
    answer = await inner(replace(request, method="GET", path=path, body=b""))
    profile_id = request.path_parameter("profile_id")
    copies = answer.json.get("access_profiles", [])
    return next((copy for copy in copies if str(copy["parent_profile_id"]) == profile_id), {})


def _at_budget(request: Request, user_id: str, budget_id: str, profile_id: str = "") -> Request:
    """Return the request, about another budget."""
    held = f"{request.server}/users/{user_id}/access-profiles"
    profile_id = profile_id or request.path_parameter("profile_id")
    return replace(request, path=f"{held}/{profile_id}/budgets/{budget_id}/override")


def _by_template(operation: str) -> Fault:
    """Take the id of the template's first budget for that of the copy's."""

    @on(operation, status=404).then
    async def fault(request: Request, response: Response, inner: Inner) -> Response:
        path = f"{request.server}/access-profiles/{request.path_parameter('profile_id')}"
        template = (await inner(replace(request, method="GET", path=path, body=b""))).json
        budgets = template.get("access_profile", {}).get("budgets", [])
        if not budgets or budgets[0]["id"] != request.path_parameter("budget_id"):
            return response
        own = (await _copy(request, inner))["budgets"][0]["id"]
        return await inner(replace(request, path=request.path.replace(budgets[0]["id"], own)))

    return fault


def _by_owner(operation: str) -> Fault:
    """Find a budget by its id alone, whoever the user in the path is."""

    def owners(_: Request, response: Response) -> dict[str, tuple[str, str]]:
        return {
            line["id"]: (copy["user_id"], copy["parent_profile_id"])
            for copy in response.json["access_profiles"]
            for line in copy["budgets"]
        }

    def found(known: list[Any]) -> Fault:
        owner = {budget_id: owner for each in known for budget_id, owner in each.items()}

        def at_owner(request: Request, _: State) -> Request:
            budget_id = request.path_parameter("budget_id")
            return _at_budget(request, owner[budget_id][0], budget_id, owner[budget_id][1])

        return on(
            operation, when=lambda request: request.path_parameter("budget_id") in owner, status=404
        ).retry(at_owner)

    return remembering(on(COPIES, status=200), owners, found)


async def every_holder_is_raised(request: Request, inner: Inner, state: State) -> Response:
    user_id = request.path_parameter("user_id")
    response = await inner(request)
    if request.operation_id == COPIES:
        state.memory.setdefault("users", set()).add(user_id)
    if request.operation_id == _PUT and response.status == 200:
        for other in state.memory.get("users", set()) - {user_id}:
            copy = await _copy(request, inner, other)
            await inner(_at_budget(request, other, copy["budgets"][0]["id"]))
    return response


async def _raise_every_budget(request: Request, _: Response, inner: Inner) -> None:
    for line in (await _copy(request, inner))["budgets"]:
        await inner(_at_budget(request, request.path_parameter("user_id"), line["id"]))


@on(_DELETE).serve
async def nothing_to_remove_is_404(request: Request, inner: Inner, state: State) -> Response:
    lines = (await _copy(request, inner)).get("budgets", [])
    return await inner(request) if any(_OVERRIDE & line.keys() for line in lines) else refusal(404)


FAULTS: dict[str, Fault] = {
    "AP-OVR-001/the_amount_is_the_limit": _put.set("/effective_max_limit", sent("amount")),
    "AP-OVR-001/the_list_knows_no_override": on(COPIES, status=200).merge(
        _LINES, effective_max_limit=itemgetter("max_limit")
    ),
    "AP-OVR-001/cents_are_cut": on(_PUT).send(amount=lambda body: int(body["amount"])),
    "AP-OVR-002/the_present_window_does_not_count": _put.edit(
        f"/budget/{_REMAINING}", lambda cycles: cycles - 1
    ),
    "AP-OVR-002/forever_is_a_large_number": _put.edit(
        "/budget", lambda budget: {_REMAINING: 2147483647, **budget}
    ),
    "AP-OVR-003/overrides_add_up": remembering(
        on(_PUT, when=mentions("amount")),
        lambda request, _: (request.path, request.json["amount"]),
        lambda before: on(_PUT, when=mentions("amount")).send(
            lambda request, _: with_body(
                amount=lambda body: body["amount"] + sum(a for path, a in before if path == request.path)
            )(request, _)
        ),
    ),
    "AP-OVR-003/the_first_override_stays": remembering(
        on(_PUT),
        lambda request, _: (request.path, request),
        lambda before: on(_PUT).send(
            lambda request, _: next((first for path, first in before if path == request.path), request)
        ),
    ),
    "AP-OVR-004/every_holder_is_raised": every_holder_is_raised,
    "AP-OVR-004/every_budget_of_the_copy_is_raised": _put.does(_raise_every_budget),
    "AP-OVR-004/the_template_is_raised": after(
        _put, on(GET).edit("/access_profile/budgets/*/max_limit", lambda limit: limit + 5)
    ),
    "AP-OVR-005/no_cycles_are_one": on(
        _PUT, when=lambda request: sends(mode="cycles")(request) and not request.sent.get("cycles")
    ).send(cycles=1),
    "AP-OVR-005/cycles_of_forever_are_ignored": on(_PUT, when=sends(mode="forever")).send(cycles=0),
    "AP-OVR-005/zero_cycles_of_forever_are_refused": on(
        _PUT, when=lambda request: sends(mode="forever")(request) and "cycles" in request.sent
    ).refuse(400),
    "AP-OVR-006/an_amount_of_zero_removes": on(_PUT, when=sends(amount=0)).send(
        lambda request, _: replace(request, method="DELETE", body=b"")
    ),
    "AP-OVR-006/an_amount_has_no_sign": on(_PUT, when=lambda request: request.sent.get("amount", 0) < 0).send(
        amount=lambda body: -body["amount"]
    ),
    "AP-OVR-007/nothing_there_is_400": on(_PUT, status=404).refuse(400),
    "AP-OVR-007/the_templates_budget_will_do": _by_template(_PUT),
    "AP-OVR-007/the_user_does_not_matter": _by_owner(_PUT),
    "AP-OVD-001/the_override_stays": on(_DELETE).send(
        lambda request, _: (
            replace(request, method="PUT")
            .with_header("content-type", "application/json")
            .with_json({"amount": 5, "mode": "forever"})
        )
    ),
    "AP-OVD-001/the_limit_stays_raised": on(_DELETE, status=200).edit(
        "/effective_max_limit", lambda limit: limit + 5
    ),
    "AP-OVD-001/the_list_remembers": after(
        on(_DELETE), on(COPIES).set(f"{_LINES}/override_amount", 5).set(f"{_LINES}/override_mode", "forever")
    ),
    "AP-OVD-002/nothing_to_remove_is_404": nothing_to_remove_is_404,
    "AP-OVD-003/any_removal_is_good": on(_DELETE, status=404).status(200),
    "AP-OVD-003/the_templates_budget_stands_for_the_copys": _by_template(_DELETE),
    "AP-OVD-003/anybodys_budget": _by_owner(_DELETE),
}
