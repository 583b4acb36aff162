"""Asking each quarter who still answers for what; hearing the answer; escalating silence.

Silence takes nothing away: what is overdue goes to the team's contact, else to the Change Managers.
"""

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.approvals.enums import OwnershipAnswer
from apps.approvals.models import OwnershipCheck
from apps.approvals.rules.ownership import TIME_TO_ANSWER, may_answer, quarter_of
from apps.approvals.selectors.cover import team_of
from apps.approvals.selectors.ownership import grants_to_ask, overdue_checks
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.outbox.services import notify

URL = "/account/roles/"


@transaction.atomic
def ask_ownership(*, actor: Actor, limit: int = 100) -> int:
    """Ask up to ``limit`` people about what they hold this quarter, each once, and return how many were asked."""
    people = list(grants_to_ask().order_by("user_id").values_list("user_id", flat=True).distinct()[:limit])
    # Held, so that two workers never ask one person twice.
    held = User.objects.filter(pk__in=people).order_by("pk").select_for_update(of=("self",))
    return sum(_ask(actor, user) for user in held)


def _ask(actor: Actor, user: User) -> bool:
    grants = list(grants_to_ask().filter(user=user))
    if not grants:
        return False
    now = clock.now()
    quarter, due = quarter_of(now), now + TIME_TO_ANSWER
    OwnershipCheck.objects.bulk_create(
        OwnershipCheck(grant=grant, quarter=quarter, due_at=due) for grant in grants
    )
    facts = {"quarter": quarter, "grants": [str(grant.pk) for grant in grants], "due": clock.iso(due)}
    record_event(event="ownership.asked", actor=actor, obj=user, data=facts)
    notify(
        user=user,
        rule="ownership.asked",
        subject=("ownership", quarter),
        due=due,
        title="Is this still yours? Confirm what you answer for",
        body="Each quarter we ask whoever holds a role. Say that it is still yours, or who should take it over.",
        url=URL,
    )
    return True


@transaction.atomic
def confirm_ownership(*, actor: Actor, check: OwnershipCheck) -> OwnershipCheck:
    """Say that a role is still one's own. Raises Forbidden for another's, or once it is answered."""
    return _answer(actor, check, OwnershipAnswer.CONFIRMED, None)


@transaction.atomic
def hand_over_ownership(*, actor: Actor, check: OwnershipCheck, successor: User) -> OwnershipCheck:
    """Say that a role should be another's, and ask the Change Managers to give it to them.

    The role stays until they do: nobody changes their own roles, and what nobody holds would be nobody's.

    Raises:
        Forbidden: the role is another's, or this is answered.
        Invalid (``successor``): it is the holder, or somebody who cannot sign in.
    """
    if not successor.is_active or successor.pk == check.grant.user_id:
        raise Invalid({"successor": ["Choose somebody else, who can sign in here."]})
    held = _answer(actor, check, OwnershipAnswer.HANDED_OVER, successor)
    told = {person.pk: person for person in [successor, *people_with_role(Role.CHANGE_MANAGER)]}
    title = f"{held.grant.user} hands over: {held.grant.get_role_display()}"
    _tell(
        held, "ownership.handed_over", list(told.values()), title, f"They name {successor} to take it over."
    )
    return held


def _answer(
    actor: Actor, check: OwnershipCheck, answer: OwnershipAnswer, successor: User | None
) -> OwnershipCheck:
    locked = OwnershipCheck.objects.select_for_update(of=("self",)).select_related("grant__user")
    held = locked.get(pk=check.pk)
    may_answer(actor, holder_id=held.grant.user_id, answered=bool(held.answer)).require()
    held.answer, held.answered_at, held.successor = answer, clock.now(), successor
    held.save(update_fields=["answer", "answered_at", "successor", "updated_at"])
    facts = {"grant": held.grant_id, "role": held.grant.role, "quarter": held.quarter}
    if successor is not None:
        facts["successor"] = f"person:{successor.pk}"
    record_event(event=f"ownership.{answer.value}", actor=actor, obj=held, data=facts)
    return held


@transaction.atomic
def escalate_ownership(*, actor: Actor, limit: int = 100) -> int:
    """Tell the team's contact of up to ``limit`` roles that nobody confirmed in time, and return how many."""
    late = list(overdue_checks().select_for_update(skip_locked=True, of=("self",))[:limit])
    managers = list(people_with_role(Role.CHANGE_MANAGER)) if late else []
    for check in late:
        check.escalated_at = clock.now()
        check.save(update_fields=["escalated_at", "updated_at"])
        facts = {"grant": check.grant_id, "role": check.grant.role, "quarter": check.quarter}
        record_event(event="ownership.overdue", actor=actor, obj=check, data=facts)
        title = f"{check.grant.user} has not confirmed: {check.grant.get_role_display()}"
        said = "They were asked whether it is still theirs. A Change Manager can give it to another."
        _tell(check, "ownership.overdue", _contact(check) or managers, title, said)
    return len(late)


def _contact(check: OwnershipCheck) -> list[User]:
    """Return the contact of the team that a grant is about, when there is one who still works here."""
    grant = check.grant
    team_id = grant.team_id or team_of(grant.component_key)
    found = User.objects.filter(escalations=team_id, is_active=True).exclude(pk=grant.user_id)
    return list(found) if team_id else []


def _tell(check: OwnershipCheck, rule: str, people: list[User], title: str, body: str) -> None:
    for user in people:
        notify(
            user=user,
            rule=rule,
            subject=("ownership", str(check.pk)),
            due=check.due_at,
            title=title,
            body=body,
            url=URL,
        )
