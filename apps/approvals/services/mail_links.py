"""Deciding from the link in a mail: what the mail says of it, and the decision that it leads to.

Nothing is kept of a link. It is bound to its person, requirement and digest by the portal's key, and has served once
that person has decided after it was made: so it needs no table, and a copy of the database holds none to use.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.rules.intents import Proof
from apps.approvals.rules.mail_links import LIFE, MailLink, is_theirs
from apps.approvals.selectors.mail_links import asked_in_mail, still_serves_now, token_of
from apps.approvals.services.signing import sign
from apps.approvals.services.telling import requirement_at
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Stale
from apps.outbox.handlers import MailLine
from apps.outbox.models import Notification

ADDRESS = "/approvals/mail/"
ASKING = (
    "approval.asked",
    "approval.due",
    "approval.overdue",
    "approval.late",
    "approval.awake",
    "approval.passed_over",
)
"""The notifications that ask for a decision."""
_SAID = (
    f"Decide from this mail. The link is yours alone, and works until you decide, {LIFE.days} days at most. You sign "
    "in, and nothing is signed before you say so:"
)


def link_for_mail(note: Notification) -> MailLine | None:
    """Return the line of a mail by which its reader can decide, or None when nothing is asked any more.

    It is made when the mail is sent, and is in the mail alone.
    """
    requirement = requirement_at(note.url)
    if requirement is None or requirement.state != RequirementState.OPEN:
        return None
    if requirement.round.state != RoundState.OPEN or not isinstance(note.user, User):
        return None
    query = urlencode({"link": token_of(asked_in_mail(note.user, requirement))})
    return MailLine(_SAID, f"{ADDRESS}?{query}")


@transaction.atomic
def sign_from_mail(
    *,
    actor: Actor,
    link: MailLink,
    requirement: Requirement,
    digest: str,
    decision: str,
    proof: Proof,
    note: str = "",
    checked: Sequence[str] = (),
) -> Signature:
    """Record a decision to which the link in a mail led. ``sign`` makes all its checks; this adds those of the link.

    The round is locked first, so that of two who follow one link at once, the second finds that it has served.

    Raises:
        Forbidden: the link was sent to someone else, or is about something else.
        Stale: it has served, its time is up, or what it asks is settled or asked anew.
        As ``sign`` does.
    """
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can sign.")
    is_theirs(link, actor.user.pk).require()
    if link.requirement != requirement.pk:
        raise Forbidden(
            "This link is about something else. Nothing was signed.", remedy="Open it from its mail."
        )
    round_ = Round.objects.select_for_update().get(pk=requirement.round_id)
    asked = Requirement.objects.get(pk=requirement.pk)
    asked.round = round_
    served = still_serves_now(link, asked).decision
    if not served:
        raise Stale(f"{served.reason} Nothing was signed.", remedy=served.remedy)
    return sign(
        actor=actor,
        requirement=asked,
        digest=digest,
        decision=decision,
        proof=proof,
        note=note,
        checked=checked,
    )
