"""What faults ask a right server about the profile of a request."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from conformance.selftest.middleware import Inner, Request, profile_of

_FAMILY = re.compile(r"/api(?:/governance)?")
_PROFILE = re.compile(r".*/access-profiles/[^/]+")


def profile_path(request: Request) -> str:
    """The path of the profile that a request is about; empty when it is about none."""
    found = _PROFILE.match(request.path)
    return found[0] if found else ""


async def stored(request: Request, inner: Inner, profile_id: Any = None) -> dict[str, Any]:
    """The profile that a request is about, or another one, as it is now; empty when there is none."""
    return profile_of(await _reading(request, inner, profile_id))


async def detail(request: Request, inner: Inner, profile_id: Any = None) -> dict[str, Any]:
    """The whole answer to reading that profile."""
    return dict((await _reading(request, inner, profile_id)).json)


async def _reading(request: Request, inner: Inner, profile_id: Any) -> Any:
    path = profile_path(request)
    if profile_id is not None:
        family = _FAMILY.match(request.path)
        path = f"{family[0] if family else '/api'}/access-profiles/{profile_id}"
    read = replace(request, method="GET", path=path, query=(), body=b"")
    return await inner(read.with_header("if-match", None).with_header("if-none-match", None))
