"""Budget Overrides: temporary raises of one user's budget."""

from collections.abc import Callable
from dataclasses import replace

from domain.amounts import to_dollars, to_micros
from domain.errors import Fault, RulesBroken
from domain.overrides import find_budget, with_override, without_override
from domain.records import BudgetOverride, OverrideMode, Policy
from domain.usage import rolled_forward
from handlers.actions import audit
from handlers.actions.provisioning import held_copy
from handlers.context import Context
from handlers.contract_types import BudgetOverrideRequest, BudgetOverrideResponse
from handlers.replies.copies import governance_budget
from handlers.replies.reply import Reply, ok


def update_user_access_profile_budget_override(
    context: Context, user_id: str, profile_id: int, budget_id: str, body: BudgetOverrideRequest
) -> Reply[BudgetOverrideResponse]:
    """Raise one budget of a user's copy, in the place of an earlier raise."""
    mode, cycles = OverrideMode(body["mode"]), body.get("cycles", 0)
    if faults := _faults(mode, cycles):
        raise RulesBroken(faults)

    def override(policy: Policy) -> Policy:
        return with_override(
            policy,
            budget_id,
            amount_micros=to_micros(body["amount"]),
            mode=mode,
            cycles=cycles or None,
            now=context.now,
        )

    return _change(context, user_id, profile_id, budget_id, override, event="override_set")


def delete_user_access_profile_budget_override(
    context: Context, user_id: str, profile_id: int, budget_id: str
) -> Reply[BudgetOverrideResponse]:
    """Take the raise of a budget away; where there is none, nothing is changed."""

    def clear(policy: Policy) -> Policy:
        return without_override(policy, budget_id)

    return _change(context, user_id, profile_id, budget_id, clear, event="override_clear")


def _change(
    context: Context,
    user_id: str,
    profile_id: int,
    budget_id: str,
    change: Callable[[Policy], Policy],
    *,
    event: str,
) -> Reply[BudgetOverrideResponse]:
    with context.store.write() as tx:
        copy = held_copy(tx, user_id, profile_id)
        before = rolled_forward(copy.policy, context.now)
        after = change(before)
        if after != before:
            tx.copies.save(replace(copy, policy=after))
            audit.record_copy(
                tx,
                context,
                copy,
                event=event,
                previous=_described(before, budget_id),
                new=_described(after, budget_id),
                budget_id=budget_id,
            )
    budget, _ = find_budget(after, budget_id)
    return ok(governance_budget(budget, calendar_aligned=after.calendar_aligned, now=context.now))


def _faults(mode: OverrideMode, cycles: int) -> list[Fault]:
    if mode is OverrideMode.CYCLES and cycles < 1:
        return [Fault(("cycles",), "required", 'The mode "cycles" needs the number of cycles, 1 or more.')]
    if mode is OverrideMode.FOREVER and cycles:
        return [Fault(("cycles",), "not_applicable", 'The mode "forever" takes no cycles: leave them out.')]
    return []


def _described(policy: Policy, budget_id: str) -> dict[str, object]:
    override: BudgetOverride | None = find_budget(policy, budget_id)[0].override
    if override is None:
        return {"override_amount": None}
    return {
        "override_amount": to_dollars(override.amount_micros),
        "override_mode": override.mode.value,
        "override_cycles_total": override.cycles_total,
    }
