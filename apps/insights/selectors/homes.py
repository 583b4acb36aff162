"""A person’s home: what needs them, what went wrong lately, what they own and what is coming on it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import grants_of
from apps.approvals.selectors import inbox_for
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import WentAhead, changes_visible_to, went_ahead
from apps.core import clock
from apps.insights.rules.grammar import count, plural
from apps.insights.selectors.ownership import Owned, Plan, owned_by, owned_components, plans_ahead
from apps.reviews.models import Review
from apps.reviews.rules import missing_fields
from apps.reviews.selectors import actions_of, reviews_waiting_for, troubles

NEEDS_SHOWN = 5
COUNTED = 99
TROUBLES_SHOWN = 3
DAYS_SHOWN = 5
MINE_SHOWN = 5
LATELY = timedelta(days=60)
_WATCH = {Role.EXECUTIVE, Role.CHANGE_MANAGER}
CONCLUDED = (ChangeState.CLOSED, ChangeState.WITHDRAWN, ChangeState.EXPIRED)


@dataclass(frozen=True)
class Need:
    """One thing that waits for a person. ``by`` is how its due time is said: an action is due on a day."""

    title: str
    note: str
    url: str
    due: datetime
    by: datetime | date


@dataclass(frozen=True)
class Waiting:
    """How many things of one kind wait for a person, counted no further than ``COUNTED`` and one, and their list."""

    count: int
    noun: str
    url: str

    @property
    def said(self) -> str:
        """Return "1 review", "3 reviews" or "99+ reviews"."""
        return f"{COUNTED}+ {plural(self.noun)}" if self.count > COUNTED else count(self.count, self.noun)


@dataclass(frozen=True)
class Day:
    """A day with what is planned on it; today is shown even when it is empty."""

    day: date
    is_today: bool
    plans: list[Plan]


@dataclass(frozen=True)
class Home:
    """Everything on a person's home. ``waiting`` counts also what ``needs`` has no room for.

    ``to_sign`` is how many signatures wait, counted no further than ``COUNTED`` and one. ``days`` is empty for
    someone who owns nothing.
    """

    to_sign: int
    needs: list[Need]
    waiting: list[Waiting]
    troubles: list[Review]
    days: list[Day]
    owned: list[Owned]
    mine: list[Change]
    ahead: list[WentAhead]
    """What went ahead before everyone had signed; for executives and Change Managers."""

    @property
    def need_count(self) -> int:
        """Return how many things wait; exact while each kind is at most ``COUNTED``."""
        return sum(one.count for one in self.waiting)


def home_for(user: User) -> Home:
    """Return a person's home, in a constant number of queries."""
    signatures = _signatures(user)
    needs, waiting = _needs(user, signatures)
    components = owned_components(user)
    visible = changes_visible_to(user).defer("search")
    owned = owned_by(visible, components)
    return Home(
        to_sign=signatures.count,
        needs=needs,
        waiting=waiting,
        troubles=_troubles(visible),
        days=_days(user, plans_ahead(visible, components)) if owned else [],
        owned=owned,
        mine=list(_mine(user)[:MINE_SHOWN]),
        ahead=went_ahead(visible) if _watches(user) else [],
    )


def _watches(user: User) -> bool:
    return any(grant.role in _WATCH for grant in grants_of(user))


def _troubles(visible: QuerySet[Change]) -> list[Review]:
    shown = ("state", "outcome", "due_at", "actual_end", "change__number", "change__title")
    rows = troubles(visible, clock.now() - LATELY).select_related(None).select_related("change")
    return list(rows.only(*shown)[:TROUBLES_SHOWN])


def _mine(user: User) -> QuerySet[Change]:
    """Return the changes that a person asked for and that are not over, the latest first."""
    mine = Change.objects.filter(requester=user).exclude(state__in=CONCLUDED)
    return mine.only("number", "title", "state", "risk", "planned_start", "planned_end").order_by("-number")


def _needs(user: User, signatures: "_Some") -> tuple[list[Need], list[Waiting]]:
    """Return the most urgent things that wait for a person, and how many of each kind there are in all."""
    reviews, actions = _reviews(user), _actions(user)
    counts = [
        Waiting(signatures.count, "signature", "/inbox/"),
        Waiting(reviews.count, "review", "/reviews/?mine=1"),
        Waiting(actions.count, "action", "/reviews/?tab=actions&mine=1"),
    ]
    first = sorted([*signatures.first, *reviews.first, *actions.first], key=lambda need: need.due)
    return first[:NEEDS_SHOWN], [one for one in counts if one.count]


@dataclass(frozen=True)
class _Some:
    """Things of one kind: the most urgent that a home may show, and how many there are, as ``Waiting`` counts."""

    first: list[Need]
    count: int


def _signatures(user: User) -> _Some:
    # As plain rows: a home shows five of them, and only counts the rest.
    shown = ("pk", "role", "component_label", "due_at", "round__subject_title", "round__subject_ref")
    rows = list(inbox_for(user, "needs_me").select_related(None).values_list(*shown)[: COUNTED + 1])
    first = [
        Need(
            title=title,
            note=f"{ref} · you sign as {_as(role, label)}",
            url=f"/inbox/{pk}/",
            due=due_at,
            by=due_at,
        )
        for pk, role, label, due_at, title, ref in rows[:NEEDS_SHOWN]
    ]
    return _Some(first, len(rows))


def _as(role: str, label: str) -> str:
    name = Role(role).label
    return f"{name} for {label}" if label else name


def _reviews(user: User) -> _Some:
    shown = ("due_at", "outcome", "what_happened", "change__number", "change__title")
    rows = reviews_waiting_for(user, clock.now()).select_related(None).select_related("change").only(*shown)
    found = list(rows[: COUNTED + 1])
    first = [
        Need(
            title=f"Review: {review.change.title}",
            note=f"{review.ref} · {_asked(review)}",
            url=_place(review),
            due=review.due,
            by=review.due,
        )
        for review in found[:NEEDS_SHOWN]
    ]
    return _Some(first, len(found))


def _place(review: Any) -> str:
    """Return the address of a review; for whoever answers for a service, of the place where they do."""
    return f"/reviews/{review.ref}/{'#feedback' if review.asks else ''}"


def _asked(review: Any) -> str:
    """Return what a review asks of the person for whom it waits. ``asks``: an answer for a service of theirs."""
    if review.asks:
        return "say how it was for your service"
    return "you write it" if missing_fields(review) else "you can sign it"


def _actions(user: User) -> _Some:
    shown = ("text", "due_on", "review__change__number")
    rows = actions_of(user).select_related(None).select_related("review__change").only(*shown)
    found = list(rows[: COUNTED + 1])
    first = [
        Need(
            title=action.text,
            note=f"Your action from {action.review.ref}",
            url=f"/reviews/{action.review.ref}/#actions",
            due=action.due_at,
            by=action.due_on,
        )
        for action in found[:NEEDS_SHOWN]
    ]
    return _Some(first, len(found))


def _days(user: User, plans: list[Plan]) -> list[Day]:
    """Return today and the next days on which something is planned, made up to five with the days that follow."""
    zone = ZoneInfo(user.time_zone)
    today = clock.now().astimezone(zone).date()
    by_day: dict[date, list[Plan]] = {today: []}
    for plan in plans:
        day = max(plan.start.astimezone(zone).date(), today)
        by_day.setdefault(day, []).append(plan)
    for ahead in range(1, DAYS_SHOWN):
        if len(by_day) < DAYS_SHOWN:
            by_day.setdefault(today + timedelta(days=ahead), [])
    return [Day(day, day == today, by_day[day]) for day in sorted(by_day)[:DAYS_SHOWN]]
