import pytest

from domain.errors import Conflict, DomainError, Fault, NotFound, RulesBroken, Unavailable, WrongRevision


def test_not_found_names_the_kind_and_the_key() -> None:
    error = NotFound("access profile", 999)

    assert (error.kind, error.key) == ("access profile", 999)
    assert str(error) == "There is no access profile 999."


@pytest.mark.parametrize(
    ("kind", "field", "value", "message"),
    [
        ("access profile", "name", "Analyst", 'An access profile with the name "Analyst" exists already.'),
        ("role", "name", "Sales", 'A role with the name "Sales" exists already.'),
        ("user", "id", "ada", 'A user with the id "ada" exists already.'),
        ("API key", "name", "ci", 'An API key with the name "ci" exists already.'),
    ],
)
def test_a_conflict_names_what_is_taken(kind: str, field: str, value: str, message: str) -> None:
    error = Conflict(kind, field, value)

    assert (error.kind, error.field, error.value) == (kind, field, value)
    assert str(error) == message


def test_broken_rules_keep_every_fault_in_order() -> None:
    faults = [Fault(("name",), "empty", "Give a name."), Fault(("budgets", 1), "duplicate", "Once only.")]

    error = RulesBroken(faults)

    assert error.faults == tuple(faults)
    assert str(error) == "Give a name.; Once only."


@pytest.mark.parametrize("kind", [RulesBroken, NotFound, Conflict, Unavailable, WrongRevision])
def test_every_refusal_is_a_domain_error(kind: type[Exception]) -> None:
    assert issubclass(kind, DomainError)


def test_tables_of_a_wrong_revision_are_a_store_that_cannot_be_used() -> None:
    assert issubclass(WrongRevision, Unavailable)
