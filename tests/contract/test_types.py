from tests.contract.generate_types import TYPES, generated


def test_the_generated_types_are_those_of_the_contract() -> None:
    committed = TYPES.read_text(encoding="utf-8")

    assert generated() == committed, (
        "handlers/contract_types.py is not what openapi.yaml makes: run `make types`"
    )
