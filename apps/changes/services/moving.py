"""Moving the window of a change: what its requester could do step by step, in one; and asking them to."""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.audit.services import record_event
from apps.calendar.rules import Span, not_plannable
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.moving import can_move
from apps.changes.rules.window import said
from apps.changes.selectors import may_ask_to_move
from apps.changes.services.access import given_reason, locked, permit
from apps.changes.services.drafting import save_when
from apps.changes.services.reviewing import revise_change, submit_change
from apps.core import clock
from apps.core.actors import Actor
from apps.core.clock import iso
from apps.core.errors import IllegalTransition, Invalid
from apps.outbox.services import notify


@transaction.atomic
def move_change(
    *,
    actor: Actor,
    change: Change,
    time_zone: str,
    local_start: str,
    local_end: str,
    late_reason: str | None = None,
) -> Change:
    """Give a change another window, as wall-clock in a zone; from a form or by drag, it is the same.

    A draft stays a draft. What was submitted is revised, saved and submitted again in this one transaction: its
    content is signed, so whoever judges the window is asked again, and every other signature stands.

    Raises:
        Forbidden: the actor is not the requester.
        IllegalTransition: it is on hold, has started, or is over.
        Invalid: the window cannot be read, has passed, or is the one that it has (``local_start``); or something
            else is missing, as ``submit_change`` says.
        PolicyBlocked: nobody is there who may sign for one of the roles.
    """
    held = locked(change)
    draft = held.state == ChangeState.DRAFT
    permit("edit" if draft else "revise", held, actor)
    decision = can_move(held)
    if not decision:
        raise IllegalTransition(decision.reason, remedy=decision.remedy)
    before = (held.time_zone, held.planned_start, held.planned_end)
    if not draft:
        revise_change(actor=actor, change=held)
    moved = save_when(
        actor=actor,
        change=held,
        change_class=held.change_class,
        time_zone=time_zone,
        local_start=local_start,
        local_end=local_end,
        late_reason=late_reason,
    )
    if (moved.time_zone, moved.planned_start, moved.planned_end) == before:
        raise Invalid({"local_start": [f"{held.ref} is planned for this time already. Choose another."]})
    return moved if draft else submit_change(actor=actor, change=moved)


@transaction.atomic
def ask_to_move(*, actor: Actor, change: Change, reason: str, span: Span | None = None) -> None:
    """Ask the requester of a change to move it, to ``span`` where a time is proposed. Nothing moves by it.

    They are told, with a link to the form that moves it, filled in with that time.

    Raises:
        Forbidden: the actor can move it, or nobody can.
        Invalid: ``reason`` is missing or too long; the time cannot be planned.
    """
    held = locked(change)
    may_ask_to_move(held, actor).require()
    why = given_reason(reason, "Say why it should move.")
    now = clock.now()
    wrong = not_plannable(span, now) if span else {}
    if wrong:
        raise Invalid(wrong)
    when = {"start": iso(span.start), "end": iso(span.end)} if span else {}
    record_event(
        event="change.move_asked",
        actor=actor,
        obj=held,
        data={"asked": str(held.requester_id)} | when,
        private={"note": why},
    )
    notify(
        user=held.requester,
        rule="change.move_asked",
        subject=("change", held.ref),
        due=now,
        title=f"{actor.user} asks you to move {held.ref}",
        body=f"{why}{_proposal(held, span)}\n\nIt stays where it is until you move it.",
        url=f"/calendar/move/{held.ref}/{_filled(held, span)}",
    )


def _proposal(change: Change, span: Span | None) -> str:
    if span is None:
        return ""
    zone = change.time_zone
    return f"\n\nProposed: {said(span.start, zone)} to {said(span.end, zone)} ({zone})."


def _filled(change: Change, span: Span | None) -> str:
    """Return the query that fills in the form, on the clock of whoever is asked."""
    if span is None:
        return ""
    zone = ZoneInfo(change.requester.time_zone)
    at, until = (f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}" for moment in (span.start, span.end))
    return f"?{urlencode({'at': at, 'until': until})}"
