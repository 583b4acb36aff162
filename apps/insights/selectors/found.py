"""The records behind a number, and what each says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.approvals.models import Requirement, Signature
from apps.audit.models import AuditEvent
from apps.cards.models import CardEdition, ModelCard
from apps.catalog.models import Component
from apps.changes.models import Change, ChangeItem
from apps.insights.models import Decided
from apps.insights.selectors.counted import Rows
from apps.policy.models import RuleWaiver
from apps.reviews.models import ActionItem, Review


@dataclass(frozen=True)
class Found:
    """A record behind a number: what it is named in the ledger, what it says, and when. ``entry`` for an entry."""

    kind: str
    ref: str
    said: str
    at: datetime | None
    entry: int | None = None


_WITH: dict[type, tuple[str, ...]] = {
    Signature: ("signer", "requirement__round"),
    Review: ("change",),
    ActionItem: ("review__change", "owner"),
    CardEdition: ("card__version__component",),
    ModelCard: ("version__component",),
    Requirement: ("round",),
    Decided: ("change", "signature__signer", "signature__on_behalf_of"),
    RuleWaiver: (),
    ChangeItem: ("change", "component", "to_version"),
    Component: (),
    Change: (),
    AuditEvent: (),
    User: (),
}
_ORDER: dict[type, tuple[str, ...]] = {
    AuditEvent: ("-at", "-pk"),
    Signature: ("-signed_at", "-pk"),
    Change: ("-actual_start", "-pk"),
    ChangeItem: ("-change__actual_start", "-pk"),
    Component: ("name", "key"),
    User: ("first_name", "last_name", "username"),
    Requirement: ("-due_at", "-pk"),
    Decided: ("-signed_at", "-pk"),
    RuleWaiver: ("-granted_at", "-pk"),
}


def listed(rows: Rows) -> Rows:
    """Return records with what ``found`` says of each, newest first."""
    related = _WITH[rows.model]
    rows = rows.order_by(*_ORDER.get(rows.model, ("-pk",)))
    return rows.select_related(*related) if related else rows


def found(row: object) -> Found:
    """Return a row of ``listed`` for a page to show."""
    return _FOUND[type(row)](row)


def _signature(row: Signature) -> Found:
    round_ = row.requirement.round
    role = row.requirement.get_role_display()
    said = f"{row.get_decision_display()}: {row.signer} as {role}. {row.meaning}".strip()
    return Found(round_.subject_type, round_.subject_ref, said, row.signed_at)


def _decided(row: Decided) -> Found:
    given = row.signature
    decision, role = given.get_decision_display(), row.get_role_display()
    said = f"{decision}: {given.printed_name} as {role}, after {row.hours:,} h"
    return Found("change", row.change.ref, said, row.signed_at)


def _action(row: ActionItem) -> Found:
    said = f"{row.text} ({row.owner}, by {row.due_on:%-d %b %Y})"
    return Found("review", row.review.ref, said, row.created_at)


def _edition(row: CardEdition) -> Found:
    said = f"Edition {row.number} of the card of {row.card.version.component}"
    return Found("card", row.card.ref, said, row.written_at)


def _item(row: ChangeItem) -> Found:
    said = f"{row.component}, version {row.to_version.version}"
    return Found("change", row.change.ref, said, row.change.actual_start)


_FOUND: dict[type, Callable[[Any], Found]] = {
    AuditEvent: lambda row: Found(row.object_type, row.object_id, row.event, row.at, row.pk),
    Change: lambda row: Found(
        "change", row.ref, row.title, row.actual_end or row.actual_start or row.planned_start
    ),
    ChangeItem: _item,
    Signature: _signature,
    Decided: _decided,
    Requirement: lambda row: Found(
        row.round.subject_type, row.round.subject_ref, f"Not signed: {row}", row.due_at
    ),
    Review: lambda row: Found("review", row.ref, row.change.title, row.signed_at or row.due_at),
    RuleWaiver: lambda row: Found("rule_waiver", row.ref, f"{row.title}, for {row.scope}", row.granted_at),
    ActionItem: _action,
    CardEdition: _edition,
    ModelCard: lambda row: Found("card", row.ref, f"{row}", row.created_at),
    User: lambda row: Found("course", row.of_course, f"{row}, {row.job_title}".strip(", "), None),
    Component: lambda row: Found("component", row.key, f"{row}, tier {row.tier}", None),
}
