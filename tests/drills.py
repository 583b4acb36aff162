"""A drill of a playbook over the small estate, led as far as a test needs it, through the services alone."""

from datetime import datetime, timedelta
from typing import Any

from apps.changes.models import Change
from apps.changes.rules.inputs import MetricInput, RiskInput, StepInput
from apps.changes.services import (
    complete_change,
    save_how_back,
    save_impact,
    save_when,
    save_why,
    start_change,
    start_drill,
    submit_change,
)
from apps.playbooks.models import Drill, Playbook
from apps.playbooks.services import add_playbook, plan_drill
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from apps.reviews.services import record_review, sign_review
from tests.changes.estate import END, IN_WINDOW, NOW, START, Estate, at, fresh, sign_all
from tests.playbooks.playbook import SAID

MODEL = "model:default/credit-risk"
WENT_OUT, ENDED = IN_WINDOW, IN_WINDOW + timedelta(minutes=20)
REVIEWED = IN_WINDOW + timedelta(minutes=50)
TARGETS = {"submitted": 30, "completed": 15_000, "review_signed": 20_000}


def a_playbook(estate: Estate) -> Playbook:
    with at(NOW):
        return add_playbook(actor=estate.actor("leila"), content=SAID)


def a_drill(estate: Estate, playbook: Playbook | None = None, **more: Any) -> Drill:
    """Return a drill that Amara planned."""
    said = {
        "purpose": "Go back within the hour.",
        "planned_for": NOW + timedelta(hours=1),
        "components": [MODEL],
        "targets": TARGETS,
    } | more
    with at(NOW):
        return plan_drill(actor=estate.actor("amara"), playbook=playbook or a_playbook(estate), **said)


def rehearsal(estate: Estate, drill: Drill | None = None) -> Any:
    """Return the draft of a drill that has begun, filled in."""
    amara = estate.actor("amara")
    with at(NOW):
        change = start_drill(actor=amara, drill=drill or a_drill(estate))
        metrics = [MetricInput("Minutes to go back", 60)]
        save_why(
            actor=amara,
            change=change,
            title=change.title,
            summary=change.summary,
            outcome="We know how long it takes.",
            metrics=metrics,
        )
        save_impact(actor=amara, change=change, notes=[])
        save_when(
            actor=amara,
            change=change,
            change_class="normal",
            time_zone="Europe/London",
            local_start=START,
            local_end=END,
        )
        save_how_back(
            actor=amara,
            change=change,
            rollback_plan="Nothing is moved, so nothing goes back.",
            rollback_minutes=4,
            criteria=["Somebody is not reached"],
            risks=[RiskInput("It is taken for real")],
            steps=[StepInput("Switch", "amara", 15)],
        )
    return fresh(change)


def submitted(estate: Estate, drill: Drill | None = None, when: datetime = NOW) -> Any:
    """Return a rehearsal in review."""
    change = rehearsal(estate, drill)
    with at(when):
        return submit_change(actor=estate.actor("amara"), change=change)


def approved(estate: Estate, drill: Drill | None = None) -> Any:
    """Return a rehearsal that everyone has signed, ten minutes after it began."""
    change = submitted(estate, drill, NOW + timedelta(minutes=10))
    sign_all(estate, change)
    return fresh(change)


def ended(estate: Estate, drill: Drill | None = None) -> Review:
    """Return the review, written and not signed, of a rehearsal that went through."""
    amara, change = estate.actor("amara"), approved(estate, drill)
    with at(WENT_OUT):
        change = start_change(actor=amara, change=change)
    with at(ENDED):
        complete_change(actor=amara, change=change)
        review = Review.objects.get(change=change)
        record_review(
            actor=amara,
            review=review,
            digest=digest_of(review),
            outcome="successful",
            what_happened="Nobody knew who calls whom.",
            went_well="",
            realised={},
        )
    return Review.objects.get(pk=review.pk)


def finished(estate: Estate, drill: Drill | None = None) -> Drill:
    """Return a drill that went through to its signed review."""
    review = ended(estate, drill)
    with at(REVIEWED):
        sign_review(actor=estate.actor("leila"), review=review, digest=digest_of(review))
    found = Change.objects.get(pk=review.change_id).drill
    assert found is not None
    return found
