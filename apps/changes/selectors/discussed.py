"""A change as something that people talk about."""

from collections.abc import Collection

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import active_grants, roles_of
from apps.changes.models import Change
from apps.changes.selectors.visible import change_for, number_in
from apps.core.decisions import ALLOWED, Decision, denied
from apps.discussions.rules.subjects import Subject

# Anchors of the page of a change → what a person calls that part.
PARTS = {
    "summary": "the plain summary",
    "moves": "what moves",
    "blast": "the blast radius",
    "approvals": "the approvals",
    "metrics": "the success metrics",
    "plan": "the plan",
    "risks": "the way back and the risks",
}


def discussed_change(user: User, ref: str) -> Subject | None:
    """Return a change that a person may talk about, or None. A draft that was never submitted is its author's alone."""
    change = change_for(user, ref)
    return None if change is None or change.revision_id is None else subject_of(user, change)


def subject_of(user: User, change: Change) -> Subject:
    """Return a change that this person sees as what a thread is about; one query at most."""
    page = f"/changes/{change.ref}/"
    return Subject(
        type="change",
        ref=change.ref,
        title=change.title,
        page=page,
        url=f"{page}discussion/",
        owner=change.requester,
        may_speak=_may_speak(user),
        parts=PARTS,
    )


def _may_speak(user: User) -> Decision:
    """Return whether a person may take part: who only audits stays outside of what they judge."""
    if set(roles_of(user)) - {Role.AUDITOR}:
        return ALLOWED
    return denied(
        "An auditor reads a discussion and takes no part in it.", "Ask the requester in another way."
    )


def readers_of(ref: str, people: Collection[User]) -> set[int]:
    """Return which of these people may see a submitted change, by number; one query. ``change_for`` says the same."""
    numbers = {user.pk for user in people}
    holders = active_grants().filter(user__in=numbers).values_list("user_id", flat=True)
    return set(holders) if number_in(ref) is not None else set()
