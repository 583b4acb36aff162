"""Signing in another's place: who may give and take it, and for how long. Pure: no database, no clock."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.accounts.enums import Role
from apps.approvals.rules.signing import Signing, may_sign
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.core.errors import Invalid

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Period:
    """The time [start, end) in which a delegation counts, in UTC."""

    start: datetime
    end: datetime


def period(first: date, last: date, time_zone: str, now: datetime) -> Period:
    """Return the time from the start of the first day to the end of the last, by the giver's clocks.

    Raises:
        Invalid (``first``, ``last``): the days are in the wrong order, past, or more than a year apart.
    """
    if last < first:
        raise Invalid({"last": ["The last day must not come before the first."]})
    if last == date.max or last - first > LONGEST:
        raise Invalid({"last": ["Choose a year at most. You can offer it again."]})
    # East of UTC the calendar's first day begins before the calendar does.
    if first > date.min:
        found = Period(_midnight(first, time_zone), _midnight(last + timedelta(days=1), time_zone))
        if found.end > now:
            return found
    raise Invalid({"last": ["The last day has passed. Choose a later one."]})


def _midnight(day: date, time_zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(time_zone)).astimezone(UTC)


def may_stand_in(giver_id: int, delegate_id: int, active: bool, roles: Collection[str]) -> Decision:
    """Return whether a person may be named as the one who signs in another's place."""
    if giver_id == delegate_id:
        return denied("Nobody stands in for themself.", "Choose another person.")
    return may_take_over(active, roles)


def may_take_over(active: bool, roles: Collection[str]) -> Decision:
    """Return whether a person may sign what others would have signed, as their deputy or as their team's contact.

    They hold a role of their own, for without one they see no changes. An auditor checks what others sign.
    """
    if not active:
        return denied("This person's account is closed.", "Choose another person.")
    if not roles:
        return denied(
            "This person holds no role here, so they could not see what they sign.",
            "Choose another person, or ask a Change Manager to give them a role.",
        )
    if Role.AUDITOR in roles:
        return denied("An Auditor checks what others sign, and signs nothing.", "Choose another person.")
    return ALLOWED


def may_accept(actor: Actor, *, delegate_id: int, accepted: bool, over: bool) -> Decision:
    """Return whether an actor may accept a delegation: whom it is offered to, signed in, while it stands."""
    own = _in_person(actor, (delegate_id,), "Only the person whom it is offered to can accept it.")
    if not own:
        return own
    if over:
        return denied("This offer has ended.", "Ask for a new one.")
    return denied("You have accepted this already.") if accepted else ALLOWED


def may_end(actor: Actor, *, giver_id: int, delegate_id: int) -> Decision:
    """Return whether an actor may end a delegation: who gave it, or who took it."""
    return _in_person(actor, (giver_id, delegate_id), "Only who gave it or who took it can end it.")


def may_offer(actor: Actor) -> Decision:
    """Return whether an actor may offer their signature to another at all: a person, signed in."""
    return _in_person(actor, None, "Only a person can name a deputy.")


def _in_person(actor: Actor, people: tuple[int, ...] | None, refusal: str) -> Decision:
    if actor.kind == "token":
        return denied("A token cannot arrange who signs.", "Sign in with your password and do it there.")
    if actor.user is None or (people is not None and actor.user.pk not in people):
        return denied(refusal)
    return ALLOWED


def may_sign_for(own: Signing, giver: Signing, name: str) -> Decision:
    """Return whether a delegate may sign in the place of ``name``. Both bars hold: the delegate's and the giver's.

    So a delegate is never a way round: what the giver may not sign, nobody signs for them (DESIGN 4.3, 4.4).
    """
    mine = may_sign(replace(own, holds_role=True, is_named=True))
    if not mine:
        return mine
    theirs = may_sign(giver)
    if theirs:
        return ALLOWED
    if giver.own_decision:
        return denied(f"{name} has decided this already, so it is not signed again in their place.")
    return denied(
        f"You would sign for {name}, who may not sign this. To them it would say: “{theirs.reason}”",
        "Someone else who holds the role must sign.",
    )
