"""Propagation: bringing a template's changes to the copies that users hold."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from domain.errors import RulesBroken
from domain.propagation import PropagatedField, propagated
from domain.records import AccessProfile, AuditAction, Policy, UserAccessProfile
from domain.usage import settled
from handlers import audit
from handlers.context import Context
from handlers.contract_types import PropagateRequest, PropagateResponse
from handlers.reply import Reply, ok
from store.api import ReadTransaction, WriteTransaction


@dataclass(slots=True)
class _Outcome:
    """What became of the users that were aimed at, and whether any copy differs for it."""

    changed: bool = False
    affected: list[str] = field(default_factory=list)
    failed: int = 0
    skipped: int = 0


def propagate_access_profile(
    context: Context, profile_id: int, body: PropagateRequest
) -> Reply[PropagateResponse]:
    """Set chosen fields of copies to the template's, in one transaction; a dry run only counts."""
    dry_run = body.get("dry_run", False)
    if dry_run:
        with context.store.read() as reading:
            outcome = _run(reading, context, profile_id, body, _unused_ids(), save=lambda _copy: None)
    else:
        with context.store.write() as tx:
            outcome = _run(tx, context, profile_id, body, _reserved_ids(tx), save=tx.copies.save)
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
    provider_config_ids: Iterator[int],
    *,
    save: Callable[[UserAccessProfile], None],
) -> _Outcome:
    """Compute every copy's policy and save those that differ. It is the same for a dry run."""
    template = tx.profiles.get(profile_id).profile
    change = _change(context, template, body, provider_config_ids)
    outcome = _Outcome()
    for copy in _targets(tx, profile_id, body):
        if copy is None or not copy.is_usable(context.now):
            outcome.skipped += 1
            continue
        try:
            policy = change(copy.policy)
        except RulesBroken:
            outcome.failed += 1
            continue
        outcome.affected.append(copy.user_id)
        if policy != settled(copy.policy, context.now):
            save(replace(copy, policy=policy))
            outcome.changed = True
    return outcome


def _change(
    context: Context, template: AccessProfile, body: PropagateRequest, provider_config_ids: Iterator[int]
) -> Callable[[Policy], Policy]:
    fields = frozenset(map(PropagatedField, body["fields"]))
    reset_usage = body.get("reset_usage", False)
    return lambda policy: propagated(
        policy,
        template.policy,
        fields,
        reset_usage=reset_usage,
        line_id=context.new_id,
        provider_config_id=provider_config_ids.__next__,
        now=context.now,
    )


def _targets(
    tx: ReadTransaction | WriteTransaction, profile_id: int, body: PropagateRequest
) -> Iterable[UserAccessProfile | None]:
    """Yield the copies to change, ordered by id, and None for each named user who holds none."""
    named, group_ids = body.get("user_ids"), body.get("group_ids")
    members = set(tx.users.in_groups(group_ids)) if group_ids else None
    if not named:
        copies: Iterable[UserAccessProfile] = tx.copies.of_profile(profile_id)
        return (copy for copy in copies if members is None or copy.user_id in members)
    chosen = [user_id for user_id in dict.fromkeys(named) if members is None or user_id in members]
    found = [tx.copies.find(user_id, profile_id) for user_id in chosen]
    held = sorted((copy for copy in found if copy is not None), key=lambda copy: copy.id)
    return [*held, *(copy for copy in found if copy is None)]


def _unused_ids() -> Iterator[int]:
    """Return ids for policies that nobody keeps."""
    return count(1)


def _reserved_ids(tx: WriteTransaction) -> Iterator[int]:
    """Yield ids for provider configs, reserved as they are asked for."""
    while True:
        yield from tx.profiles.reserve_provider_config_ids(1)


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
