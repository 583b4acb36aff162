"""Taking decisions on changes into what the dashboards read, soon after they are given."""

from math import ceil

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Max, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from apps.approvals.enums import DECISIONS
from apps.approvals.models import Signature
from apps.changes.models import Change
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
    refs = {row.requirement.round.subject_ref for row in rows}
    numbers = [int(ref.removeprefix("CHG-")) for ref in refs]
    changes = dict(Change.objects.filter(number__in=numbers).values_list("number", "pk"))
    Decided.objects.bulk_create(
        (_decided(row, changes[int(row.requirement.round.subject_ref.removeprefix("CHG-"))]) for row in rows),
        ignore_conflicts=True,
    )
    return len(rows)


def decisions() -> QuerySet[Signature]:
    """Return every decision on a change, with when it was ``asked``: those that were taken back later included.

    A later stage is asked when the last of the stages before it has signed.
    """
    given = Signature.objects.filter(decision__in=DECISIONS, requirement__round__subject_type=_CHANGE)
    before = Signature.objects.filter(
        decision__in=DECISIONS,
        requirement__round=OuterRef("requirement__round"),
        requirement__stage__lt=OuterRef("requirement__stage"),
        signed_at__lt=OuterRef("signed_at"),
    )
    last = before.order_by().values("requirement__round").annotate(at=Max("signed_at")).values("at")
    asked = Case(
        When(requirement__stage=1, then=F("requirement__created_at")),
        default=Coalesce(Subquery(last), F("requirement__created_at")),
        output_field=DateTimeField(),
    )
    return given.select_related("requirement__round").annotate(asked=asked)


def _decided(row: Signature, change: int) -> Decided:
    asked = row.requirement
    took = row.signed_at - row.asked - asked.paused_for  # type: ignore[attr-defined]
    return Decided(
        signature=row,
        change_id=change,
        role=asked.role,
        signed_at=row.signed_at,
        hours=max(ceil(took.total_seconds() / _HOUR), 0),
        in_time=row.signed_at <= asked.due_at,
    )
