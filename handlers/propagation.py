"""Propagation: bringing a template's changes to the copies that users hold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from domain.batches import batches
from domain.errors import RulesBroken
from domain.propagation import PropagatedField, new_provider_configs, propagated
from domain.records import AuditAction, Policy, UserAccessProfile
from domain.usage import rolled_forward
from handlers.actions import audit
from handlers.context import Context
from handlers.contract_types import PropagateRequest, PropagateResponse
from handlers.replies.reply import Reply, ok
from store.api import ReadTransaction, WriteTransaction

BATCH = 500
"""How many copies are changed at once."""


@dataclass(slots=True)
class _Outcome:
    """What became of the users that were aimed at, and whether any copy differs for it."""

    changed: bool = False
    affected: list[str] = field(default_factory=list)
    failed: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        """How many users were counted."""
        return len(self.affected) + self.failed + self.skipped


def propagate_access_profile(
    context: Context, profile_id: int, body: PropagateRequest
) -> Reply[PropagateResponse]:
    """Set chosen fields of copies to the template's, in one transaction; a dry run only counts."""
    dry_run = body.get("dry_run", False)
    if dry_run:
        with context.store.read() as reading:
            outcome = _run(reading, context, profile_id, body, reserve=range, save_all=lambda _copies: None)
    else:
        with context.store.write() as tx:
            reserve = tx.profiles.reserve_provider_config_ids
            outcome = _run(tx, context, profile_id, body, reserve=reserve, save_all=tx.copies.save_all)
            if outcome.changed:
                _record(tx, context, profile_id, body, outcome)
    return ok(
        {
            "affected_users": len(outcome.affected),
            "failed_users": outcome.failed,
            "skipped_users": outcome.skipped,
            "user_ids": outcome.affected,
            "fields": list(dict.fromkeys(body["fields"])),
            "applied": not dry_run,
            "vk_sync_errors": [],
        }
    )


def _run(
    tx: ReadTransaction | WriteTransaction,
    context: Context,
    profile_id: int,
    body: PropagateRequest,
    *,
    reserve: Callable[[int], range],
    save_all: Callable[[Sequence[UserAccessProfile]], None],
) -> _Outcome:
    """Compute every copy's policy and save those that differ, a batch at a time.

    It is the same for a dry run: only what reserves ids and what saves are others.
    """
    template = tx.profiles.get(profile_id).profile.policy
    fields = frozenset(map(PropagatedField, body["fields"]))
    aimed_at = _aimed_at(tx, body)
    outcome = _Outcome()
    for batch in batches(tx.copies.of_profile(profile_id, aimed_at), BATCH):
        usable = [copy for copy in batch if copy.is_usable(context.now)]
        outcome.skipped += len(batch) - len(usable)
        needed = sum(new_provider_configs(copy.policy, template, fields) for copy in usable)
        change = partial(
            propagated,
            template=template,
            fields=fields,
            reset_usage=body.get("reset_usage", False),
            line_id=context.new_id,
            provider_config_id=iter(reserve(needed)).__next__,
            now=context.now,
        )
        save_all(_changed(usable, change, outcome, context.now))
    if body.get("user_ids") and aimed_at is not None:
        outcome.skipped += len(aimed_at) - outcome.total
    return outcome


def _changed(
    copies: Iterable[UserAccessProfile],
    change: Callable[[Policy], Policy],
    outcome: _Outcome,
    now: datetime,
) -> list[UserAccessProfile]:
    """Return the copies whose policy becomes another one; count all of them."""
    changed = []
    for copy in copies:
        present = rolled_forward(copy.policy, now)
        try:
            policy = change(present)
        except RulesBroken:
            outcome.failed += 1
            continue
        outcome.affected.append(copy.user_id)
        if policy != present:
            changed.append(replace(copy, policy=policy))
            outcome.changed = True
    return changed


def _aimed_at(tx: ReadTransaction | WriteTransaction, body: PropagateRequest) -> set[str] | None:
    """Return the users that the request narrows the run down to; None for all who hold a copy."""
    named, group_ids = body.get("user_ids"), body.get("group_ids")
    if not group_ids:
        return set(named) if named else None
    members = set(tx.users.in_groups(group_ids))
    return members.intersection(named) if named else members


def _record(
    tx: WriteTransaction, context: Context, profile_id: int, body: PropagateRequest, outcome: _Outcome
) -> None:
    audit.record(
        tx,
        context,
        AuditAction.PROPAGATE,
        profile_id=profile_id,
        fields=list(dict.fromkeys(body["fields"])),
        reset_usage=body.get("reset_usage", False),
        user_ids=body.get("user_ids", []),
        group_ids=body.get("group_ids", []),
        affected_users=len(outcome.affected),
        failed_users=outcome.failed,
        skipped_users=outcome.skipped,
    )
