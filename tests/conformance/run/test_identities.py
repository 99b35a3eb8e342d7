"""Which credential each operation is shown, by the schemes that it takes."""

from pathlib import Path
from typing import Any

import pytest

from conformance.contract import document
from conformance.contract.document import Contract
from conformance.contract.routes import Routes
from conformance.http.credentials import NOBODY, Credential, authorization, of_scheme
from conformance.http.target import Target
from conformance.run.identities import of_role, unknown
from tests.conformance.contracts import OK, loaded
from tests.foreign.troubles.security import Credentials
from tests.foreign.troubles.serving import prepared

SCHEMES = {
    "a": {"type": "http", "scheme": "Bearer"},
    "b": {"type": "apiKey", "in": "query", "name": "key"},
    "c": {"type": "openIdConnect"},
    "d": {"type": "mutualTLS"},
}


def contract(folder: Path, security: Any, whole: Any = None) -> Contract:
    paths = {"/x": {"get": OK if security is None else OK | {"security": security}}}
    members = {"paths": paths, "components": {"securitySchemes": SCHEMES}}
    return loaded(folder, **members if whole is None else members | {"security": whole})


def shown(stated: Contract, *held: str, path: str = "/x") -> list[str]:
    """Return the schemes of which a credential is shown."""
    every = {name: of_scheme(scheme, f"of-{name}") for name, scheme in stated.schemes.items() if name != "d"}
    target = Target("http://h", credentials={"admin": {name: every[name] for name in held}})
    found = of_role(stated, Routes(stated), target, "admin").credential("GET", path)
    return [secret.removeprefix("of-") for secret in found.secrets]


CHOICES: list[tuple[Any, tuple[str, ...], list[str]]] = [
    (None, ("a",), []),
    ([], ("a",), []),
    ([{"a": []}], ("a", "b"), ["a"]),
    ([{"a": []}], (), []),
    ([{"a": []}, {"b": []}], ("b",), ["b"]),
    ([{"a": []}, {"b": []}], ("b", "a"), ["a"]),
    ([{"a": [], "b": []}], ("a", "b"), ["a", "b"]),
    ([{"a": [], "b": []}], ("a",), ["a"]),
    ([{"a": [], "d": []}, {"c": ["read"]}], ("a", "c"), ["c"]),
    ([{}, {"b": []}], ("b",), ["b"]),
    ([{}, {"b": []}], ("a",), []),
    ([{"undefined": []}], ("a",), []),
]


@pytest.mark.parametrize(("security", "held", "expected"), CHOICES)
def test_an_operation_is_shown_the_first_alternative_that_is_held(
    tmp_path: Path, security: Any, held: tuple[str, ...], expected: list[str]
) -> None:
    assert sorted(shown(contract(tmp_path, security), *held)) == expected
    # What holds for the whole document holds where the operation says nothing.
    assert sorted(shown(contract(tmp_path, None, security), *held)) == expected


def test_what_is_no_operation_is_shown_the_first_that_is_held(tmp_path: Path) -> None:
    stated = contract(tmp_path, [])

    assert shown(stated, "b", "a", path="/else") == ["b"]
    assert shown(stated, path="/else") == []


def test_a_key_alone_is_a_bearers(tmp_path: Path) -> None:
    stated = contract(tmp_path, [])
    target = Target("http://h", {"admin": "k"})

    assert of_role(stated, Routes(stated), target, "admin") == authorization("Bearer k")
    assert of_role(stated, Routes(stated), target, "viewer") == NOBODY


def test_a_stranger_shows_what_nobody_has_in_the_form_that_is_taken(tmp_path: Path) -> None:
    stated = contract(tmp_path, [{"a": [], "b": [], "d": []}])

    found = unknown(stated, stated.operations[0], "nobody-knows")
    assert found == authorization("Bearer nobody-knows") | Credential(query=(("key", "nobody-knows"),))
    assert unknown(contract(tmp_path, []), stated.operations[0], "x") == NOBODY


def test_schemes_that_are_not_defined_are_told(tmp_path: Path) -> None:
    [note] = contract(tmp_path, [{"undefined": []}]).notes

    assert note == "The security schemes undefined are not defined: nothing can be sent for them."


def test_every_door_of_a_server_is_shown_its_key() -> None:
    with prepared("locks") as ready:
        stated = document.load(ready.contract)
        held: Credentials = ready.credentials
    keys = {name: of_scheme(stated.schemes[name], text) for name, text in held["somebody"].items()}
    somebody = of_role(stated, Routes(stated), Target("http://h", credentials={"admin": keys}), "admin")

    borne = {path: somebody.credential("GET", path).put_into(path, {}) for path in ("/password", "/both")}
    assert borne["/both"] == ("/both?key=key-in-the-query", {"X-Key": "key-in-a-header"})
    assert borne["/password"][1]["Authorization"].startswith("Basic ")
