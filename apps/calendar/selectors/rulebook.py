"""The calendar's rulebook in force."""

from apps.calendar.models import Rulebook as Stored
from apps.calendar.rules import Rulebook, rulebook_from


def rulebook_in_force() -> Rulebook:
    """Return the newest version, or the portal's own where the organisation has written none. One query."""
    newest = Stored.objects.order_by("-version").values_list("document", flat=True).first()
    return Rulebook() if newest is None else rulebook_from(newest)


def rulebook_number() -> int:
    """Return the number of the newest version; 0 where the organisation has written none."""
    return Stored.objects.order_by("-version").values_list("version", flat=True).first() or 0


def rulebook_versions() -> list[Stored]:
    """Return every version, newest first, with whoever wrote it."""
    return list(Stored.objects.select_related("written_by"))
