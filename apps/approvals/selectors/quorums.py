"""The open asks of rounds, for the arithmetic of quorums."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.approvals.enums import UNDECIDED, RoundState, SignatureDecision
from apps.approvals.models import EarlierSignature, Requirement, Round, Signature
from apps.approvals.rules import Ask, describe
from apps.approvals.selectors.people import (
    ABSTAINED,
    KEPT,
    STANDING,
    Holders,
    barred,
    handed_to,
    out_of_it,
    roles_signed,
)


@dataclass
class Tally:
    """A round's open asks, and the role that each person has filled in it."""

    asks: list[Ask] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    """What each of the asks is, in their order."""
    taken: dict[int, str] = field(default_factory=dict)


def tallies(round_ids: Iterable[int]) -> dict[int, Tally]:
    """Return the tally of each round, in four queries for them all.

    Whoever has signed an ask counts among those who can meet it, so that half a quorum is not asked twice. A deputy
    counts as the one in whose place they signed: deputies make no quorum larger. Whoever has abstained does not
    count. What a later stage asks counts as well: it must still be possible then.
    """
    ids = set(round_ids)
    requirements = list(
        Requirement.objects.filter(round__in=ids, state__in=UNDECIDED).select_related(
            "team__escalation_contact"
        )
    )
    holders = Holders(requirements, handed_to(requirements))
    bars = barred(ids)
    signed = roles_signed(ids)
    found = {pk: Tally() for pk in ids}
    for round_id, people in signed.items():
        roles = {
            user_id: [role for role, *_ in done if role != ABSTAINED] for user_id, done in people.items()
        }
        found[round_id].taken = {user_id: min(filled) for user_id, filled in roles.items() if filled}
    for requirement in requirements:
        role, pk = requirement.role, requirement.pk
        given = signed[requirement.round_id]
        out = out_of_it(requirement, bars[requirement.round_id])
        able = holders.numbers_free_of(requirement, out)
        able -= {user_id for user_id, done in given.items() if (role, pk, True) in done}
        able |= {user_id for user_id, done in given.items() if (role, pk, False) in done}
        able -= {
            user_id
            for user_id, done in given.items()
            if any(filled == ABSTAINED and asked == pk for filled, asked, _ in done)
        }
        label = describe(role, requirement.component_label or requirement.component_key)
        tally = found[requirement.round_id]
        tally.asks.append(Ask(role, label, requirement.quorum, frozenset(able)))
        tally.requirements.append(requirement)
    return found


def counts_for(round_id: object) -> Q:
    """Return the condition that a signature counts for a round: given on it and not taken back, or before it and kept.

    ``round_id`` may be an ``OuterRef``.
    """
    given = STANDING & Q(requirement__round=round_id)
    kept = Q(later__counts=True, later__withdrawn_at=None, later__requirement__round=round_id)
    return given | kept


def approvals_of(round_id: object) -> QuerySet[Signature]:
    """Return the approvals that count for a round, those kept from before it included, in no order.

    ``round_id`` may be an ``OuterRef``. One that was kept more than once may come more than once.
    """
    return Signature.objects.filter(counts_for(round_id), decision=SignatureDecision.APPROVE)


def rounds_approved_by(user: User, roles: Iterable[str]) -> QuerySet[Round]:
    """Return the rounds for which a person's approval in one of these roles counts.

    They are found once, by the person; ``approvals_of`` would look at all that they ever approved for each round.
    """
    approvals = Signature.objects.filter(
        signer=user, decision=SignatureDecision.APPROVE, requirement__role__in=roles
    )
    kept = EarlierSignature.objects.filter(KEPT, signature__in=approvals.values("pk"))
    given = approvals.filter(STANDING)
    return Round.objects.filter(
        Q(pk__in=given.values("requirement__round")) | Q(pk__in=kept.values("requirement__round"))
    )


def open_rounds() -> QuerySet[Round]:
    """Return every round that is still open."""
    return Round.objects.filter(state=RoundState.OPEN)


def approvals_given(requirement: Requirement) -> int:
    """Return how many people have approved a requirement, by a signature on it or by an earlier one that counts."""
    given = Signature.objects.filter(STANDING, requirement=requirement, decision=SignatureDecision.APPROVE)
    return given.count() + EarlierSignature.objects.filter(KEPT, requirement=requirement).count()
