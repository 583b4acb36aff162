"""Changes that went their whole way, and the checkpoint over them, for tests of what is exported about changes."""

from datetime import date, timedelta

from apps.audit.models import Checkpoint
from apps.audit.selectors import latest_checkpoint
from apps.audit.services import seal_pending
from apps.changes.models import Change
from apps.changes.services import close_change, complete_change, start_change
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from apps.reviews.services import record_review, sign_review
from tests.changes.estate import AFTER_WINDOW, IN_WINDOW, Estate, approved, at, fresh

DAYS = (date(2026, 11, 1), date(2026, 11, 30))


def newest() -> Checkpoint:
    """Seal what waits, and return the checkpoint."""
    seal_pending()
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    return checkpoint


def gone_live(estate: Estate) -> Change:
    """Return a change that was signed, started and completed."""
    change = approved(estate)
    with at(IN_WINDOW):
        change = start_change(actor=estate.actor("amara"), change=change)
    with at(AFTER_WINDOW):
        return complete_change(actor=estate.actor("amara"), change=change)


def closed(estate: Estate) -> str:
    """Return the number of a change that went its whole way: signed, started, completed, reviewed, closed."""
    change = gone_live(estate)
    amara, leila = estate.actor("amara"), estate.actor("leila")
    with at(AFTER_WINDOW):
        review = Review.objects.get(change=change)
        record_review(
            actor=amara,
            review=review,
            digest=digest_of(review),
            outcome="successful",
            what_happened="It went as planned.",
            went_well="The shadow run.",
            realised={metric.pk: 0.85 for metric in review.metrics.all()},
        )
    with at(AFTER_WINDOW + timedelta(hours=1)):
        review = Review.objects.get(change=change)
        sign_review(actor=leila, review=review, digest=digest_of(review))
        close_change(actor=amara, change=fresh(change))
    return str(change.ref)
