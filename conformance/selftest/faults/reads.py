"""Faults of reading one profile."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from conformance.selftest.combinators import On, on, remembering, shows
from conformance.selftest.faults.profiles import GET, PROFILE, READS, profile_of
from conformance.selftest.middleware import Fault, Request
from conformance.selftest.request_changes import at

Object = dict[str, Any]

_ROLE = {"id": 1, "role_id": 5, "role_name": "Analyst", "is_default": True}

_got = on(GET, status=200)


def path_ends(end: str) -> On:
    """Return the requests whose path ends so."""
    return on(when=lambda request: request.path.endswith(end))


def _as_large_as_ever(member: str, size: Callable[[Any], int]) -> Fault:
    """Show for ever what a profile once had of something."""
    return remembering(
        _got,
        lambda request, response: (request.path, response.json[member]),
        lambda seen: _got.set(
            f"/{member}", lambda request: max((had for path, had in seen if path == request.path), key=size)
        ),
    )


def _older_with(roles: Callable[[Request], list[Object]]) -> Fault:
    """Other roles on profiles that were there before the check."""
    return remembering(
        on(status=201),
        lambda _, response: profile_of(response).get("id"),
        lambda made: on(GET, status=200, where=lambda body: body["access_profile"]["id"] not in made).set(
            "/roles", roles
        ),
    )


def _id_before(request: Request) -> str:
    head, _, profile_id = request.path.rpartition("/")
    return f"{head}/{int(profile_id) - 1}"


def _has_id_before(request: Request) -> bool:
    profile_id = request.path.rpartition("/")[2]
    return profile_id.isdigit() and int(profile_id) > 1


def _a_role(request: Request) -> list[Object]:
    return [{**_ROLE, "access_profile_id": int(request.path_parameter("profile_id"))}]


def _twice(request: Request) -> list[Object]:
    return [role | {"id": number} for role in _a_role(request) for number in (1, 2)]


FAULTS: dict[str, Fault] = {
    "AP-GET-001/absent_is_400": on(*READS, status=404).refuse(400),
    "AP-GET-001/largest_id_is_500": path_ends("/9223372036854775807").refuse(500),
    "AP-GET-002/bad_id_is_404": on(*READS, status=400).refuse(404),
    "AP-GET-002/zero_is_an_id": path_ends("/0").refuse(404),
    "AP-GET-002/spaces_are_ignored": on().send(at(lambda request: request.path.replace(" ", ""))),
    "AP-GET-003/the_one_before": on(*READS, when=_has_id_before).send(at(_id_before)),
    "AP-GET-003/the_first_one_read": remembering(
        on(*READS, status=200),
        lambda _, response: response,
        lambda read: on(*READS, status=200).answer(lambda *_: read[0]),
    ),
    "AP-GET-004/born_with_a_role": on(GET, status=200, where=shows(roles=[])).set("/roles", _a_role),
    "AP-GET-004/role_of_another_profile": _older_with(lambda _: [{**_ROLE, "access_profile_id": 999999}]),
    "AP-GET-004/role_twice": _older_with(_twice),
    "AP-GET-004/detached_role_stays": _as_large_as_ever("roles", len),
    "AP-GET-004/default_roles_alone": _got.keep("/roles", itemgetter("is_default")),
    "AP-GET-005/holders_are_never_fewer": _as_large_as_ever("user_count", int),
    "AP-GET-005/nobody_holds_it": _got.set("/user_count", 0),
    "AP-GET-005/one_holder": _got.set("/user_count", 1),
    "AP-GET-006/version_counts_reads": remembering(
        on(), lambda *_: True, lambda seen: on(*READS).set(f"{PROFILE}/version", lambda _: len(seen))
    ),
}
