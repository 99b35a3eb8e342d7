"""Contract mutants: from the contract alone, a server for each way to differ from it in one point."""

from conformance.selftest.mutants.access import access_mutants
from conformance.selftest.mutants.answers import answer_mutants
from conformance.selftest.mutants.constraints import constraint_mutants
from conformance.selftest.mutants.mutant import Constraint, Document, Mutant

__all__ = ["Constraint", "Mutant", "mutants"]


def mutants(document: Document) -> list[Mutant]:
    """Return every mutant of a contract, in the order of its operations within each kind."""
    return [*constraint_mutants(document), *answer_mutants(document), *access_mutants(document)]
