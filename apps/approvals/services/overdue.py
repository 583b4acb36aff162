"""Escalating what went ahead and was not signed by everyone in time. Silence neither approves nor forgets."""

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.selectors import people_with_role
from apps.approvals.models import BreakGlass
from apps.approvals.selectors import passed_over
from apps.approvals.services.telling_ahead import tell_not_signed
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor


@transaction.atomic
def escalate_unsigned(*, actor: Actor, limit: int = 50) -> int:
    """Tell those who owe a signature, Change Managers and executives of up to ``limit`` overdue; return how many.

    Each is told once, however late this runs (DESIGN 4.11). A question that stops a clock does not stop this one.
    """
    late = BreakGlass.objects.filter(end="", escalated_at=None, due_at__lte=clock.now())
    found = late.select_related("round", "by").order_by("due_at", "pk")
    # The rounds are held too, as a signature holds its round first: so the two never wait for each other.
    held = list(found.select_for_update(skip_locked=True, no_key=True, of=("self", "round"))[:limit])
    for broken in held:
        missing = passed_over(broken.round)
        owing = {user.pk: user for _, people in missing for user in people}
        told = [*people_with_role(Role.CHANGE_MANAGER), *people_with_role(Role.EXECUTIVE)]
        tell_not_signed(broken, (owing | {user.pk: user for user in told}).values(), len(missing))
        broken.escalated_at = clock.now()
        broken.save(update_fields=["escalated_at"])
        record_event(
            event="approval.afterwards_overdue",
            actor=actor,
            obj=broken.round,
            data={
                "round": broken.round_id,
                "revision": broken.round.revision,
                "due": clock.iso(broken.due_at),
                "requirements": [one.pk for one, _ in missing],
            },
        )
    return len(held)
