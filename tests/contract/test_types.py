import pytest

from tests.contract.generate_types import TYPES, generated


def test_the_generated_types_are_those_of_the_contract() -> None:
    if generated() != TYPES.read_text(encoding="utf-8"):
        pytest.fail("handlers/contract_types.py is not what openapi.yaml makes: run `make types`.", False)
