"""What each figure of the dashboards counts. ``apps/insights/rules/dashboards`` says it in words."""

from datetime import datetime
from typing import Any

from django.db.models import (
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Ceil, Concat, Extract

from apps.accounts.models import User
from apps.accounts.selectors import with_any_role
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.calendar.enums import BookingState, Standing
from apps.calendar.models import Booking
from apps.changes.enums import DROPPED
from apps.changes.selectors import rehearsal_refs
from apps.core import clock
from apps.insights.models import Decided, DecisionCount
from apps.insights.rules.scope import Scope
from apps.insights.selectors.populations import Population, Rows, changes_in, during, moves
from apps.policy.selectors import waivers_for
from apps.reviews.enums import WENT_WRONG, Outcome, ReviewState
from apps.reviews.models import Review

_ALL = Q()
HOUR, MINUTE = 3600, 60


def _reviewed(*outcomes: str) -> Exists:
    return Exists(Review.objects.filter(change=OuterRef("pk"), outcome__in=outcomes))


def _begun(length: Any, unit: int) -> Cast:
    """Return how many units of so many seconds a length of time takes, the last one begun."""
    seconds = Extract(ExpressionWrapper(length, DurationField()), "epoch")
    return Cast(Ceil(seconds / float(unit)), IntegerField())


def ended(user: User, scope: Scope) -> Rows:
    """Return the changes that ended in the period."""
    return changes_in(user, scope).filter(**during("actual_end", scope))


FAILED = Q(_reviewed(*WENT_WRONG))
"""Rolled back or failed, as the review says, which opens with how the change ended."""

FAILURES = Population(ended, "actual_end", {"ended": _ALL, "failed": FAILED})
LEAD = Population(
    lambda user, scope: ended(user, scope).exclude(FAILED),
    "actual_end",
    {"live": _ALL},
    key="change_class",
    took=_begun(F("actual_end") - F("first_submitted_at"), HOUR),
    timed="live",
)
RESTORING = Population(
    lambda user, scope: changes_in(user, scope).filter(
        pk__in=Review.objects.filter(outcome__in=WENT_WRONG).values("change"), **during("actual_end", scope)
    ),
    "actual_end",
    {
        "failed": _ALL,
        "restored": Q(_reviewed(Outcome.ROLLED_BACK), actual_start__isnull=False),
        "unknown": ~Q(_reviewed(Outcome.ROLLED_BACK), actual_start__isnull=False),
    },
    took=_begun(F("actual_end") - F("actual_start"), MINUTE),
    timed="restored",
)
RISK = Population(
    ended, "actual_end", {"ended": _ALL} | {f"risk_{level}": Q(risk=level) for level in (1, 2, 3, 4)}
)
_BLOCKED = Q(booking__in=Booking.objects.filter(stands=Standing.BLOCKED, state=BookingState.PLANNED))
LOAD = Population(
    lambda user, scope: (
        changes_in(user, scope).filter(**during("planned_start", scope)).exclude(state__in=DROPPED)
    ),
    "planned_start",
    {"planned": _ALL, "blocked": _BLOCKED, "clear": ~_BLOCKED},
)


def _decided(user: User, scope: Scope) -> Rows:
    """Return the decisions of the period. What was submitted once stays open to everyone with a role; so do they."""
    found = Decided.objects.filter(with_any_role(user), **during("signed_at", scope))
    if scope.change_class:
        found = found.filter(change__change_class=scope.change_class)
    moved = moves(scope)
    return found if moved is None else found.filter(change__in=moved.values("change"))


def _overdue(user: User, scope: Scope) -> Rows:
    due = Requirement.objects.filter(Q(due_at__lt=clock.now()), state=RequirementState.OPEN)
    return due.filter(round__change__in=changes_in(user, scope), **during("due_at", scope))


def decisions_counted_at() -> datetime | None:
    """Return up to when decisions are counted, or None when they never were."""
    return DecisionCount.objects.values_list("counted_at", flat=True).first()


DECISIONS = Population(
    _decided,
    "signed_at",
    {"given": _ALL, "in_time": Q(in_time=True), "late": Q(in_time=False)},
    key="role",
    took=F("hours"),
    timed="given",
)
OVERDUE = Population(_overdue, "due_at", {"overdue": _ALL}, key="role")


def _reviews_due(user: User, scope: Scope) -> Rows:
    due = Review.objects.filter(due_at__lte=clock.now(), **during("due_at", scope))
    # A review opens when its change ends. Said here, the changes are found in the index of what ended.
    return due.filter(change__in=changes_in(user, scope).filter(actual_end__isnull=False))


_SIGNED = Q(state=ReviewState.SIGNED)
REVIEWS = Population(
    _reviews_due,
    "due_at",
    {
        "due": _ALL,
        "in_time": _SIGNED & Q(signed_at__lte=F("due_at")),
        "late": _SIGNED & ~Q(signed_at__lte=F("due_at")),
        "unsigned": ~_SIGNED,
    },
)


def waivers_granted(user: User, scope: Scope) -> Rows:
    """Return waivers of rules and checks by when they were granted. One for a component counts where that is moved."""
    found = waivers_for(user).select_related(None).filter(**during("granted_at", scope))
    found = found.exclude(scope__in=rehearsal_refs())
    if not scope.narrow:
        return found
    refs = Concat(Value("CHG-"), Cast("number", TextField()), output_field=TextField())
    fits = Q(scope__in=changes_in(user, scope).order_by().values_list(refs, flat=True))
    named = moves(scope)
    if named is not None and not scope.change_class:
        fits |= Q(scope__in=named.values("component__key"))
    return found.filter(fits)


WAIVERS = Population(waivers_granted, "granted_at", {"granted": _ALL})
