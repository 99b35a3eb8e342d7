"""Entity tags and the conditions that requests put on them (RFC 9110 §8.8.3 and §13.1)."""

import hashlib
import re
from collections.abc import Mapping

from domain.records import ProfileDetail
from handlers.replies.errors import ApiError

_TAG = re.compile(r'(W/)?("[^"]*")')


def entity_tag(detail: ProfileDetail) -> str:
    """Return the strong entity tag of a profile as `getAccessProfile` shows it.

    The version tells what an update changes; the digest covers what changes without a version: the state, the
    attachments and the number of holders (clause AP-GET-007).
    """
    beside = (detail.profile.is_active, detail.user_count, detail.roles)
    digest = hashlib.blake2b(repr(beside).encode(), digest_size=6).hexdigest()
    return f'"v{detail.profile.version}-{digest}"'


def tagged(detail: ProfileDetail) -> Mapping[str, str]:
    """Return the header that carries a profile's entity tag."""
    return {"ETag": entity_tag(detail)}


def check_if_match(detail: ProfileDetail, if_match: str | None) -> None:
    """Return when a request may change the profile (clause HTTP-009).

    Raises:
        ApiError: 412, as the profile has none of the tags. Weak tags never match here.
    """
    if if_match is None or if_match.strip() == "*":
        return
    strong = [tag for weak, tag in _TAG.findall(if_match) if not weak]
    if entity_tag(detail) not in strong:
        raise ApiError(
            "precondition_failed",
            f"The access profile {detail.profile.id} has changed since it was read. "
            "Read it again and repeat the change.",
        )


def is_known(detail: ProfileDetail, if_none_match: str | None) -> bool:
    """Return whether the client has the profile as it is (clause AP-GET-008). Weak tags match here, too."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or entity_tag(detail) in [
        tag for _, tag in _TAG.findall(if_none_match)
    ]
