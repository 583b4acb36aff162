"""The class and the window of a draft."""

from apps.calendar.rules import not_plannable, span_from_local, zone_named
from apps.changes.enums import ChangeClass
from apps.changes.models import Change
from apps.changes.rules.fields import LONG_TEXT, Problems
from apps.core import clock
from apps.core.errors import Invalid


def write_window(
    draft: Change,
    change_class: str,
    time_zone: str,
    local_start: str,
    local_end: str,
    late_reason: str,
    *,
    complete: bool,
) -> None:
    """Write the class, the window, and why it comes at short notice.

    Half a window may be kept when the draft need not be complete.
    """
    problems = Problems()
    draft.change_class = problems.choice("change_class", change_class, ChangeClass)
    if change_class == ChangeClass.STANDARD and draft.standard_id is None:
        problems.add("change_class", "A standard change is made from an approved one. Choose another class.")
    draft.late_reason = problems.text("late_reason", late_reason, longest=LONG_TEXT)
    start, end = local_start.strip(), local_end.strip()
    try:
        zone_named(time_zone)
    except Invalid as error:
        problems.fields |= error.fields
        problems.raise_any()
    if not (start and end):
        if complete:
            for name, value, word in (("local_start", start, "starts"), ("local_end", end, "ends")):
                if not value:
                    problems.add(name, f"Choose when the change {word}.")
        problems.raise_any()
        draft.time_zone, draft.local_start, draft.local_end = time_zone, start[:16], end[:16]
        draft.planned_start = draft.planned_end = None
        return
    try:
        span = span_from_local(start, end, time_zone)
    except Invalid as error:
        problems.fields |= error.fields
        problems.raise_any()
        raise
    if complete:
        problems.fields |= not_plannable(span, clock.now())
    problems.raise_any()
    draft.time_zone, draft.local_start, draft.local_end = span.time_zone, span.local_start, span.local_end
    draft.planned_start, draft.planned_end = span.start, span.end
