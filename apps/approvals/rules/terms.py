"""How signatures are given, as a version of the approval policy says it."""

from dataclasses import dataclass
from typing import Any

from apps.approvals.rules.first_policy import FIRST_POLICY

LONGEST_FRESH = 480
"""Minutes, a working day: no proof serves longer, whatever a policy says."""
MOST_SECONDS = 600
Problems = dict[str, list[str]]


@dataclass(frozen=True)
class Terms:
    """For how many minutes a proof from earlier in the session serves, and what a quick signature is.

    With 0 minutes each signature asks. A signature after fewer than ``least_seconds`` in view, with no evidence
    opened, is pointed out to Change Managers; with 0, none is.
    """

    fresh_minutes: int
    least_seconds: int


def terms_of(document: Any) -> Terms:
    """Return the terms of a checked document; what it leaves out is as in version 1."""
    said = FIRST_POLICY["signing"] | document.get("signing", {})
    return Terms(said["fresh_minutes"], said["least_seconds"])


def check_terms(given: Any, problems: Problems) -> None:
    """Add a problem for all that is wrong with the terms of a document, named by its place: ``signing``."""
    most = {"fresh_minutes": LONGEST_FRESH, "least_seconds": MOST_SECONDS}
    if not isinstance(given, dict) or not given or given.keys() - most.keys():
        problems["signing"] = [
            'Write an object with "fresh_minutes", "least_seconds" or both, or leave it out.'
        ]
        return
    for name, value in given.items():
        if type(value) is not int or not 0 <= value <= most[name]:
            problems[f"signing.{name}"] = [f"Write a whole number from 0 to {most[name]}."]
