"""How far ahead a change is submitted, by its class."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from apps.changes.enums import ChangeClass
from apps.core.decisions import ALLOWED, Decision, denied


def in_time(
    change_class: str, planned_start: datetime, late_reason: str, notice: Mapping[str, int], now: datetime
) -> Decision:
    """Return whether a change comes with the notice of its class, in days, or says why it does not.

    What comes later is an exception: its reason is part of what is signed.
    """
    days = notice.get(change_class, 0)
    if late_reason.strip() or planned_start - now >= timedelta(days=days):
        return ALLOWED
    said = ChangeClass(change_class).label.lower()
    return denied(
        f"A {said} change is submitted {days} day{'' if days == 1 else 's'} ahead, and this one opens sooner.",
        "Say why it cannot wait, or choose a later time.",
    )
