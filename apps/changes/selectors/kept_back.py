"""What a planner must weigh of each change that a period would keep back: how far it is, and whom it concerns."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.calendar.models import Period
from apps.changes.models import Change, PlanStep
from apps.changes.rules.materiality import FIELDS
from apps.changes.selectors.world import WATCHED
from apps.core import clock


@dataclass(frozen=True)
class KeptBack:
    """A change, whoever is told of its outcome, and how many signatures a move of its window asks again."""

    change: Change
    told: tuple[str, ...]
    signed: int


def changes_kept_back(booking_ids: Collection[int]) -> dict[int, KeptBack]:
    """Return what to weigh of each change, by the id of its booking. Four queries, however many they are."""
    changes = list(Change.objects.filter(booking__in=booking_ids).select_related("requester"))
    signed = _signed(changes, "window.start")
    leads: dict[int, set[int]] = defaultdict(set)
    for change_id, lead in PlanStep.objects.filter(change__in=changes).values_list("change_id", "lead_id"):
        leads[change_id].add(lead)
    wanted = {pk for each in leads.values() for pk in each} | {change.requester_id for change in changes}
    people = {user.pk: str(user) for user in User.objects.filter(pk__in=wanted, is_active=True)}
    return {
        change.booking_id: KeptBack(
            change,
            tuple(
                people[pk]
                for pk in dict.fromkeys([change.requester_id, *sorted(leads[change.pk])])
                if pk in people
            ),
            signed[change.round_id or 0],
        )
        for change in changes
        if change.booking_id is not None
    }


def signed_with_other_times(
    period: Period, booking_ids: Collection[int], times: Sequence[tuple[datetime, datetime]]
) -> list[tuple[Change, int]]:
    """Return the changes signed with a freeze in view whose signatures name another time of it, and how many do.

    Once its times are these, those who judge a freeze are asked again (``world_of``). Two queries.
    """
    seen = Change.objects.filter(
        booking__in=booking_ids,
        state__in=WATCHED,
        revision__content__freezes__contains=[{"ref": period.ref}],
    )
    moved = [
        change for change in seen.select_related("revision", "booking") if _moves_for(change, period, times)
    ]
    signed = _signed(moved, "freezes[].start")
    return [(change, signed[change.round_id or 0]) for change in moved if signed[change.round_id or 0]]


def _moves_for(change: Change, period: Period, times: Sequence[tuple[datetime, datetime]]) -> bool:
    assert change.revision is not None
    assert change.planned_start is not None
    assert change.planned_end is not None
    [row] = [one for one in change.revision.content["freezes"] if one["ref"] == period.ref]
    meeting = (one for one in times if one[0] < change.planned_end and change.planned_start < one[1])
    start, end = next(meeting, (None, None))
    return (
        start is not None
        and end is not None
        and (clock.iso(start), clock.iso(end)) != (row["start"], row["end"])
    )


def _signed(changes: Collection[Change], field: str) -> Counter[int]:
    """Return how many signatures of those who judge a field have been given, by round."""
    met = Requirement.objects.filter(
        round__in=[change.round_id for change in changes if change.round_id],
        state=RequirementState.MET,
        role__in=FIELDS[field].roles,
    )
    return Counter(met.values_list("round_id", flat=True))
