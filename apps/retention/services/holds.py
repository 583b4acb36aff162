"""Placing and lifting legal holds, and standing by them."""

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked
from apps.retention.models import LegalHold
from apps.retention.rules.holds import HoldScopeInput, checked_hold
from apps.retention.selectors import holds_in_force, holds_over, may_keep, record_exists

_KEEPING_LOCK = 0x4E1D


@transaction.atomic
def place_hold(*, actor: Actor, scope: HoldScopeInput, reason: str) -> LegalHold:
    """Keep some entries whole until the hold is lifted.

    Raises:
        Forbidden: the actor is not a change manager in person.
        Invalid: what it covers is not named, the ledger has no such record, or there is no reason.
    """
    who = decider(actor)
    wanted = checked_hold(scope, reason)
    if wanted.record and not record_exists(wanted.record):
        raise Invalid(
            {"record": ["The ledger has no entry about this. Write it as it stands there: CHG-1042."]}
        )
    only_one_at_a_time()
    hold = LegalHold.objects.create(
        scope=wanted.kind,
        record=wanted.record,
        component_key=wanted.component_key,
        person_id=wanted.person,
        start=wanted.start,
        end=wanted.end,
        reason=reason.strip(),
        placed_by=who,
        placed_at=clock.now(),
    )
    record_event(
        event="hold.placed", actor=actor, obj=hold, data=_facts(wanted), private={"reason": hold.reason}
    )
    return hold


@transaction.atomic
def lift_hold(*, actor: Actor, hold: LegalHold, reason: str) -> LegalHold:
    """End a hold. It stays on record.

    Raises:
        Forbidden: the actor is not a change manager in person.
        Invalid: there is no reason.
        IllegalTransition: it is lifted already.
    """
    who = decider(actor)
    if not reason.strip():
        raise Invalid({"reason": ["Say why these records need not stay whole any longer."]})
    only_one_at_a_time()
    values = {"lifted_by": who, "lifted_at": clock.now(), "lifted_reason": reason.strip()}
    if not LegalHold.objects.filter(pk=hold.pk, lifted_at=None).update(**values):
        raise IllegalTransition(f"{hold.ref} is lifted already.")
    record_event(event="hold.lifted", actor=actor, obj=hold, private={"reason": reason.strip()})
    hold.refresh_from_db()
    return hold


def refuse_if_held(events: QuerySet[AuditEvent], *, act: str) -> None:
    """Refuse an act on entries that a hold in force covers, and name the hold.

    Raises:
        PolicyBlocked: a hold covers one of them.
    """
    _refuse_under(holds_over(events), act=act)


def refuse_if_person_held(user: User, *, act: str) -> None:
    """Refuse an act on what names a person who is held, whether or not an entry still has a text.

    Raises:
        PolicyBlocked: a hold in force covers the person.
    """
    _refuse_under(list(holds_in_force().filter(person=user)), act=act)


def _refuse_under(held: list[LegalHold], *, act: str) -> None:
    if held:
        names = ", ".join(hold.ref for hold in held)
        raise PolicyBlocked(
            f"{names} keeps some of these entries whole, so they cannot be {act}."
            if len(held) == 1
            else f"{names} keep some of these entries whole, so they cannot be {act}.",
            remedy="Choose entries that no hold covers, or have the hold lifted first.",
        )


def only_one_at_a_time() -> None:
    """Wait until no other transaction places a hold, erases or retires, so that none slips past another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEEPING_LOCK])


def allowed_to_keep(actor: Actor) -> None:
    """Raise Forbidden unless the actor may decide what the ledger keeps."""
    may_keep(actor).require()


def decider(actor: Actor) -> User:
    """Return the person who decides. Raises Forbidden when it is nobody, or nobody who may."""
    allowed_to_keep(actor)
    if not isinstance(actor.user, User):
        raise Forbidden("A person must answer for this.", remedy="Name the change manager who decided it.")
    return actor.user


def _facts(scope: HoldScopeInput) -> dict[str, str]:
    facts = {"scope": scope.kind}
    named = {"record": scope.record, "component": scope.component_key, "person": str(scope.person or "")}
    facts |= {name: value for name, value in named.items() if value}
    if scope.start and scope.end:
        facts |= {"from": clock.iso(scope.start), "until": clock.iso(scope.end)}
    return facts
