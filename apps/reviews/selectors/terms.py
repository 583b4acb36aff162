"""Whether a change that has ended needs a review, and by when: what the rules say that it is held to."""

from dataclasses import dataclass

from apps.changes.models import Change
from apps.changes.selectors import facts_of, measured_of
from apps.policy.enums import Effect
from apps.policy.rules import review_asked, sheet_of
from apps.policy.selectors import rules_as_of
from apps.reviews.rules import WORKING_DAYS_TO_REVIEW


@dataclass(frozen=True)
class Terms:
    """In how many working days a review is due, 0 for none at all; the rule that says so, empty where none does."""

    days: int = WORKING_DAYS_TO_REVIEW
    rule: str = ""
    rules_version: int | None = None


def terms_of(change: Change) -> Terms:
    """Return what the rules in force at its submission say of the review of a change that has just ended.

    The first rule that applies decides. Where none does, or it cannot be told, the review is due as it was before
    there were such rules.
    """
    number, rules = rules_as_of(change.revision.submitted_at if change.revision else None)
    if all(rule.effect != Effect.REVIEW for rule in rules.rules):
        return Terms()
    known = facts_of(change, measured_of(change), rules.prior) | {"change.outcome": str(change.state)}
    asked = review_asked(rules, sheet_of(known))
    if asked is None or not isinstance(asked.value, float):
        return Terms()
    return Terms(int(asked.value), asked.rule.id, number)
