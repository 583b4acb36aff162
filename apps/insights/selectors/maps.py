"""The framework maps as a person may read them: every number in a few statements, and the records behind each."""

from collections.abc import Mapping

from django.db import connection
from django.db.models import Count

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import holds_everywhere
from apps.core.decisions import ALLOWED, Decision, denied
from apps.insights.rules.measures import MEASURES, Measure, Span
from apps.insights.selectors.counted import GROUPS, Rows, rows_of
from apps.insights.selectors.found import listed

_READERS = (Role.AUDITOR, Role.CHANGE_MANAGER, Role.EXECUTIVE)
_OVERSEERS = (Role.AUDITOR, Role.CHANGE_MANAGER)


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
    return listed(rows) if may_list(user, measure) else rows.none()
