"""Telling people of what went ahead before everyone had signed, and what came of it, through the outbox.

Mail holds neither the reason nor the incident: both stay on the page, where they can be erased.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.approvals.enums import BreakGlassEnd
from apps.approvals.models import BreakGlass, Requirement
from apps.approvals.services.telling import inbox_url, label_of
from apps.outbox.services import notify


def tell_passed_over(broken: BreakGlass, skipped: list[tuple[Requirement, list[User]]]) -> None:
    """Tell each person once whose signature was passed over; and whoever asked for it, and the Change Managers."""
    ref, due = broken.round.subject_ref, broken.due_at
    first: dict[User, Requirement] = {}
    for requirement, people in skipped:
        for user in people:
            first.setdefault(user, requirement)
    for user, requirement in first.items():
        _tell(
            broken,
            user,
            "approval.passed_over",
            due,
            f"{ref} may go ahead without your signature",
            f"{broken.by} let it go ahead before everyone had signed. You are asked as {label_of(requirement)} to "
            f"look at it afterwards, by {_utc(due)}. You can still reject it.",
            inbox_url(requirement),
        )
    others = [*_asker(broken), *people_with_role(Role.CHANGE_MANAGER)]
    for user in _each_once(others, first):
        if user.pk != broken.by_id:
            count = f"{len(skipped)} signature{'' if len(skipped) == 1 else 's'}"
            body = f"{broken.by} let it go ahead. {count} are asked afterwards, by {_utc(due)}."
            _tell(broken, user, "approval.went_ahead", due, f"{ref} may go ahead in an emergency", body)


def tell_not_signed(broken: BreakGlass, people: Iterable[User], missing: int) -> None:
    """Tell people that what went ahead is not signed in time: those who owe it, managers and executives."""
    were = "1 signature is" if missing == 1 else f"{missing} signatures are"
    ahead = "went ahead" if broken.round.began_at else "may go ahead"
    title = f"{broken.round.subject_ref} {ahead}, and {were} overdue"
    body = f"{broken.by} let it go ahead before everyone had signed. The others were due by {_utc(broken.due_at)}."
    for user in people:
        _tell(broken, user, "approval.afterwards_overdue", broken.due_at, title, body)


def tell_end(broken: BreakGlass) -> None:
    """Tell whoever asked for it, whoever let it go ahead, managers and (when refused) executives what came of it."""
    assert broken.ended_at is not None
    refused = broken.end == BreakGlassEnd.REFUSED
    if broken.end == BreakGlassEnd.UNUSED:
        title = f"{broken.round.subject_ref} goes ahead under your signature no more"
        body = "It was revised, withdrawn or overtaken before it started. What is asked anew needs a signature anew."
        _tell(broken, broken.by, "approval.go_ahead_unused", broken.ended_at, title, body)
        return
    people = [*_asker(broken), broken.by]
    if refused:
        people += [*people_with_role(Role.CHANGE_MANAGER), *people_with_role(Role.EXECUTIVE)]
    title, body = _refused(broken) if refused else _signed(broken)
    for user in _each_once(people):
        _tell(broken, user, f"approval.{broken.end}_afterwards", broken.ended_at, title, body)


def _refused(broken: BreakGlass) -> tuple[str, str]:
    ref = broken.round.subject_ref
    if broken.round.began_at is None:
        return f"{ref} was refused, and goes ahead no more", "It did not start. Nothing has to be undone."
    return (
        f"{ref} was refused after it went ahead",
        "Nothing is undone by itself. Decide whether to go back, and say so in its review.",
    )


def _signed(broken: BreakGlass) -> tuple[str, str]:
    title = f"{broken.round.subject_ref} is signed by everyone, afterwards"
    if broken.round.began_at is None:
        return (
            title,
            "It might have started before everyone had signed. It has not, and now all of them have.",
        )
    return title, "It went ahead before everyone had signed. Now all of them have."


def _asker(broken: BreakGlass) -> list[User]:
    return [broken.round.opened_by] if broken.round.opened_by is not None else []


def _each_once(people: Iterable[User], told: Iterable[User] = ()) -> list[User]:
    known = {user.pk for user in told}
    return list({user.pk: user for user in people if user.is_active and user.pk not in known}.values())


def _utc(moment: datetime) -> str:
    """Return an instant as the pages write it, with its zone: “Tue 24 Nov, 00:17 UTC”."""
    at = moment.astimezone(UTC)
    return f"{at:%a} {at.day} {at:%b, %H:%M} UTC"


def _tell(
    broken: BreakGlass, user: User, rule: str, due: datetime, title: str, body: str, url: str = ""
) -> None:
    if not user.is_active:
        return
    notify(
        user=user,
        rule=rule,
        subject=("round", str(broken.round_id)),
        due=due,
        title=title,
        body=f"{broken.round.subject_title}\n\n{body}",
        url=url or broken.round.subject_url,
    )
