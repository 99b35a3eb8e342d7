"""The list of checks: one for each clause, each of which says how it checks."""

import pytest

from conformance.access_profiles import calls
from conformance.run.registry import Registry, load
from conformance.run.session import Session


def test_the_docstring_of_a_check_is_its_explanation() -> None:
    checks = Registry()

    @checks.check("A-1")
    def ask(session: Session) -> None:
        """Ask once.

        And look.
        """

    assert checks["A-1"].explanation == "Ask once. And look."
    assert checks["A-1"].run is ask
    assert list(checks) == ["A-1"]


def test_a_second_check_for_a_clause_is_refused() -> None:
    checks = Registry()

    @checks.check("A-1")
    def first(session: Session) -> None:
        """Ask."""

    with pytest.raises(ValueError, match="A-1 has a check already"):
        checks.check("A-1")(first)


def test_a_check_that_does_not_say_how_is_refused() -> None:
    def silent(session: Session) -> None:
        calls.browse(session)

    with pytest.raises(ValueError, match="no docstring"):
        Registry().check("A-1")(silent)


def test_every_check_is_explained_in_a_sentence() -> None:
    checks = load()

    for clause_id in checks:
        assert checks[clause_id].explanation.endswith(".")
        assert len(checks[clause_id].explanation) > 40
