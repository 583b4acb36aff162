"""The policy in force, and the leaves whose time is over under it."""

from django.db.models import QuerySet

from apps.audit.models import AuditEvent
from apps.audit.rules.tombstones import RETIRED
from apps.core import clock
from apps.retention.models import RetentionPolicy
from apps.retention.rules.spans import kept_since
from apps.retention.selectors.holds import holds_in_force, keeps

ALWAYS_KEPT = ("hold", "ledger", "ledger_key", "retention", "retirement")
"""Records of keeping itself, and of the keys that prove the rest: they must outlast what went."""


def policies() -> QuerySet[RetentionPolicy]:
    """Return every policy there was, newest first."""
    return RetentionPolicy.objects.select_related("decided_by")


def policy_in_force() -> RetentionPolicy | None:
    """Return the newest policy. None, or one without years, means that everything is kept."""
    return policies().first()


def due_leaves(policy: RetentionPolicy, *, beyond: int = -1) -> QuerySet[AuditEvent, int]:
    """Return the places of sealed entries past the policy's years, in order, beyond a place; none that is held."""
    if policy.keep_years is None:
        return AuditEvent.objects.none().values_list("leaf__index", flat=True)
    rows = AuditEvent.objects.filter(
        at__lt=kept_since(clock.now(), policy.keep_years), leaf__index__gt=beyond
    )
    rows = rows.exclude(event=RETIRED).exclude(object_type__in=ALWAYS_KEPT)
    for hold in holds_in_force():
        rows = rows.exclude(keeps(hold))
    return rows.order_by("leaf__index").values_list("leaf__index", flat=True)
