"""Asking people to read a playbook, and keeping that they have."""

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import PolicyBlocked, Stale
from apps.outbox.services import notify
from apps.playbooks.enums import UseState
from apps.playbooks.models import Playbook, PlaybookReading, PlaybookVersion
from apps.playbooks.selectors import people_to_read, playbook_in_force, read_decision


@transaction.atomic
def acknowledge_playbook(*, actor: Actor, playbook: Playbook, version: int) -> PlaybookReading:
    """Keep that the actor says to have read a version. Twice is once.

    Raises:
        Forbidden: the playbook is not for them.
        PolicyBlocked: it is retired.
        Stale: another version is in force than the one that they read.
    """
    held = Playbook.objects.select_for_update().get(pk=playbook.pk)
    current = playbook_in_force(held)
    read_decision(actor, current).require()
    assert isinstance(actor.user, User)
    if held.state == UseState.RETIRED:
        raise PolicyBlocked("This playbook is retired, so nobody has to read it.")
    if current.number != version:
        raise Stale(f"Version {current.number} is in force now.", remedy="Read what is new in it.")
    kept, new = PlaybookReading.objects.get_or_create(
        version=current, person=actor.user, defaults={"read_at": clock.now()}
    )
    if new:
        facts = {"version": current.number, "digest": current.digest}
        record_event(event="playbook.read", actor=actor, obj=held, data=facts)
    return kept


def ask_to_read(version: PlaybookVersion) -> None:
    """Tell each person whom a version is for that it is there to read."""
    playbook = version.playbook
    for user in people_to_read(version):
        notify(
            user=user,
            rule="playbook_to_read",
            subject=playbook.ledger_ref(),
            due=version.written_at,
            title=f"Read {playbook.ref}: {version.title}",
            body=f"Version {version.number} is in force, and it is for you. Open it, and say that you have read it.",
            url=f"/playbooks/{playbook.ref}/",
        )
