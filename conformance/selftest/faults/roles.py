"""Faults of roles: making, listing and reading them."""

from typing import Any
from uuid import uuid4

from conformance.selftest.combinators import ask, on, remembering
from conformance.selftest.faults.profiles import has_padded_name
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import rewritten, with_body

Object = dict[str, Any]

CREATE, GET, LIST = "createRole", "getRole", "listRoles"

_got = on(GET, status=200)
_listed = on(LIST, status=200)
_renamed = rewritten(lambda _: {"name": uuid4().hex})


async def attachments_of_other_roles(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != GET:
        return response
    profiles: list[Object] = []
    for each in response.json["access_profiles"]:
        read = await ask(request, inner, "GET", f"/access-profiles/{each['access_profile_id']}")
        profiles += read.json["roles"]
    return response.with_json({**response.json, "access_profiles": profiles})


FAULTS: dict[str, Fault] = {
    "ROL-LST-001/newest_first": _listed.edit("/roles", lambda roles: roles[::-1]),
    "ROL-LST-001/by_name": _listed.edit(
        "/roles", lambda roles: sorted(roles, key=lambda role: str(role["name"]))
    ),
    "ROL-LST-001/last_is_missing": _listed.edit("/roles", lambda roles: roles[:-1]),
    "ROL-LST-001/listed_twice": _listed.edit("/roles", lambda roles: roles + roles[-1:]),
    "ROL-CRE-001/description_is_lost": on(GET).set("/role/description", None),
    "ROL-CRE-001/no_description_is_empty": on(CREATE).send(
        with_body(description=lambda body: body["description"] or "")
    ),
    "ROL-CRE-001/new_role_is_not_listed": remembering(
        on(CREATE, status=201),
        lambda _, response: response.json["role"]["id"],
        lambda made: _listed.edit("/roles", lambda roles: [r for r in roles if r["id"] not in made[-1:]]),
    ),
    "ROL-CRE-002/name_is_not_trimmed": on(CREATE).set("/role/name", lambda request: request.json["name"]),
    "ROL-CRE-002/taken_name_is_400": on(status=409).refuse(400),
    "ROL-CRE-002/name_twice": on(CREATE, status=409)
    .retry(_renamed)
    .set("/role/name", lambda request: request.json["name"]),
    "ROL-CRE-002/compared_before_trimming": on(CREATE, when=has_padded_name, status=409).retry(_renamed),
    "ROL-GET-001/profiles_are_missing": _got.set("/access_profiles", []),
    "ROL-GET-001/default_is_missing": _got.set("/access_profiles/*/is_default", False),
    "ROL-GET-001/detached_profiles_stay": remembering(
        _got,
        lambda _, response: {each["id"]: each for each in response.json["access_profiles"]},
        lambda seen: _got.set(
            "/access_profiles", lambda _: list({key: each[key] for each in seen for key in each}.values())
        ),
    ),
    "ROL-GET-001/attachments_of_other_roles": attachments_of_other_roles,
    "ROL-GET-002/no_members": _got.set("/user_count", 0),
    "ROL-GET-002/members_are_counted_once": remembering(
        _got,
        lambda _, response: response.json["user_count"],
        lambda counts: _got.set("/user_count", lambda _: max(counts)),
    ),
    "ROL-GET-003/absent_role_is_400": on(GET, status=404).refuse(400),
    "ROL-GET-003/largest_id_is_500": on(
        when=lambda request: request.path.endswith("/9223372036854775807")
    ).refuse(500),
}
