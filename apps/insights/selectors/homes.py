"""A person’s home: what needs them, what went wrong lately, what they own and what is coming on it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.selectors import inbox_for
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import changes_visible_to
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

    ``days`` is empty for someone who owns nothing.
    """

    needs: list[Need]
    waiting: list[Waiting]
    troubles: list[Review]
    days: list[Day]
    owned: list[Owned]
    mine: list[Change]

    @property
    def need_count(self) -> int:
        """Return how many things wait; exact while each kind is at most ``COUNTED``."""
        return sum(one.count for one in self.waiting)


def home_for(user: User, *, to_sign: int) -> Home:
    """Return a person's home, in a constant number of queries.

    ``to_sign`` is how many signatures wait for them (``approvals.open_count_for``): every page has counted them.
    """
    needs, waiting = _needs(user, to_sign)
    components = owned_components(user)
    visible = changes_visible_to(user).defer("search")
    owned = owned_by(visible, components)
    return Home(
        needs=needs,
        waiting=waiting,
        troubles=_troubles(visible),
        days=_days(user, plans_ahead(visible, components)) if owned else [],
        owned=owned,
        mine=list(_mine(user)[:MINE_SHOWN]),
    )


def _troubles(visible: QuerySet[Change]) -> list[Review]:
    shown = ("state", "outcome", "due_at", "actual_end", "change__number", "change__title")
    rows = troubles(visible, clock.now() - LATELY).select_related(None).select_related("change")
    return list(rows.only(*shown)[:TROUBLES_SHOWN])


def _mine(user: User) -> QuerySet[Change]:
    """Return the changes that a person asked for and that are not over, the latest first."""
    mine = Change.objects.filter(requester=user).exclude(state__in=CONCLUDED)
    return mine.only("number", "title", "state", "risk", "planned_start", "planned_end").order_by("-number")


def _needs(user: User, to_sign: int) -> tuple[list[Need], list[Waiting]]:
    """Return the most urgent things that wait for a person, and how many of each kind there are in all."""
    approvals, reviews, actions = _approvals(user), _reviews(user), _actions(user)
    counts = [
        Waiting(to_sign, "signature", "/inbox/"),
        Waiting(len(reviews), "review", "/reviews/?mine=1"),
        Waiting(len(actions), "action", "/reviews/?tab=actions&mine=1"),
    ]
    first = sorted([*approvals, *reviews, *actions], key=lambda need: need.due)[:NEEDS_SHOWN]
    return first, [one for one in counts if one.count]


def _approvals(user: User) -> list[Need]:
    shown = ("role", "component_label", "due_at", "round__subject_title", "round__subject_ref")
    rows = inbox_for(user, "needs_me").select_related(None).select_related("round").only(*shown)
    return [
        Need(
            title=row.round.subject_title,
            note=f"{row.round.subject_ref} · you sign as {_as(row.role, row.component_label)}",
            url=f"/inbox/{row.pk}/",
            due=row.due_at,
            by=row.due_at,
        )
        for row in rows[:NEEDS_SHOWN]
    ]


def _as(role: str, label: str) -> str:
    name = Role(role).label
    return f"{name} for {label}" if label else name


def _reviews(user: User) -> list[Need]:
    shown = ("due_at", "outcome", "what_happened", "change__number", "change__title")
    rows = reviews_waiting_for(user, clock.now()).select_related(None).select_related("change").only(*shown)
    return [
        Need(
            title=f"Review: {review.change.title}",
            note=f"{review.ref} · {'you write it' if missing_fields(review) else 'you can sign it'}",
            url=f"/reviews/{review.ref}/",
            due=review.due_at,
            by=review.due_at,
        )
        for review in rows[: COUNTED + 1]
    ]


def _actions(user: User) -> list[Need]:
    shown = ("text", "due_on", "review__change__number")
    rows = actions_of(user).select_related(None).select_related("review__change").only(*shown)
    return [
        Need(
            title=action.text,
            note=f"Your action from {action.review.ref}",
            url=f"/reviews/{action.review.ref}/#actions",
            due=action.due_at,
            by=action.due_on,
        )
        for action in rows[: COUNTED + 1]
    ]


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
