"""People, components and plans for the tests of the calendar and the model cards."""

from datetime import UTC, datetime, timedelta

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import RoleGrant, Team, User
from apps.calendar.enums import ConflictSeverity, PeriodKind, Standing
from apps.calendar.models import Booking, Period
from apps.calendar.rules import EVERYTHING, Recurrence, Scope, Span
from apps.calendar.selectors import conflicts_of_all
from apps.calendar.selectors.standing import standing_of
from apps.calendar.services import PeriodPlan, book, plan_period
from apps.catalog.models import Component, Dependency
from apps.catalog.services import bump_graph
from apps.core import actors
from apps.core.actors import Actor

SYSTEM = actors.system("test")
DAY = datetime(2030, 11, 19, tzinfo=UTC)


def team(slug: str = "credit") -> Team:
    return Team.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0]


def person(username: str, role: Role | None = None, *, over: Team | None = None, component: str = "") -> User:
    """Return someone with at most one role: over everything, a team, or a component."""
    user = User.objects.create_user(
        username, f"{username}@northgate.example", "pass", first_name=username.title()
    )
    if role:
        scope = GrantScope.TEAM if over else GrantScope.COMPONENT if component else GrantScope.EVERYTHING
        RoleGrant.objects.create(
            user=user,
            role=role,
            scope=scope,
            team=over,
            component_key=component,
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        )
    return user


def component(name: str, kind: str = "model", *, owned_by: Team | None = None, tier: int = 2) -> Component:
    made = Component.objects.create(
        key=f"{kind}:default/{name}", kind=kind, name=name, tier=tier, owner_team=owned_by, source="portal"
    )
    bump_graph()
    return made


def relies(consumer: Component, provider: Component, kind: str = "reads") -> Dependency:
    tie = Dependency.objects.create(consumer=consumer, provider=provider, kind=kind, source="portal")
    bump_graph()
    return tie


def span(first_hour: float, last_hour: float, *, zone: str = "UTC") -> Span:
    """Return a window on the tests' day, in hours from its midnight in UTC."""
    start, end = DAY + timedelta(hours=first_hour), DAY + timedelta(hours=last_hour)
    return Span(start, end, zone, f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}")


def booked(ref: str, window: Span, *moved: Component) -> Booking:
    return book(
        actor=SYSTEM,
        ref=ref,
        title=f"Work of {ref}",
        url=f"/changes/{ref}/",
        span=window,
        component_ids=[each.pk for each in moved],
    )


def frozen(manager: User, window: Span, scope: Scope = EVERYTHING, name: str = "Peak trading") -> Period:
    return declared(actors.person(manager), window, scope, name)


def declared(
    actor: Actor,
    window: Span,
    scope: Scope = EVERYTHING,
    name: str = "Peak",
    kind: PeriodKind = PeriodKind.FREEZE,
) -> Period:
    """Put a period on the calendar, once."""
    recurrence = Recurrence(window.local_start, window.local_end, window.time_zone)
    reason = "Sales must not be disturbed."
    plan = PeriodPlan(name=name, reason=reason, recurrence=recurrence, scope=scope, kind=kind)
    return plan_period(actor=actor, plan=plan)


def assert_standing() -> None:
    """Hold how each booking stands, as calendars read it, to a look at each of its conflicts."""
    read = dict(Booking.objects.annotate(clash=standing_of()).values_list("ref", "clash"))
    looked = {}
    for ref, found in conflicts_of_all(read).items():
        marked = [one for one in found if one.severity != ConflictSeverity.NOTICE]
        blocked = any(one.blocking for one in marked)
        looked[ref] = Standing.BLOCKED if blocked else Standing.WARNED if marked else Standing.CLEAR
    assert read == looked
