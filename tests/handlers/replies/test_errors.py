"""The catalogue of errors, held against the contract."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from domain.errors import Conflict, DomainError, Fault, NotFound, RulesBroken, Unavailable, WrongRevision
from handlers import contract_types
from handlers.replies.errors import CATALOGUE, ApiError, RequestFault, from_domain, validation_failed
from server.contract.document import load_contract

DOCUMENT = load_contract().document
CODES = set(get_args(contract_types.ErrorCode))


def test_the_catalogue_has_every_code_of_the_contract() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    assert set(CATALOGUE) == CODES == set(schemas["ErrorCode"]["enum"])


def test_every_type_of_the_contract_is_used() -> None:
    assert {kind.type for kind in CATALOGUE.values()} == set(get_args(contract_types.ErrorType))


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_has_the_type_of_its_status(code: contract_types.ErrorCode) -> None:
    kind = CATALOGUE[code]

    special = {401: "authentication", 403: "permission", 404: "not_found", 409: "conflict", 412: "conflict"}
    expected = "server" if kind.status >= 500 else special.get(kind.status, "invalid_request")
    assert kind.type == expected


def test_every_status_is_stated_in_the_contract() -> None:
    stated = {
        int(status)
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        for status in operation["responses"]
    }

    # 405 is the answer to a method that is not stated, so no operation states it.
    assert {kind.status for kind in CATALOGUE.values()} - {405} == {
        status for status in stated if status >= 400
    }


def error_examples() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, response in DOCUMENT["components"]["responses"].items():
        if "content" not in response:
            continue
        for example in response["content"]["application/json"]["examples"].values():
            yield name, example["value"]


@pytest.mark.parametrize(("name", "example"), list(error_examples()))
def test_the_contracts_examples_are_of_the_catalogue(name: str, example: dict[str, Any]) -> None:
    kind = CATALOGUE[example["error"]["code"]]

    assert (example["status_code"], example["error"]["type"]) == (kind.status, kind.type), name


def test_an_unknown_profile_is_404() -> None:
    error = from_domain(NotFound("access profile", 999))

    assert (error.code, error.kind.status) == ("access_profile_not_found", 404)
    assert error.message == "There is no access profile 999."
    assert (error.faults, error.param, error.headers) == ((), None, {})


def test_a_taken_name_is_409_at_the_name() -> None:
    error = from_domain(Conflict("access profile", "name", "Analyst"))

    assert (error.code, error.kind.status, error.param) == ("name_taken", 409, ("name",))
    assert error.message == 'An access profile with the name "Analyst" exists already.'


def test_broken_rules_are_400_with_every_fault() -> None:
    faults = [Fault(("budgets", 1), "duplicate", "Once."), Fault(("name",), "empty", "Give one.")]

    error = from_domain(RulesBroken(faults))

    assert (error.code, error.kind.status) == ("validation_failed", 400)
    assert error.faults == tuple(RequestFault("body", fault) for fault in faults)


@pytest.mark.parametrize(
    "refusal", [Unavailable("/secret/path.db is locked"), WrongRevision("at revision (none)")]
)
def test_a_store_that_cannot_be_used_is_503_without_its_reason(refusal: DomainError) -> None:
    error = from_domain(refusal)

    assert (error.code, error.kind.status) == ("store_unavailable", 503)
    assert error.headers == {"Retry-After": "1"}
    assert str(refusal) not in error.message


@pytest.mark.parametrize(
    "refusal",
    [NotFound("unicorn", 1), Conflict("unicorn", "id", "ada"), DomainError("a kind that nobody maps")],
)
def test_a_refusal_of_no_known_kind_is_raised_and_not_answered(refusal: DomainError) -> None:
    with pytest.raises((DomainError, KeyError)):
        from_domain(refusal)


@pytest.mark.parametrize(
    ("count", "begin"), [(1, "The request has 1 fault: first"), (2, "The request has 2 faults: first")]
)
def test_the_message_counts_the_faults_and_tells_the_first(count: int, begin: str) -> None:
    faults = [RequestFault("query", Fault(("a",), "type", text)) for text in ("first", "second")[:count]]

    assert validation_failed(faults).message == begin


def test_an_error_keeps_what_it_is_given() -> None:
    error = ApiError("name_taken", "Taken.", param=["a", 0], headers={"X": "y"})

    assert (str(error), error.param, error.headers, error.faults) == ("Taken.", ("a", 0), {"X": "y"}, ())
