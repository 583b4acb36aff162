"""That what a round asks about has started: what is said of a go-ahead and of its refusal depends on it."""

from datetime import datetime

from django.db import transaction

from apps.approvals.models import Round
from apps.core.actors import Actor


@transaction.atomic
def note_start(*, actor: Actor, round: Round, at: datetime) -> None:  # noqa: ARG001
    """Write down when what a round asks about started. The caller holds the round, and records who started it."""
    round.began_at = at
    round.save(update_fields=["began_at", "updated_at"])
