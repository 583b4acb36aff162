"""Changes that ended, for tests of what is learned from them."""

import itertools
from datetime import UTC, datetime, timedelta

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Signature
from apps.catalog.models import Component, ComponentVersion
from apps.changes.enums import ChangeState, Direction
from apps.changes.models import Change, ChangeItem, PlanStep, SuccessMetric
from apps.core import actors
from apps.lifecycle.services import advance
from apps.reviews import services
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from tests.people import a_need, a_round, add_person, asked_of

_numbers = itertools.count(2001)
START = datetime(2026, 11, 5, 10, tzinfo=UTC)
PAST = {"complete": "completed", "roll_back": "rolled_back", "fail": "failed"}


def a_component(name: str = "credit-risk", kind: str = "model", **more: object) -> Component:
    """Make a component, or return the one of that name."""
    values = {"kind": kind, "name": name, "source": "test"} | more
    return Component.objects.get_or_create(key=f"{kind}:default/{name}", defaults=values)[0]


def a_version(component: Component, version: str) -> ComponentVersion:
    """Make a version of a component, or return it."""
    return ComponentVersion.objects.get_or_create(component=component, version=version)[0]


def a_change(
    requester: User | None = None,
    *,
    state: str = ChangeState.IN_PROGRESS,
    component: Component | None = None,
    title: str = "Raise card limits",
    **more: object,
) -> Change:
    """Make a change of one component with a measure."""
    component = component or a_component()
    values = {
        "planned_start": START,
        "planned_end": START + timedelta(hours=2),
        "actual_start": START,
        "actual_end": START + timedelta(minutes=54),
        "summary": "We let long-standing customers spend more.",
    } | more
    change = Change.objects.create(
        number=next(_numbers),
        requester=requester or add_person("", Role.REQUESTER),
        title=title,
        state=state,
        **values,
    )
    ChangeItem.objects.create(
        change=change,
        component=component,
        from_version=a_version(component, "1"),
        to_version=a_version(component, "2"),
    )
    a_metric(change)
    return change


def a_metric(change: Change, name: str = "Limits raised an hour", **more: object) -> SuccessMetric:
    """Promise something."""
    values = {"direction": Direction.AT_MOST, "baseline": None, "target": 200.0, "bound": 240.0} | more
    return SuccessMetric.objects.create(change=change, name=name, **values)


def with_round(change: Change, *needs: object) -> Change:
    """Open a round on a change."""
    round_ = a_round(*needs, ref=change.ref)  # type: ignore[arg-type]
    round_.subject_title = change.title
    round_.save()
    change.round = round_
    change.save()
    return change


def approved_by(change: Change, user: User, role: str, component: str = "") -> None:
    """Record that a person approved a change."""
    if change.round is None:
        with_round(change, a_need(role, component))
    assert change.round is not None
    Signature.objects.create(
        requirement=asked_of(change.round, role, component),
        signer=user,
        decision="approve",
        digest=change.round.digest,
        meaning="I approve it.",
        auth_method="password",
        signed_at=START - timedelta(days=1),
    )


def a_plan_step(change: Change, lead: User) -> PlanStep:
    """Let a person lead a step."""
    return PlanStep.objects.create(change=change, position=1, text="Switch", lead=lead)


def end(change: Change, event: str = "roll_back") -> Review:
    """End a change, so that its review opens."""
    advance(change, event, actor=actors.person(change.requester))
    return Review.objects.select_related("change").get(change=change)


def sign(review: Review, user: User) -> Review:
    """Sign a review as it stands."""
    return services.sign_review(actor=actors.person(user), review=review, digest=digest_of(review))


def a_review(requester: User | None = None, event: str = "roll_back", **more: object) -> Review:
    """Return the open review of a change that has just ended."""
    return end(a_change(requester, **more), event)  # type: ignore[arg-type]
