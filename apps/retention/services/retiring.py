"""Retiring old entries under a policy that people decided on. By default everything is kept."""

from collections.abc import Collection
from itertools import islice

from django.db import transaction

from apps.audit.models import AuditEvent, AuditRetirement
from apps.audit.services import record_event, retire_leaves
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid, PolicyBlocked
from apps.retention.models import RetentionPolicy
from apps.retention.selectors import due_leaves, policy_in_force
from apps.retention.services.holds import allowed_to_keep, decider, only_one_at_a_time, refuse_if_held

_AT_ONCE = 500


@transaction.atomic
def set_policy(*, actor: Actor, name: str, keep_years: int | None, reason: str) -> RetentionPolicy:
    """Decide for how many years entries keep their content; None is for ever.

    Raises:
        Forbidden: the actor is not a change manager in person.
        Invalid: there is no name or reason, or less than one year.
    """
    who = decider(actor)
    problems: dict[str, list[str]] = {}
    if not name.strip():
        problems["name"] = ["Give the policy a name by which people find it."]
    if not reason.strip():
        problems["reason"] = ["Say which rule asks for this."]
    if keep_years is not None and keep_years < 1:
        problems["keep_years"] = ["Keep entries for one year at least."]
    if problems:
        raise Invalid(problems)
    policy = RetentionPolicy.objects.create(
        name=name.strip(),
        keep_years=keep_years,
        reason=reason.strip(),
        decided_by=who,
        decided_at=clock.now(),
    )
    record_event(
        event="retention.policy_set",
        actor=actor,
        obj=policy,
        data={"name": policy.name, "keep_years": keep_years},
        private={"reason": policy.reason},
    )
    return policy


@transaction.atomic
def retire_entries(*, actor: Actor, leaves: Collection[int]) -> AuditRetirement | None:
    """Put tombstones in place of up to 500 entries, named by their places, under the policy in force.

    Raises:
        Forbidden: the actor may not decide what the ledger keeps.
        PolicyBlocked: the policy keeps everything or keeps one of them still, or a legal hold covers one.
    """
    allowed_to_keep(actor)
    only_one_at_a_time()
    policy = _policy()
    refuse_if_held(AuditEvent.objects.filter(leaf__index__in=leaves), act="retired")
    due = set(due_leaves(policy).filter(leaf__index__in=leaves))
    if early := sorted(set(leaves) - due):
        raise PolicyBlocked(f"“{policy.name}” keeps the entry at leaf {early[0]:,} as it is.")
    decided_by = f"person:{policy.decided_by_id}"
    return retire_leaves(actor=actor, policy=policy.name, decided_by=decided_by, leaves=sorted(due))


def retire_due(*, actor: Actor) -> int:
    """Retire every sealed entry whose time is over and that no hold covers, 500 at a time. Return how many.

    Raises:
        Forbidden: the actor may not decide what the ledger keeps.
        PolicyBlocked: the policy keeps everything.
    """
    allowed_to_keep(actor)
    policy, retired, beyond = _policy(), 0, -1
    while leaves := list(islice(due_leaves(policy, beyond=beyond)[:_AT_ONCE], _AT_ONCE)):
        retire_entries(actor=actor, leaves=leaves)
        retired, beyond = retired + len(leaves), leaves[-1]
    return retired


def _policy() -> RetentionPolicy:
    policy = policy_in_force()
    if policy is None or policy.keep_years is None:
        raise PolicyBlocked(
            "The policy in force keeps everything.", remedy="A change manager decides on another one first."
        )
    return policy
