"""A drill of the demo organisation: the playbook of the credit scores, rehearsed last week to its signed review."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.changes import services as changes
from apps.changes.models import Change
from apps.changes.rules.inputs import MetricInput, RiskInput, StepInput
from apps.core import clock
from apps.core.actors import Actor
from apps.playbooks.models import Drill, Playbook
from apps.playbooks.services import plan_drill
from apps.reviews import services as reviews
from apps.reviews.enums import Outcome, Theme
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from demo.signing import collect

_ZONE = ZoneInfo("Europe/London")
_TARGETS = {"submitted": 20, "signed": 60, "started": 90, "rolled_back": 120, "review_signed": 2880}


def rehearse(now: datetime, who: Actor, manager: Actor) -> None:
    """Rehearse the way back within two hours, a week ago; the review says what was learned."""
    begun = now - timedelta(days=7)
    with clock.moved_to(begun - timedelta(days=3)):
        drill = _planned(who, begun)
    with clock.moved_to(begun):
        change = changes.start_drill(actor=who, drill=drill)
    with clock.moved_to(begun + timedelta(minutes=16)):
        _fill_in(who, change, begun + timedelta(minutes=80))
        changes.submit_change(actor=who, change=change)
    with clock.moved_to(begun + timedelta(minutes=74)):
        change.refresh_from_db()
        collect(change)
    with clock.moved_to(begun + timedelta(minutes=83)):
        changes.start_change(actor=who, change=change)
    with clock.moved_to(begun + timedelta(minutes=109)):
        changes.roll_back_change(actor=who, change=change, reason="It was rehearsed up to here.")
    with clock.moved_to(begun + timedelta(days=1)):
        _learn(who, manager, change)


def _planned(who: Actor, begins: datetime) -> Drill:
    return plan_drill(
        actor=who,
        playbook=Playbook.objects.get(number=1),
        purpose="Go back to the version before within two hours, with everyone who has to sign.",
        planned_for=begins,
        components=["model:default/credit-risk"],
        targets=_TARGETS,
    )


def _fill_in(who: Actor, change: Change, opens: datetime) -> None:
    changes.save_why(
        actor=who,
        change=change,
        title=change.title,
        summary=change.summary,
        outcome="We know how long it takes, and who was missing.",
        cost_of_waiting="The playbook was rewritten in October, and nobody has tried it since.",
        metrics=[MetricInput("Time to go back", 120, "min", "at_most")],
    )
    local = [f"{at.astimezone(_ZONE):%Y-%m-%dT%H:%M}" for at in (opens, opens + timedelta(hours=1))]
    changes.save_when(
        actor=who,
        change=change,
        change_class="urgent",
        time_zone="Europe/London",
        local_start=local[0],
        local_end=local[1],
    )
    changes.save_how_back(
        actor=who,
        change=change,
        rollback_plan="Nothing is moved. Say aloud what would be done, and by whom.",
        rollback_minutes=30,
        criteria=["The hour is over"],
        risks=[
            RiskInput(
                "Somebody takes it for real", "unlikely", "minor", "Every mail says that it is a rehearsal"
            )
        ],
        steps=[StepInput("Follow the playbook from its first question", "amara.okafor", 30)],
    )


def _learn(who: Actor, manager: Actor, change: Change) -> None:
    review = Review.objects.get(change=change)
    reviews.record_review(
        actor=who,
        review=review,
        digest=digest_of(review),
        outcome=Outcome.ROLLED_BACK,
        what_happened="We went back in time. The last signature came late: one number on file was old.",
        went_well="Everyone found the playbook.",
        realised={metric.pk: 109 for metric in review.metrics.all()},
    )
    factor = reviews.add_factor(
        actor=who, review=review, theme=Theme.COMMUNICATION, text="The numbers to call are kept in two lists."
    )
    reviews.add_action(
        actor=who,
        review=review,
        text="Say in the playbook which list of numbers counts",
        owner=change.requester,
        due_on=clock.now().date() + timedelta(days=20),
        factor=factor,
    )
    review.refresh_from_db()
    reviews.sign_review(actor=manager, review=review, digest=digest_of(review))
