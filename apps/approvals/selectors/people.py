"""Who could sign what: the holders of a role, less those who are barred or have signed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from operator import itemgetter

from apps.accounts.enums import GrantScope
from apps.accounts.models import RoleGrant, User
from apps.accounts.rules import reaches
from apps.accounts.selectors import active_grants
from apps.approvals.models import Bar, Requirement, Signature
from apps.approvals.rules import Need

# Of each grant and its holder no more than is asked and shown: there may be many, and each costs time.
_GRANT = ("user_id", "role", "scope", "team_id", "component_key")
_NAME = (
    "user__username", "user__first_name", "user__last_name", "user__job_title", "user__email", "user__time_zone",
)  # fmt: skip

Signed = dict[int, dict[int, set[tuple[str, int]]]]


def eligible_people(requirements: Iterable[Requirement]) -> dict[int, list[User]]:
    """Return, for each requirement, the people who may still sign it, by name; three queries in all."""
    wanted = list(requirements)
    round_ids = {requirement.round_id for requirement in wanted}
    holders = Holders({requirement.role for requirement in wanted})
    bars = barred(round_ids)
    signed = roles_signed(round_ids)
    return {
        requirement.pk: holders.free_of(
            requirement, bars[requirement.round_id], done_with(requirement, signed[requirement.round_id])
        )
        for requirement in wanted
    }


def done_with(requirement: Requirement, signed: dict[int, set[tuple[str, int]]]) -> set[int]:
    """Return who can sign a requirement no more: they signed it, or signed in the same round in another role."""
    return {
        user_id
        for user_id, done in signed.items()
        if any(role != requirement.role or signed_id == requirement.pk for role, signed_id in done)
    }


def people_for_needs(needs: list[Need]) -> list[list[User]]:
    """Return, for each need of a round about to open, the active people whose role reaches it."""
    holders = Holders({need.role for need in needs})
    return [holders.of(need) for need in needs]


class Holders:
    """Who holds which role where, read once, so that each question costs no query and no search."""

    def __init__(self, roles: set[str]) -> None:
        held = active_grants().filter(role__in=roles).select_related("user").only(*_GRANT, *_NAME)
        self._at: dict[tuple[str, str, object], dict[int, tuple[int, User]]] = defaultdict(dict)
        for rank, grant in enumerate(held.order_by("user__first_name", "user__last_name", "user_id")):
            place = grant.role, grant.scope, grant.team_id or grant.component_key
            self._at[place][grant.user_id] = rank, grant.user

    def of(self, asked: Requirement | Need) -> list[User]:
        """Return each person once whose role reaches what is asked, by name."""
        return [user for _, user in sorted(self._reaching(asked).values(), key=itemgetter(0))]

    def free_of(
        self, requirement: Requirement, bars: set[tuple[int, int | None]], done: Collection[int] = ()
    ) -> list[User]:
        """Return the holders who are not barred from a requirement and not done with it, by name."""
        found = self._reaching(requirement)
        for user_id in (*done, *(user_id for user_id, of in bars if of in (None, requirement.pk))):
            found.pop(user_id, None)
        return [user for _, user in sorted(found.values(), key=itemgetter(0))]

    def _reaching(self, asked: Requirement | Need) -> dict[int, tuple[int, User]]:
        """Return each holder by number, with their place among the names."""
        found = dict(self._at.get((asked.role, GrantScope.EVERYTHING.value, ""), {}))
        if asked.team_id:
            found |= self._at.get((asked.role, GrantScope.TEAM.value, asked.team_id), {})
        if asked.component_key:
            found |= self._at.get((asked.role, GrantScope.COMPONENT.value, asked.component_key), {})
        return found


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
