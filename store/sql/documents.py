"""Policies, tags and scopes as the documents that columns keep: JSON of the domain's records."""

import msgspec

from domain.records import Policy

_policy_decoder = msgspec.json.Decoder(Policy)
_texts_decoder = msgspec.json.Decoder(tuple[str, ...])


def dump_policy(policy: Policy) -> str:
    """Return a policy as JSON."""
    return msgspec.json.encode(policy).decode()


def load_policy(document: str) -> Policy:
    """Return the policy that a document holds."""
    return _policy_decoder.decode(document)


def dump_texts(texts: tuple[str, ...]) -> str:
    """Return texts as JSON."""
    return msgspec.json.encode(texts).decode()


def load_texts(document: str) -> tuple[str, ...]:
    """Return the texts that a document holds."""
    return _texts_decoder.decode(document)
