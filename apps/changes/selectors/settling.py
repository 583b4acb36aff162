"""Who may settle a conflict between plans, and who signs a waiver of it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import with_any_role
from apps.approvals.enums import RoundState
from apps.approvals.models import Round, Signature
from apps.approvals.rules import Barred, Need
from apps.approvals.selectors import people_for_needs
from apps.calendar.enums import DispositionSort
from apps.calendar.models import Booking, Conflict, Disposition
from apps.catalog.models import Component
from apps.changes.models import Change
from apps.changes.selectors.standing import standing_of
from apps.core import clock
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied

_WAIVER = "waiver"
_OWNER_JUDGES = "Is it safe that both go on as planned, with what is done instead?"
_FREEZE_JUDGES = "Should this go out in spite of the freeze?"


def changes_in(conflict: Conflict) -> list[Change]:
    """Return the changes on both sides of a conflict."""
    sides = [pk for pk in (conflict.booking_id, conflict.other_id) if pk is not None]
    found = Change.objects.filter(booking__in=sides).select_related("requester", "revision", "booking")
    return list(found.order_by("number"))


def settle_decision(actor: Actor, changes: Iterable[Change]) -> Decision:
    """Say whether an actor may settle a conflict of these changes: whoever may revise one, or manages one."""
    sides = list(changes)
    for change in sides:
        standing = standing_of(actor, change)
        if standing.is_requester or standing.manages:
            return ALLOWED
    names = " or ".join(dict.fromkeys(str(change.requester) for change in sides)) or "Nobody"
    return denied(
        f"Only {names}, who asked for the change{'s' if len(sides) > 1 else ''}, or a Change Manager can settle this.",
        "Ask one of them.",
    )


def order_decision(actor: Actor, waits: Change) -> Decision:
    """Say whether an actor may let a change wait for another: whoever asked for the one that waits, or manages it."""
    standing = standing_of(actor, waits)
    if standing.is_requester or standing.manages:
        return ALLOWED
    return denied(
        f"{waits.ref} would have to wait. Only {waits.requester}, who asked for it, or a Change Manager can say so.",
        f"Ask {waits.requester}, or let your own change go after it.",
    )


def end_decision(actor: Actor, held: Disposition, changes: Iterable[Change]) -> Decision:
    """Say whether an actor may end what was decided: whoever may settle it, and whoever signed it."""
    allowed = settle_decision(actor, changes)
    if allowed or not isinstance(actor.user, User):
        return allowed
    return ALLOWED if actor.user in signers_of(held) else allowed


def signers_of(held: Disposition) -> set[User]:
    """Return who has signed what was decided; nobody where it is no waiver."""
    if not held.ref:
        return set()
    signatures = Signature.objects.filter(
        withdrawn_at=None, requirement__round__subject_type=_WAIVER, requirement__round__subject_ref=held.ref
    )
    return set(User.objects.filter(pk__in=signatures.values("signer")))


def round_of_waiver(user: User, held: Disposition) -> Round | None:
    """Return the round in which a waiver is signed, to whoever may see its conflict; None where it is no waiver."""
    if not held.ref:
        return None
    found = Round.objects.filter(with_any_role(user), subject_type=_WAIVER, subject_ref=held.ref)
    return found.first()


def rounds_of_ended() -> list[Round]:
    """Return the rounds that are open though the waiver that they ask for has ended."""
    ended = Disposition.objects.filter(sort=DispositionSort.WAIVER, part_of=None, ended_at__isnull=False)
    refs = ended.annotate(said=Concat(Value("WVR-"), Cast("number", CharField()))).values("said")
    asked = Round.objects.filter(subject_type=_WAIVER, state=RoundState.OPEN, subject_ref__in=refs)
    return list(asked.order_by("pk"))


def waiver_needs(conflicts: list[Conflict], *, due: datetime, barred: list[Barred]) -> list[Need]:
    """Return who must sign a waiver of these conflicts between two sides.

    It is the Service Owner at each end of each conflict; for a freeze somebody above too.

    Above is the Change Sponsor, and a Change Manager where no sponsor may sign.
    """
    needs = [
        Need(
            Role.OWNER,
            _OWNER_JUDGES,
            f"{component} is on one side of the conflict.",
            due,
            component_key=component.key,
            component_label=str(component),
            team_id=component.owner_team_id,
        )
        for component in sorted({one for row in conflicts for one in _ends(row)}, key=lambda one: one.key)
    ]
    period = conflicts[0].period
    if period is not None and period.frozen:
        needs.append(_above(due, barred))
    return needs


def exception_roles() -> list[Role]:
    """Return who signs an exception to a freeze, as ``waiver_needs`` asks them; who asks for it may bar some."""
    return [Role.OWNER, Role(_above(clock.now(), []).role)]


def _ends(conflict: Conflict) -> list[Component]:
    """Return what each side moves in it: the ends of the path, or all that both move where there is none."""
    if conflict.path:
        keys = {conflict.path[0], conflict.path[-1]}
        found = Component.objects.filter(key__in=keys)
    else:
        sides = [pk for pk in (conflict.booking_id, conflict.other_id) if pk is not None]
        found = Component.objects.filter(
            pk__in=Booking.objects.filter(pk__in=sides).values("components__component")
        )
    return list(found)


def _above(due: datetime, barred: list[Barred]) -> Need:
    reason = "It would go out during a freeze."
    out = {one.user_id for one in barred}
    sponsor = Need(Role.SPONSOR, _FREEZE_JUDGES, reason, due)
    [sponsors] = people_for_needs([sponsor])
    if any(user.pk not in out for user in sponsors):
        return sponsor
    return Need(Role.CHANGE_MANAGER, _FREEZE_JUDGES, reason, due)


def waiver_barred(asker: User, changes: Iterable[Change]) -> list[Barred]:
    """Return who may not sign a waiver: whoever asks for it, and who asked for either change."""
    found = {
        change.requester_id: f"You asked for {change.ref}. Nobody waives a conflict of their own change."
        for change in changes
    }
    found.setdefault(asker.pk, "You asked for this waiver. Nobody grants their own.")
    return [Barred(user_id, reason) for user_id, reason in sorted(found.items())]
