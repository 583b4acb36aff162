"""How long each step of a drill took, as the records of the change that rehearsed it have it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.approvals.enums import DECISIONS, RoundState
from apps.approvals.models import Signature
from apps.audit.models import AuditEvent
from apps.changes.models import Change
from apps.playbooks.enums import DrillStep
from apps.playbooks.models import Drill
from apps.reviews.models import Review

_STEPS = {
    DrillStep.SUBMITTED: "change.submitted",
    DrillStep.SCHEDULED: "change.approved",
    DrillStep.STARTED: "change.started",
    DrillStep.COMPLETED: "change.completed",
    DrillStep.ROLLED_BACK: "change.rolled_back",
    DrillStep.REVIEW_OPENED: "review.opened",
    DrillStep.REVIEW_SIGNED: "review.signed",
}
"""The entry of the ledger that says of each step when it was reached. All have signed when the round says so."""


@dataclass(frozen=True)
class Timed:
    """A step, or one signature of it: ``target`` and ``took`` are counted from the start of the drill.

    ``at`` and ``took`` are None where it did not happen. ``step`` is empty for a signature, which has no target.
    """

    label: str
    step: str = ""
    target: timedelta | None = None
    at: datetime | None = None
    took: timedelta | None = None

    @property
    def over(self) -> timedelta | None:
        """Return by how much it took longer than its target; None where either is not known."""
        return self.took - self.target if self.took is not None and self.target is not None else None


@dataclass(frozen=True)
class Times:
    """A drill with its change and review, as far as there are any, and its steps in order."""

    change: Change | None
    review: Review | None
    steps: list[Timed]

    @property
    def total(self) -> timedelta | None:
        """Return how long it took to the signature of its review, or None where that is not measured."""
        return self.steps[-1].took

    def took(self, step: str) -> timedelta | None:
        """Return how long one step took, or None."""
        return next((one.took for one in self.steps if one.step == step), None)


def times_of(drill: Drill) -> Times:
    """Return how long each step of a drill took; four queries. A step that came more than once counts the last time."""
    change = Change.objects.filter(drill=drill).select_related("round", "review").first()
    if change is None:
        return Times(None, None, [_timed(drill, step, None) for step in DrillStep])
    review: Review | None = getattr(change, "review", None)
    reached = _reached(change, review)
    steps = [_timed(drill, step, reached.get(step)) for step in DrillStep]
    place = list(DrillStep).index(DrillStep.SIGNED)
    steps[place:place] = [_since(drill, Timed(_called(one), at=one.signed_at)) for one in _signatures(change)]
    return Times(change, review, steps)


def _reached(change: Change, review: Review | None) -> dict[DrillStep, datetime]:
    entries = AuditEvent.objects.filter(object_type="change", object_id=change.ref, event__in=_STEPS.values())
    if review is not None:
        kind, ref = review.ledger_ref()
        entries |= AuditEvent.objects.filter(object_type=kind, object_id=ref, event__in=_STEPS.values())
    last = dict(entries.order_by("pk").values_list("event", "at"))
    found = {step: last[event] for step, event in _STEPS.items() if event in last}
    if change.round is not None and change.round.state == RoundState.APPROVED and change.round.closed_at:
        found[DrillStep.SIGNED] = change.round.closed_at
    return found


def _signatures(change: Change) -> list[Signature]:
    kind, ref = change.ledger_ref()
    given = Signature.objects.filter(
        requirement__round__subject_type=kind,
        requirement__round__subject_ref=ref,
        decision__in=DECISIONS,
        withdrawn_at=None,
    )
    return list(given.select_related("signer", "requirement").order_by("signed_at", "pk"))


def _called(signature: Signature) -> str:
    asked = signature.requirement
    scope = f" for {asked.component_label}" if asked.component_label else ""
    return f"{signature.signer}, {asked.get_role_display()}{scope}"


def _timed(drill: Drill, step: DrillStep, at: datetime | None) -> Timed:
    minutes = drill.targets.get(step)
    target = timedelta(minutes=minutes) if minutes is not None else None
    return _since(drill, Timed(step.label, step, target, at))


def _since(drill: Drill, timed: Timed) -> Timed:
    if timed.at is None or drill.started_at is None:
        return timed
    return Timed(timed.label, timed.step, timed.target, timed.at, timed.at - drill.started_at)
