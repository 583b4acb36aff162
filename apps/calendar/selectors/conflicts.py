"""Conflicts: found for a draft, or stored for a booking."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.calendar.enums import LIVE, ConflictKind, ConflictSeverity
from apps.calendar.models import Booking, Conflict, ConflictCheck, Period
from apps.calendar.rules import Finding, Needed, Plan, Rulebook, Span, conflict_sentence, examine
from apps.calendar.selectors.bookings import parts_of
from apps.calendar.selectors.dispositions import Settled, orders_after, settled_by, with_settling
from apps.calendar.selectors.near import neighbourhood
from apps.calendar.selectors.rulebook import rulebook_in_force
from apps.core import clock

DRAFT = 0
"""The id of a plan that is not stored: no row has it, and it comes before all of them."""

_GRAVEST = [ConflictSeverity.BLOCKING, ConflictSeverity.WARNING, ConflictSeverity.NOTICE]


@dataclass(frozen=True)
class Found:
    """A conflict as one side sees it.

    ``ref``, ``title`` and ``url`` name the other side (a booking or a period; empty where there is none);
    [start, end) is the time in which the two meet; ``path`` holds component keys in the direction of the impact,
    starting at the other side's component when ``theirs_first``. ``what`` is the person, pool or limit that they
    share, as people call it. ``id`` is 0 for what is not stored. ``settled`` says what people decided about it.
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
    what: str = ""
    id: int = 0
    settled: Settled | None = None

    @property
    def blocking(self) -> bool:
        """Return whether it keeps a change from going out."""
        return self.severity == ConflictSeverity.BLOCKING and self.settled is None

    @property
    def of_period(self) -> bool:
        """Return whether the other side is a period, which people know by its name."""
        return self.ref.startswith(("FRZ-", "CAL-"))

    @property
    def sentence(self) -> str:
        """Return what is wrong, in plain words."""
        name = self.title if self.of_period else self.ref
        return conflict_sentence(
            self.kind,
            name,
            self.path,
            what=self.what,
            theirs_first=self.theirs_first,
            of_period=self.of_period,
        )


def find_conflicts(
    component_ids: Collection[int],
    span: Span,
    *,
    exclude_ref: str = "",
    change_class: str = "",
    people: Sequence[Needed] = (),
) -> list[Found]:
    """Return what a plan over these components at this time would collide with. Nothing is stored.

    ``exclude_ref`` leaves out the plan's own booking. Blocking conflicts come first. The number of queries
    does not grow with the number of bookings.
    """
    draft = Plan(DRAFT, span.start, span.end, parts_of(component_ids), change_class, tuple(people))
    rulebook = rulebook_in_force()
    near = neighbourhood(rulebook, [draft], without=[exclude_ref])
    return found_by([examine(near.around, near.plans, {DRAFT})], rulebook)[0]


def found_by(several: Sequence[Sequence[Finding]], rulebook: Rulebook) -> list[list[Found]]:
    """Return what was found about each of several drafts as its side sees it, the gravest first.

    At most three queries for all of them.
    """
    every = [each for found in several for each in found]
    bookings = Booking.objects.in_bulk({each.other for each in every if each.other is not None})
    periods = Period.objects.in_bulk({each.period for each in every if each.period is not None})
    seen = [
        [
            _found(
                each,
                rulebook.severities[each.kind],
                bookings.get(each.other or 0) or periods.get(each.period or 0),
            )
            for each in found
        ]
        for found in several
    ]
    said = _names(one for each in seen for one in each)
    return [sorted(_named(each, said), key=_order) for each in seen]


@dataclass(frozen=True)
class InTheWay:
    """What keeps a booking: its open conflicts, blocking ones first, and the bookings that it goes after, in order."""

    conflicts: list[Found]
    goes_after: list[Booking]


def in_the_way_of(ref: str) -> InTheWay:
    """Return the open conflicts of a booking and what it must wait for, in the queries of ``conflicts_of``.

    An order outlives its conflict, so a conflict that was cleared still tells what goes first.
    """
    orders = Exists(orders_after(ref).filter(conflict=OuterRef("pk")))
    beside = _with_sides(Conflict.objects.filter(_between([ref]))).annotate(ordered=orders)
    rows = _settled(beside.filter(Q(cleared_at=None) | Q(ordered=True)))
    found = [one for mine, one in _told(row for row in rows if row.cleared_at is None) if mine.ref == ref]
    first = {
        side.pk: side
        for row in rows
        for side in (row.booking, row.other)
        if row.ordered and side.ref != ref and side.state in LIVE
    }
    return InTheWay(
        sorted(_named(found, _names(found)), key=_order),
        sorted(first.values(), key=lambda side: (side.start, side.pk)),
    )


def conflicts_of(ref: str) -> list[Found]:
    """Return the open conflicts of a booking, seen from its side, blocking ones first."""
    return conflicts_of_all([ref])[ref]


def conflicts_of_all(refs: Iterable[str]) -> dict[str, list[Found]]:
    """Return the open conflicts of many bookings, each seen from its own side.

    One query, one for names, and one for what settles them where anything does.
    """
    found: dict[str, list[Found]] = {ref: [] for ref in refs}
    for mine, one in _told(_settled(open_conflicts().filter(_between(found)))):
        if mine.ref in found:
            found[mine.ref].append(one)
    said = _names(one for each in found.values() for one in each)
    return {ref: sorted(_named(each, said), key=_order) for ref, each in found.items()}


def conflicts_told(ids: Iterable[int]) -> list[tuple[Booking, Found]]:
    """Return these conflicts as each booking in them sees them, blocking ones first.

    One query, one for names, and one for what settles them where anything does.
    """
    sides = _told(_settled(open_conflicts().filter(pk__in=list(ids))))
    found = [each for _, each in sides]
    told = zip((mine for mine, _ in sides), _named(found, _names(found)), strict=True)
    # Of one conflict the side of its first booking comes first, as the sides were read.
    return sorted(told, key=lambda pair: (*_order(pair[1])[:3], pair[1].id))


def conflicts_beside(row: Conflict) -> list[Found]:
    """Return what else stands between the same two sides, as the first of them sees it, the gravest first."""
    found = [one for mine, one in _told(_settled(standing_beside(row))) if mine.pk == row.booking_id]
    return sorted(_named(found, _names(found)), key=_order)


def standing_beside(row: Conflict) -> QuerySet[Conflict]:
    """Return the other conflicts that stand between the same two sides; none where there is only one side."""
    if row.other_id is None and row.period_id is None:
        return open_conflicts().none()
    same = open_conflicts().filter(booking=row.booking_id, other=row.other_id, period=row.period_id)
    return same.exclude(pk=row.pk)


def _between(refs: Iterable[str]) -> Q:
    sides = Booking.objects.filter(ref__in=list(refs)).values("pk")
    return Q(booking__in=sides) | Q(other__in=sides)


def _settled(conflicts: QuerySet[Conflict]) -> list[Any]:
    return list(with_settling(conflicts, clock.now()))


def _told(conflicts: Iterable[Any]) -> list[tuple[Booking, Found]]:
    rows = list(conflicts)
    settled = settled_by(row.settling for row in rows if row.settling is not None)
    return [
        (mine, _seen(row, mine, theirs, settled.get(row.settling)))
        for row in rows
        for mine, theirs in ((row.booking, row.other), (row.other, row.booking))
        if mine is not None
    ]


def open_conflicts() -> QuerySet[Conflict]:
    """Return the conflicts that stand, with both sides."""
    return _with_sides(Conflict.objects.filter(cleared_at=None))


def _with_sides(conflicts: QuerySet[Conflict]) -> QuerySet[Conflict]:
    return conflicts.select_related("booking", "other", "period")


def last_checked() -> datetime | None:
    """Return when all live bookings were last checked against each other, or None before the first time."""
    return ConflictCheck.objects.values_list("checked_at", flat=True).first()


def _names(found: Iterable[Found]) -> dict[str, str]:
    """Return what people call the persons, pools and limits that conflicts are about.

    One query for the people and one for the limits, where there are any.
    """
    shared = {_what(each) for each in found if each.what}
    wanted = {int(what[7:]) for what in shared if what.startswith("person:")}
    people = {f"person:{user.pk}": str(user) for user in User.objects.filter(pk__in=wanted)} if wanted else {}
    pools = {what: f"the pool {what[5:]}" for what in shared if what.startswith("pool:")}
    limits = {what for what in shared if what.startswith(_LIMIT)}
    most = {f"{_LIMIT}{one.name}": one.most for one in rulebook_in_force().limits} if limits else {}
    said = {what: f"“{what.removeprefix(_LIMIT)}” allows" for what in limits}
    return (
        people
        | pools
        | {what: f"the {most[what]} that {said[what]}" if what in most else said[what] for what in limits}
    )


def _named(found: Iterable[Found], said: Mapping[str, str]) -> list[Found]:
    return [replace(each, what=said.get(_what(each), each.what)) for each in found]


_LIMIT = "limit:"


def _what(found: Found) -> str:
    """Return what two plans share by a name that no other kind of thing has."""
    return f"{_LIMIT}{found.what}" if found.kind == ConflictKind.LIMIT else found.what


def _found(finding: Finding, severity: ConflictSeverity, other: Booking | Period | None) -> Found:
    """Return a finding as the draft sees it, whose id comes before all others."""
    return Found(
        finding.kind,
        severity,
        *_other(other),
        finding.start,
        finding.end,
        finding.path,
        theirs_first=not finding.forward,
        what=finding.what,
    )


def _other(other: Booking | Period | None) -> tuple[str, str, str]:
    """Return (ref, title, url) of the other side."""
    if other is None:
        return "", "", ""
    if isinstance(other, Period):
        return other.ref, other.name, f"/calendar/periods/{other.ref}/"
    return other.ref, other.title, other.url


def seen_from(row: Conflict) -> Found:
    """Return a conflict as its first side sees it, cleared or not."""
    [held] = with_settling(Conflict.objects.filter(pk=row.pk), clock.now())
    settled = settled_by([held.settling]) if held.settling is not None else {}
    found = _seen(row, row.booking, row.other, settled.get(held.settling))
    return _named([found], _names([found]))[0]


def _seen(row: Conflict, mine: Booking, theirs: Booking | None, settled: Settled | None) -> Found:
    return Found(
        ConflictKind(row.kind),
        ConflictSeverity(row.severity),
        *_other(theirs or row.period),
        row.start,
        row.end,
        tuple(row.path),
        row.forward != (mine.pk == row.booking_id),
        row.found_at,
        row.checked_at,
        row.what,
        row.pk,
        settled,
    )


def _order(found: Found) -> tuple[bool, int, datetime, str, str]:
    return found.settled is not None, _GRAVEST.index(found.severity), found.start, found.ref, found.kind
