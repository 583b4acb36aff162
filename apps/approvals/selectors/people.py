"""Who could sign what: the holders of a role and their deputies, less those who are barred or have signed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from apps.accounts.enums import GrantScope
from apps.accounts.models import RoleGrant, User
from apps.accounts.rules import reaches
from apps.accounts.selectors import active_grants
from apps.approvals.enums import SignatureDecision
from apps.approvals.models import Bar, Delegation, EarlierSignature, Requirement, Signature
from apps.approvals.rules import Need
from apps.approvals.selectors.cover import delegations_in_force, fits

# Of a holder no more than is asked and shown, and of a grant no object: there may be many, and each costs time.
_SHOWN = {"id", "username", "first_name", "last_name", "job_title", "email", "time_zone"}
_PERSON = [field.attname for field in User._meta.concrete_fields if field.attname in _SHOWN]

Signed = dict[int, dict[int, set[tuple[str, int, bool]]]]
"""Of each round, what each person has decided: role filled, requirement, and whether it was in another's place."""


@dataclass(frozen=True)
class Able:
    """Who may still sign a requirement: holders and deputies by name, and in whose place the deputies would."""

    people: list[User]
    covers: list[Delegation] = field(default_factory=list)


ABSTAINED = ""
"""Stands for the role of an abstention, which fills none."""

STANDING = Q(withdrawn_at=None) & ~Q(decision=SignatureDecision.WITHDRAW)
"""The signatures that count: not taken back, nor the taking back itself."""

KEPT = Q(counts=True, withdrawn_at=None)
"""The earlier signatures that count for a later revision: kept, and not taken back since."""


def eligible_people(requirements: Iterable[Requirement]) -> dict[int, list[User]]:
    """Return, for each requirement, the people who may still sign it, by name; four queries in all."""
    return {pk: able.people for pk, able in able_to_sign(requirements).items()}


def able_to_sign(requirements: Iterable[Requirement]) -> dict[int, Able]:
    """Return, for each requirement, who may still sign it and in whose place; four queries in all."""
    wanted = list(requirements)
    round_ids = {requirement.round_id for requirement in wanted}
    holders = Holders(wanted, handed_to(wanted))
    covers = list(delegations_in_force()) if wanted else []
    bars = barred(round_ids)
    signed = roles_signed(round_ids)
    return {
        requirement.pk: _able(
            holders,
            covers,
            requirement,
            out_of_it(requirement, bars[requirement.round_id])
            | done_with(requirement, signed[requirement.round_id]),
        )
        for requirement in wanted
    }


def _able(holders: "Holders", covers: list[Delegation], requirement: Requirement, out: set[int]) -> Able:
    """Return the holders who are not out of it, then the deputies of those, when they are not out of it either."""
    own = holders.free_of(requirement, out)
    giving = holders.numbers_free_of(requirement, out, by_role=True)
    held = {user.pk for user in own}
    taking = [
        one
        for one in covers
        if one.giver_id in giving and one.delegate_id not in out and fits(one, requirement)
    ]
    deputies = {one.delegate_id: one.delegate for one in taking if one.delegate_id not in held}
    return Able([*own, *deputies.values()], taking)


def out_of_it(requirement: Requirement, bars: set[tuple[int, int | None]]) -> set[int]:
    """Return who is barred from a requirement, by itself or with its whole round."""
    return {user_id for user_id, of in bars if of in (None, requirement.pk)}


def handed_to(requirements: Iterable[Requirement]) -> dict[int, User]:
    """Return the contacts to whom requirements were handed, by number: those who still work here."""
    wanted = {one.handed_to_id for one in requirements if one.handed_to_id is not None}
    return User.objects.filter(is_active=True).in_bulk(wanted) if wanted else {}


def done_with(requirement: Requirement, signed: dict[int, set[tuple[str, int, bool]]]) -> set[int]:
    """Return who can sign a requirement no more: they decided on it, or signed the same round in another role."""
    return {
        user_id
        for user_id, done in signed.items()
        if any(
            role not in (requirement.role, ABSTAINED) or signed_id == requirement.pk
            for role, signed_id, _ in done
        )
    }


def people_for_needs(needs: list[Need]) -> list[list[User]]:
    """Return, for each need of a round about to open, the active people whose role reaches it."""
    holders = Holders(needs)
    return [holders.of(need) for need in needs]


def with_deputies(needs: list[Need], people: list[list[User]], out: list[set[int]]) -> list[list[User]]:
    """Return the people of each need with those who sign in their place now, less who is out of it.

    Deputies add nobody to a quorum: each of them takes the place of one who is counted.
    """
    covers = list(delegations_in_force()) if needs else []
    told = []
    for need, own, barred_here in zip(needs, people, out, strict=True):
        givers = {user.pk for user in own}
        deputies = [
            one.delegate
            for one in covers
            if one.giver_id in givers and fits(one, need) and one.delegate_id not in barred_here | givers
        ]
        told.append([*own, *deputies])
    return told


class Holders:
    """Who holds the roles that are asked, where they are asked, read once: no question costs a query or a search."""

    def __init__(
        self, asked: Collection[Requirement] | Collection[Need], handed: dict[int, User] | None = None
    ) -> None:
        self._at: dict[tuple[str, str, object], set[int]] = defaultdict(set)
        self._rows: dict[int, list[Any]] = {}
        held = active_grants().filter(_reaching_some(asked))
        rows = held.order_by("user__first_name", "user__last_name", "user_id").values_list(
            "role", "scope", "team_id", "component_key", *(f"user__{name}" for name in _PERSON)
        )
        for role, scope, team_id, component_key, *person in rows:
            self._at[role, scope, team_id or component_key].add(person[0])
            self._rows[person[0]] = person
        self._people: dict[int, User] = dict(handed or {})
        self._handed = frozenset(self._people)
        self._place = {pk: place for place, pk in enumerate(dict.fromkeys([*self._rows, *self._people]))}

    def of(self, asked: Requirement | Need) -> list[User]:
        """Return each person once whose role reaches what is asked, by name."""
        return self._named(self._reaching(asked))

    def free_of(self, requirement: Requirement, out: Collection[int] = ()) -> list[User]:
        """Return the holders who are not out of it, by name, and then the contact to whom it was handed."""
        return self._named(self.numbers_free_of(requirement, out))

    def numbers_free_of(
        self, requirement: Requirement, out: Collection[int] = (), *, by_role: bool = False
    ) -> set[int]:
        """Return the holders who are not out of it, and the contact to whom it was handed, by their numbers.

        With ``by_role`` the contact is left out: what was handed to one is not handed on.
        """
        found = self._reaching(requirement)
        if not by_role and requirement.handed_to_id in self._handed:
            found.add(requirement.handed_to_id)
        return found.difference(out)

    def _reaching(self, asked: Requirement | Need) -> set[int]:
        found = set(self._at.get((asked.role, GrantScope.EVERYTHING.value, ""), ()))
        if asked.team_id:
            found |= self._at.get((asked.role, GrantScope.TEAM.value, asked.team_id), set())
        if asked.component_key:
            found |= self._at.get((asked.role, GrantScope.COMPONENT.value, asked.component_key), set())
        return found.intersection(asked.named) if asked.named else found

    def _named(self, numbers: set[int]) -> list[User]:
        return [self._person(pk) for pk in sorted(numbers, key=self._place.__getitem__)]

    def _person(self, pk: int) -> User:
        if pk not in self._people:
            self._people[pk] = User.from_db(DEFAULT_DB_ALIAS, _PERSON, self._rows[pk])
        return self._people[pk]


def _reaching_some(asked: Collection[Requirement] | Collection[Need]) -> Q:
    """Return the condition that a grant is of a role that is asked, over a team or a component that is asked.

    It leaves out most of what a large organisation grants, and lets through every grant that reaches one of them.
    """
    place = (
        Q(scope=GrantScope.EVERYTHING)
        | Q(scope=GrantScope.TEAM, team__in={one.team_id for one in asked if one.team_id})
        | Q(scope=GrantScope.COMPONENT, component_key__in={one.component_key for one in asked})
    )
    return place & Q(role__in={one.role for one in asked})


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
    """Return, for each round and person, what they have decided and not taken back, there or before and kept.

    What a deputy signed counts for both: neither fills another role, and neither signs it again. An abstention
    fills no role: it stands as ``ABSTAINED``.
    """
    found: Signed = defaultdict(lambda: defaultdict(set))
    given = Signature.objects.filter(STANDING, requirement__round__in=round_ids)
    kept = EarlierSignature.objects.filter(KEPT, requirement__round__in=round_ids)
    of = ("requirement__role", "requirement_id")
    now = given.values_list("requirement__round_id", "signer_id", "on_behalf_of_id", *of, "decision")
    before = kept.values_list(
        "requirement__round_id",
        "signature__signer_id",
        "signature__on_behalf_of_id",
        *of,
        "signature__decision",
    )
    for round_id, user_id, giver_id, role, requirement_id, decision in now.union(before, all=True):
        filled = ABSTAINED if decision == SignatureDecision.ABSTAIN else role
        found[round_id][user_id].add((filled, requirement_id, giver_id is not None))
        if giver_id is not None:
            found[round_id][giver_id].add((filled, requirement_id, False))
    return found
