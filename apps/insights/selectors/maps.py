"""The framework maps as a person may read them: every number in a few statements, and the records behind each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import holds_everywhere
from apps.approvals.models import Signature
from apps.audit.models import AuditEvent
from apps.cards.models import CardEdition
from apps.catalog.models import Component
from apps.changes.models import Change, ChangeItem
from apps.core.decisions import ALLOWED, Decision, denied
from apps.insights.rules.measures import MEASURES, Measure, Span
from apps.insights.selectors.counted import GROUPS, Rows, rows_of
from apps.reviews.models import ActionItem, Review

_READERS = (Role.AUDITOR, Role.CHANGE_MANAGER, Role.EXECUTIVE)
_OVERSEERS = (Role.AUDITOR, Role.CHANGE_MANAGER)


@dataclass(frozen=True)
class Found:
    """A record behind a number: what it is named in the ledger, what it says, and when. ``entry`` for an entry."""

    kind: str
    ref: str
    said: str
    at: datetime | None
    entry: int | None = None


def may_read_maps(user: User) -> Decision:
    """Tell whether a person may read the maps: auditors, change managers and executives, over everything."""
    if any(holds_everywhere(user, role) for role in _READERS):
        return ALLOWED
    return denied(
        "Only an auditor, a change manager or an executive may read the framework maps.",
        "Ask one of them, or ask for the role.",
    )


def may_list(user: User, measure: Measure) -> Decision:
    """Tell whether a person may see the records behind a number."""
    allowed = may_read_maps(user)
    if allowed and measure.guarded and not any(holds_everywhere(user, role) for role in _OVERSEERS):
        return denied(
            "These entries are for auditors and change managers.",
            "Ask one of them what stands behind the number.",
        )
    return allowed


def numbers_for(user: User, span: Span) -> Mapping[str, int]:
    """Return every number of the maps over a period, by the name of its measure: one statement a group of records.

    Whoever may not read the maps gets zeros.
    """
    if not may_read_maps(user):
        return dict.fromkeys(MEASURES, 0)
    numbers = _events_counted(span)
    for group in GROUPS:
        counts = {name: Count("pk", filter=condition) for name, condition in group.measures.items()}
        numbers |= group.base(span).order_by().aggregate(**counts)
    return numbers


def _events_counted(span: Span) -> dict[str, int]:
    """Return the numbers of the measures that count ledger events: each reads only its own part of one index."""
    parts, params = [], []
    for measure in MEASURES.values():
        if measure.events:
            sql, given = rows_of(measure, span).order_by().values("pk").query.sql_with_params()
            parts.append(f"SELECT %s, count(*) FROM ({sql}) AS counted")
            params += [measure.name, *given]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return dict(cursor.fetchall())


def records_for(user: User, measure: Measure, span: Span) -> Rows:
    """Return the records behind a number, newest first; none for whoever may not see them."""
    rows = rows_of(measure, span)
    return _listed(rows) if may_list(user, measure) else rows.none()


_WITH: dict[type, tuple[str, ...]] = {
    Signature: ("signer", "requirement__round"),
    Review: ("change",),
    ActionItem: ("review__change", "owner"),
    CardEdition: ("card__version__component",),
    ChangeItem: ("change", "component", "to_version"),
    Component: (),
    Change: (),
    AuditEvent: (),
}
_ORDER: dict[type, tuple[str, ...]] = {
    AuditEvent: ("-at", "-pk"),
    Signature: ("-signed_at", "-pk"),
    Change: ("-actual_start", "-pk"),
    ChangeItem: ("-change__actual_start", "-pk"),
    Component: ("name", "key"),
}


def _listed(rows: Rows) -> Rows:
    related = _WITH[rows.model]
    rows = rows.order_by(*_ORDER.get(rows.model, ("-pk",)))
    return rows.select_related(*related) if related else rows


def found(row: object) -> Found:
    """Return a row of ``records_for`` for a page to show."""
    match row:
        case AuditEvent():
            return Found(row.object_type, row.object_id, row.event, row.at, row.pk)
        case Change():
            return Found("change", row.ref, row.title, row.actual_end or row.actual_start)
        case ChangeItem():
            said = f"{row.component}, version {row.to_version.version}"
            return Found("change", row.change.ref, said, row.change.actual_start)
        case Signature():
            round_ = row.requirement.round
            role = row.requirement.get_role_display()
            said = f"{row.get_decision_display()}: {row.signer} as {role}. {row.meaning}".strip()
            return Found(round_.subject_type, round_.subject_ref, said, row.signed_at)
        case Review():
            return Found("review", row.ref, row.change.title, row.signed_at)
        case ActionItem():
            return Found(
                "review",
                row.review.ref,
                f"{row.text} ({row.owner}, by {row.due_on:%-d %b %Y})",
                row.created_at,
            )
        case CardEdition():
            said = f"Edition {row.number} of the card of {row.card.version.component}"
            return Found("card", row.card.ref, said, row.written_at)
        case Component():
            return Found("component", row.key, f"{row}, tier {row.tier}", None)
    raise TypeError(f"No measure counts {type(row).__name__}.")
