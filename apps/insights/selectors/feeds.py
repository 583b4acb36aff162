"""What a calendar feed holds, as its person may read it now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from apps.calendar.enums import BookingState, FeedShows, PeriodKind, Standing
from apps.calendar.models import BookedComponent, BookedPerson, Booking, CalendarFeed, Period
from apps.calendar.rules.calendar_files import Entry, Heading, calendar_file
from apps.calendar.rules.horizon import PLANNED_AHEAD
from apps.calendar.rules.recurrence import Recurrence
from apps.calendar.selectors import Narrowed, drawn_between
from apps.calendar.selectors.feeds import periods_covering, periods_shown, shifts_of
from apps.calendar.selectors.periods import recurrence_of
from apps.changes.enums import DROPPED, ChangeState
from apps.changes.models import Change, PlanStep
from apps.changes.rules.window import said
from apps.changes.selectors.listing import Waits, waits_of
from apps.core import clock

PAST = timedelta(days=92)
"""How far back a feed reaches. Ahead it holds all that can be planned."""
CANCELLED_FOR = timedelta(days=30)
"""How long a feed says of something that it is cancelled: longer than a calendar program is ever offline."""
MOST = 2_000
"""Changes that one file holds; what is ahead comes first."""

_TENTATIVE = {ChangeState.IN_REVIEW, ChangeState.ON_HOLD}
_GONE = {
    ChangeState.DRAFT: "It is being revised, so this time is given back.",
    ChangeState.WITHDRAWN: "It was withdrawn and is not going ahead.",
    ChangeState.REJECTED: "It was rejected and is not going ahead.",
    ChangeState.EXPIRED: "It did not start in its window, so it is not going ahead.",
}


def feed_file(feed: CalendarFeed, by: Narrowed, *, base: str) -> bytes:
    """Return what a feed holds as a calendar file, in the rights that its person has now; constant queries.

    A person who was made inactive, or who holds no role, gets an empty calendar and not an error: calendar programs
    keep what they read last when they meet an error, and take it away when the calendar is empty.

    ``by`` is what the feed's filters say; ``base`` is the portal's address.
    """
    now, owner = clock.now(), feed.owner
    told = f"{feed.get_shows_display()}, from Countersign. Open it at {base}/calendar/"
    entries: list[Entry] = []
    if owner.is_active:
        bookings, whole = _bookings(feed, by, now)
        entries = [*_changes(bookings, feed, base), *_periods(feed, by, now, base)]
        if not whole:
            told = f"{told}\nThere are more: this holds the first {MOST:,}. Narrow the feed to have them all."
    return calendar_file(Heading(feed.name, told, owner.time_zone), entries, now=now)


def _bookings(feed: CalendarFeed, by: Narrowed, now: datetime) -> tuple[list[Booking], bool]:
    gone = Q(state=BookingState.RELEASED, updated_at__lt=now - CANCELLED_FOR)
    over = Case(When(end__lt=now, then=Value(True)), default=Value(False), output_field=BooleanField())
    found = drawn_between(feed.owner, now - PAST, now + PLANNED_AHEAD, by).exclude(gone)
    found = _own(feed, found).select_related("change__requester", "change__round")
    rows = list(found.prefetch_related("components__component").order_by(over, "start", "pk")[: MOST + 1])
    return rows[:MOST], len(rows) <= MOST


def _own(feed: CalendarFeed, found: QuerySet[Booking]) -> QuerySet[Booking]:
    if feed.shows == FeedShows.MINE:
        needed = BookedPerson.objects.filter(booking=OuterRef("pk"), user=feed.owner)
        leads = PlanStep.objects.filter(change=OuterRef("change"), lead=feed.owner)
        return found.filter(Q(change__requester=feed.owner) | Exists(needed) | Exists(leads))
    if feed.shows == FeedShows.COMPONENT:
        moved = BookedComponent.objects.filter(booking=OuterRef("pk"), component__key=_component(feed))
        return found.filter(Exists(moved))
    return found


def _component(feed: CalendarFeed) -> str:
    return "".join(parse_qs(feed.query).get("component", [""]))


def _changes(bookings: Sequence[Booking], feed: CalendarFeed, base: str) -> list[Entry]:
    changes = [each.change for each in bookings if hasattr(each, "change")]
    waits = waits_of(changes)
    busy = feed.shows == FeedShows.MINE
    return [_change(each, waits, base, busy) for each in bookings]


def _change(booking: Booking, waits: dict[int, Waits], base: str, busy: bool) -> Entry:
    change: Change | None = getattr(booking, "change", None)
    state = ChangeState(change.state) if change else None
    status = _status(booking, state)
    changed = max(booking.updated_at, change.updated_at) if change else booking.updated_at
    names = ", ".join(sorted(str(each.component) for each in booking.components.all()))
    lines = [
        _standing(state, booking, waits.get(change.pk) if change else None, status),
        f"It moves {names}." if names else "",
        f"Planned by the clock of {booking.time_zone.replace('_', ' ')}.",
        "A conflict keeps it back. Its page says which." if _blocked(booking, status) else "",
        base + booking.url,
    ]
    return Entry(
        uid=_uid(booking.ref, base),
        times=Recurrence(booking.local_start, booking.local_end, booking.time_zone),
        title=f"{_PREFIX.get(status, '')}{booking.ref}: {booking.title}",
        said="\n".join(line for line in lines if line),
        url=base + booking.url,
        status=status,
        sequence=booking.sequence,
        changed_at=changed,
        categories=("Change", state.label if state else booking.get_state_display()),
        busy=busy and status != "CANCELLED",
    )


_PREFIX = {"CANCELLED": "Cancelled: "}


def _status(booking: Booking, state: ChangeState | None) -> str:
    if booking.state == BookingState.RELEASED or state in DROPPED:
        return "CANCELLED"
    return "TENTATIVE" if state in _TENTATIVE else "CONFIRMED"


def _blocked(booking: Booking, status: str) -> bool:
    return status != "CANCELLED" and getattr(booking, "clash", None) == Standing.BLOCKED


def _standing(state: ChangeState | None, booking: Booking, waits: Waits | None, status: str) -> str:
    if status == "CANCELLED":
        return _GONE.get(state, "Its time is given back.") if state else "Its time is given back."
    word = state.label if state else booking.get_state_display()
    if waits is None or (waits.who == "Nobody" and state != ChangeState.APPROVED):
        return f"{word}."
    if waits.who == "Nobody":
        return f"{word}. {waits.role}."
    if waits.due is None:
        return f"{word}. {waits.who} is next: {waits.role[:1].lower()}{waits.role[1:]}."
    more = f", and {waits.more} more" if waits.more else ""
    return f"{word}. It waits for {waits.who} ({waits.role}), by {said(waits.due, booking.time_zone)}{more}."


def _periods(feed: CalendarFeed, by: Narrowed, now: datetime, base: str) -> list[Entry]:
    found = periods_shown(
        feed.owner,
        now - PAST,
        now + PLANNED_AHEAD,
        lifted_since=now - CANCELLED_FOR,
        team=by.team,
        kind=by.kind,
        component=by.component,
    )
    if feed.shows == FeedShows.MINE:
        found = shifts_of(feed.owner, found)
    if feed.shows == FeedShows.COMPONENT:
        found = periods_covering(found, _component(feed))
    return [_period(each, base) for each in found]


def _period(period: Period, base: str) -> Entry:
    url = f"{base}/calendar/periods/{period.ref}/"
    kind = PeriodKind(period.kind).label
    lifted = period.lifted_at is not None
    lines = [f"{kind}.", "It was lifted." if lifted else "", period.reason, url]
    status = "CANCELLED" if lifted else "CONFIRMED"
    return Entry(
        uid=_uid(f"period-{period.number}", base),
        times=recurrence_of(period),
        title=f"{_PREFIX.get(status, '')}{kind}: {period.name}",
        said="\n".join(line for line in lines if line),
        url=url,
        status=status,
        sequence=period.sequence + lifted,
        changed_at=max(period.updated_at, period.lifted_at or period.updated_at),
        categories=(kind,),
        busy=False,
    )


def _uid(ref: str, base: str) -> str:
    return f"{ref.lower()}@{urlsplit(base).hostname or 'countersign'}"
