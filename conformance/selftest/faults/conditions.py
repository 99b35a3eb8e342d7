"""Faults of entity tags and of the conditions on them."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

from conformance.selftest.combinators import On, on
from conformance.selftest.faults.profiles import UPDATE, detail, profile_of
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import with_header


def _tagged(tag: Callable[[Response], str]) -> On:
    """Whatever has an entity tag, with another one."""
    return on().answer(
        lambda _, response: (
            response.with_header("etag", tag(response)) if response.header("etag") else response
        )
    )


def _tag_of(part: Callable[[Mapping[str, Any]], object]) -> Fault:
    """Make the tag of a part of what reading the profile of the answer gives."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        profile = profile_of(response)
        if not response.header("etag") or not profile:
            return response
        body = await detail(request, inner, profile["id"])
        digest = sha256(json.dumps(part(body), sort_keys=True).encode()).hexdigest()
        return response.with_header("etag", f'"{digest[:16]}"')

    return fault


def _condition(header: str, holds: Callable[[str], object]) -> On:
    """Return the requests with a condition of some form."""
    return on(when=lambda request: holds(request.header(header)))


_EMPTY_MEMBER = re.compile(r"^\s*,|,\s*$").search
_always = with_header("if-none-match", None)
_unconditional = with_header("if-match", None)


FAULTS: dict[str, Fault] = {
    "AP-GET-007/tag_is_weak": _tagged(lambda response: f"W/{response.header('etag')}"),
    "AP-GET-007/tag_is_the_version": _tag_of(lambda body: body["access_profile"]["version"]),
    "AP-GET-007/tag_leaves_roles_out": _tag_of(lambda body: {**body, "roles": None}),
    "AP-GET-007/tag_counts_roles": _tag_of(lambda body: {**body, "roles": len(body["roles"])}),
    "AP-GET-007/tag_leaves_holders_out": _tag_of(lambda body: {**body, "user_count": None}),
    "AP-GET-007/tag_of_each_answer": _tag_of(lambda body: {**body, "nonce": uuid4().hex}),
    # As a web framework makes it: other octets of one profile have another tag.
    "AP-GET-007/tag_is_of_the_octets": _tagged(lambda response: f'"{sha256(response.body).hexdigest()}"'),
    "AP-GET-008/always_sent": on().send(_always),
    "AP-GET-008/weak_is_another": _condition("if-none-match", lambda tag: tag.startswith("W/")).send(_always),
    "AP-GET-008/list_is_another": _condition("if-none-match", lambda tag: "," in tag).send(_always),
    "AP-GET-008/empty_members_are_refused": _condition("if-none-match", _EMPTY_MEMBER).refuse(400),
    "AP-GET-008/star_is_another": _condition("if-none-match", lambda tag: tag == "*").send(_always),
    "AP-GET-008/not_modified_without_tag": on(status=304).header("etag", None),
    "AP-GET-008/any_tag_is_known": on(
        when=lambda request: request.header("if-none-match"), status=200
    ).answer(lambda _, response: replace(response, status=304, body=b"")),
    "HTTP-009/if_match_is_not_looked_at": on().send(_unconditional),
    "HTTP-009/only_updates_look": on(when=lambda request: request.operation_id != UPDATE).send(
        _unconditional
    ),
    "HTTP-009/weak_tags_match": _condition("if-match", bool).send(
        lambda request, _: request.with_header("if-match", request.header("if-match").replace("W/", ""))
    ),
    "HTTP-009/star_is_a_tag": _condition("if-match", lambda tag: tag == "*").refuse(412),
    "HTTP-009/list_is_one_tag": _condition("if-match", lambda tag: "," in tag).refuse(412),
    "HTTP-009/empty_members_are_refused": _condition("if-match", _EMPTY_MEMBER).refuse(400),
    "HTTP-009/performed_and_refused": on(status=412).also(_unconditional),
    "HTTP-009/stale_is_409": on(status=412).refuse(409),
}
