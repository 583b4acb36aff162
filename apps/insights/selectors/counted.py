"""The records behind each number of the framework maps: one query set each, which is both counted and listed."""

from collections.abc import Callable

from django.db.models import Exists, F, Model, OuterRef, QuerySet

from apps.accounts.enums import Role
from apps.approvals.enums import AuthMethod, RoundState, SignatureDecision
from apps.approvals.models import Signature
from apps.audit.models import AuditEvent
from apps.cards.enums import CardState
from apps.cards.models import CardEdition, ModelCard
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component
from apps.changes.models import Change, ChangeItem, RiskScenario, SuccessMetric
from apps.core import clock
from apps.insights.rules.measures import Measure, Span
from apps.reviews.enums import ReviewState
from apps.reviews.models import ActionItem, RealisedMetric, Review

Rows = QuerySet[Model]


def rows_of(measure: Measure, span: Span) -> Rows:
    """Return the records that a measure counts over a period, in no order."""
    if measure.events:
        return AuditEvent.objects.filter(event__in=measure.events, **_within("at", span))
    return _ROWS[measure.name](span)


def _within(column: str, span: Span) -> dict[str, object]:
    return {f"{column}__gte": span.start, f"{column}__lt": span.end}


def _entries(span: Span) -> Rows:
    return AuditEvent.objects.filter(**_within("at", span))


def _unsealed(span: Span) -> Rows:
    return AuditEvent.objects.filter(pending__isnull=False, **_within("at", span))


def _started(span: Span) -> QuerySet[Change]:
    return Change.objects.filter(**_within("actual_start", span))


def _ended(span: Span) -> QuerySet[Change]:
    return Change.objects.filter(**_within("actual_end", span))


def _unreviewed(span: Span) -> Rows:
    return _ended(span).exclude(
        Exists(Review.objects.filter(change=OuterRef("pk"), state=ReviewState.SIGNED))
    )


def _of_change(model: type[Model]) -> Exists:
    return Exists(model._default_manager.filter(change=OuterRef("pk")))


def _signed(span: Span) -> QuerySet[Signature]:
    return Signature.objects.filter(**_within("signed_at", span))


def _signed_as(role: Role) -> Callable[[Span], Rows]:
    return lambda span: _signed(span).filter(requirement__role=role)


def _own_approval(span: Span) -> Rows:
    return _signed(span).filter(
        decision=SignatureDecision.APPROVE, requirement__round__change__requester=F("signer")
    )


def _moved(span: Span, kind: ComponentKind) -> QuerySet[ChangeItem]:
    return ChangeItem.objects.filter(component__kind=kind, **_within("change__actual_start", span))


def _not_approved_as(kind: ComponentKind, role: Role) -> Callable[[Span], Rows]:
    approval = Signature.objects.filter(
        decision=SignatureDecision.APPROVE,
        requirement__role=role,
        requirement__round=OuterRef("change__round"),
        requirement__component_key=OuterRef("component__key"),
    )
    return lambda span: _moved(span, kind).exclude(Exists(approval))


def _no_card(span: Span) -> Rows:
    published = ModelCard.objects.filter(version=OuterRef("to_version"), state=CardState.PUBLISHED)
    return _moved(span, ComponentKind.MODEL).exclude(Exists(published))


def _reviews(span: Span) -> QuerySet[Review]:
    return Review.objects.filter(state=ReviewState.SIGNED, **_within("signed_at", span))


def _unmeasured(span: Span) -> Rows:
    return _reviews(span).filter(Exists(RealisedMetric.objects.filter(review=OuterRef("pk"), realised=None)))


def _overdue(span: Span) -> Rows:
    today = clock.now().date()
    return ActionItem.objects.filter(
        done_at=None, due_on__gte=span.start.date(), due_on__lt=min(span.end.date(), today)
    )


def _models(span: Span) -> QuerySet[Component]:
    return Component.objects.filter(kind=ComponentKind.MODEL, retired_at=None)


_ROWS: dict[str, Callable[[Span], Rows]] = {
    "entries": _entries,
    "ended": _ended,
    "with_risks": lambda span: _started(span).filter(_of_change(RiskScenario)),
    "with_measures": lambda span: _started(span).filter(_of_change(SuccessMetric)),
    "signatures": _signed,
    "validator": _signed_as(Role.VALIDATOR),
    "steward": _signed_as(Role.STEWARD),
    "sponsor": _signed_as(Role.SPONSOR),
    "owner": _signed_as(Role.OWNER),
    "reviews": _reviews,
    "actions": lambda span: ActionItem.objects.filter(**_within("created_at", span)),
    "editions": lambda span: CardEdition.objects.filter(**_within("written_at", span)),
    "models": _models,
    "unreviewed": _unreviewed,
    "unapproved": lambda span: _started(span).exclude(round__state=RoundState.APPROVED),
    "no_risks": lambda span: _started(span).exclude(_of_change(RiskScenario)),
    "no_measures": lambda span: _started(span).exclude(_of_change(SuccessMetric)),
    "no_way_back": lambda span: _started(span).filter(rollback_plan=""),
    "unvalidated": _not_approved_as(ComponentKind.MODEL, Role.VALIDATOR),
    "data_unsigned": _not_approved_as(ComponentKind.DATASET, Role.STEWARD),
    "no_card": _no_card,
    "own_approval": _own_approval,
    "no_reauthentication": lambda span: _signed(span).exclude(auth_method__in=AuthMethod.values),
    "no_meaning": lambda span: _signed(span).filter(meaning=""),
    "unbound": lambda span: _signed(span).exclude(digest=F("requirement__round__digest")),
    "unmeasured": _unmeasured,
    "overdue": _overdue,
    "unowned": lambda span: _models(span).filter(owner_team=None, owner_person=None),
    "unsealed": _unsealed,
}
