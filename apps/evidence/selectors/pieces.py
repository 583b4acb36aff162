"""Evidence as checks look at it: of each matter the newest piece, for nothing older counts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Case, Count, F, Q, Value, When, Window
from django.db.models.functions import Lower, RowNumber

from apps.evidence.enums import Category, Outcome, Severity
from apps.evidence.models import CheckPlan, Report, Result
from apps.evidence.rules import Finding
from apps.evidence.rules.checks import Piece
from apps.evidence.selectors.plans import FIRST_NUMBER, PlanInForce, plan_in_force, plan_numbered

MOST_OF_ONE_MATTER = 300
"""So many results of a piece about one matter are looked at, those that did not pass first. More are counted alone."""
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


def pieces_of(version_ids: Iterable[int], metrics: Collection[str] = ()) -> dict[int, list[Piece]]:
    """Return the evidence about each version; of each piece the results of the matters in which it may count.

    Of ``metrics``, which somebody judges by their numbers, no result is left out. Three queries at any size.
    """
    pieces: dict[int, list[Piece]] = defaultdict(list)
    for version_id, piece in _headers(list(version_ids)):
        pieces[version_id].append(piece)
    wanted = {pair for each in pieces.values() for pair in _newest(each)}
    findings, left_out = _results(wanted, {metric.lower() for metric in metrics})
    return {
        version_id: [
            replace(piece, findings=findings.get(piece.ref, []), left_out=left_out.get(piece.ref, {}))
            for piece in each
        ]
        for version_id, each in pieces.items()
    }


def _headers(version_ids: list[int]) -> Iterable[tuple[int, Piece]]:
    rows = Report.objects.filter(version__in=version_ids).values_list(
        "version_id",
        "pk",
        "topics",
        "received_at",
        "measured_at",
        "stage",
        "artifact",
        "champion__version",
        "partial",
    )
    for version_id, pk, topics, received_at, measured_at, stage, artifact, champion, partial in rows:
        piece = Piece(
            f"EV-{pk}", (), topics, received_at, measured_at, stage, artifact, champion or "", partial
        )
        yield version_id, piece


def _newest(pieces: list[Piece]) -> Iterable[tuple[int, str]]:
    """Yield the number of a report and a category for each in which it is the newest, by stage, artifact and metric."""
    newest: dict[tuple[str, ...], Piece] = {}
    for piece in pieces:
        for category, metrics in piece.topics.items():
            for metric in ("", *metrics):
                # Whoever asks for any artifact, or at any stage, takes the newest of all of them.
                for place in {
                    ("", ""),
                    (piece.stage, ""),
                    (piece.stage, piece.artifact),
                    ("", piece.artifact),
                }:
                    key = (category, metric, *place)
                    if key not in newest or piece.at > newest[key].at:
                        newest[key] = piece
    return {(int(piece.ref.removeprefix("EV-")), key[0]) for key, piece in newest.items()}


def _results(
    wanted: set[tuple[int, str]], metrics: set[str]
) -> tuple[dict[str, list[Finding]], dict[str, Counter[str]]]:
    """Return the findings of these reports and categories by reference, and how many passes were left out."""
    chosen = Q(pk__in=[])
    for category in {category for _, category in wanted}:
        chosen |= Q(category=category, report__in=[report for report, of in wanted if of == category])
    passed = Q(outcome=Outcome.PASSED)
    bad_first = Case(When(passed, then=Value(1)), default=Value(0))
    rank = Window(RowNumber(), partition_by=[F("report"), F("category")], order_by=[bad_first, F("position")])
    looked_at = Q(rank__lte=MOST_OF_ONE_MATTER) | ~passed | Q(named__in=metrics)
    rows = Result.objects.filter(chosen).annotate(rank=rank, named=Lower("metric")).filter(looked_at)
    findings: dict[str, list[Finding]] = defaultdict(list)
    loaded: dict[str, Counter[str]] = defaultdict(Counter)
    for report_id, *values in rows.order_by("report", "position").values_list("report_id", *_FIELDS):
        given = dict(zip(_FIELDS, values, strict=True))
        given["outcome"] = Outcome(given["outcome"])
        given["category"] = Category(given["category"])
        given["severity"] = Severity(given["severity"])
        findings[f"EV-{report_id}"].append(Finding(**given))
        loaded[f"EV-{report_id}"][given["category"]] += given["outcome"] == Outcome.PASSED
    counted = Result.objects.filter(chosen, passed).values_list("report_id", "category").annotate(Count("pk"))
    left_out: dict[str, Counter[str]] = defaultdict(Counter)
    for report_id, category, count in counted:
        left_out[f"EV-{report_id}"][category] = count - loaded[f"EV-{report_id}"][category]
    return findings, left_out


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
