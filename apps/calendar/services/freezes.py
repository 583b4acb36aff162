"""Freezes: a time in which a scope must not change."""

from django.db import transaction
from django.db.models import Max

from apps.audit.services import record_event
from apps.calendar.models import Conflict, Freeze
from apps.calendar.rules import Scope, Span, checked_scope
from apps.calendar.selectors import freeze_decision, planned_inside, scope_of
from apps.calendar.services.checking import recheck
from apps.calendar.services.locking import hold_calendar
from apps.core import clock
from apps.core.actors import Actor
from apps.core.clock import iso
from apps.core.errors import Forbidden, Invalid

NAME_LIMIT = 120


@transaction.atomic
def declare_freeze(*, actor: Actor, name: str, reason: str, span: Span, scope: Scope) -> Freeze:
    """Freeze a scope for a time. What is already planned inside it is in conflict from now on.

    Raises:
        Invalid: the name, the reason or the scope's object is missing, the name is too long, or the time is over.
        Forbidden: the actor is neither a Change Manager nor an owner of the team or component.
    """
    scope = checked_scope(scope)
    missing = {"name": name, "reason": reason}
    if not all(text.strip() for text in missing.values()):
        raise Invalid({field: [f"Give a {field}."] for field, text in missing.items() if not text.strip()})
    if len(name.strip()) > NAME_LIMIT:
        raise Invalid({"name": [f"Keep the name to {NAME_LIMIT} characters."]})
    if span.end <= clock.now():
        raise Invalid({"local_end": ["This time is over. A freeze must end in the future."]})
    _permit(actor, scope)
    hold_calendar()
    freeze = Freeze.objects.create(
        number=1 + (Freeze.objects.aggregate(last=Max("number"))["last"] or 0),
        name=name.strip(),
        reason=reason.strip(),
        start=span.start,
        end=span.end,
        time_zone=span.time_zone,
        local_start=span.local_start,
        local_end=span.local_end,
        scope=scope.scope,
        team_id=scope.team_id,
        component_id=scope.component_id,
        kind=scope.kind,
        tier=scope.tier,
    )
    _record("freeze.declared", freeze, actor)
    recheck(actor=actor, booking_ids=[booking.pk for booking in planned_inside(scope, span)])
    return freeze


@transaction.atomic
def lift_freeze(*, actor: Actor, freeze: Freeze) -> Freeze:
    """End a freeze for good: it holds nothing any more. Lifting it again changes nothing.

    Raises:
        Forbidden: the actor is neither a Change Manager nor an owner of the team or component.
    """
    _permit(actor, scope_of(freeze))
    hold_calendar()
    freeze.lifted_at = clock.now()
    if Freeze.objects.filter(pk=freeze.pk, lifted_at=None).update(lifted_at=freeze.lifted_at):
        _record("freeze.lifted", freeze, actor)
        caught = Conflict.objects.filter(freeze=freeze, cleared_at=None)
        recheck(actor=actor, booking_ids=list(caught.values_list("booking_id", flat=True)))
    else:
        freeze.refresh_from_db()
    return freeze


def _permit(actor: Actor, scope: Scope) -> None:
    decision = freeze_decision(actor, scope)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)


def _record(event: str, freeze: Freeze, actor: Actor) -> None:
    data = {
        "scope": freeze.scope,
        "team": freeze.team_id,
        "component": freeze.component.key if freeze.component else None,
        "kind": freeze.kind,
        "tier": freeze.tier,
        "start": iso(freeze.start),
        "end": iso(freeze.end),
        "time_zone": freeze.time_zone,
        "local_start": freeze.local_start,
        "local_end": freeze.local_end,
    }
    record_event(
        event=event,
        actor=actor,
        obj=freeze,
        data=data,
        private={"name": freeze.name, "reason": freeze.reason},
    )
