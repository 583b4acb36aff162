"""What changes say of the versions that are in use."""

from django.db.models import F, OuterRef, Subquery

from apps.changes.enums import OPEN, ChangeState
from apps.changes.models import ChangeItem


def version_left() -> Subquery:
    """Return, to annotate components with, the version that their next submitted change moves away from.

    A newer version may be recorded long before it goes live; whoever proposes to move to it knows which one works.
    """
    items = ChangeItem.objects.filter(
        component=OuterRef("pk"), change__state__in=OPEN, from_version__isnull=False
    ).exclude(change__state=ChangeState.DRAFT)
    soonest = items.order_by(F("change__planned_start").asc(nulls_last=True), "pk")
    return Subquery(soonest.values("from_version__version")[:1])
