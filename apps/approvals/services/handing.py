"""What nobody is left for goes to the contact of its team, and never into the void.

First it is handed over. Only when there is no contact who may sign, the round is rejected at once, as before
(``reject_unreachable``): then nobody at all is left, and waiting would help nobody.
"""

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role, roles_of
from apps.approvals.enums import RoundState
from apps.approvals.models import Requirement, Round
from apps.approvals.rules import unreachable
from apps.approvals.rules.cover import may_take_over
from apps.approvals.selectors import may_sign_now, tallies
from apps.approvals.services.telling import inbox_url, label_of
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.outbox.services import notify


@transaction.atomic
def hand_over(*, actor: Actor, round: Round) -> list[Requirement]:
    """Hand what too few people are left for to its team's contact, until the round can be met, and return it.

    The contact may then sign it, within every bar: who asked for it, made it, or fills another role is no way out.
    One without a role could not even see it, and an auditor signs nothing.
    """
    current = Round.objects.select_for_update().get(pk=round.pk)
    if current.state != RoundState.OPEN:
        return []
    handed: list[Requirement] = []
    while (asked := _to_hand(current)) is not None:
        assert asked.handed_to is not None
        asked.save(update_fields=["handed_to", "updated_at"])
        _record(actor, asked)
        _tell(asked, asked.handed_to)
        handed.append(asked)
    return handed


def _to_hand(round_: Round) -> Requirement | None:
    """Return a requirement with the contact who can take it, while the round cannot be met; else None."""
    tally = tallies([round_.pk])[round_.pk]
    missing = unreachable(tally.asks, tally.taken)
    if missing is None:
        return None
    # What is missing first; where two roles want one person, the contact of the other may help as well.
    pairs = sorted(zip(tally.asks, tally.requirements, strict=True), key=lambda pair: pair[0] is not missing)
    for ask, requirement in pairs:
        contact = requirement.team.escalation_contact if requirement.team else None
        if contact is None or contact.pk in ask.eligible or contact.pk == requirement.handed_to_id:
            continue
        requirement.handed_to, requirement.round = contact, round_
        if may_take_over(contact.is_active, roles_of(contact)) and may_sign_now(contact, requirement):
            return requirement
    return None


def _record(actor: Actor, asked: Requirement) -> None:
    record_event(
        event="approval.handed_over",
        actor=actor,
        obj=asked.round,
        data={
            "round": asked.round_id,
            "requirement": asked.pk,
            "role": asked.role,
            "component": asked.component_key,
            "revision": asked.round.revision,
            "contact": f"person:{asked.handed_to_id}",
        },
    )


def _tell(asked: Requirement, contact: User) -> None:
    told = [contact, *people_with_role(Role.CHANGE_MANAGER)]
    if asked.round.opened_by is not None:
        told.append(asked.round.opened_by)
    for user in {person.pk: person for person in told}.values():
        mine = user.pk == contact.pk
        notify(
            user=user,
            rule="approval.handed_over",
            subject=("requirement", str(asked.pk)),
            due=clock.now(),
            title=f"{asked.round.subject_ref}: {'you are' if mine else f'{contact} is'} asked, as the team's contact",
            body=(
                f"{asked.round.subject_title}\n\nNobody is left who can sign as {label_of(asked)}. "
                f"It went to {contact}, whom {asked.team} names for that. A Change Manager can give somebody the role."
            ),
            url=inbox_url(asked) if mine else asked.round.subject_url,
        )
