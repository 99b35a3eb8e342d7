"""What Schemathesis shows to say who asks: what its configuration names, and the environment holds."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.contract.document import Contract
from conformance.contract.security import Form
from conformance.http.credentials import Credential
from conformance.http.target import ADMIN, Target

_VARIABLE = "CONFORMANCE_FUZZ_CREDENTIAL"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown for one security scheme.

    Attributes:
        configuration: a section of its file, that names variables.
        environment: those variables with their texts.
    """

    configuration: str
    environment: tuple[tuple[str, str], ...] = field(repr=False)


def shown(contract: Contract, target: Target) -> list[Shown]:
    """Return what the administrator shows, scheme by scheme."""
    found: list[Shown] = []
    for name, words in _words(contract, target):
        variables = {word: f"{_VARIABLE}_{len(found)}_{word.upper()}" for word in words}
        section = "".join(f'{word} = "${{{variable}}}"\n' for word, variable in variables.items())
        environment = tuple((variables[word], text) for word, text in words.items())
        found.append(Shown(f"[auth.openapi.{json.dumps(name)}]\n{section}", environment))
    return found


def _words(contract: Contract, target: Target) -> Iterator[tuple[str, dict[str, str]]]:
    held = target.credentials.get(ADMIN)
    for name, scheme in contract.schemes.items():
        if held is None:
            # A key alone is a bearer's.
            if scheme.form is Form.BEARER and ADMIN in target.keys:
                yield name, {"bearer": target.key}
        elif name in held:
            yield name, _of(scheme.form, held[name])


def _of(form: Form, credential: Credential) -> dict[str, str]:
    sent = next(credential.secrets)
    if form is Form.BEARER:
        return {"bearer": sent}
    if form is not Form.BASIC:
        return {"api_key": sent}
    user, _, password = credential.parts[0].partition(":")
    # Schemathesis encodes by Latin-1 what is sent as UTF-8.
    return {
        word: text.encode().decode("latin-1") for word, text in (("username", user), ("password", password))
    }
