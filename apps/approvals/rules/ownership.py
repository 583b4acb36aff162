"""Quarters, and who may answer for a role. Pure: no database, no clock."""

from datetime import UTC, datetime, timedelta

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied

ASKED_ROLES = (*APPROVING_ROLES, Role.CHANGE_MANAGER)
TIME_TO_ANSWER = timedelta(days=14)


def quarter_of(moment: datetime) -> str:
    """Return the quarter of an instant in UTC, such as “2026-Q4”."""
    at = moment.astimezone(UTC)
    return f"{at.year}-Q{(at.month + 2) // 3}"


def quarter_start(moment: datetime) -> datetime:
    """Return the first instant of the quarter of an instant, in UTC."""
    at = moment.astimezone(UTC)
    return datetime(at.year, (at.month - 1) // 3 * 3 + 1, 1, tzinfo=UTC)


def may_answer(actor: Actor, *, holder_id: int, answered: bool) -> Decision:
    """Return whether an actor may say that a role is still theirs: its holder, signed in, once a quarter."""
    if actor.kind == "token":
        return denied("A token cannot answer for its person.", "Sign in with your password and do it there.")
    if actor.user is None or actor.user.pk != holder_id:
        return denied("Only who holds the role can answer for it.")
    return denied("You have answered this already.") if answered else ALLOWED
