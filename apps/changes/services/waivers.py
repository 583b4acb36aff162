"""Settling a conflict: one goes after the other, or it is waived for a time by a signed round.

The calendar and the approvals are neighbours that do not know each other; a waiver needs both.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.rules import Subject
from apps.approvals.selectors import policy_in_force
from apps.approvals.services import close_round, open_round
from apps.calendar import services as calendar
from apps.calendar.enums import DispositionEnd, DispositionSort
from apps.calendar.models import Conflict, Disposition
from apps.calendar.selectors import conflicts_waived, moot_waivers, overdue_dispositions, waiver_named
from apps.changes.models import Change
from apps.changes.selectors import (
    changes_in,
    end_decision,
    order_decision,
    rounds_of_ended,
    settle_decision,
    signers_of,
    waiver_barred,
    waiver_needs,
)
from apps.changes.services.telling_conflicts import tell_ended, tell_settled
from apps.core import clock
from apps.core.actors import Actor, system
from apps.core.errors import Forbidden, Stale

SUBJECT = "waiver"
AT_THE_LATEST = timedelta(days=14)
"""After this a waiver that nobody decided on is given up, if it has not ended before."""
_HIGH = 3
_log = logging.getLogger(__name__)


@transaction.atomic
def link_after(*, actor: Actor, conflict: Conflict, first: str, reason: str) -> Disposition:
    """Let one change go after the other (``first``, a reference): its start is refused until that one is over.

    Raises:
        Forbidden: the actor neither asked for the change that has to wait nor manages it.
        Invalid, Stale, Conflict: as the calendar says.
    """
    changes = changes_in(conflict)
    settle_decision(actor, changes).require()
    waiting = [change for change in changes if change.ref != first]
    if len(waiting) == 1:
        order_decision(actor, waiting[0]).require()
    made = calendar.link_after(actor=actor, conflict=conflict, first=first, reason=reason)
    tell_settled(made, changes, _person(actor))
    return made


@transaction.atomic
def ask_waiver(
    *, actor: Actor, conflict: Conflict, until: datetime, reason: str, compensating: str
) -> Disposition:
    """Ask those who answer for both sides to waive what stands between them until then.

    Nothing is waived before all have signed, and nothing that is found between the two later.

    Raises:
        Forbidden: the actor may revise neither change, and manages neither.
        Invalid, Stale, Conflict: as the calendar says.
        PolicyBlocked: nobody is there who may sign for one of the roles.
    """
    changes = changes_in(conflict)
    settle_decision(actor, changes).require()
    return open_waiver(actor, conflict, changes, until=until, reason=reason, compensating=compensating)


def open_waiver(
    actor: Actor,
    conflict: Conflict,
    changes: list[Change],
    *,
    until: datetime,
    reason: str,
    compensating: str,
) -> Disposition:
    """Propose a waiver and ask for it. The caller has judged whether the actor may, in this transaction."""
    asker = _person(actor)
    made = calendar.propose_waiver(
        actor=actor, conflict=conflict, until=until, reason=reason, compensating=compensating
    )
    waived = conflicts_waived(made)
    held = waived[0]
    barred = waiver_barred(asker, changes)
    open_round(
        actor=actor,
        subject=Subject(
            SUBJECT, made.ref, f"{_waive(waived)}: {_sides(held)}", f"/calendar/conflicts/{held.pk}/"
        ),
        revision=1,
        digest=made.digest,
        risk=_HIGH,
        starts_at=min(one.start for one in waived),
        needs=waiver_needs(waived, due=min(until, clock.now() + AT_THE_LATEST), barred=barred),
        barred=barred,
        policy=policy_in_force(),
    )
    return made


@transaction.atomic
def end_disposition(*, actor: Actor, disposition: Disposition) -> Disposition:
    """Take back what settled a conflict, or a waiver that is out to be signed. The conflict counts again at once.

    Raises:
        Forbidden: the actor may neither settle it nor has signed it.
        Stale: it has ended already.
    """
    changes = changes_in(disposition.conflict)
    end_decision(actor, disposition, changes).require()
    # The round is held before the calendar, as a signature holds them.
    if not _end(actor, disposition, DispositionEnd.TAKEN_BACK):
        raise Stale("This has ended already.", remedy="Reload the page and look again.")
    disposition.refresh_from_db()
    return disposition


def take_back(actor: Actor, held: Disposition) -> None:
    """End what settles a conflict, in the caller's transaction; the caller has judged whether the actor may."""
    _end(actor, held, DispositionEnd.TAKEN_BACK)


def follow_waiver_round(round_: Round, actor: Actor) -> None:
    """Grant a waiver that everyone has signed; end one that was refused or that nobody signed in time.

    Runs in the transaction of the signature.
    """
    if round_.state in (RoundState.OPEN, RoundState.CLOSED):
        return
    found = waiver_named(round_.subject_ref)
    if found is None or found.ended_at is not None:
        return
    if round_.state == RoundState.APPROVED:
        if found.until is not None and found.until > clock.now():
            granted = calendar.grant_waiver(actor=actor, disposition=found)
            if granted.ended_at is None:
                tell_settled(granted, changes_in(found.conflict), None)
        return
    refused = round_.state == RoundState.REJECTED
    because = DispositionEnd.REFUSED if refused else DispositionEnd.NOT_SIGNED
    calendar.end_disposition(actor=actor, disposition=found, because=because)


def follow_ended(held: Disposition, actor: Actor) -> None:  # noqa: ARG001
    """Tell whom it concerns that what was decided has ended. Registered with the calendar."""
    signed = signers_of(held) | {held.made_by} if held.ended_because == DispositionEnd.GRAVER else set()
    tell_ended(held, changes_in(held.conflict), signed)


def end_overdue(*, actor: Actor) -> int:
    """Write down that waivers are over whose time has passed, and tell both sides; return how many.

    The conflict counted again the moment that its time passed: that needs nobody to run.
    """
    return sum(_end_by_itself(actor, one, DispositionEnd.OVER) for one in overdue_dispositions())


def withdraw_moot(*, actor: Actor) -> int:
    """Ask nobody any more for a waiver that has ended, or whose conflicts have all cleared; return how many."""
    cleared = sum(_end_by_itself(actor, one, DispositionEnd.CLEARED) for one in moot_waivers())
    return cleared + sum(_close_by_itself(actor, one) for one in rounds_of_ended())


def _close_by_itself(actor: Actor, asked: Round) -> bool:
    try:
        close_round(actor=actor, round=asked)
    except Exception:
        _log.exception("Round %s could not be closed.", asked.pk)
        return False
    return True


def follow_cleared(refs: set[str], actor: Actor) -> None:  # noqa: ARG001
    """Withdraw what is asked though its conflict has just cleared or its waiver ended. Registered with the calendar."""
    withdraw_moot(actor=system("calendar"))


def _end_by_itself(actor: Actor, found: Disposition, because: DispositionEnd) -> bool:
    """End what nobody took back, in a transaction of its own. One that fails is logged."""
    try:
        with transaction.atomic():
            return _end(actor, found, because)
    except Exception:
        _log.exception("Disposition %s could not be ended.", found.pk)
        return False


def _end(actor: Actor, found: Disposition, because: DispositionEnd) -> bool:
    """End it, with what is still asked for it; return False when it had ended already."""
    if found.sort == DispositionSort.WAIVER:
        asked = Round.objects.filter(subject_type=SUBJECT, subject_ref=found.ref, state=RoundState.OPEN)
        for round_ in asked:
            close_round(actor=actor, round=round_)
    calendar.hold_calendar()
    now = Disposition.objects.get(pk=found.pk)
    if now.ended_at is not None or (because == DispositionEnd.CLEARED and now.granted_at is not None):
        return False
    calendar.end_disposition(actor=actor, disposition=found, because=because)
    return True


def _waive(waived: list[Conflict]) -> str:
    return "Waive a conflict" if len(waived) == 1 else f"Waive {len(waived)} conflicts"


def _sides(held: Conflict) -> str:
    other = held.other or held.period
    return f"{held.booking.ref} and {other.ref}" if other else held.booking.ref


def _person(actor: Actor) -> User:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person settles a conflict.")
    return actor.user
