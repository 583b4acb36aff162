"""Which leaves a period covers, and which checkpoint came before."""

from dataclasses import dataclass

from django.db import connection

from apps.audit.models import AuditEvent, Checkpoint
from apps.audit.rules.notes import BadNote
from apps.audit.selectors.outside import history
from apps.exports.models import ExportJob
from apps.exports.rules.period import Period

_SPAN = """
SELECT min(l.index), max(l.index) FROM audit_event e JOIN audit_leaf l ON l.event_id = e.id
WHERE e.at >= %s AND e.at < %s AND l.index < %s
"""
_BEFORE = """
SELECT coalesce(max(l.index) + 1, 0) FROM audit_event e JOIN audit_leaf l ON l.event_id = e.id
WHERE e.at < %s AND l.index < %s
"""


@dataclass(frozen=True)
class Span:
    """Leaves ``first`` to ``end``, the last not included."""

    first: int
    end: int

    @property
    def count(self) -> int:
        """Return how many leaves there are."""
        return self.end - self.first


def span_of(period: Period, size: int) -> Span:
    """Return the leaves of a period among the first ``size``: from the first to the last whose time lies in it."""
    with connection.cursor() as cursor:
        cursor.execute(_SPAN, [period.start, period.end, size])
        first, last = cursor.fetchone()
        if first is not None:
            return Span(first, last + 1)
        # An empty period lies between two leaves: its place is after the last that came before it.
        cursor.execute(_BEFORE, [period.start, size])
        place = cursor.fetchone()[0]
        return Span(place, place)


def checkpoint_before(checkpoint: Checkpoint) -> Checkpoint | None:
    """Return the checkpoint of the newest export that had finished when this one was sealed, or None.

    Without such an export it is the first of the same name, unless this is it. It follows from the sealed entries
    alone, so that an export which is written again names the same one. A checkpoint of another epoch, or of a key
    that was revoked before it, shows nothing and is passed over.
    """
    earlier = Checkpoint.objects.filter(size__lt=checkpoint.size, origin=checkpoint.origin)
    finished = AuditEvent.objects.filter(event="export.finished", leaf__index__lt=checkpoint.size)
    ref = finished.order_by("-at", "-id").values_list("object_id", flat=True).first()
    job = ExportJob.objects.filter(pk=int(ref.removeprefix("EXP-"))).first() if ref is not None else None
    if job is not None and job.tree_size is not None:
        found = earlier.filter(size=job.tree_size).first()
        if found is not None and _counts(found):
            return found
    first = earlier.order_by("size").first()
    return first if first is not None and _counts(first) else None


def _counts(checkpoint: Checkpoint) -> bool:
    keys = history()
    try:
        return keys is not None and keys.head_of(checkpoint.note).size == checkpoint.size
    except BadNote:
        return False
