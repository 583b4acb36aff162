"""Who could sign what: the holders of a role, less those who are barred or have signed."""

from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter

from apps.accounts.enums import GrantScope
from apps.accounts.models import RoleGrant, User
from apps.accounts.rules import reaches
from apps.accounts.selectors import active_grants
from apps.approvals.models import Bar, Requirement, Signature
from apps.approvals.rules import Need

Signed = dict[int, dict[int, set[tuple[str, int]]]]


def eligible_people(requirements: Iterable[Requirement]) -> dict[int, list[User]]:
    """Return, for each requirement, the people who may still sign it, by name; three queries in all."""
    wanted = list(requirements)
    round_ids = {requirement.round_id for requirement in wanted}
    holders = Holders({requirement.role for requirement in wanted})
    bars = barred(round_ids)
    signed = roles_signed(round_ids)
    return {
        requirement.pk: [
            user
            for user in holders.free_of(requirement, bars[requirement.round_id])
            if _still_free(requirement, signed[requirement.round_id].get(user.pk, set()))
        ]
        for requirement in wanted
    }


def _still_free(requirement: Requirement, done: set[tuple[str, int]]) -> bool:
    """Return whether what a person has signed in the round leaves them free to sign this."""
    return all(role == requirement.role and signed_id != requirement.pk for role, signed_id in done)


def people_for_needs(needs: list[Need]) -> list[list[User]]:
    """Return, for each need of a round about to open, the active people whose role reaches it."""
    holders = Holders({need.role for need in needs})
    return [holders.of(need) for need in needs]


class Holders:
    """Who holds which role where, read once, so that each question costs no query and no search."""

    def __init__(self, roles: set[str]) -> None:
        held = active_grants().filter(role__in=roles).select_related("user")
        self._at: dict[tuple[str, str, object], list[tuple[int, User]]] = defaultdict(list)
        for rank, grant in enumerate(held.order_by("user__first_name", "user__last_name", "user_id")):
            self._at[grant.role, grant.scope, grant.team_id or grant.component_key].append((rank, grant.user))

    def of(self, asked: Requirement | Need) -> list[User]:
        """Return each person once whose role reaches what is asked, by name."""
        places: list[tuple[str, str, object]] = [(asked.role, GrantScope.EVERYTHING.value, "")]
        places += [(asked.role, GrantScope.TEAM.value, asked.team_id)] if asked.team_id else []
        places += (
            [(asked.role, GrantScope.COMPONENT.value, asked.component_key)] if asked.component_key else []
        )
        found = sorted((one for place in places for one in self._at.get(place, ())), key=itemgetter(0))
        return list({user: None for _, user in found})

    def free_of(self, requirement: Requirement, bars: set[tuple[int, int | None]]) -> list[User]:
        """Return the holders who are not barred from a requirement."""
        return [
            user for user in self.of(requirement) if not bars & {(user.pk, None), (user.pk, requirement.pk)}
        ]


def covers(grant: RoleGrant, asked: Requirement | Need) -> bool:
    """Return whether a grant is of the role that is asked, over its component or its team."""
    return grant.role == asked.role and reaches(grant, asked.component_key, asked.team_id)


def barred(round_ids: set[int]) -> dict[int, set[tuple[int, int | None]]]:
    """Return, for each round, who is barred from which requirement; None stands for the whole round."""
    found: dict[int, set[tuple[int, int | None]]] = defaultdict(set)
    bars = Bar.objects.filter(round__in=round_ids)
    for round_id, user_id, requirement_id in bars.values_list("round_id", "user_id", "requirement_id"):
        found[round_id].add((user_id, requirement_id))
    return found


def roles_signed(round_ids: set[int]) -> Signed:
    """Return, for each round and person, what they have signed, as (role, requirement)."""
    found: Signed = defaultdict(lambda: defaultdict(set))
    given = Signature.objects.filter(requirement__round__in=round_ids)
    for round_id, user_id, role, requirement_id in given.values_list(
        "requirement__round_id", "signer_id", "requirement__role", "requirement_id"
    ):
        found[round_id][user_id].add((role, requirement_id))
    return found
