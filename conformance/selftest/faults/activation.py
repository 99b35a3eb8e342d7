"""Faults of activating and deactivating."""

import json

from conformance.selftest.combinators import asks, on
from conformance.selftest.faults.profiles import (
    LATER,
    PROFILE,
    at_profile,
    beside_templates,
    profile_in,
    stored,
)
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal

_ACTIVATE = "activateAccessProfile"
_DEACTIVATE = "deactivateAccessProfile"


def _second_is_409(operation: str, *, is_active: bool) -> Fault:
    @on(operation).serve
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        is_second = (await stored(request, inner)).get("is_active") is is_active
        return refusal(409) if is_second else await inner(request)

    return fault


def _a_row_each_time(operation: str, opposite: str, *, is_active: bool) -> Fault:
    @on(operation).serve
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        if (await stored(request, inner)).get("is_active") is is_active:
            await inner(at_profile(opposite)(request, state))
        return await inner(request)

    return fault


def _is_no_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return True
    return False


def _other_state(request: Request, _: State) -> Request:
    return request.with_query(is_active="false" if "true" in str(request.query) else "true")


_active = on(where=lambda body: profile_in(body).get("is_active"))
_inactive = on(where=lambda body: profile_in(body).get("is_active") is False)


FAULTS: dict[str, Fault] = {
    "AP-ACT-001/activation_is_answered_inactive": on(_ACTIVATE).set(f"{PROFILE}/is_active", False),
    "AP-ACT-001/activation_is_not_kept": on(_ACTIVATE).also(at_profile("/deactivate")),
    "AP-ACT-001/list_has_the_state_of_creation": on(when=asks("is_active")).retry(_other_state),
    "AP-ACT-002/second_activation_is_409": _second_is_409(_ACTIVATE, is_active=True),
    "AP-ACT-002/each_activation_is_a_row": _a_row_each_time(_ACTIVATE, "/deactivate", is_active=True),
    "AP-ACT-003/absent_activation_is_400": on(_ACTIVATE, status=404).refuse(400),
    "AP-ACT-004/activation_is_a_version": _active.edit(f"{PROFILE}/version", lambda version: version + 1),
    "AP-ACT-004/activation_is_an_update": _active.set(f"{PROFILE}/updated_at", LATER),
    "AP-ACT-005/body_is_parsed": on(
        _ACTIVATE, when=lambda request: request.body and _is_no_json(request.body)
    ).refuse(400),
    "AP-ACT-005/media_type_is_looked_at": on(
        _ACTIVATE, when=lambda request: request.header("content-type") not in ("", "application/json")
    ).refuse(415),
    "AP-ACT-005/body_says_the_state": on(
        _ACTIVATE, when=lambda request: request.sent.get("is_active") is False
    ).send(at_profile("/deactivate")),
    "AP-DEA-001/deactivation_is_answered_active": on(_DEACTIVATE).set(f"{PROFILE}/is_active", True),
    "AP-DEA-001/deactivation_is_not_kept": on(_DEACTIVATE).also(at_profile("/activate")),
    "AP-DEA-002/second_deactivation_is_409": _second_is_409(_DEACTIVATE, is_active=False),
    "AP-DEA-002/each_deactivation_is_a_row": _a_row_each_time(_DEACTIVATE, "/activate", is_active=False),
    "AP-DEA-003/absent_deactivation_is_a_success": on(_DEACTIVATE, status=404).status(200),
    "AP-DEA-004/deactivation_is_a_version": _inactive.edit(f"{PROFILE}/version", lambda version: version + 1),
    "AP-DEA-004/deactivation_is_an_update": _inactive.set(f"{PROFILE}/updated_at", LATER),
    "AP-DEA-005/copies_are_suspended": beside_templates(
        lambda copy, template: copy | {"is_active": template.get("is_active")}
    ),
    "AP-DEA-005/keys_are_revoked": beside_templates(
        lambda copy, template: (
            copy if template.get("is_active") else copy | {"virtual_key_ids": [], "virtual_key_values": {}}
        )
    ),
}
