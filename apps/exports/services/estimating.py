"""How much an order will hold, before anyone waits for it."""

from dataclasses import dataclass

from django.db.models import Avg, Func, IntegerField, QuerySet

from apps.audit.models import AuditEvent
from apps.audit.selectors import latest_checkpoint
from apps.audit.selectors.entries import matching
from apps.exports.enums import ExportFormat, ExportSubject
from apps.exports.rules.orders import Order
from apps.exports.services.reading import filters_of

COUNTED_UP_TO = 100_000
_SAMPLED = 500
_HASH_BYTES = 32

# Measured over 300,000 entries: the file's bytes for a byte of entry, and entries a second on two slow cores.
_BYTES = {
    ExportFormat.BUNDLE: 1.3,
    ExportFormat.XLSX: 0.3,
    ExportFormat.CSV: 1.0,
    ExportFormat.JSONL: 1.1,
}
_SPEED = {
    ExportFormat.BUNDLE: 8_000,
    ExportFormat.XLSX: 6_000,
    ExportFormat.CSV: 20_000,
    ExportFormat.JSONL: 150_000,
}


@dataclass(frozen=True)
class Estimate:
    """How many entries, and about how many bytes and seconds, None where nobody can say.

    With ``more`` the count is about right when there is a size, else there are more than it says.
    """

    count: int
    more: bool
    size: int | None
    seconds: int | None


def estimate(order: Order) -> Estimate | None:
    """Return about how much an order of entries will hold; None for other subjects.

    Raises:
        Invalid: the days are in the wrong order, or nobody has the username.
    """
    if order.subject != ExportSubject.ENTRIES:
        return None
    found = matching(filters_of(order.scope))
    count = found.values("pk")[: COUNTED_UP_TO + 1].count()
    more = count > COUNTED_UP_TO
    if order.format not in _BYTES or (more and order.scope.is_filtered):
        return Estimate(min(count, COUNTED_UP_TO), more, None, None)
    if more:
        count = _span(found)
    length = Func("entry", function="octet_length", output_field=IntegerField())
    some = found.annotate(length=length)[:_SAMPLED]
    average = float(some.aggregate(average=Avg("length"))["average"] or 0)
    size = round(count * average * _BYTES[order.format]) + _proofs(order)
    return Estimate(count, more, size, count // _SPEED[order.format])


def _span(found: QuerySet[AuditEvent]) -> int:
    """Return how many leaves lie between the oldest and the newest of many entries."""
    places = found.filter(leaf__isnull=False).values_list("leaf__index", flat=True)
    first, last = places.order_by("at", "id").first(), places.order_by("-at", "-id").first()
    return last - first + 1 if first is not None and last is not None else 0


def _proofs(order: Order) -> int:
    """Return the bytes of the leaf hashes that a bundle holds of the whole tree."""
    newest = latest_checkpoint()
    return _HASH_BYTES * newest.size if order.format == ExportFormat.BUNDLE and newest is not None else 0
