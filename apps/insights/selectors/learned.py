"""Everything that the portal knows of a change under review, from every floor, read at once.

Reviews and gates are neighbours that do not know each other; this floor knows both.
"""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.db.models.functions import Lower

from apps.accounts.models import User
from apps.approvals.models import Round, Signature
from apps.audit.selectors import Entry, entries_named
from apps.calendar.models import Conflict, Disposition
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors import items_of
from apps.discussions.models import Comment
from apps.evidence.models import Result
from apps.evidence.selectors import reports_of
from apps.gates.enums import Answer
from apps.gates.selectors import decisions_of
from apps.insights.rules.breaches import Breach, breaches_in
from apps.policy.models import RuleWaiver
from apps.policy.selectors import waivers_for
from apps.reviews.enums import Verdict
from apps.reviews.models import Review
from apps.reviews.selectors import Measure, measures_of, signers_of_change

STORY = frozenset(
    {
        "change.submitted",
        "change.approved",
        "change.held",
        "change.resumed",
        "change.started",
        "change.completed",
        "change.rolled_back",
        "change.failed",
        "approval.went_ahead",
        "approval.refused_afterwards",
        "gate.passed_over",
        "change.closed",
    }
)
"""The entries that tell how a change went; the others tell how it was written and asked about."""


@dataclass(frozen=True)
class Gates:
    """How often the gate was asked of a change, and how often it let it through."""

    asked: int
    passed: int


@dataclass(frozen=True)
class Went:
    """How a change went, as its measures, its evidence and the ledger say.

    ``evidence`` is, by the metric's number, the newest result about what was moved that names the metric and came in
    after the change began. A metric without one is not in it.
    """

    measures: list[Measure]
    evidence: dict[int, Result]
    story: list[Entry]


@dataclass(frozen=True)
class Known:
    """What stands around a change under review.

    ``conflicts`` are all that were ever found about its window; ``waivers`` and ``conflict_waivers`` all that were
    granted for it or what it moves by the time it ended.
    """

    signatures: list[Signature]
    waivers: list[RuleWaiver]
    conflict_waivers: list[Disposition]
    gates: Gates
    conflicts: list[Conflict]
    breaches: list[Breach]
    comments: int


def went_of(user: User, review: Review) -> Went:
    """Return how the change of a review went that the person may see; three queries."""
    measures = measures_of(review)
    kind, ref = review.change.ledger_ref()
    return Went(measures, _evidence(user, review, measures), entries_named(kind, ref, STORY))


def known_of(user: User, review: Review) -> Known:
    """Return what stands around the change of a review that the person may see; a constant number of queries."""
    change = review.change
    went_ahead, late = _signed_late(change)
    return Known(
        signatures=signers_of_change(review),
        waivers=_waivers(user, review),
        conflict_waivers=_conflict_waivers(review),
        gates=_gates(user, review),
        conflicts=_conflicts(change),
        breaches=breaches_in(
            planned=(review.planned_start, review.planned_end),
            actual=(review.actual_start, review.actual_end),
            went_ahead=went_ahead,
            signed_late=late,
            missed=[one.metric for one in measures_of(review) if one.verdict == Verdict.MISSED],
        ),
        comments=_comments(change),
    )


def _signed_late(change: Change) -> tuple[bool, int]:
    """Return whether a change went ahead before everyone had signed, and how many roles decided after their time."""
    late = Q(requirements__signatures__signed_at__gt=F("requirements__due_at"))
    rounds = Round.objects.filter(pk=change.round_id or 0)
    found = rounds.annotate(late=Count("requirements", filter=late, distinct=True))
    row = found.values_list("went_ahead_at", "late").first()
    return (row[0] is not None, row[1]) if row else (False, 0)


def _conflicts(change: Change) -> list[Conflict]:
    if change.booking_id is None:
        return []
    about = Q(booking=change.booking_id) | Q(other=change.booking_id)
    return list(Conflict.objects.filter(about).order_by("found_at", "pk"))


def _comments(change: Change) -> int:
    """Return how many comments stand; whoever sees the change sees what is said of it."""
    kind, ref = change.ledger_ref()
    said = Comment.objects.filter(thread__subject_type=kind, thread__subject_ref=ref, withdrawn_at=None)
    return said.count()


def _evidence(user: User, review: Review, measures: list[Measure]) -> dict[int, Result]:
    """Return the newest result that names each metric; one query, none for a change that never started."""
    versions = ChangeItem.objects.filter(change=review.change_id).values("to_version")
    named = {one.metric.name.lower(): one.metric.pk for one in measures}
    if review.actual_start is None or not named:
        return {}
    reports = reports_of(user, versions).filter(received_at__gte=review.actual_start)
    rows = Result.objects.annotate(called=Lower("metric")).filter(
        report__in=reports.order_by().values("pk"), called__in=named, value__isnull=False
    )
    newest = (
        rows.select_related("report").order_by("called", "-report__received_at", "-pk").distinct("called")
    )
    return {named[row.metric.lower()]: row for row in newest}


def _waivers(user: User, review: Review) -> list[RuleWaiver]:
    refs = [review.change.ref, *(item.component.key for item in items_of(review.change))]
    start = review.actual_start or review.planned_start
    rows = waivers_for(user).filter(scope__in=refs, granted_at__isnull=False)
    if review.actual_end:
        rows = rows.filter(granted_at__lte=review.actual_end)
    if start:
        rows = rows.filter(until__gt=start)
    return list(rows.order_by("granted_at"))


def _conflict_waivers(review: Review) -> list[Disposition]:
    booking = review.change.booking_id
    if booking is None:
        return []
    about = Q(conflict__booking=booking) | Q(conflict__other=booking)
    rows = Disposition.objects.filter(about, number__isnull=False, granted_at__isnull=False)
    return list(rows.order_by("number", "pk").distinct("number"))


def _gates(user: User, review: Review) -> Gates:
    found = decisions_of(user, review.change).order_by()
    return Gates(**found.aggregate(asked=Count("pk"), passed=Count("pk", filter=Q(answer=Answer.PASS))))
