"""What a request of Schemathesis was drawn to be, good or bad, when a hook puts something into it."""

from typing import Any

from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation


def keep_judgement(case: Case[Any], location: ParameterLocation) -> None:
    """Leave a part of a request at what it was drawn to be: what was put into it is as good, or as wrong.

    Schemathesis would judge the whole part again, with what was drawn for the other parameters as it stands
    in a URL, percent-encoded: a text that is too short, or has a letter that it must not, may then be good.
    """
    meta = case._meta  # noqa: SLF001  its release is pinned, and no hook can say this
    if meta is not None:
        meta.update_validated_hash(location, case._hash_container(case.get_container(location)))  # noqa: SLF001
        meta.clear_dirty(location)
