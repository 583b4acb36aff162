"""What a planner must weigh of each change that a period would keep back: how far it is, and whom it concerns."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.changes.models import Change, PlanStep
from apps.changes.rules.materiality import FIELDS


@dataclass(frozen=True)
class KeptBack:
    """A change, whoever is told of its outcome, and how many signatures a move of its window asks again."""

    change: Change
    told: tuple[str, ...]
    signed: int


def changes_kept_back(booking_ids: Collection[int]) -> dict[int, KeptBack]:
    """Return what to weigh of each change, by the id of its booking. Four queries, however many they are."""
    changes = list(Change.objects.filter(booking__in=booking_ids).select_related("requester"))
    leads: dict[int, set[int]] = defaultdict(set)
    for change_id, lead in PlanStep.objects.filter(change__in=changes).values_list("change_id", "lead_id"):
        leads[change_id].add(lead)
    wanted = {pk for each in leads.values() for pk in each} | {change.requester_id for change in changes}
    people = {user.pk: str(user) for user in User.objects.filter(pk__in=wanted, is_active=True)}
    met = Requirement.objects.filter(
        round__in=[change.round_id for change in changes if change.round_id],
        state=RequirementState.MET,
        role__in=FIELDS["window.start"].roles,
    )
    signed = Counter(met.values_list("round_id", flat=True))
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
