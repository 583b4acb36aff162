"""Writing a report to its file."""

from pathlib import Path
from typing import Any

from apps.audit.models import Checkpoint
from apps.core.errors import PolicyBlocked
from apps.exports.rules import report_words as say
from apps.exports.rules.lives import Life
from apps.exports.rules.orders import Order
from apps.exports.services.files import Draft, Finished
from apps.exports.services.lives import life_of, revisions_of
from apps.exports.services.reading import Progress
from apps.exports.services.reports.period import period_facts
from apps.exports.services.reports.record import record_of
from apps.exports.services.reports.telling import Telling
from apps.exports.services.reports.typesetting import typeset


def write_report(*, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress) -> Finished:
    """Write the report of one change, or of a period when the order names none; it is a ``writers.Writer``.

    Raises:
        PolicyBlocked: there is no record to print, or more than one document can hold.
    """
    if order.scope.change:
        life = life_of(order.scope.change, checkpoint.size)
        pdf, count = change_report(life, order, checkpoint), len(life.steps)
    else:
        facts, count = period_facts(order, checkpoint, progress)
        facts = {"report": facts, "proof": proof_of(checkpoint)}
        pdf = typeset("period.typ", facts, at=checkpoint.created_at)
    with Draft(out) as draft:
        draft.write(pdf)
        progress(count, count)
        return Finished(draft.finish(), count)


def change_report(life: Life, order: Order, checkpoint: Checkpoint) -> bytes:
    """Return the PDF of one change as the checkpoint proves it.

    Raises:
        PolicyBlocked: the change was never submitted, or entries of it were retired.
    """
    if life.retired:
        raise PolicyBlocked(
            f"{life.retired:,} entries of {life.ref} were retired, so its record cannot be printed whole.",
            remedy="Export the bundle: it proves what is left, and what was retired.",
        )
    revision = revisions_of([life]).get(life.ref)
    if revision is None:
        raise PolicyBlocked(
            f"{life.ref} was never submitted, so there is no record of it to print.",
            remedy="Submit it first, or choose another change.",
        )
    tell = Telling(order)
    tell.learn([life], [revision.content])
    facts = {"record": record_of(life, revision.content, tell), "proof": proof_of(checkpoint)}
    return typeset("change.typ", facts, at=checkpoint.created_at)


def proof_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what a report says of the checkpoint that it stands on."""
    return {
        "origin": checkpoint.origin,
        "size": f"{checkpoint.size:,}",
        "root": bytes(checkpoint.root).hex(),
        "key_id": checkpoint.key_id,
        "sealed_at": say.utc(checkpoint.created_at, seconds=True),
    }
