"""The facts of a change that policy judges. What is not known is left out; it is never zero or no in its place."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, Q, Value, prefetch_related_objects
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import In

from apps.accounts.selectors import roles_of, teams_of
from apps.approvals.enums import RequirementState
from apps.approvals.models import BreakGlass
from apps.audit.models import AuditEvent
from apps.calendar.enums import ConflictKind, ConflictSeverity
from apps.calendar.selectors import Found, conflicts_of
from apps.catalog.enums import DataClass
from apps.catalog.models import Component
from apps.changes.enums import ENDED, ChangeClass, ChangeState
from apps.changes.models import Artifact, Change, ChangeItem
from apps.changes.selectors.contracts import contract_facts
from apps.changes.selectors.impact import reached_by
from apps.changes.selectors.measured import Measured
from apps.changes.selectors.track_record import WRONG, YEAR
from apps.changes.selectors.trained import GIVEN, facts_of_training
from apps.core import clock
from apps.evidence.enums import Category, Outcome
from apps.evidence.rules import Finding
from apps.evidence.rules.checks import Piece
from apps.evidence.selectors import whole_lineages
from apps.playbooks.enums import DocumentState, TemplateKind
from apps.policy.rules import MOST_CHECKS, Prior, shrunken_rate

_ORDER = [str(one) for one in DataClass]
_HOUR = timedelta(hours=1)
_BAD = (Outcome.FAILED, Outcome.ERROR, Outcome.INCONCLUSIVE)
_NOT_MEASURED = (Outcome.ERROR, Outcome.INCONCLUSIVE, Outcome.SKIPPED)


def facts_of(
    change: Change,
    measured: list[Measured],
    prior: Prior,
    *,
    conflicts: list[Found] | None = None,
    looked_at: Collection[str] = GIVEN,
) -> dict[str, Any]:
    """Return what is known of a change now, by the names of ``policy.rules.FACTS``.

    ``measured`` is its evidence (``measured_of``), ``prior`` what is thought of a team of which nothing is known.
    ``conflicts`` save a caller that has them from asking again. Those of training are left out where ``looked_at``
    names none of them: most rules ask for none, and to know who may sign takes a handful of statements.
    """
    if change.round is not None:
        prefetch_related_objects([change.round], "requirements")
    return {
        **of_change(change, [one.item.component for one in measured]),
        **_of_window(change),
        **of_evidence(measured, clock.now()),
        **_of_documents(change),
        **_of_people(change),
        **_of_training(change, looked_at),
        **of_calendar(conflicts_of(change.ref) if conflicts is None else conflicts),
        **_of_history(change, measured, prior),
        **of_model(measured, named_by(measured)),
        **contract_facts(change),
    }


def of_change(change: Change, components: list[Component]) -> dict[str, Any]:
    """Return what is known of how a change is handled and what it moves."""
    reached = [row for row in reached_by(change) if row.included]
    team = teams_of(change.requester).order_by("slug").first()
    found: dict[str, Any] = {
        "change.class": change.change_class,
        "change.is_standard": change.standard_id is not None and change.change_class == ChangeClass.STANDARD,
        "change.went_ahead": change.round is not None and change.round.went_ahead_at is not None,
        "change.risk": change.risk,
        "change.reached": len(reached),
        "change.kinds": sorted({component.kind for component in components}),
        "change.environments": sorted({component.stage for component in components if component.stage}),
    }
    if change.change_class == ChangeClass.URGENT and change.cost_of_waiting:
        found["change.urgent_because"] = change.cost_of_waiting[:300]
    if components:
        found["change.tier"] = min(component.tier for component in components)
        found["change.data_class"] = max((component.data_class for component in components), key=_ORDER.index)
    if reached:
        found["change.reached_tier"] = min(row.tier for row in reached)
    if team is not None:
        found["change.team"] = team.slug
    return found


def _of_window(change: Change) -> dict[str, Any]:
    start, end = change.planned_start, change.planned_end
    if start is None or end is None:
        return {}
    since = change.revision.submitted_at if change.revision else clock.now()
    return of_window(start, end, change.time_zone, since)


def of_window(start: datetime, end: datetime, zone: str, since: datetime) -> dict[str, Any]:
    """Return what is known of a window [start, end) in a zone that was asked for at ``since``."""
    return {
        "change.notice_hours": (start - since) / _HOUR,
        "change.window_hours": (end - start) / _HOUR,
        "change.weekend": _touches_weekend(start, end, zone),
    }


def _touches_weekend(start: datetime, end: datetime, zone: str) -> bool:
    """Return whether [start, end) touches a Saturday or a Sunday in a zone."""
    first, last = (
        start.astimezone(ZoneInfo(zone)).date(),
        (end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)),
    )
    days = min((last.date() - first).days, 6)
    return any((first + timedelta(days=day)).weekday() >= 5 for day in range(days + 1))


def of_evidence(measured: Iterable[Measured], now: datetime) -> dict[str, Any]:
    """Return what counts: of each component and category, the results of the newest piece that speaks of it.

    ``now`` is the moment by which it has its age. Where there are more than a rule may look at, those that speak
    against the change come first and stay.
    """
    checks = [
        _check(piece, finding, now)
        for one in measured
        for category in Category
        if (piece := _newest(one.pieces, category)) is not None
        for finding in piece.findings
        if finding.category == category
    ]
    checks.sort(key=lambda check: check["outcome"] not in _BAD)
    return {"evidence.checks": checks[:MOST_CHECKS]}


def _newest(pieces: Iterable[Piece], category: Category) -> Piece | None:
    return max((piece for piece in pieces if category in piece.topics), key=lambda one: one.at, default=None)


def _check(piece: Piece, finding: Finding, now: datetime) -> dict[str, Any]:
    # What covers a part alone says nothing good of the whole.
    bad = finding.outcome in (Outcome.FAILED, Outcome.ERROR)
    outcome = Outcome.INCONCLUSIVE if piece.partial and not bad else finding.outcome
    check = {
        "stage": piece.stage,
        "category": str(finding.category),
        "outcome": str(outcome),
        "severity": str(finding.severity),
        "subject": finding.subject,
        "column": finding.column,
        "segment": finding.segment,
        "metric": finding.metric,
        "champion": finding.champion,
        "champion_low": finding.champion_low,
        "champion_high": finding.champion_high,
        "age_hours": max(now - piece.measured_at, timedelta()) / _HOUR if piece.measured_at else None,
    }
    if not piece.partial and outcome not in _NOT_MEASURED:
        # Else what it has to match stands alone: a rule that compares the two then finds that one is missing.
        check |= {
            "value": finding.value,
            "low": finding.low,
            "high": finding.high,
            "sample_size": finding.sample_size,
        }
    return {name: value for name, value in check.items() if value is not None}


def _of_documents(change: Change) -> dict[str, Any]:
    held = Artifact.objects.filter(change=change)
    rows = held.values_list("document__version__template__kind", "document__state")
    kinds = {kind for kind, state in rows if state == DocumentState.FINISHED}
    if change.rollback_plan:
        kinds.add(TemplateKind.ROLLBACK_PLAN)
    return {
        "artifacts.present": sorted(str(kind) for kind in kinds),
        "artifacts.complete": all(state == DocumentState.FINISHED for _, state in rows),
    }


def _of_people(change: Change) -> dict[str, Any]:
    if change.round is None:
        return {}
    asked = change.round.requirements.all()
    roles = {one.role for one in asked}
    waiting = {one.role for one in asked if one.state != RequirementState.MET}
    found: dict[str, Any] = {"people.asked": sorted(roles), "people.signed": sorted(roles - waiting)}
    if change.round.went_ahead_at is not None:
        ahead = BreakGlass.objects.select_related("by").get(round=change.round)
        found["people.authorised_by"] = [str(role) for role in roles_of(ahead.by, ahead.at)]
    return found


def _of_training(change: Change, looked_at: Collection[str]) -> dict[str, Any]:
    if change.round_id is None or set(GIVEN).isdisjoint(looked_at):
        return {}
    return facts_of_training([change.round_id])[change.round_id]


def of_calendar(conflicts: list[Found]) -> dict[str, Any]:
    """Return what is known of the conflicts of a change, given all that stand."""
    blocking = [one for one in conflicts if one.blocking]
    return {
        "calendar.blocking": len(blocking),
        "calendar.warnings": sum(
            one.severity == ConflictSeverity.WARNING and not one.settled for one in conflicts
        ),
        "calendar.frozen": any(one.kind == ConflictKind.FREEZE for one in blocking),
    }


def _of_history(change: Change, measured: list[Measured], prior: Prior) -> dict[str, Any]:
    """Return the track record of the year before: of the gravest component that moves, and of the team that owns it."""
    if not measured:
        return {}
    gravest = min(
        (one.item.component for one in measured), key=lambda component: (component.tier, component.pk)
    )
    since = clock.now() - YEAR
    over = Change.objects.filter(actual_end__gte=since, drill=None).exclude(pk=change.pk)
    ended = over.filter(state__in=[*ENDED, ChangeState.CLOSED])
    its = _moving(component=gravest.pk)
    owned = _moving(component__owner_team=gravest.owner_team_id) if gravest.owner_team_id else its
    wrong = _went_wrong(since)
    # What the component did is among what its team did.
    counts = ended.filter(owned).aggregate(
        team=Count("pk"),
        team_wrong=Count("pk", filter=wrong),
        component=Count("pk", filter=its),
        component_wrong=Count("pk", filter=its & wrong),
    )
    found: dict[str, Any] = {}
    for name in ("team", "component") if gravest.owner_team_id else ("component",):
        changes, failures = counts[name], counts[f"{name}_wrong"]
        found[f"history.{name}_changes"] = changes
        found[f"history.{name}_failures"] = failures
        found[f"history.{name}_failure_rate"] = shrunken_rate(failures, changes, prior)
    return found


def _moving(**what: Any) -> Q:
    return Q(pk__in=ChangeItem.objects.filter(**what).values("change"))


def _went_wrong(since: datetime) -> Q:
    """Return the condition that a change failed or was undone: one that is closed since no longer shows it."""
    entries = AuditEvent.objects.filter(object_type="change", event__in=WRONG, at__gte=since)
    ref = Concat(Value("CHG-"), Cast("number", CharField()))
    return Q(In(ref, entries.values("object_id")))


def named_by(measured: Iterable[Measured]) -> set[str]:
    """Return the evidence that names code and data, of what counts; one query, and none where none was sent."""
    newest = (_newest(one.pieces, Category.LINEAGE) for one in measured)
    return whole_lineages(piece.ref for piece in newest if piece is not None and not piece.partial)


def of_model(measured: list[Measured], lineages: Collection[str]) -> dict[str, Any]:
    """Return what is known of models and where what moves comes from. ``lineages`` are of ``named_by``."""
    found: dict[str, Any] = {
        "model.lineage_named": all(
            _lineage_is_named(one, lineages) for one in measured if one.item.component.kind == "model"
        ),
        "model.replaces": any(one.champion for one in measured if one.item.component.kind == "model"),
    }
    compared = [
        piece.champion != one.champion
        for one in measured
        if one.champion
        and (piece := _newest(one.pieces, Category.PERFORMANCE)) is not None
        and _compares(piece)
    ]
    if compared:
        found["model.champion_moved"] = any(compared)
    if consent := _newest_of(measured, Category.CONSENT):
        found["model.consent"] = all(one.outcome == Outcome.PASSED for one in consent)
    if licences := _newest_of(measured, Category.LICENCE):
        found["model.licences"] = sorted({one.observed or one.subject for one in licences})
    return found


def _compares(piece: Piece) -> bool:
    """Return whether a piece compares with a version in use: one that it does not name may be any."""
    return bool(piece.champion) or any(
        finding.champion is not None for finding in piece.findings if finding.category == Category.PERFORMANCE
    )


def _newest_of(measured: Iterable[Measured], category: Category) -> list[Finding]:
    return [
        finding
        for one in measured
        if (piece := _newest(one.pieces, category)) is not None
        for finding in piece.findings
        if finding.category == category
    ]


def _lineage_is_named(one: Measured, lineages: Collection[str]) -> bool:
    """Return whether code and data of a version are named: in the catalog, or by evidence of lineage."""
    version = one.item.to_version
    if version.code_commit and version.datasets:
        return True
    newest = _newest(one.pieces, Category.LINEAGE)
    return newest is not None and newest.ref in lineages
