"""What a review says: its texts, its rows, and the digest that a signature covers."""

from typing import Any

from apps.core import clock
from apps.core.canonical import digest
from apps.reviews.models import Factor, Moment, Review


def moments_of(review: Review) -> list[Moment]:
    """Return what people added to the timeline, in the order of time."""
    return [one for one in review.moments.all() if one.removed_at is None]


def factors_of(review: Review) -> list[Factor]:
    """Return what made the outcome likely, in the order in which it was said."""
    return [one for one in review.factors.all() if one.removed_at is None]


def digest_of(review: Review) -> str:
    """Return the SHA-256 over everything that a signature on a review covers (RFC 8785 JSON).

    Factors without a theme and a timeline that nobody added to enter as they did before there were themes and
    timelines, so that what was signed then has the digest that it was signed with.
    """
    factors, moments = factors_of(review), moments_of(review)
    said: dict[str, Any] = {
        "review": review.ref,
        "outcome": review.outcome,
        **texts_of(review),
        "contributing_factors": "\n".join(one.text for one in factors if not one.theme),
        "metrics": [
            {"name": one.name, "unit": one.unit, "target": one.target, "realised": one.realised}
            for one in review.metrics.all()
        ],
        "actions": [
            {"text": one.text, "owner": one.owner_id, "due_on": one.due_on.isoformat()}
            | ({"because": one.factor_id} if one.factor_id else {})
            for one in review.actions.all()
        ],
    }
    if themed := [{"theme": one.theme, "text": one.text} for one in factors if one.theme]:
        said["factors"] = themed
    if moments:
        said["timeline"] = [{"at": clock.iso(one.at), "what": one.what, "who": one.who} for one in moments]
    return digest(said)


def texts_of(review: Review) -> dict[str, str]:
    """Return what people wrote in a review."""
    return {"what_happened": review.what_happened, "went_well": review.went_well}
