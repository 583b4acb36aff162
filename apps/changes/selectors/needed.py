"""Whom a change needs while it runs, as the calendar asks."""

from apps.accounts.models import User
from apps.approvals.enums import SignatureDecision
from apps.approvals.models import Signature
from apps.calendar.enums import Duty
from apps.calendar.rules import Needed
from apps.changes.models import Change


def leads_of(change: Change) -> list[Needed]:
    """Return whoever leads a step of its plan; whoever asked for it, where nobody does."""
    leads = {step.lead_id for step in change.plan_steps.all()} or {change.requester_id}
    return [Needed(pk, Duty.LEAD) for pk in sorted(leads)]


def people_of(change: Change) -> list[User]:
    """Return whoever asked for a change or leads a step of it, and is here: those who are told of it."""
    wanted = {need.user_id for need in leads_of(change)} | {change.requester_id}
    return list(User.objects.filter(pk__in=wanted, is_active=True).order_by("pk"))


def approvers_of(change: Change) -> list[Needed]:
    """Return whoever approved it in the round that it goes out by."""
    signed = Signature.objects.filter(
        requirement__round=change.round_id, decision=SignatureDecision.APPROVE, withdrawn_at=None
    )
    return [Needed(pk, Duty.APPROVER) for pk in sorted(set(signed.values_list("signer_id", flat=True)))]
