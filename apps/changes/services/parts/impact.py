"""What people correct in the impact of a draft."""

from collections.abc import Sequence

from apps.catalog.models import Component
from apps.changes.models import Change, ImpactNote
from apps.changes.rules.fields import Problems
from apps.changes.rules.inputs import NoteInput

MOST_NOTES = 1000


def write_notes(draft: Change, notes: Sequence[NoteInput]) -> None:
    """Write the corrections of the impact."""
    problems = Problems()
    problems.at_most("notes", notes, MOST_NOTES)
    problems.raise_any()
    keys = [note.component.strip() for note in notes]
    components = {one.key: one for one in Component.objects.filter(key__in=keys, retired_at=None)}
    moved = set(draft.items.values_list("component__key", flat=True))
    rows = []
    for place, (key, note) in enumerate(zip(keys, notes, strict=True)):
        at = f"notes.{place}"
        if key not in components:
            problems.add(f"{at}.component", f"The catalog has no component “{key[:200]}”.")
        elif key in keys[:place]:
            problems.add(f"{at}.component", f"{components[key]} is here twice.")
        elif key in moved:
            problems.add(f"{at}.component", f"{components[key]} is among what moves. It needs no note.")
        asked = "Say why it is reached." if note.included else "Say why it is not reached."
        reason = problems.text(f"{at}.reason", note.reason, longest=300, missing=asked)
        if key in components:
            row = ImpactNote(change=draft, component=components[key], included=note.included, reason=reason)
            rows.append(row)
    problems.raise_any()
    draft.impact_notes.all().delete()
    ImpactNote.objects.bulk_create(rows)
