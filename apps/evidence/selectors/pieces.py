"""Evidence as checks look at it: of each matter the newest piece, for nothing older counts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce, Lower

from apps.evidence.enums import Category, Outcome, Severity
from apps.evidence.models import CheckPlan, Report, Result
from apps.evidence.rules import Finding
from apps.evidence.rules.checks import Piece
from apps.evidence.selectors.plans import PlanInForce, first_plan, plan_in_force, plan_published

Matter = tuple[int, str]
"""The number of a report, and a category."""

_OUTCOMES = {one.value: one for one in Outcome}
_CATEGORIES = {one.value: one for one in Category}
_SEVERITIES = {one.value: one for one in Severity}


def pieces_of(version_ids: Iterable[int], metrics: Collection[str] = ()) -> dict[int, list[Piece]]:
    """Return the evidence that may count about each version, the last that came in first; of each piece the results of
    the matters in which it may count.

    Of ``metrics``, which somebody judges by their numbers, no result is left out. Two queries at any size.
    """
    headers = {header.pk: header for header in _headers(list(version_ids))}
    of_version: dict[int, list[_Header]] = defaultdict(list)
    for header in headers.values():
        of_version[header.version_id].append(header)
    wanted = {matter for each in of_version.values() for matter in _newest(each)}
    asked = {metric.lower() for metric in metrics}
    named = {
        (pk, category) for pk, category in wanted if not asked.isdisjoint(headers[pk].piece.topics[category])
    }
    findings = _findings(wanted, named, asked)
    return {
        version_id: [_whole(header, findings.get(header.pk, []), wanted) for header in each]
        for version_id, each in of_version.items()
    }


@dataclass(frozen=True, slots=True)
class _Header:
    """A report without its results. ``passed`` says how many of them passed, by category."""

    pk: int
    version_id: int
    passed: Mapping[str, int]
    piece: Piece


def _headers(version_ids: list[int]) -> list[_Header]:
    """Return the reports that may count, the last that came in first: the newest of those that speak of the same."""
    same = ("version_id", "stage", "artifact", "topics")
    newest_first = (Coalesce("measured_at", "received_at").desc(), "-received_at", "-pk")
    rows = Report.objects.filter(version__in=version_ids).order_by(*same, *newest_first).distinct(*same)
    found = [
        _Header(row["pk"], row["version_id"], row["passed"], _piece(row))
        for row in rows.values(
            "pk", "passed", *same, "received_at", "measured_at", "champion__version", "partial"
        )
    ]
    return sorted(found, key=lambda one: (one.piece.received_at, one.pk), reverse=True)


def _piece(row: Mapping[str, Any]) -> Piece:
    return Piece(
        f"EV-{row['pk']}",
        (),
        row["topics"],
        row["received_at"],
        row["measured_at"],
        row["stage"],
        row["artifact"],
        row["champion__version"] or "",
        row["partial"],
    )


def _whole(header: _Header, findings: list[Finding], wanted: Collection[Matter]) -> Piece:
    """Return a report with what is looked at of it, and how many passes of each matter are not."""
    loaded = Counter(one.category for one in findings if one.outcome == Outcome.PASSED)
    left_out = {
        category: count - loaded[Category(category)]
        for category, count in header.passed.items()
        if (header.pk, category) in wanted
    }
    return replace(header.piece, findings=findings, left_out=left_out)


def _newest(headers: Iterable[_Header]) -> set[Matter]:
    """Return the matters in which a report is the newest, by stage, artifact and metric."""
    newest: dict[tuple[str | None, ...], tuple[tuple[datetime, datetime], int]] = {}
    for header in headers:
        piece, at = header.piece, header.piece.at
        # Whoever asks for any artifact, or at any stage, takes the newest of all of them. One that is for whichever
        # stage asks is not overtaken by one for another stage.
        places = {
            (None, None),
            (piece.stage, None),
            (piece.stage, piece.artifact),
            (None, piece.artifact),
        }
        for category, metrics in piece.topics.items():
            for metric in ("", *metrics):
                for stage, artifact in places:
                    key = (category, metric, stage, artifact)
                    if key not in newest or at > newest[key][0]:
                        newest[key] = at, header.pk
    return {(pk, str(category)) for (category, *_), (_, pk) in newest.items()}


def _findings(
    wanted: Collection[Matter], named: Collection[Matter], metrics: Collection[str]
) -> dict[int, list[Finding]]:
    """Return what is looked at of these matters, and of those ``named`` all that has one of the metrics, by the number
    of a report.
    """
    chosen = Q(_among(wanted), looked_at=True)
    if named:
        chosen |= Q(_among(named), metric_named__in=metrics)
    rows = Result.objects.alias(metric_named=Lower("metric")).filter(chosen)
    findings: dict[int, list[Finding]] = defaultdict(list)
    for report, assertion, outcome, category, severity, *rest in rows.order_by(
        "report_id", "position"
    ).values_list(
        "report_id",
        *("assertion", "outcome", "category", "severity", "subject", "column", "segment", "metric"),
        *("value", "low", "high", "sample_size", "champion", "champion_low", "champion_high"),
        *("expected", "observed", "message"),
    ):
        findings[report].append(
            Finding(assertion, _OUTCOMES[outcome], _CATEGORIES[category], _SEVERITIES[severity], *rest)
        )
    return findings


def _among(matters: Iterable[Matter]) -> Q:
    """Return the condition that a result is of one of these matters."""
    reports: dict[str, set[int]] = defaultdict(set)
    for report, category in matters:
        reports[category].add(report)
    together: dict[frozenset[int], list[str]] = defaultdict(list)
    for category, numbers in reports.items():
        together[frozenset(numbers)].append(category)
    either = Q(pk__in=[])
    for several, categories in together.items():
        either |= Q(report__in=several, category__in=categories)
    return either


def plan_as_of(at: datetime | None) -> PlanInForce:
    """Return the plan that was in force at a moment; the one in force now for None. One query of a few bytes once it
    is known here.

    What was submitted under one version stays under it, whatever is approved since.
    """
    if at is None:
        return plan_in_force()
    held = CheckPlan.objects.filter(settled_at__lte=at, state__in=("in_force", "superseded"))
    found = held.order_by("-number").values_list("number", "digest").first()
    return first_plan() if found is None else plan_published(*found)
