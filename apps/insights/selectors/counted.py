"""The records behind each number of the framework maps. Rehearsals are in none.

A group is a base of records, and for each measure the condition that picks its own among them. So every group is
counted in one pass, and what is listed is what was counted.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from apps.accounts.enums import Role
from apps.approvals.enums import AuthMethod, RoundState, SignatureDecision
from apps.approvals.models import Signature
from apps.approvals.selectors import approvals_of
from apps.audit.models import AuditEvent
from apps.cards.enums import CardState
from apps.cards.models import CardEdition, ModelCard
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component
from apps.changes.models import Change, ChangeItem, RiskScenario, SuccessMetric
from apps.changes.selectors import rehearsal_refs
from apps.core import clock
from apps.insights.rules.measures import Measure, Span
from apps.reviews.enums import ReviewState
from apps.reviews.models import ActionItem, RealisedMetric, Review

Rows = QuerySet[Model]


@dataclass(frozen=True)
class Group:
    """Records of a period, and by measure which of them it counts."""

    base: Callable[[Span], Rows]
    measures: dict[str, Q]


def rows_of(measure: Measure, span: Span) -> Rows:
    """Return the records that a measure counts over a period, in no order."""
    if measure.events:
        found = AuditEvent.objects.filter(event__in=measure.events, **_within("at", span))
        # By their numbers, so that what is counted still comes from one index.
        rehearsed = AuditEvent.objects.filter(object_type="change", object_id__in=rehearsal_refs())
        return found.exclude(pk__in=rehearsed.values("pk"))
    group = next(each for each in GROUPS if measure.name in each.measures)
    return group.base(span).filter(group.measures[measure.name])


def _within(column: str, span: Span) -> dict[str, object]:
    return {f"{column}__gte": span.start, f"{column}__lt": span.end}


def _in_period(model: type[Model], column: str, **only: object) -> Callable[[Span], Rows]:
    return lambda span: model._default_manager.filter(**_within(column, span), **only)


def _signed(span: Span) -> Rows:
    found = Signature.objects.filter(**_within("signed_at", span))
    return found.exclude(
        requirement__round__subject_type="change", requirement__round__subject_ref__in=rehearsal_refs()
    )


def _moved(kind: ComponentKind) -> Callable[[Span], Rows]:
    return lambda span: ChangeItem.objects.filter(
        component__kind=kind, change__drill=None, **_within("change__actual_start", span)
    )


def _approved_as(role: Role) -> Exists:
    return Exists(
        approvals_of(OuterRef("change__round")).filter(
            requirement__role=role, requirement__component_key=OuterRef("component__key")
        )
    )


def _of_change(model: type[Model]) -> Exists:
    return Exists(model._default_manager.filter(change=OuterRef("pk")))


def _due(span: Span) -> Rows:
    last = min(span.end.date(), clock.now().date())
    return ActionItem.objects.filter(done_at=None, due_on__gte=span.start.date(), due_on__lt=last)


_ALL = Q()
_HAS_RISKS, _HAS_MEASURES = _of_change(RiskScenario), _of_change(SuccessMetric)
_REVIEWED = Exists(Review.objects.filter(change=OuterRef("pk"), state=ReviewState.SIGNED))
_APPROVED_CARD = Exists(ModelCard.objects.filter(version=OuterRef("to_version"), state=CardState.APPROVED))
_BLANK = Exists(RealisedMetric.objects.filter(review=OuterRef("pk"), realised=None))

GROUPS = (
    Group(_in_period(AuditEvent, "at"), {"entries": _ALL}),
    Group(
        lambda span: AuditEvent.objects.filter(pending__isnull=False, **_within("at", span)),
        {"unsealed": _ALL},
    ),
    Group(
        _in_period(Change, "actual_start", drill=None),
        {
            "with_risks": Q(_HAS_RISKS),
            "no_risks": ~Q(_HAS_RISKS),
            "with_measures": Q(_HAS_MEASURES),
            "no_measures": ~Q(_HAS_MEASURES),
            "no_way_back": Q(rollback_plan=""),
            "unapproved": Q(round=None) | ~Q(round__state=RoundState.APPROVED),
        },
    ),
    Group(_in_period(Change, "actual_end", drill=None), {"ended": _ALL, "unreviewed": ~Q(_REVIEWED)}),
    Group(
        _signed,
        {
            "signatures": _ALL,
            "validator": Q(requirement__role=Role.VALIDATOR),
            "steward": Q(requirement__role=Role.STEWARD),
            "sponsor": Q(requirement__role=Role.SPONSOR),
            "owner": Q(requirement__role=Role.OWNER),
            "own_approval": Q(
                decision=SignatureDecision.APPROVE, requirement__round__change__requester=F("signer")
            ),
            "no_reauthentication": ~Q(auth_method__in=AuthMethod.values),
            "no_meaning": Q(meaning=""),
            "unbound": ~Q(digest=F("requirement__round__digest")),
        },
    ),
    Group(
        _in_period(Review, "signed_at", state=ReviewState.SIGNED, change__drill=None),
        {"reviews": _ALL, "unmeasured": Q(_BLANK)},
    ),
    Group(_in_period(ActionItem, "created_at"), {"actions": _ALL}),
    Group(_due, {"overdue": _ALL}),
    Group(_in_period(CardEdition, "written_at"), {"editions": _ALL}),
    Group(
        lambda _: Component.objects.filter(kind=ComponentKind.MODEL, retired_at=None),
        {"models": _ALL, "unowned": Q(owner_team=None, owner_person=None)},
    ),
    Group(
        _moved(ComponentKind.MODEL),
        {"unvalidated": ~Q(_approved_as(Role.VALIDATOR)), "no_card": ~Q(_APPROVED_CARD)},
    ),
    Group(_moved(ComponentKind.DATASET), {"data_unsigned": ~Q(_approved_as(Role.STEWARD))}),
)
