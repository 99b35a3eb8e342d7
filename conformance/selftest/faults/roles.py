"""Faults of roles: making, listing and reading them."""

from typing import Any

from conformance.selftest.combinators import ask, never_falling, on, piling_up, remembering, sent
from conformance.selftest.faults.profiles import has_padded_name
from conformance.selftest.faults.reads import path_ends
from conformance.selftest.middleware import Fault, Inner, Request, Response
from conformance.selftest.request_changes import fresh, only

Object = dict[str, Any]

CREATE, GET, LIST = "createRole", "getRole", "listRoles"

_got = on(GET, status=200)
_listed = on(LIST, status=200)
_renamed = only(name=fresh)


@on(GET).then
async def attachments_of_other_roles(request: Request, response: Response, inner: Inner) -> Response:
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
        description=lambda body: body["description"] or ""
    ),
    "ROL-CRE-001/new_role_is_not_listed": remembering(
        on(CREATE, status=201),
        lambda _, response: response.json["role"]["id"],
        lambda made: _listed.edit("/roles", lambda roles: [r for r in roles if r["id"] not in made[-1:]]),
    ),
    "ROL-CRE-002/name_is_not_trimmed": on(CREATE).set("/role/name", sent("name")),
    "ROL-CRE-002/taken_name_is_400": on(status=409).refuse(400),
    "ROL-CRE-002/name_twice": on(CREATE, status=409).retry(_renamed).set("/role/name", sent("name")),
    "ROL-CRE-002/compared_before_trimming": on(CREATE, when=has_padded_name, status=409).retry(_renamed),
    "ROL-GET-001/profiles_are_missing": _got.set("/access_profiles", []),
    "ROL-GET-001/default_is_missing": _got.set("/access_profiles/*/is_default", False),
    "ROL-GET-001/detached_profiles_stay": piling_up(_got, "access_profiles"),
    "ROL-GET-001/attachments_of_other_roles": attachments_of_other_roles,
    "ROL-GET-002/no_members": _got.set("/user_count", 0),
    "ROL-GET-002/members_are_counted_once": never_falling(_got, "user_count"),
    "ROL-GET-003/absent_role_is_400": on(GET, status=404).refuse(400),
    "ROL-GET-003/largest_id_is_500": path_ends("/9223372036854775807").refuse(500),
}
