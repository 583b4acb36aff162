"""Which changes a person may see."""

from collections.abc import Iterable

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.models import User
from apps.accounts.selectors import with_any_role
from apps.approvals.enums import RoundState
from apps.calendar.selectors import conflicts_of_all
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors.frozen import as_submitted
from apps.core import clock

_IN_HAND = Q(state=ChangeState.DRAFT)
_UNSEEN = Q(state=ChangeState.WITHDRAWN, revision=None)
"""Withdrawn before it was ever submitted: nobody but its requester has seen it, and nobody will."""


def changes_visible_to(user: User) -> QuerySet[Change]:
    """Return the changes that a person may see: their own, and what others have submitted and are not revising.

    Rehearsals are not among them: every list and every figure begins here, and they stand in none.
    """
    return changes_to_read(user).filter(drill=None)


def changes_to_read(user: User) -> QuerySet[Change]:
    """Return the changes that a person may see, rehearsals too: to open one that is named, and what hangs on it."""
    return Change.objects.filter(with_any_role(user), ~(_IN_HAND | _UNSEEN) | Q(requester=user))


def rehearsal_refs() -> QuerySet[Change, str]:
    """Return the references of the changes that rehearse, for figures counted of what knows no changes."""
    ref = Concat(Value("CHG-"), Cast("number", TextField()), output_field=TextField())
    return Change.objects.filter(drill__isnull=False).order_by().values_list(ref, flat=True)


def plannable_changes(user: User) -> QuerySet[Change]:
    """Return the changes that a person may see and that can have another window, those that wait for one last."""
    states = (ChangeState.DRAFT, ChangeState.IN_REVIEW, ChangeState.APPROVED)
    found = changes_visible_to(user).filter(state__in=states)
    return found.order_by(F("planned_start").asc(nulls_last=True), "number")


def change_for(user: User, ref: str) -> Change | None:
    """Return the change with this reference ("CHG-1042"), or None when there is none that the person may see.

    What was submitted once stays open to everyone with a role. All but its requester get it as it was submitted
    last, so nobody reads edits that are not finished.
    """
    number = number_in(ref)
    if number is None:
        return None
    may_open = ~(_IN_HAND | _UNSEEN) | Q(requester=user) | Q(revision__isnull=False)
    found = Change.objects.filter(with_any_role(user), may_open, number=number)
    change = found.select_related("requester", "revision__submitted_by", "round", "booking").first()
    return as_seen_by(user, change) if change is not None else None


def as_seen_by(user: User, change: Change) -> Change:
    """Return a change that a person may open, as they see it: as it was submitted last, while another revises it."""
    return as_submitted(change) if is_revised_by_other(change, user) else change


def is_revised_by_other(change: Change, user: User) -> bool:
    """Return whether a change is a draft again in another person's hands, after it was submitted once."""
    return (
        change.state == ChangeState.DRAFT and change.revision is not None and change.requester_id != user.pk
    )


def change_exists(ref: str) -> bool:
    """Return whether there is such a change, whoever may see it; for the record of a denial alone."""
    number = number_in(ref)
    return number is not None and Change.objects.filter(number=number).exists()


def number_in(text: str) -> int | None:
    """Return the number in "CHG-1042", "chg-1042" or "1042", or None."""
    digits = text.strip().upper().removeprefix("CHG-")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 9 else None


def window_passed() -> list[int]:
    """Return the ids of the changes that wait for a window which has passed. For the clock's own job."""
    late = Change.objects.filter(
        state__in=[ChangeState.IN_REVIEW, ChangeState.APPROVED], planned_end__lte=clock.now()
    )
    return list(late.order_by("pk").values_list("pk", flat=True))


def waiting_to_settle(refs: Iterable[str] | None = None) -> list[int]:
    """Return the ids of the changes in review that everyone has signed and that no conflict blocks; two queries.

    With ``refs``, only those of them. For the portal's own jobs.
    """
    may_go = Q(round__state=RoundState.APPROVED) | Q(
        round__state=RoundState.OPEN, round__went_ahead_at__isnull=False
    )
    signed = Change.objects.filter(may_go, state=ChangeState.IN_REVIEW)
    if refs is not None:
        signed = signed.filter(number__in=[number_in(ref) for ref in refs if ref.startswith("CHG-")])
    found = {change.ref: change.pk for change in signed.only("number").order_by("pk")}
    conflicts = conflicts_of_all(found)
    return [pk for ref, pk in found.items() if not any(one.blocking for one in conflicts[ref])]
