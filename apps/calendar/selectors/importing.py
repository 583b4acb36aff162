"""What reading a calendar file again would change, before anything is changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Booking, Period
from apps.calendar.models.periods import FROZEN
from apps.calendar.rules import EVERYTHING, Scope
from apps.calendar.rules.horizon import worked_out
from apps.calendar.rules.ics_in import IcsFile, NotRead, PeriodSpec
from apps.calendar.selectors.periods import planned_inside, planning_decision, recurrence_of, scope_of
from apps.catalog.models import Component
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.core.errors import Invalid

SOURCE_LIMIT = 120


@dataclass(frozen=True)
class ImportOrder:
    """A file's periods, and what they are to be here.

    ``source`` names the calendar among those of the same teams: it ties one file to the next.

    ``unread`` holds the ids of events that the file still has but that cannot be read now: what an earlier file
    made of them stays as it is.
    """

    source: str
    specs: tuple[PeriodSpec, ...]
    kind: PeriodKind
    scope: Scope = field(default=EVERYTHING)
    owner: User | None = None
    on_call: tuple[User, ...] = ()
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Edit:
    """A period that a file says otherwise, and in what: “when”, “name”…"""

    period: Period
    spec: PeriodSpec
    what: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What a file would change: what is new, changed, as it was, and gone; and what is left out, each with why."""

    new: tuple[PeriodSpec, ...]
    changed: tuple[Edit, ...]
    same: int
    gone: tuple[Period, ...]
    left: tuple[NotRead, ...]

    @property
    def anything(self) -> bool:
        """Return whether there is anything to do."""
        return bool(self.new or self.changed or self.gone)


def order_of(
    file: IcsFile, *, source: str, kind: PeriodKind, scope: Scope, owner: User, on_call: tuple[User, ...]
) -> ImportOrder:
    """Return what is asked for by a file and by whoever brings it. ``on_call`` is for shifts alone."""
    return ImportOrder(
        source=source.strip(),
        specs=file.specs,
        kind=kind,
        scope=scope,
        owner=owner,
        on_call=on_call if kind == PeriodKind.ON_CALL else (),
        unread=frozenset(each.uid for each in file.not_read if each.uid),
    )


def import_difference(order: ImportOrder, now: datetime) -> Difference:
    """Return what an import would change. Four queries, however much the file holds.

    Raises:
        Invalid: ``source`` is missing or too long, or was imported as another ``kind``; or shifts name nobody
            (``on_call``).
    """
    if not order.source.strip() or len(order.source) > SOURCE_LIMIT:
        raise Invalid({"source": [f"Name the calendar in 1 to {SOURCE_LIMIT} characters."]})
    if order.kind == PeriodKind.ON_CALL and not order.on_call:
        raise Invalid({"on_call": ["Name whoever is on call."]})
    held = Period.objects.filter(source=order.source, source_teams=teams_of(order.scope)).exclude(
        source_uid=""
    )
    known = {period.source_uid: period for period in held.prefetch_related("people").select_related("owner")}
    _check_kind(order, known.values())
    new: list[PeriodSpec] = []
    changed: list[Edit] = []
    left: list[NotRead] = []
    same = 0
    for spec in order.specs:
        period = known.get(spec.uid)
        if period is None:
            why = _not_new(spec, now)
            left += [NotRead(spec.name, why, starts=spec.recurrence.local_start)] if why else []
            new += [] if why else [spec]
        elif period.lifted_at is not None:
            left.append(NotRead(spec.name, f"{period.ref} was lifted here. It stays lifted."))
        elif what := _differs(period, spec, order):
            changed.append(Edit(period, spec, what))
        else:
            same += 1
    return Difference(tuple(new), tuple(changed), same, tuple(_gone(order, known, now)), tuple(left))


def teams_of(scope: Scope) -> str:
    """Return whose calendar an import over a scope is: slugs of teams, or nothing for the whole organisation.

    Whoever may plan for none of them cannot take a name there. A component that no team owns stands by its key.
    """
    owners = Component.objects.filter(key__in=scope.named("component")).values_list("owner_team__slug", "key")
    return " ".join(sorted({*scope.named("team"), *(slug or key for slug, key in owners)}))


def import_decision(actor: Actor, order: ImportOrder, difference: Difference) -> Decision:
    """Return whether the actor may plan what the periods cover that an import changes or takes off."""
    held = [*(edit.period for edit in difference.changed), *difference.gone]
    for scope in {str(period.scope): scope_of(period) for period in held}.values():
        if not planning_decision(actor, scope):
            return denied(
                f"Somebody imported a calendar “{order.source}” for the same teams, over what you may not plan.",
                "Give the calendar another name, or ask a Change Manager.",
            )
    return ALLOWED


def catches(order: ImportOrder, difference: Difference, now: datetime) -> list[Booking]:
    """Return the live bookings that new and changed freezes would catch, in order of time."""
    if order.kind not in FROZEN:
        return []
    specs = [*difference.new, *(edit.spec for edit in difference.changed)]
    return planned_inside(order.scope, [one for spec in specs for one in worked_out(spec.recurrence, now)])


def reason_of(spec: PeriodSpec, source: str) -> str:
    """Return why a period is, as far as its file says."""
    return spec.description or f"From the calendar “{source}”."


def _check_kind(order: ImportOrder, known: Iterable[Period]) -> None:
    other = next((each for each in known if each.kind != order.kind and each.lifted_at is None), None)
    if other is not None:
        said = f"This calendar was imported as: {other.get_kind_display()}. Keep that, or name the calendar otherwise."
        raise Invalid({"kind": [said]})


def _not_new(spec: PeriodSpec, now: datetime) -> str:
    """Return why a period cannot be begun, or nothing."""
    try:
        times = worked_out(spec.recurrence, now)
    except Invalid as refusal:
        return " ".join(said for each in refusal.fields.values() for said in each)
    zone = ZoneInfo(spec.recurrence.time_zone)
    begins = datetime.fromisoformat(spec.recurrence.local_start).replace(tzinfo=zone)
    return "" if begins > now or any(end > now for _, end in times) else "All of it is over."


def _differs(period: Period, spec: PeriodSpec, order: ImportOrder) -> tuple[str, ...]:
    people = {shift.user_id for shift in period.people.all()}
    pairs = {
        "when": (recurrence_of(period), spec.recurrence),
        "name": (period.name, spec.name),
        "reason": (period.reason, reason_of(spec, order.source)),
        "what it covers": (period.scope, order.scope.document()),
        "owner": (period.owner_id, order.owner.pk if order.owner else None),
        "who is on call": (people, {user.pk for user in order.on_call}),
    }
    return tuple(name for name, (old, new) in pairs.items() if old != new)


def _gone(order: ImportOrder, known: dict[str, Period], now: datetime) -> Iterable[Period]:
    """Give the periods that the file no longer has. What is over stays: it is no plan any more, but a record."""
    named = {spec.uid for spec in order.specs}
    missing = [
        period
        for uid, period in known.items()
        if uid not in named and not {uid, uid.partition("#")[0]} & order.unread and period.lifted_at is None
    ]
    coming = Period.objects.filter(pk__in=[period.pk for period in missing], occurrences__end__gt=now)
    pks = set(coming.values_list("pk", flat=True)) if missing else set()
    return [period for period in missing if period.pk in pks]
