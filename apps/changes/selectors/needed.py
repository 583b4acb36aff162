"""Whom a change needs while it runs, as the calendar asks."""

from apps.approvals.enums import SignatureDecision
from apps.approvals.models import Signature
from apps.calendar.enums import Duty
from apps.calendar.rules import Needed
from apps.changes.models import Change


def leads_of(change: Change) -> list[Needed]:
    """Return whoever leads a step of its plan; whoever asked for it, where nobody does."""
    leads = set(change.plan_steps.values_list("lead_id", flat=True)) or {change.requester_id}
    return [Needed(pk, Duty.LEAD) for pk in sorted(leads)]


def approvers_of(change: Change) -> list[Needed]:
    """Return whoever approved it in the round that it goes out by."""
    signed = Signature.objects.filter(
        requirement__round=change.round_id, decision=SignatureDecision.APPROVE, withdrawn_at=None
    )
    return [Needed(pk, Duty.APPROVER) for pk in sorted(set(signed.values_list("signer_id", flat=True)))]
