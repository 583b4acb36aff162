"""Weeks with something in them."""

from datetime import datetime, timedelta

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.changes.enums import ChangeState
from apps.changes.models import Change, Revision, RiskScenario
from apps.changes.rules.impact import ImpactRow
from tests.people import DIGEST, a_need, add_person
from tests.reviews.build import a_change, with_round


def in_review(due: datetime, requester: User | None = None, title: str = "Raise card limits") -> Change:
    """Make a change that waits for its sponsor until a moment, and would start two days later."""
    change = a_change(
        requester,
        state=ChangeState.IN_REVIEW,
        title=title,
        planned_start=due + timedelta(days=2),
        planned_end=due + timedelta(days=2, hours=2),
        actual_start=None,
        actual_end=None,
    )
    change.revision = Revision.objects.create(
        change=change,
        number=1,
        content={
            "impact": [_reached("loan-decision", "service"), _reached("search", "service", included=False)]
        },
        digest=DIGEST,
        submitted_by=change.requester,
        submitted_at=due - timedelta(days=3),
    )
    change.save()
    RiskScenario.objects.create(change=change, text="Good customers wait longer", likelihood="unlikely")
    if not people_with_role(Role.SPONSOR):
        add_person("", Role.SPONSOR)
    change = with_round(change, a_need(Role.SPONSOR))
    change.round.requirements.update(due_at=due)  # type: ignore[union-attr]
    return change


def _reached(name: str, kind: str, *, included: bool = True) -> dict[str, object]:
    """Return a part that a change can reach, as a revision keeps it."""
    row = ImpactRow(f"{kind}:default/{name}", name, kind, 1, "high", 1, included=included)
    return row.as_content()
