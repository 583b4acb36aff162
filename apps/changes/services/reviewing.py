"""From draft to approved: submitting, revising, holding, withdrawing, and settling what was signed."""

import logging
from collections.abc import Iterable

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.selectors import policy_in_force
from apps.approvals.services import close_round, go_on, stand_still
from apps.calendar.models import Booking
from apps.calendar.rules import Span
from apps.calendar.selectors import conflicts_of, rulebook_in_force
from apps.calendar.services import book, hold_calendar, need_people, release_booking
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.notice import in_time
from apps.changes.rules.window import said
from apps.changes.selectors import (
    approvers_of,
    beyond_reach,
    content_of,
    impact_of,
    items_of,
    leads_of,
    missing_of,
    needs_for,
    planned,
    waiting_to_settle,
    world_of,
)
from apps.changes.services.access import given_reason, locked, permit, require_state
from apps.changes.services.asking import ask_for, freeze_revision, url_of
from apps.changes.services.parts import not_reached
from apps.changes.services.telling_contracts import tell_consumers
from apps.changes.services.using_standards import hold_version, note_class
from apps.core import clock
from apps.core.actors import Actor, system
from apps.core.errors import Forbidden, Invalid
from apps.lifecycle.services import advance

_log = logging.getLogger(__name__)


@transaction.atomic
def submit_change(*, actor: Actor, change: Change) -> Change:
    """Freeze the content as a revision, book its window, and ask everyone who must sign, in one transaction.

    Raises:
        IllegalTransition, Stale: it is not a draft any more; a second submit ends here.
        Forbidden: the actor is not the requester.
        Invalid: something is missing, or the window has passed; named by the wizard's fields.
        PolicyBlocked: nobody is there who may sign for one of the roles.
    """
    draft = locked(change)
    permit("submit", draft, actor)
    require_state("submit", draft)
    hold_version(draft)
    _check_complete(draft, actor)
    now = clock.now()
    impact = impact_of(draft)
    policy = policy_in_force()
    content = content_of(draft, impact=impact)
    draft.risk = content["risk"]
    note_class(actor, draft, content)
    revision = freeze_revision(draft, content, by=_submitter(actor))
    draft.revision = revision
    draft.first_submitted_at = draft.first_submitted_at or revision.submitted_at
    draft.booking = _booked(actor, draft)
    needs = needs_for(draft, impact, now=now, policy=policy)
    draft.round = ask_for(actor, draft, revision, needs, impact, policy)
    written = ["risk", "change_class", "revision", "first_submitted_at", "booking", "round", "updated_at"]
    draft.save(update_fields=written)
    tell_consumers(draft)
    facts = {"revision": revision.number, "digest": revision.digest, "risk": draft.risk}
    # Where every earlier signature still counts, nothing is left to wait for.
    return settle(change=advance(draft, "submit", actor=actor, data=facts), actor=actor)


def _booked(actor: Actor, draft: Change) -> Booking | None:
    """Book its window. A rehearsal takes nobody's time: it books none, so that nothing can meet it."""
    if draft.drill_id:
        return None
    return book(
        actor=actor,
        ref=draft.ref,
        title=draft.title,
        url=url_of(draft),
        span=_span(draft),
        **planned(draft),
    )


def _check_complete(draft: Change, actor: Actor) -> None:
    fields: dict[str, list[str]] = {}
    for one in missing_of(draft):
        fields.setdefault(one.field, []).append(one.message)
    if draft.planned_start is not None and draft.planned_start <= clock.now():
        fields["local_start"] = [
            f"The window opened {said(draft.planned_start, draft.time_zone)}, which has passed. Choose a later one."
        ]
    elif draft.planned_start is not None:
        notice = rulebook_in_force().notice
        decision = in_time(draft.change_class, draft.planned_start, draft.late_reason, notice, clock.now())
        if not decision:
            fields["late_reason"] = [f"{decision.reason} {decision.remedy}"]
    # Roles end: what could be proposed when it was chosen is looked at again.
    moved = [item.component for item in items_of(draft)]
    beyond = beyond_reach(actor.user, moved) if isinstance(actor.user, User) else moved
    for component in beyond:
        fields[f"items.{moved.index(component)}.component"] = [not_reached(component)]
    if fields:
        raise Invalid(fields, remedy="Fill in what is missing, and submit again.")


def _submitter(actor: Actor) -> int:
    if actor.user is None:
        raise Forbidden("Only a person can submit a change.")
    return int(actor.user.pk)


def _span(draft: Change) -> Span:
    assert draft.planned_start is not None
    assert draft.planned_end is not None
    return Span(draft.planned_start, draft.planned_end, draft.time_zone, draft.local_start, draft.local_end)


@transaction.atomic
def revise_change(*, actor: Actor, change: Change) -> Change:
    """Take a change back to a draft, so that it can be edited.

    Its revisions and signatures stay. What the next revision leaves as it was signed is not asked again.
    """
    held = locked(change)
    permit("revise", held, actor)
    require_state("revise", held)
    _let_go(held, actor)
    return advance(
        held, "revise", actor=actor, data={"revision": held.revision.number if held.revision else 0}
    )


@transaction.atomic
def withdraw_change(*, actor: Actor, change: Change, reason: str) -> Change:
    """End a change that has not started. Raises Invalid (``reason``) without a reason."""
    held = locked(change)
    permit("withdraw", held, actor)
    require_state("withdraw", held)
    why = given_reason(reason, "Say why it is withdrawn.")
    _let_go(held, actor)
    return advance(held, "withdraw", actor=actor, private={"reason": why})


@transaction.atomic
def hold_change(*, actor: Actor, change: Change, reason: str) -> Change:
    """Stop a change where it is, with the time to sign. It keeps its window and its signatures.

    Raises Invalid (``reason``).
    """
    held = locked(change)
    permit("hold", held, actor)
    require_state("hold", held)
    why = given_reason(reason, "Say why it is put on hold, and what would end that.")
    if held.round is not None:
        stand_still(actor=actor, round=held.round)
    return advance(held, "hold", actor=actor, private={"reason": why})


@transaction.atomic
def resume_change(*, actor: Actor, change: Change) -> Change:
    """Take a change off hold. It goes back to review, and on to approved when nothing stands in its way."""
    held = locked(change)
    permit("resume", held, actor)
    if held.round is not None:
        go_on(actor=actor, round=held.round)
    return settle(change=advance(held, "resume", actor=actor), actor=actor)


@transaction.atomic
def settle(*, change: Change, actor: Actor) -> Change:
    """Approve a change in review once it may go and no blocking conflict is left; else leave it.

    It may go when every requirement is met, or when an authorised person let it go ahead of them.
    """
    held = locked(change)
    if held.state != ChangeState.IN_REVIEW or held.round is None or not held.round.may_go:
        return held
    # Held until this commits, so that no freeze and no booking comes between the look and the step.
    hold_calendar()
    # Who signed it may be needed elsewhere at that time, so they are noted before the look.
    if held.booking is not None:
        need_people(actor=actor, booking=held.booking, people=[*leads_of(held), *approvers_of(held)])
    if any(conflict.blocking for conflict in conflicts_of(held.ref)):
        return held
    # What has moved meanwhile is asked about first; ``refreshing`` does so within a minute.
    if world_of(held).moved:
        return held
    return advance(held, "approve", actor=actor, data=_signed(held))


def follow_round(round_: Round, actor: Actor) -> None:
    """Do what follows from a signature, or from none: approve, reject, give back, or nothing yet.

    Registered with the approvals.
    """
    if round_.state == RoundState.OPEN and round_.went_ahead_at is None:
        # One signature of several: nothing is decided, and most are that.
        return
    change = Change.objects.filter(round=round_).first()
    if change is None:
        return
    if round_.state == RoundState.REJECTED:
        held = locked(change)
        # What went ahead and has started stays as it is: its refusal has a name, and people decide on the way back.
        if held.state in (ChangeState.IN_REVIEW, ChangeState.ON_HOLD, ChangeState.APPROVED):
            _release(held, actor)
            advance(held, "reject", actor=actor, data=_signed(held))
    elif round_.state == RoundState.EXPIRED:
        held = locked(change)
        if held.state in (ChangeState.IN_REVIEW, ChangeState.ON_HOLD):
            _release(held, actor)
            advance(held, "give_back", actor=actor, data=_signed(held))
    else:
        settle(change=change, actor=actor)


def follow_conflicts(refs: set[str], actor: Actor) -> None:  # noqa: ARG001
    """Approve what only waited for a conflict to clear. Registered with the calendar.

    Who cleared the conflict did not approve anything: the ledger names the calendar.
    """
    settle_all(actor=system("calendar"), ids=waiting_to_settle(refs))


def settle_all(*, actor: Actor, ids: Iterable[int]) -> int:
    """Settle each of these changes on its own, and return how many were approved. One that fails is logged."""
    done = 0
    for pk in ids:
        try:
            done += settle(change=Change.objects.get(pk=pk), actor=actor).state == ChangeState.APPROVED
        except Exception:
            _log.exception("Change %s could not be settled.", pk)
    return done


def _signed(change: Change) -> dict[str, object]:
    assert change.revision is not None
    assert change.round is not None
    ahead = change.round.state == RoundState.OPEN and change.round.went_ahead_at is not None
    facts = {"revision": change.revision.number, "digest": change.revision.digest}
    return facts | ({"went_ahead": True} if ahead else {})


def _let_go(change: Change, actor: Actor) -> None:
    if change.round is not None and change.round.state == RoundState.OPEN:
        close_round(actor=actor, round=change.round)
    _release(change, actor)


def _release(change: Change, actor: Actor) -> None:
    if change.booking is not None:
        release_booking(actor=actor, booking=change.booking)
