"""Telling people what became of a standard change that they use."""

from collections.abc import Iterable
from datetime import datetime

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.changes.models import Change, Standard, StandardVersion
from apps.changes.selectors import open_uses_of
from apps.core import clock
from apps.outbox.services import notify


def tell_retired(standard: Standard, why: str) -> None:
    """Tell whoever has a change of it under way, and those who wrote it."""
    open_changes = list(open_uses_of(standard))
    authors = [one.author for one in standard.versions.select_related("author")]
    _tell(
        [*(one.requester for one in open_changes), *authors],
        rule="standard.retired",
        standard=standard,
        due=clock.now(),
        title=f"{standard.ref} is retired",
        body=(
            f"{why}\n\nNo change is made from it any more. One that was submitted within it keeps it; a draft goes "
            "as a normal change."
        ),
    )


def tell_suspended(version: StandardVersion, change: Change) -> None:
    """Tell those who manage changes, its author, and whoever has another change of it under way."""
    others = [one.requester for one in open_uses_of(version.standard) if one.pk != change.pk]
    _tell(
        [*people_with_role(Role.CHANGE_MANAGER), version.author, *others],
        rule="standard.suspended",
        standard=version.standard,
        due=clock.now(),
        title=f"{version} is suspended",
        body=(
            f"{change.ref}, which was made from it, {_ended(change)}. No change is made from it until another version "
            "is approved. What was signed within it stays signed: look whether it should still go."
        ),
    )


def _ended(change: Change) -> str:
    return "was rolled back" if change.state == "rolled_back" else "failed"


def _tell(
    people: Iterable[User], *, rule: str, standard: Standard, due: datetime, title: str, body: str
) -> None:
    for user in {one.pk: one for one in people if one.is_active}.values():
        notify(
            user=user,
            rule=rule,
            subject=("standard", standard.ref),
            due=due,
            title=title,
            body=body,
            url=f"/standard-changes/{standard.ref}/",
        )
