"""Whom a change needs while it runs, as the calendar asks."""

from apps.accounts.models import User
from apps.approvals.selectors import approvals_of
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
    """Return whoever approved it, by a signature on what goes out or by an earlier one that counts."""
    signers = set(approvals_of(change.round_id).values_list("signer_id", flat=True))
    return [Needed(pk, Duty.APPROVER) for pk in sorted(signers)]
