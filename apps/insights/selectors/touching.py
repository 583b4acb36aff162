"""What the coming week touches of what each team owns. For the digest alone: it asks nobody's rights."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from apps.calendar.enums import LIVE
from apps.calendar.models import Booking, during
from apps.catalog.models import Component
from apps.changes.models import Change
from apps.insights.rules.digest import Touch

Owned = dict[str, tuple[str, int]]


def touches_of(teams: Collection[int], start: datetime, end: datetime) -> dict[int, list[Touch]]:
    """Return, for each team, the changes planned in [start, end) that move or reach what it owns; two queries.

    What a change reaches is what its revision says, as it is signed, without what its requester ruled out.
    """
    owned: Owned = {
        key: (title or name, team)
        for key, title, name, team in Component.objects.filter(owner_team__in=teams).values_list(
            "key", "title", "name", "owner_team_id"
        )
        if team is not None
    }
    inside = Booking.objects.alias(during=during()).filter(state__in=LIVE, during__overlap=(start, end))
    planned = Change.objects.filter(booking__in=inside, revision__isnull=False)
    found: dict[int, list[Touch]] = defaultdict(list)
    for change in planned.select_related("booking", "revision").order_by("booking__start", "pk"):
        for team, touch in _touches(change, owned).items():
            found[team].append(touch)
    return found


def _touches(change: Change, owned: Owned) -> dict[int, Touch]:
    assert change.revision is not None
    assert change.booking is not None
    content: dict[str, Any] = change.revision.content
    moved = _by_team([row["component"] for row in content.get("items", [])], owned)
    reached = _by_team([row["key"] for row in content.get("impact", []) if row["included"]], owned)
    return {
        team: Touch(
            change.ref,
            change.booking.title,
            change.get_state_display(),
            change.booking.start,
            tuple(moved.get(team, ())),
            tuple(reached.get(team, ())),
        )
        for team in moved.keys() | reached.keys()
    }


def _by_team(keys: list[str], owned: Owned) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key in keys:
        if key in owned:
            name, team = owned[key]
            found[team].append(name)
    return found
