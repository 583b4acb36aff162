"""Evidence as checks look at it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from apps.evidence.enums import Category, Outcome, Severity
from apps.evidence.models import CheckPlan, Report, Result
from apps.evidence.rules import Finding
from apps.evidence.rules.checks import Piece
from apps.evidence.selectors.plans import FIRST_NUMBER, PlanInForce, plan_in_force, plan_numbered

_FIELDS = (
    *(
        "assertion",
        "outcome",
        "category",
        "severity",
        "subject",
        "column",
        "segment",
        "metric",
        "value",
        "low",
        "high",
    ),
    *("sample_size", "champion", "champion_low", "champion_high", "expected", "observed", "message"),
)


def pieces_of(version_ids: Iterable[int]) -> dict[int, list[Piece]]:
    """Return the evidence about each version, with its results; two queries."""
    versions = list(version_ids)
    wanted = (
        Report.objects.filter(version__in=versions)
        .select_related("champion")
        .only("version", "received_at", "measured_at", "stage", "artifact", "partial", "champion__version")
    )
    rows = Result.objects.filter(report__version__in=versions)
    found: dict[int, list[Finding]] = defaultdict(list)
    for report_id, *values in rows.order_by("report", "position").values_list("report_id", *_FIELDS):
        given = dict(zip(_FIELDS, values, strict=True))
        given["outcome"] = Outcome(given["outcome"])
        given["category"] = Category(given["category"])
        given["severity"] = Severity(given["severity"])
        found[report_id].append(Finding(**given))
    pieces: dict[int, list[Piece]] = defaultdict(list)
    for report in wanted:
        pieces[report.version_id].append(
            Piece(
                ref=report.ref,
                findings=found.get(report.pk, []),
                received_at=report.received_at,
                measured_at=report.measured_at,
                stage=report.stage,
                artifact=report.artifact,
                champion=report.champion.version if report.champion else "",
                partial=report.partial,
            )
        )
    return pieces


def plan_as_of(at: datetime | None) -> PlanInForce:
    """Return the plan that was in force at a moment; the one in force now for None.

    What was submitted under one version stays under it, whatever is approved since.
    """
    if at is None:
        return plan_in_force()
    held = CheckPlan.objects.filter(settled_at__lte=at, state__in=("in_force", "superseded")).order_by(
        "-number"
    )
    number = held.values_list("number", flat=True).first()
    return plan_numbered(number or FIRST_NUMBER)
