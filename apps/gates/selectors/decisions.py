"""What the gate was asked and answered, as a person may see it: with the change that it is about."""

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.selectors import works_on_changes
from apps.changes.models import Change
from apps.changes.selectors import changes_to_read
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.gates.models import GateDecision

ONLY_READS = denied(
    "Only people who propose, approve or manage changes ask the gate.",
    "Read what it answered on the page of gates of the change.",
)


def may_ask_gate(actor: Actor) -> Decision:
    """Return whether an actor may ask the gate: its answers are kept in their name, so whoever only reads does not."""
    return ALLOWED if isinstance(actor.user, User) and works_on_changes(actor.user) else ONLY_READS


def decisions_of(user: User, change: Change) -> QuerySet[GateDecision]:
    """Return what was asked about a change that the person was given, the newest first, as they may see it."""
    return change.gate_decisions.filter(seen_by(user)).select_related("asked_by", "revision")


def seen_by(user: User) -> Q:
    """Return the condition that an answer is no draft's, or the draft's was theirs: it names what the draft moved."""
    return Q(revision__isnull=False) | Q(change__requester=user)


def decision_for(user: User, ref: str) -> GateDecision | None:
    """Return the decision with this reference ("GATE-12"), or None when there is none that the person may see."""
    number = _number_in(ref)
    if number is None:
        return None
    found = GateDecision.objects.filter(seen_by(user), pk=number, change__in=changes_to_read(user))
    return found.select_related("change", "revision", "asked_by").first()


def decision_exists(ref: str) -> bool:
    """Return whether there is such a decision, whoever may see it; for the record of a denial alone."""
    number = _number_in(ref)
    return number is not None and GateDecision.objects.filter(pk=number).exists()


def _number_in(ref: str) -> int | None:
    digits = ref.strip().upper().removeprefix("GATE-")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 15 else None
