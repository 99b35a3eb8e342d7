"""A request that may change something names what the run made, or what nobody has."""

from typing import Any

import pytest

from conformance.contract import derivation, document
from conformance.fuzz.ids import guarded
from conformance.run.inventory import Inventory

_LARGEST = 2**63 - 1
_CONTRACT = document.load()
_RESOURCES = derivation.resources(_CONTRACT)


def _guarded(**parameters: Any) -> dict[str, Any]:
    made = Inventory(_CONTRACT, _RESOURCES, "cf-1-", lambda _path, _parameters: None)
    made.add("/access-profiles/{profile_id}", {"profile_id": 7})
    made.add("/users/{user_id}", {"user_id": "cf-1-ä"})
    return guarded(parameters, _RESOURCES, made, "cf-1-")


def test_what_the_run_made_stays() -> None:
    for own in ({"profile_id": 7}, {"profile_id": "7"}, {"user_id": "cf-1-ä"}, {"user_id": "cf-1-%C3%A4"}):
        assert _guarded(**own) == own


@pytest.mark.parametrize("parameter", ["profile_id", "role_id", "key_id"])
def test_a_number_of_others_becomes_one_that_nobody_has(parameter: str) -> None:
    for value in (1, 8, "8", 2**31, 2**62):
        safe = _guarded(**{parameter: value})[parameter]
        assert _LARGEST - 2000 < safe <= _LARGEST, value


def test_a_user_of_others_becomes_one_that_nobody_has() -> None:
    assert _guarded(user_id="ada.lovelace")["user_id"].startswith("cf-1-nobody-")


@pytest.mark.parametrize("value", ["7.0", "5.5", "1e0", 7.0])
def test_what_a_lenient_server_may_read_as_a_number_gets_out_of_reach_and_stays_wrong(value: Any) -> None:
    safe = _guarded(role_id=value)["role_id"]

    assert float(safe) > 2**31
    assert not str(safe).isdecimal()


def test_what_is_no_number_of_anything_and_no_id_of_a_user_stays_as_it_is() -> None:
    for value in (0, -1, 2**63, "x", "None", "", [2, 2]):
        assert _guarded(key_id=value) == {"key_id": value}
    for user_id in (".", ".ada", "a%2Fb", "%00", "x" * 256):
        assert _guarded(user_id=user_id) == {"user_id": user_id}


def test_what_is_sought_below_an_object_of_the_run_needs_no_care() -> None:
    below = {"version": 3, "vk_id": "vk-1", "budget_id": "b-1"}

    assert _guarded(**below) == below
