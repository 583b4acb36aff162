"""How signers looked at what they signed: for Change Managers alone."""

from collections import defaultdict
from collections.abc import Iterable

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import has_role
from apps.approvals.models import Look, Signature
from apps.approvals.rules.looking import Looking


def lookings_for(user: User, signatures: Iterable[Signature]) -> dict[int, Looking]:
    """Return how each signature's signer had looked, by the signature's number; nothing unless a Change Manager asks.

    One query.
    """
    if not has_role(user, Role.CHANGE_MANAGER):
        return {}
    given = list(signatures)
    rows = Look.objects.filter(requirement__in={one.requirement_id for one in given})
    seconds: dict[tuple[int, int], int] = {}
    opened: defaultdict[tuple[int, int], int] = defaultdict(int)
    for row in rows:
        key = (row.requirement_id, row.user_id)
        if row.what:
            opened[key] += 1
        else:
            seconds[key] = row.seconds
    return {
        one.pk: Looking(
            seconds.get((one.requirement_id, one.signer_id)), opened[one.requirement_id, one.signer_id]
        )
        for one in given
    }
