"""What was measured of what a change moves."""

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.catalog.models import ComponentVersion
from apps.changes.models import Change
from apps.core.errors import Invalid
from apps.evidence.models import Report
from apps.evidence.selectors import reports_of


def evidence_of(user: User, change: Change) -> QuerySet[Report]:
    """Return the evidence about the versions that a change moves to, the newest first, as a person may see it."""
    return reports_of(user, change.items.values_list("to_version", flat=True))


def measured_version(change: Change, component_key: str) -> ComponentVersion:
    """Return the version that a change moves a component to; without a key, of the only one it moves.

    Raises:
        Invalid: ``component`` is not moved by the change, or is not named where it moves several, or none.
    """
    items = list(change.items.select_related("to_version__component__owner_team"))
    if component_key:
        items = [item for item in items if item.to_version.component.key == component_key]
        if not items:
            raise Invalid({"component": [f"{change.ref} does not move {component_key}."]})
    if len(items) != 1:
        several = f"{change.ref} moves {len(items)} components. Say which of them was measured."
        raise Invalid({"component": [several if items else f"{change.ref} moves nothing yet."]})
    return items[0].to_version
