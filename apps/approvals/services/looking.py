"""Keeping how long a person looked at what they are asked, and which evidence they opened, as their browser tells.

It stands beside the ledger, not in it: it is a signal for Change Managers, about a person, and can be erased.
"""

from django.db import transaction
from django.db.models import F

from apps.accounts.models import User
from apps.approvals.models import Look, Requirement, Seen
from apps.approvals.rules.looking import LATE, LONGEST, MOST
from apps.approvals.selectors import may_sign_now, my_signature
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor


@transaction.atomic
def record_look(*, actor: Actor, requirement: Requirement, seconds: int, opened: str) -> bool:
    """Add what a browser tells of a person who may sign this, or has just signed it; return whether it was kept.

    ``seconds`` is how long the page was in view since the last time it told; ``opened`` names a piece of evidence, or
    is blank. What anyone else sends changes nothing.
    """
    user = actor.user
    if not isinstance(user, User) or not _asked(user, requirement):
        return False
    time, _ = _row(user, requirement, "")
    Look.objects.filter(pk=time.pk).update(seconds=F("seconds") + min(max(seconds, 0), LONGEST))
    name = " ".join(opened.replace("\x00", "").split())[:200]
    if name and Look.objects.filter(user=user, requirement=requirement).count() <= MOST:
        _row(user, requirement, name)
    return True


def _asked(user: User, requirement: Requirement) -> bool:
    given = my_signature(user, requirement)
    if given is not None:
        return clock.now() < given.signed_at + LATE
    return bool(may_sign_now(user, requirement))


def _row(user: User, requirement: Requirement, what: str) -> tuple[Look, bool]:
    return Look.objects.get_or_create(
        user=user, requirement=requirement, what=what, defaults={"at": clock.now()}
    )


@transaction.atomic
def erase_looks(*, actor: Actor, person: User) -> int:
    """Erase what is kept of how and when a person looked at what they were asked, and return how many rows."""
    count = Look.objects.filter(user=person).delete()[0] + Seen.objects.filter(user=person).delete()[0]
    record_event(event="approval.looks_erased", actor=actor, obj=person, data={"rows": count})
    return count
