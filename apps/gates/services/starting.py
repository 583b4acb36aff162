"""The start of a change, which goes through its gate, and the end of one that went ahead before it was measured."""

from apps.audit.services import record_event
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.core.errors import Because, PolicyBlocked
from apps.evidence.enums import Stage
from apps.gates.rules import Reason
from apps.gates.selectors import GateStanding, owed_afterwards, spoken_against, standing_at
from apps.policy.rules import FIRST_NUMBER


def keep_closed_gate(change: Change, actor: Actor) -> None:
    """Refuse a start while checks or rules speak against it; say in the ledger what an emergency passed over.

    Signatures, the window and conflicts are asked by the start itself, and the artifact by the pipeline that brings it.
    It is an effect of the start and no guard: it reads all that was measured, which no page that shows the step can
    spend.

    Raises:
        PolicyBlocked: with each reason, its remedy, and the page that shows it.
    """
    held = standing_at(change)
    against = _chosen(held, spoken_against(change, held, Stage.PRE_DEPLOY))
    if against:
        more = f" So do {len(against) - 1} more." if len(against) > 1 else ""
        raise PolicyBlocked(
            f"This keeps the gate of {change.ref} closed: {against[0].says.rstrip('.')}.{more}",
            remedy=against[0].remedy,
            because=[Because(one.says, one.remedy, one.url) for one in against],
        )
    owed = _chosen(held, owed_afterwards(change, held))
    if owed:
        data = {"rules": sorted({one.rule for one in owed}), "count": len(owed)}
        record_event(event="gate.passed_over", actor=actor, obj=change, data=data)


def _chosen(held: GateStanding, reasons: list[Reason]) -> list[Reason]:
    """Return the reasons that the organisation chose: until it approves rules, those of the portal keep nobody back.

    They keep the gate closed to pipelines from the first day. A person who starts a change is held to what somebody
    here has signed.
    """
    if held.rules_version != FIRST_NUMBER:
        return reasons
    came_with_it = {one.rule.id for one in held.verdict.results}
    return [one for one in reasons if one.rule not in came_with_it]


def may_close_emergency(change: Change, actor: Actor) -> Decision:  # noqa: ARG001
    """Return whether a change that went ahead and stayed may be closed: once it is measured as any other is."""
    ahead = change.round is not None and change.round.went_ahead_at is not None
    if not ahead or change.state != ChangeState.COMPLETED:
        return ALLOWED
    held = standing_at(change)
    owed = _chosen(held, owed_afterwards(change, held))
    if not owed:
        return ALLOWED
    return denied(
        f"It went ahead before it was measured. Still open: {owed[0].says.rstrip('.')}"
        f"{f', and {len(owed) - 1} more' if len(owed) > 1 else ''}.",
        "Send what is missing as evidence, or ask for a waiver.",
    )
