"""Reading the lives of changes from the entries under a checkpoint."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q

from apps.audit.models import AuditEvent
from apps.audit.rules.tombstones import RETIRED
from apps.changes.models import Revision
from apps.exports.rules.lives import Life, Step
from apps.exports.services.reading import Row, actor_key, naming_the_broken, rows_of, texts_of

TOGETHER = 100
"""Changes whose entries are held at once."""


def lives_of(refs: Iterable[str], size: int) -> Iterator[list[Life]]:
    """Yield the lives of changes as the first ``size`` leaves tell them, a few at once, in the order given."""
    waiting = iter(refs)
    while some := list(islice(waiting, TOGETHER)):
        yield _lives(some, size)


def life_of(ref: str, size: int) -> Life:
    """Return the life of one change as the first ``size`` leaves tell it."""
    return _lives([ref], size)[0]


def revisions_of(lives: Sequence[Life]) -> dict[str, Revision]:
    """Return by change the revision that was made last, in one query."""
    digests = {life.ref: life.frozen.data["digest"] for life in lives if life.frozen is not None}
    numbers = {_number(ref) for ref in digests}
    rows = Revision.objects.filter(change__number__in=numbers, digest__in=set(digests.values()))
    found = {(f"CHG-{row.change.number}", row.digest): row for row in rows.select_related("change")}
    return {ref: found[ref, digest] for ref, digest in digests.items() if (ref, digest) in found}


def _lives(refs: Sequence[str], size: int) -> list[Life]:
    reviews = {f"PIR-{_number(ref)}": ref for ref in refs}
    wanted = Q(object_type__in=("change", "booking"), object_id__in=refs)
    wanted |= Q(object_type="review", object_id__in=list(reviews))
    events = AuditEvent.objects.filter(wanted, leaf__index__lt=size).order_by("leaf__index")
    gone = events.filter(event=RETIRED).values_list("object_id", flat=True)
    retired = Counter(reviews.get(ident, ident) for ident in gone)
    told = _steps(rows_of(events.exclude(event=RETIRED)), reviews)
    return [Life(ref, tuple(told[ref]), retired[ref]) for ref in refs]


def _steps(rows: list[Row], reviews: dict[str, str]) -> dict[str, list[Step]]:
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
