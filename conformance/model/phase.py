"""The model phase: random histories until one contradicts the clauses, or all are done."""

from collections.abc import Mapping

from conformance.contract.document import Contract
from conformance.model.scenarios import PEOPLE, TEMPLATES
from conformance.run.plan import Mode, Run, Statement

_SCENARIOS = (TEMPLATES, PEOPLE)
_HOW = "By random histories of calls, each compared with a model that was written from the clauses."


class Histories:
    """Random histories, beside a model of the clauses."""

    name = "model"
    summary = "random histories, beside a model of the clauses"
    budgets: Mapping[Mode, float] = {Mode.STANDARD: 8, Mode.CERTIFY: 60}

    def ids(self, contract: Contract) -> list[str]:
        """Return the ids of the scenarios, the same for every contract of access profiles."""
        del contract
        return [scenario.id for scenario in _SCENARIOS]

    def explain(self, contract: Contract, verdict_id: str) -> Statement | None:
        """Return what a scenario is about."""
        for scenario in _SCENARIOS:
            if scenario.id == verdict_id:
                stated = contract.operation(scenario.operation_id)
                return Statement(scenario.text, stated.pointer if stated else "", _HOW)
        return None

    def run(self, run: Run) -> None:
        """Decide `MODEL.templates` and `MODEL.people`, as far as they are asked for."""
        # Hypothesis takes a fifth of the start to import, and a run without this phase does without.
        from conformance.model.search import search

        search(run)
