"""Policies, tags and scopes as the documents that columns keep: JSON of the domain's records."""

from collections.abc import Callable

import msgspec

from domain.records import Policy

load_policy: Callable[[str], Policy] = msgspec.json.Decoder(Policy).decode
"""Returns the policy that a document holds."""

load_texts: Callable[[str], tuple[str, ...]] = msgspec.json.Decoder(tuple[str, ...]).decode
"""Returns the texts that a document holds."""


def dump_policy(policy: Policy) -> str:
    """Return a policy as JSON."""
    return msgspec.json.encode(policy).decode()


def dump_texts(texts: tuple[str, ...]) -> str:
    """Return texts as JSON."""
    return msgspec.json.encode(texts).decode()
