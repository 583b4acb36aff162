"""Reading the lives of changes from the entries under a checkpoint."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q

from apps.audit.models import AuditEvent
from apps.changes.models import Revision
from apps.exports.rules.lives import Life, Step
from apps.exports.services.reading import Row, actor_key, naming_the_broken, rows_of, texts_of

TOGETHER = 100
"""Changes whose entries are held at once."""


def lives_of(refs: Iterable[str], size: int) -> Iterator[Life]:
    """Yield the life of each change that the first ``size`` leaves tell, in the order given; a few at once."""
    waiting = iter(refs)
    while some := list(islice(waiting, TOGETHER)):
        told = _steps_of(some, size)
        yield from (Life(ref, tuple(told[ref])) for ref in some)


def revisions_of(lives: Sequence[Life]) -> dict[str, Revision]:
    """Return by change the revision that its last submission names, in one query."""
    digests = {life.ref: life.submitted.data["digest"] for life in lives if life.submitted is not None}
    numbers = {_number(ref) for ref in digests}
    rows = Revision.objects.filter(change__number__in=numbers, digest__in=set(digests.values()))
    found = {(f"CHG-{row.change.number}", row.digest): row for row in rows.select_related("change")}
    return {ref: found[ref, digest] for ref, digest in digests.items() if (ref, digest) in found}


def _steps_of(refs: Sequence[str], size: int) -> dict[str, list[Step]]:
    reviews = {f"PIR-{_number(ref)}": ref for ref in refs}
    wanted = Q(object_type__in=("change", "booking"), object_id__in=refs)
    wanted |= Q(object_type="review", object_id__in=list(reviews))
    events = AuditEvent.objects.filter(wanted, leaf__index__lt=size).order_by("leaf__index")
    rows = rows_of(events)
    texts = {event_id: {text.name: text.text for text in kept} for event_id, kept in texts_of(rows).items()}
    told: dict[str, list[Step]] = defaultdict(list)
    with naming_the_broken(rows):
        for row in rows:
            entry = row.decoded()
            ident = entry["object"]["id"]
            told[reviews.get(ident, ident)].append(_step(row, entry, texts.get(row.event_id, {})))
    return told


def _step(row: Row, entry: dict[str, Any], texts: dict[str, str]) -> Step:
    return Step(
        leaf=row.index,
        event=entry["event"],
        at=datetime.fromisoformat(entry["at"]),
        actor=actor_key(entry),
        subject=entry["object"]["type"],
        data=entry["data"],
        texts={name: texts.get(name) for name in entry["private"]},
    )


def _number(ref: str) -> int:
    return int(ref.removeprefix("CHG-"))
