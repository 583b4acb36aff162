"""What a review concludes, when it is due, and who may write and sign it. Pure: facts in, answers out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.changes.enums import ChangeState, Direction
from apps.core.decisions import ALLOWED, Decision, denied
from apps.reviews.enums import WENT_WRONG, Outcome, ReviewState, Verdict
from apps.reviews.models import ActionItem, RealisedMetric, Review

WORKING_DAYS_TO_REVIEW = 5
END_OF_DAY = time(17, 0)
SATURDAY = 5

_SUGGESTED = {
    ChangeState.COMPLETED: Outcome.SUCCESSFUL,
    ChangeState.ROLLED_BACK: Outcome.ROLLED_BACK,
    ChangeState.FAILED: Outcome.FAILED,
}


@dataclass(frozen=True)
class Standing:
    """What one person is to the change under review."""

    requester: bool = False
    lead: bool = False
    change_manager: bool = False
    sponsor: bool = False
    owner: bool = False


NOBODY = Standing()


@dataclass(frozen=True)
class Check:
    """A line of “Before you sign”: what must be there, whether it is, and a note."""

    text: str
    done: bool
    note: str = ""


def verdict(metric: RealisedMetric) -> Verdict:
    """Return how a metric turned out, in the direction in which it should go. No value is never a miss."""
    if metric.realised is None:
        return Verdict.NOT_MEASURED
    if _reaches(metric.realised, metric.target, metric.direction):
        return Verdict.MET
    if metric.bound is not None and _reaches(metric.realised, metric.bound, metric.direction):
        return Verdict.WITHIN_BOUND
    return Verdict.MISSED


def _reaches(value: float, line: float, direction: str) -> bool:
    return value >= line if direction == Direction.AT_LEAST else value <= line


def suggested_outcome(state: str) -> str:
    """Return the outcome that the end state of a change suggests; a person confirms or corrects it."""
    outcome = _SUGGESTED.get(ChangeState(state))
    return outcome.value if outcome else ""


def due_from(moment: datetime, time_zone: str, days: int = WORKING_DAYS_TO_REVIEW) -> datetime:
    """Return when a review is due: 17:00 in the change's zone, so many working days (Monday to Friday) later."""
    zone = ZoneInfo(time_zone)
    day = add_working_days(moment.astimezone(zone).date(), days)
    return datetime.combine(day, END_OF_DAY, tzinfo=zone)


def add_working_days(day: date, count: int) -> date:
    """Return the day ``count`` working days after ``day``. Public holidays count as working days."""
    while count:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            count -= 1
    return day


def may_write(review: Review, standing: Standing) -> Decision:
    """Return whether a person may write this review: the requester, a lead of the plan, a change manager."""
    if review.state != ReviewState.OPEN:
        return denied(
            "This review is signed, so it no longer changes.", "Add what you learned to a new change."
        )
    if standing.requester or standing.lead or standing.change_manager:
        return ALLOWED
    return denied(
        "Only the requester, a lead of the plan or a change manager writes this review.",
        "Tell one of them what you saw. If you were asked about a service, answer for it on this page.",
    )


def may_sign(review: Review, standing: Standing) -> Decision:
    """Return whether a person may sign this review. Never who asked for the change (DESIGN 4.3)."""
    if review.state != ReviewState.OPEN:
        return denied("This review is already signed.")
    if standing.requester:
        return denied(
            "You asked for this change, so someone else signs its review.",
            "A change manager, the sponsor who signed, or the owner of an affected part can sign it.",
        )
    if standing.change_manager or standing.sponsor or standing.owner:
        return ALLOWED
    return denied(
        "Only a change manager, the sponsor who signed, or the owner of an affected part signs this review.",
        "Ask one of them to read it.",
    )


def may_complete(action: ActionItem, *, user_id: int | None, change_manager: bool) -> Decision:
    """Return whether a person may mark an action as done: its owner or a change manager."""
    if action.done_at is not None:
        return denied("This action is already done.")
    if change_manager or action.owner_id == user_id:
        return ALLOWED
    return denied("Only its owner or a change manager marks an action as done.", f"Ask {action.owner}.")


def may_turn(action: ActionItem, standing: Standing, *, user_id: int | None) -> Decision:
    """Return whether a person may say what an action turned into: its owner, or whoever writes the review.

    The review may be signed: its actions go on.
    """
    if standing.requester or standing.lead or standing.change_manager or action.owner_id == user_id:
        return ALLOWED
    return denied(
        "Only its owner, the requester, a lead of the plan or a change manager says what an action turned into.",
        f"Ask {action.owner}.",
    )


def may_answer(review: Review, *, is_asked: bool) -> Decision:
    """Return whether a person may answer for an affected service: one who was asked, while the review is open."""
    if review.state != ReviewState.OPEN:
        return denied(
            "This review is signed, so it no longer changes.", "Add what you learned to a new change."
        )
    if is_asked:
        return ALLOWED
    return denied(
        "Only those who were asked answer for this service.", "Tell one of them, or comment on the change."
    )


def missing_fields(review: Review) -> dict[str, list[str]]:
    """Return what a signature still needs, by field."""
    missing = {}
    if not review.outcome:
        missing["outcome"] = ["Choose how the change turned out."]
    if not review.what_happened.strip():
        missing["what_happened"] = ["Say what happened."]
    return missing


_NO_ACTIONS = {
    False: "None yet. That is fine when nothing went wrong.",
    True: "None yet, though it went wrong. What keeps it from happening again?",
}


def signing_checks(
    review: Review, metrics: list[RealisedMetric], action_count: int, *, asked: int, answered: int
) -> list[Check]:
    """Return the lines of “Before you sign”. The first two must be done; the signer judges the others.

    ``asked`` services are affected, and someone said of ``answered`` of them how it was.
    """
    missing = missing_fields(review)
    unmeasured = sum(metric.realised is None for metric in metrics)
    return [
        Check("Outcome", "outcome" not in missing),
        Check("What happened", "what_happened" not in missing),
        Check(
            "Measures", not unmeasured, f"{unmeasured} of {len(metrics)} not measured" if unmeasured else ""
        ),
        Check(
            "Actions",
            action_count > 0,
            "" if action_count else _NO_ACTIONS[review.outcome in WENT_WRONG],
        ),
        *(
            [
                Check(
                    "Feedback",
                    answered == asked,
                    f"{answered} of {asked} service{'' if asked == 1 else 's'} answered",
                )
            ]
            if asked
            else []
        ),
    ]
