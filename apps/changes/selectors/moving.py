"""What it would cost to move the window of a change."""

from collections.abc import Collection
from dataclasses import dataclass

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import roles_of
from apps.approvals.models import Signature
from apps.calendar.rules import Span
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.moving import can_move
from apps.changes.rules.people import may_do
from apps.changes.selectors.content import caught_by, freezes_content, window_content
from apps.changes.selectors.earlier import decisions_on
from apps.changes.selectors.planned import supposed
from apps.changes.selectors.standing import standing_of
from apps.core.actors import Actor
from apps.core.decisions import Decision, denied


@dataclass(frozen=True)
class Given:
    """A signature that was given, and whether it would still count at another time (``why`` says)."""

    signature: Signature
    counts: bool
    why: str


def may_move(change: Change, actor: Actor) -> Decision:
    """Return whether an actor may move the window of a change now: who they are first, then the state."""
    event = "edit" if change.state == ChangeState.DRAFT else "revise"
    decision = may_do(event, change, standing_of(actor, change))
    return can_move(change) if decision else decision


def may_ask_to_move(change: Change, actor: Actor) -> Decision:
    """Return whether an actor may ask the requester to move it: whoever cannot themselves, while it can be moved."""
    if change.state == ChangeState.DRAFT or not isinstance(actor.user, User):
        return denied("Nobody can be asked to move this.", "Wait until it is submitted.")
    if may_do("revise", change, standing_of(actor, change)):
        return denied("You can move it yourself.", f"Move {change.ref}.")
    if not set(roles_of(actor.user)) - {Role.AUDITOR}:
        return denied("An auditor reads, and asks nobody to change a plan.", "Talk to a Change Manager.")
    if not change.requester.is_active:
        return denied(
            f"{change.requester} has left, so nobody can move {change.ref}.", "Talk to a Change Manager."
        )
    return can_move(change)


def moves_open_to(user: User, refs: Collection[str]) -> dict[str, bool]:
    """Return which of these changes a person may move now (True), or ask its requester to move (False); two queries.

    It agrees with ``may_move`` and ``may_ask_to_move``: what is not in it, a page does not offer to move.
    """
    asks = bool(refs) and bool(set(roles_of(user)) - {Role.AUDITOR})
    found = (
        Change.objects.filter(booking__ref__in=refs)
        .exclude(state=ChangeState.DRAFT)
        .select_related("requester")
    )
    return {
        change.ref: change.requester_id == user.pk
        for change in found
        if can_move(change) and (change.requester_id == user.pk or (asks and change.requester.is_active))
    }


def signatures_after_move(change: Change, span: Span) -> list[Given]:
    """Return what would become of each signature if the window moved there, those that are lost first.

    The revision in force, with the other window and the freezes over it, is held against what each has signed, as
    ``move_change`` does. Nothing is stored. The number of queries does not grow with the signatures.
    """
    if change.revision is None or change.round is None:
        return []
    there = supposed(change, span)
    content = change.revision.content | {
        "window": window_content(there),
        "freezes": freezes_content(caught_by([there])[there.pk, there.change_class]),
    }
    decided = decisions_on(there, change.round.requirements.all(), content)
    given = [Given(signature, one.counts, one.because) for signature, one in decided]
    return sorted(given, key=lambda one: (one.counts, one.signature.signed_at, one.signature.pk))
