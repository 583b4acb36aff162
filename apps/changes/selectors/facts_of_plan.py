"""What a draft alone settles of the facts that policy judges: nothing measured, nothing signed."""

from typing import Any

from apps.changes.models import Change
from apps.changes.selectors.facts import of_change, of_window
from apps.changes.selectors.items import items_of
from apps.core import clock


def facts_of_plan(change: Change) -> dict[str, Any]:
    """Return what is known of a draft if it were submitted now, by the names of ``policy.rules.FACTS``.

    Its risk is left out: it is worked out when the change is submitted.
    """
    found = of_change(change, [item.component for item in items_of(change)])
    del found["change.risk"]
    start, end = change.planned_start, change.planned_end
    if start is not None and end is not None:
        found |= of_window(start, end, change.time_zone, clock.now())
    return found
