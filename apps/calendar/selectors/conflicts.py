"""Conflicts: found for a draft, or stored for a booking."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.calendar.enums import ConflictKind, ConflictSeverity
from apps.calendar.models import Booking, Conflict, ConflictCheck, Freeze
from apps.calendar.rules import Frozen, Meeting, Part, Plan, Span, conflict_sentence, frozen_parts, meetings
from apps.calendar.selectors.bookings import live_between, plans_of
from apps.calendar.selectors.freezes import in_force_between
from apps.catalog.enums import DependencyKind
from apps.catalog.models import Component
from apps.catalog.rules.impact import Graph
from apps.catalog.selectors import graph

DRAFT = 0
"""The id of a plan that is not stored: no row has it, and it comes before all of them."""

SEVERITY = {
    ConflictKind.SAME_COMPONENT: ConflictSeverity.BLOCKING,
    ConflictKind.FREEZE: ConflictSeverity.BLOCKING,
    ConflictKind.DEPENDENCY: ConflictSeverity.WARNING,
}

ARRIVES = {
    DependencyKind.READS: "is read by",
    DependencyKind.CALLS: "is called by",
    DependencyKind.EMBEDS: "is built into",
    DependencyKind.TRAINS_ON: "trains",
    DependencyKind.WRITES: "writes",
}


@dataclass(frozen=True)
class Found:
    """A conflict as one side sees it.

    ``ref``, ``title`` and ``url`` name the other side (a booking or a freeze); [start, end) is the time in which
    the two meet; ``path`` holds component keys in the direction of the impact, starting at the other side's
    component when ``theirs_first``.
    """

    kind: ConflictKind
    severity: ConflictSeverity
    ref: str
    title: str
    url: str
    start: datetime
    end: datetime
    path: tuple[str, ...]
    theirs_first: bool = False
    found_at: datetime | None = None
    checked_at: datetime | None = None

    @property
    def blocking(self) -> bool:
        """Return whether it keeps a change from going out."""
        return self.severity == ConflictSeverity.BLOCKING

    @property
    def sentence(self) -> str:
        """Return what is wrong, in plain words."""
        name = self.title if self.kind == ConflictKind.FREEZE else self.ref
        return conflict_sentence(self.kind, name, self.path, theirs_first=self.theirs_first)


@dataclass(frozen=True)
class Step:
    """One stop on a conflict's path. ``verb`` says how the one before leads here; it is empty at the start."""

    key: str
    label: str
    kind: str
    verb: str


def find_conflicts(component_ids: Collection[int], span: Span, *, exclude_ref: str = "") -> list[Found]:
    """Return what a plan over these components at this time would collide with. Nothing is stored.

    ``exclude_ref`` leaves out the plan's own booking. Blocking conflicts come first. The number of queries
    does not grow with the number of bookings.
    """
    near = live_between(span.start, span.end).exclude(ref=exclude_ref)
    draft = Plan(DRAFT, span.start, span.end, _parts(component_ids))
    met = meetings(graph(), [draft, *plans_of(near)], {DRAFT})
    others = Booking.objects.in_bulk([meeting.other for meeting in met])
    found = [_found_meeting(meeting, others[meeting.other], span) for meeting in met]
    return sorted([*found, *_found_freezes(draft, span)], key=_order)


@dataclass(frozen=True)
class Window:
    """Components that somebody means to move in [start, end)."""

    component_ids: tuple[int, ...]
    start: datetime
    end: datetime


def freezes_catching(windows: Mapping[int, Window]) -> dict[int, list[Freeze]]:
    """Return, for each window, the freezes in force that catch any of its components, in order of time.

    Three queries for all of them, one while nothing is frozen.
    """
    caught: dict[int, list[Freeze]] = {number: [] for number in windows}
    if not windows:
        return caught
    starts, ends = [one.start for one in windows.values()], [one.end for one in windows.values()]
    freezes = in_force_between(min(starts), max(ends))
    if not freezes:
        return caught
    parts = _parts({pk for one in windows.values() for pk in one.component_ids})
    plans = [
        Plan(number, one.start, one.end, {pk: parts[pk] for pk in one.component_ids if pk in parts})
        for number, one in windows.items()
    ]
    met = {(freeze, plan) for plan, freeze, _ in found_in(plans, freezes)}
    for freeze in Freeze.objects.filter(pk__in={pk for pk, _ in met}).order_by("start", "pk"):
        for number, rows in caught.items():
            if (freeze.pk, number) in met:
                rows.append(freeze)
    return caught


def conflicts_of(ref: str) -> list[Found]:
    """Return the open conflicts of a booking, seen from its side, blocking ones first. One query."""
    return conflicts_of_all([ref])[ref]


def conflicts_of_all(refs: Iterable[str]) -> dict[str, list[Found]]:
    """Return the open conflicts of many bookings, each seen from its own side. One query for all."""
    found: dict[str, list[Found]] = {ref: [] for ref in refs}
    sides = Booking.objects.filter(ref__in=list(found)).values("pk")
    for row in open_conflicts().filter(Q(booking__in=sides) | Q(other__in=sides)):
        for mine, theirs in ((row.booking, row.other), (row.other, row.booking)):
            if mine is not None and mine.ref in found:
                found[mine.ref].append(_seen(row, mine, theirs))
    return {ref: sorted(each, key=_order) for ref, each in found.items()}


def open_conflicts() -> QuerySet[Conflict]:
    """Return the conflicts that stand, with both sides."""
    return Conflict.objects.filter(cleared_at=None).select_related("booking", "other", "freeze")


def last_checked() -> datetime | None:
    """Return when all live bookings were last checked against each other, or None before the first time."""
    return ConflictCheck.objects.values_list("checked_at", flat=True).first()


def explained(path: Sequence[str], known: Graph) -> list[Step]:
    """Return a path with names, kinds and what ties each stop to the one before, in the graph that is given."""
    steps = []
    for place, key in enumerate(path):
        node = known.nodes.get(known.id_of.get(key, DRAFT))
        label = node.label if node else key.rpartition("/")[2]
        kind = node.kind if node else key.partition(":")[0]
        steps.append(Step(key, label, kind, _verb(known, path[place - 1], key) if place else ""))
    return steps


def _verb(known: Graph, before: str, key: str) -> str:
    source, target = known.id_of.get(before), known.id_of.get(key)
    ties = known.after.get(source, ()) if source is not None else ()
    kinds = [tie.kind for tie in ties if tie.target == target]
    return ARRIVES[DependencyKind(kinds[0])] if kinds else "reached"


def found_in(
    plans: Collection[Plan], freezes: Collection[Frozen]
) -> Iterable[tuple[int, int, tuple[str, ...]]]:
    """Return (plan, freeze, covered keys) for every plan that falls into a freeze."""
    for freeze in freezes:
        for plan in plans:
            covered = frozen_parts(plan, freeze)
            if covered:
                yield plan.id, freeze.id, tuple(covered)


def _parts(component_ids: Collection[int]) -> dict[int, Part]:
    rows = Component.objects.filter(pk__in=component_ids)
    return {row[0]: Part(*row) for row in rows.values_list("pk", "key", "kind", "tier", "owner_team_id")}


def _found_meeting(meeting: Meeting, other: Booking, span: Span) -> Found:
    return Found(
        meeting.kind,
        SEVERITY[meeting.kind],
        other.ref,
        other.title,
        other.url,
        max(span.start, other.start),
        min(span.end, other.end),
        meeting.path,
        theirs_first=not meeting.forward,
    )


def _found_freezes(draft: Plan, span: Span) -> list[Found]:
    freezes = in_force_between(span.start, span.end)
    caught = {freeze: path for _, freeze, path in found_in([draft], freezes)}
    rows = Freeze.objects.filter(pk__in=caught) if caught else Freeze.objects.none()
    return [
        _freeze(row, caught[row.pk][:1], max(span.start, row.start), min(span.end, row.end)) for row in rows
    ]


def _freeze(
    row: Freeze,
    path: tuple[str, ...],
    start: datetime,
    end: datetime,
    found_at: datetime | None = None,
    checked_at: datetime | None = None,
) -> Found:
    kind = ConflictKind.FREEZE
    url = f"/calendar/freezes/{row.ref}/"
    return Found(kind, SEVERITY[kind], row.ref, row.name, url, start, end, path, False, found_at, checked_at)


def _seen(row: Conflict, mine: Booking, theirs: Booking | None) -> Found:
    path = tuple(row.path)
    if row.freeze is not None:
        start, end = max(mine.start, row.freeze.start), min(mine.end, row.freeze.end)
        return _freeze(row.freeze, path, start, end, row.found_at, row.checked_at)
    assert theirs is not None
    return Found(
        ConflictKind(row.kind),
        ConflictSeverity(row.severity),
        theirs.ref,
        theirs.title,
        theirs.url,
        max(mine.start, theirs.start),
        min(mine.end, theirs.end),
        path,
        row.forward != (mine.pk == row.booking_id),
        row.found_at,
        row.checked_at,
    )


def _order(found: Found) -> tuple[bool, datetime, str, str]:
    return not found.blocking, found.start, found.ref, found.kind
