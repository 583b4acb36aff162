"""The report of a period: each of its changes in short, then refusals, exports and seals."""

import json
from typing import Any

from django.db.models import QuerySet

from apps.audit.models import AuditEvent, Checkpoint
from apps.audit.selectors.entries import matching
from apps.core.errors import PolicyBlocked
from apps.exports.rules import report_words as say
from apps.exports.rules.orders import Order
from apps.exports.rules.population import COUNTED_BY, number_of
from apps.exports.services.lives import lives_of, revisions_of
from apps.exports.services.reading import Progress, actor_key, filters_of, person_said
from apps.exports.services.reports.record import summary_of
from apps.exports.services.reports.telling import Facts, Telling

MOST_CHANGES = 200
MOST_LINES = 2_000
"""What one document holds: typst lays it out in memory as a whole."""

_EXPORTS = ("export.requested", "export.finished", "export.failed", "export.downloaded")


def period_facts(order: Order, checkpoint: Checkpoint, progress: Progress) -> tuple[Facts, int]:
    """Return what the report of a period says, and how many changes it tells of.

    Raises:
        PolicyBlocked: there is more than one document can hold.
    """
    entries = matching(filters_of(order.scope)).filter(leaf__index__lt=checkpoint.size)
    refs = _refs(entries, order)
    tell = Telling(order)
    changes, untold = _changes(refs, checkpoint.size, tell, progress)
    denials = _lines(entries.filter(event="access.denied"), tell, _denial)
    exports = _lines(entries.filter(event__in=_EXPORTS), tell, _export)
    return {
        "scope": _scope(order),
        "counts": _counts(changes, entries.count(), len(denials), len(exports)),
        "changes": changes,
        "untold": untold,
        "denials": denials,
        "exports": exports,
        "seals": _seals(order, checkpoint),
    }, len(changes)


def _refs(entries: QuerySet[AuditEvent], order: Order) -> list[str]:
    """Return which changes the report tells of: of a period the same that its population counts."""
    about = entries.filter(object_type="change")
    if not order.scope.is_filtered:
        about = about.filter(event__in=COUNTED_BY)
    refs = about.values_list("object_id", flat=True).distinct()[: MOST_CHANGES + 1]
    if len(refs) > MOST_CHANGES:
        _refuse(f"more than {MOST_CHANGES:,} changes")
    return sorted(refs, key=number_of)


def _changes(
    refs: list[str], size: int, tell: Telling, progress: Progress
) -> tuple[list[Facts], list[list[str]]]:
    """Return each change in short, and beside them those of which there is nothing to tell, with why."""
    told: list[Facts] = []
    untold: list[list[str]] = []
    progress(0, len(refs))
    for lives in lives_of(refs, size):
        revisions = revisions_of(lives)
        tell.learn(lives, [revision.content for revision in revisions.values()])
        for life in lives:
            if life.ref in revisions:
                told.append(summary_of(life, revisions[life.ref].content, tell))
            else:
                why = "Entries of it were retired" if life.retired else "It was never submitted"
                untold.append([life.ref, why])
        progress(len(told) + len(untold), len(refs))
    return told, untold


def _lines(entries: QuerySet[AuditEvent], tell: Telling, row: Any) -> list[list[str]]:
    found = list(entries.select_related("leaf").order_by("leaf__index")[: MOST_LINES + 1])
    if len(found) > MOST_LINES:
        _refuse(f"more than {MOST_LINES:,} refusals or exports")
    decoded = [(event, json.loads(bytes(event.entry))) for event in found]
    tell.learn_keys({actor_key(entry) for _, entry in decoded})
    return [row(event, entry, tell) for event, entry in decoded]


def _denial(event: AuditEvent, entry: Facts, tell: Telling) -> list[str]:
    obj = entry["object"]
    return [*_head(event, entry, tell), entry["data"]["action"], f"{obj['type']} {obj['id']}"]


def _export(event: AuditEvent, entry: Facts, tell: Telling) -> list[str]:
    return [*_head(event, entry, tell), entry["event"].partition(".")[2], entry["object"]["id"]]


def _head(event: AuditEvent, entry: Facts, tell: Telling) -> list[str]:
    at = say.utc(say.moment(entry["at"]), seconds=True).removesuffix(" UTC")
    return [f"{event.leaf.index:,}", at, tell.name(actor_key(entry))]


def _scope(order: Order) -> list[list[str]]:
    scope = order.scope
    named = {
        "Days": f"{say.day(scope.start)} to {say.day(scope.end)}, both included, UTC",
        "Component": scope.component,
        "Person": person_said(order),
        "Events": ", ".join(scope.events),
        "Withheld": ", ".join(order.withheld),
    }
    return [[name, value] for name, value in named.items() if value]


def _counts(changes: list[Facts], entries: int, denials: int, exports: int) -> list[list[str]]:
    signatures = sum(len(asking["signatures"]) for change in changes for asking in change["askings"])
    rows = {
        "Changes": len(changes),
        "Signatures": signatures,
        "Ledger entries": entries,
        "Refusals": denials,
        "Steps of exports": exports,
    }
    return [[name, f"{count:,}"] for name, count in rows.items()]


def _seals(order: Order, checkpoint: Checkpoint) -> list[list[str]]:
    """Return the first and the last checkpoint of the days, and how many there were."""
    period = order.scope.period
    made = Checkpoint.objects.filter(
        created_at__gte=period.start, created_at__lt=period.end, size__lte=checkpoint.size
    ).order_by("size")
    ends = [one for one in (made.first(), made.last()) if one is not None]
    names = ["First of the days", f"Last of the days, of {made.count():,}"]
    rows = [*zip(names, ends, strict=False), ("This report stands on", checkpoint)]
    return [
        [name, f"{one.size:,}", say.utc(one.created_at, seconds=True), one.key_id, bytes(one.root).hex()]
        for name, one in rows
    ]


def _refuse(what: str) -> None:
    raise PolicyBlocked(
        f"These days hold {what}: too much for one document to print.",
        remedy="Choose fewer days, or take the full population as a workbook or CSV.",
    )
