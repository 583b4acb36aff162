"""Taking decisions on changes into what the dashboards read, soon after they are given."""

from datetime import datetime
from math import ceil

from django.db import transaction
from django.db.models import Case, DateTimeField, Max, OuterRef, QuerySet, Subquery, When

from apps.approvals.enums import DECISIONS
from apps.approvals.models import Round, Signature
from apps.changes.models import Revision
from apps.changes.selectors import rehearsal_refs
from apps.core import clock
from apps.insights.models import Decided, DecisionCount

BATCH = 20_000
LATE = 10_000
"""So many rows back, one may still be missing: its transaction began before those after it, and ended later."""
_HOUR = 3600
_CHANGE = "change"


def count_decisions() -> int:
    """Take in what was decided since the last time, batch by batch, and return how many decisions there were.

    What a batch took in stays when the worker is killed, and the next call goes on from there. Two calls at once take
    in each decision once.
    """
    now, found = clock.now(), 0
    while batch := _next_batch():
        found += batch
    DecisionCount.objects.update_or_create(pk=1, defaults={"counted_at": now})
    return found


@transaction.atomic
def _next_batch() -> int:
    last = Decided.objects.aggregate(last=Max("pk"))["last"] or 0
    known = Decided.objects.filter(pk__gt=last - LATE)
    missing = decisions().filter(pk__gt=last - LATE).exclude(pk__in=known.values("pk")).order_by("pk")
    rows = list(missing[:BATCH])
    numbers = {_number(row.requirement.round) for row in rows}
    revisions = Revision.objects.filter(change__number__in=numbers)
    submitted = {
        (number, revision): (change, at)
        for number, revision, change, at in revisions.values_list(
            "change__number", "number", "change", "submitted_at"
        )
    }
    of_round = [submitted[_number(row.requirement.round), row.requirement.round.revision] for row in rows]
    Decided.objects.bulk_create(
        (_decided(row, *found) for row, found in zip(rows, of_round, strict=True)), ignore_conflicts=True
    )
    return len(rows)


def _number(round_: Round) -> int:
    return int(round_.subject_ref.removeprefix("CHG-"))


def decisions() -> QuerySet[Signature]:
    """Return every decision on a change, those that were taken back later included; rehearsals are left out.

    ``asked_later`` is when its stage was asked: as the last of the stages before it had signed. The first stage is
    asked when the revision is submitted.
    """
    given = Signature.objects.filter(decision__in=DECISIONS, requirement__round__subject_type=_CHANGE)
    given = given.exclude(requirement__round__subject_ref__in=rehearsal_refs())
    before = Signature.objects.filter(
        decision__in=DECISIONS,
        requirement__round=OuterRef("requirement__round"),
        requirement__stage__lt=OuterRef("requirement__stage"),
        signed_at__lt=OuterRef("signed_at"),
    )
    last = before.order_by().values("requirement__round").annotate(at=Max("signed_at")).values("at")
    later = Case(When(requirement__stage__gt=1, then=Subquery(last)), output_field=DateTimeField())
    return given.select_related("requirement__round").annotate(asked_later=later)


def _decided(row: Signature, change: int, submitted: datetime) -> Decided:
    asked = row.requirement
    since = row.asked_later or submitted  # type: ignore[attr-defined]
    took = row.signed_at - since - asked.paused_for
    return Decided(
        signature=row,
        change_id=change,
        role=asked.role,
        signed_at=row.signed_at,
        hours=max(ceil(took.total_seconds() / _HOUR), 0),
        in_time=row.signed_at <= asked.due_at,
    )
