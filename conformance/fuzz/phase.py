"""The phase fuzz: Schemathesis draws requests, and what it finds becomes a verdict for each operation."""

from collections.abc import Mapping
from dataclasses import replace

from conformance.contract.document import Contract
from conformance.fuzz import engine
from conformance.fuzz.outcomes import Outcome
from conformance.run import skips
from conformance.run.canary import is_alive
from conformance.run.plan import Mode, Run, Statement
from conformance.run.schema_verdicts import decided
from conformance.run.trouble import gone
from conformance.run.verdict import Status


def derived_id(operation_id: str) -> str:
    """Return the id of the verdict that fuzzing an operation gives."""
    return f"S.{operation_id}.fuzz"


def _demand(operation_id: str) -> str:
    return f"{operation_id} keeps the schemas of the contract, whatever it is asked."


class Fuzz:
    """Schemathesis draws requests."""

    name = "fuzz"
    summary = "random requests, drawn by Schemathesis"
    budgets: Mapping[Mode, float] = {Mode.STANDARD: 30, Mode.CERTIFY: 600}

    def ids(self, contract: Contract) -> list[str]:
        """Return one id for each operation."""
        return [derived_id(operation.id) for operation in contract.operations]

    def explain(self, contract: Contract, verdict_id: str) -> Statement | None:
        """Return the statement that the operation keeps its schemas."""
        for operation in contract.operations:
            if derived_id(operation.id) == verdict_id:
                return Statement(
                    _demand(operation.id), operation.pointer, "By requests that Schemathesis draws."
                )
        return None

    def run(self, run: Run) -> None:
        """Decide for each operation that is asked for whether its answers keep the contract."""
        plan, workspace = run.plan, run.workspace
        operations = [each for each in plan.contract.operations if plan.asks_for(derived_id(each.id))]
        outcomes: dict[str, Outcome] = {}
        for operation in operations:
            why = skips.operation(plan, operation.id) or skips.writing(plan, operation)
            if why is not None:
                outcomes[operation.id] = Outcome(Status.SKIP, why)
            elif operation.id in workspace.given_up:
                outcomes[operation.id] = Outcome(Status.NOT_REACHED, workspace.given_up[operation.id])
        claimed = [operation.id for operation in operations if operation.id not in outcomes]
        if claimed and (workspace.trouble or not is_alive(workspace.session("alive"))):
            reason = workspace.trouble or gone(workspace, names=not plan.content.insists)
            outcomes |= dict.fromkeys(claimed, Outcome(Status.NOT_REACHED, reason))
        elif claimed:
            effort = engine.THOROUGH if plan.mode is Mode.CERTIFY else engine.BRIEF
            if plan.max_examples is not None:
                effort = replace(effort, max_examples=plan.max_examples)
            request = engine.Request(
                claimed,
                workspace.seed,
                effort,
                # Its process counts names from the beginning again.
                f"{workspace.prefix}fuzz-",
                run.deadline,
                plan.content.place,
                plan.excluded.union(workspace.given_up),
                plan.profiles,
            )
            outcomes |= engine.fuzz(plan.contract, plan.target, request, workspace.inventory.add)
            workspace.sent_elsewhere += sum(outcome.requests for outcome in outcomes.values())
        for operation in operations:
            outcome = outcomes[operation.id]
            run.decide(
                decided(
                    plan,
                    derived_id(operation.id),
                    operation,
                    outcome.status,
                    text=_demand(operation.id),
                    pointer=operation.pointer,
                    reason=outcome.reason,
                    findings=outcome.findings,
                    requests=outcome.requests,
                    seconds=outcome.seconds,
                    phase=self.name,
                )
            )
