"""A version of what decides over all changes: proposed by one, approved by another, by a round over its digest."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.approvals.enums import TimeUnit
from apps.approvals.models import Round
from apps.approvals.rules import Allowance, Barred, Need, Subject
from apps.approvals.services.rounds import open_round
from apps.core import clock
from apps.core.actors import Actor

TIME_TO_SIGN = Allowance(5, TimeUnit.WORKING_DAYS)
AT_THE_LATEST = timedelta(days=14)
_RISK = 3
"""Above a change of moderate risk in the inbox: what is asked about decides over all of them."""


@transaction.atomic
def ask_another_manager(
    *,
    actor: Actor,
    subject: Subject,
    digest: str,
    question: str,
    author: User,
    did: str = "proposed",
    also: Collection[int] = (),
    revision: int = 1,
) -> Round:
    """Ask another Change Manager over everything to approve a version; where there is none, a Change Sponsor.

    Neither the author, who ``did`` it, nor those whose ids are in ``also`` may approve it.

    Raises:
        NobodyToSign: nobody else is there who may approve it.
    """
    own = {author.pk, *also}
    another = people_with_role(Role.CHANGE_MANAGER).exclude(pk__in=own).exists()
    need = Need(
        role=Role.CHANGE_MANAGER if another else Role.SPONSOR,
        question=question,
        reason=f"{author} {did} them, and nobody approves their own.",
        due_at=clock.now() + AT_THE_LATEST,
        allowed=TIME_TO_SIGN,
    )
    return open_round(
        actor=actor,
        subject=subject,
        revision=revision,
        digest=digest,
        risk=_RISK,
        starts_at=None,
        needs=[need],
        barred=[Barred(pk, f"You {did} this version. Nobody approves their own.") for pk in sorted(own)],
    )
