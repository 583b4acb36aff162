"""Fill a scratch portal with an estate of a large organisation, and a quarter of changes planned in it.

Components stand in layers, in domains of a few hundred, with hubs that thousands rely on; most ties lead one layer
down and stay in their domain, pipelines write what they fill, and a few ties close circles.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import connection

from apps.accounts.models import Team, User
from apps.calendar.enums import Duty
from apps.calendar.models import BookedPerson, Booking, Occurrence, Period
from apps.calendar.rules import scope_from, span_from_local
from apps.calendar.rules.horizon import worked_out
from apps.calendar.selectors import recurrence_of
from apps.catalog.enums import ComponentKind, DependencyKind
from apps.catalog.models import Component, ComponentVersion, GraphStamp
from apps.changes.enums import ChangeClass, ChangeState
from apps.changes.models import Change
from apps.core import clock
from tests.bench import fill
from tests.bench.__main__ import say

LAYERS = [kind for kind, _ in fill.KINDS]
DOMAIN = 250
"""Components that one part of the organisation keeps."""
POOLS = 30
DAYS = 90
MOVED = 8
"""One component in so many is ever changed in the quarter; most of an estate stands still."""
COPY = "COPY catalog_dependency (consumer_id, provider_id, kind, source, source_root, source_path) FROM STDIN"
RULES = ["FREQ=WEEKLY", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=FR", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY"]
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]
HOW = {
    ComponentKind.FEATURE_SET: [DependencyKind.READS],
    ComponentKind.PIPELINE: [DependencyKind.READS, DependencyKind.READS, DependencyKind.WRITES],
    ComponentKind.MODEL: [DependencyKind.TRAINS_ON, DependencyKind.READS],
    ComponentKind.SERVICE: [DependencyKind.CALLS, DependencyKind.EMBEDS, DependencyKind.READS],
    ComponentKind.PRODUCT: [DependencyKind.CALLS],
    ComponentKind.DATASET: [DependencyKind.READS],
}
"""What a consumer of each kind does with what it relies on."""


@dataclass(frozen=True)
class Size:
    """How much to fill in."""

    components: int = 50_000
    ties: int = 250_000
    changes: int = 10_000
    freezes: int = 500


WHOLE = Size()


@dataclass(frozen=True)
class Estate:
    """What the bench asks about, and as whom."""

    person: User
    components: list[Component]


def fill_calendar(size: Size = WHOLE) -> Estate:
    """Fill the portal; the same each time, but for the day on which the changes begin."""
    draw = random.Random(250)
    person, people = fill.make_people(draw)
    say(f"{size.components:,} components, {size.ties:,} dependencies")
    components = make_components(draw, size.components)
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:  # type: ignore[attr-defined]
        for row in dependencies(draw, components, size.ties):
            copy.write_row(row)
    GraphStamp.objects.update_or_create(pk=1, defaults={"number": 1})
    say(f"{size.changes:,} open changes over {DAYS} days")
    make_changes(draw, person, people, components, size.changes)
    say(f"{size.freezes:,} recurring freezes")
    make_freezes(draw, size.freezes)
    return Estate(person, components)


def make_components(draw: random.Random, number: int) -> list[Component]:
    """Make the components."""
    teams = list(Team.objects.order_by("pk"))
    kinds = draw.choices(LAYERS, [weight for _, weight in fill.KINDS], k=number)
    components = [
        Component(
            key=f"{kind}:default/{fill.THINGS[n % 10]}-{kind.replace('_', '-')}-{n}",
            kind=kind,
            name=f"{fill.THINGS[n % 10]}-{kind.replace('_', '-')}-{n}",
            owner_team=teams[n // DOMAIN % len(teams)],
            tier=draw.choice([1, 2, 2, 3, 3, 3, 4, 4]),
            stage=draw.choice(["production", "production", "staging", "experimental"]),
            tags=[f"pool:gpu-{n % POOLS}"] if kind == ComponentKind.MODEL and n % 10 == 0 else [],
            source="backstage",
        )
        for n, kind in enumerate(kinds)
    ]
    fill.in_batches(Component, components)
    return components


def dependencies(
    draw: random.Random, components: list[Component], number: int
) -> Iterator[tuple[int, int, str, str, str, str]]:
    """Yield so many different dependencies, as rows of COPY."""
    whole: list[list[int]] = [[] for _ in LAYERS]
    near: dict[tuple[int, int], list[int]] = {}
    for at, component in enumerate(components):
        layer = LAYERS.index(component.kind)
        whole[layer].append(at)
        near.setdefault((at // DOMAIN, layer), []).append(at)
    seen = set()
    while len(seen) < number:
        consumer = draw.randrange(len(components))
        kind = components[consumer].kind
        layer, inside = provider_layer(draw, LAYERS.index(kind))
        local = near.get((consumer // DOMAIN, layer))
        # Elsewhere the first of a layer are its hubs.
        many = whole[layer]
        stays = local and (inside or draw.random() < 0.7)
        provider = draw.choice(local) if stays else many[int(len(many) * draw.random() ** 3)]
        how = draw.choice(HOW[kind])
        if provider != consumer and (consumer, provider, how) not in seen:
            seen.add((consumer, provider, how))
            yield components[consumer].pk, components[provider].pk, how, "backstage", "", ""


def provider_layer(draw: random.Random, layer: int) -> tuple[int, bool]:
    """Return the layer that a tie leads to, and whether it surely stays in its domain.

    Mostly it is the layer below, at times one further down, beside, or above: that may close a circle.
    """
    turn = draw.random()
    if turn < 0.8:
        return max(0, layer - 1), False
    if turn < 0.96:
        return draw.randint(0, layer), False
    return draw.randrange(len(LAYERS)), True


def make_changes(
    draw: random.Random, person: User, people: list[User], components: list[Component], number: int
) -> None:
    """Make approved changes, with their items, plans, signatures and bookings."""
    movable = draw.sample(components, max(6, len(components) // MOVED))
    versions = {one.pk: {n: version_of(one, n) for n in ("1", "2")} for one in movable}
    fill.in_batches(ComponentVersion, (version for each in versions.values() for version in each.values()))
    tomorrow = datetime.combine(clock.now().date() + timedelta(days=1), time(), clock.now().tzinfo)

    def planned(draw: random.Random, people: list[User], state: ChangeState, ref: int) -> Change:
        change = fill.make_change(draw, people, state, ref)
        start, end = window(draw, tomorrow)
        change.planned_start, change.planned_end = start, end
        change.local_start, change.local_end = f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}"
        return change

    for first in range(0, number, 5_000):
        some = [ChangeState.APPROVED] * min(5_000, number - first)
        fill.make_batch(draw, person, people, movable, versions, some, 1001 + first, make=planned)
    Booking.objects.update(change_class=ChangeClass.NORMAL)
    leads = Change.objects.exclude(booking=None).values_list("booking_id", "requester_id")
    fill.in_batches(
        BookedPerson, (BookedPerson(booking_id=one, user_id=lead, duty=Duty.LEAD) for one, lead in leads)
    )


def version_of(component: Component, number: str) -> ComponentVersion:
    released = fill.NOW - timedelta(days=60 * (3 - int(number)))
    return ComponentVersion(component=component, version=number, released_at=released)


def window(draw: random.Random, first: datetime) -> tuple[datetime, datetime]:
    """Return a window of one to four hours: half of them in the evening, the rest at any hour."""
    day = first + timedelta(days=draw.randrange(DAYS))
    evening = draw.random() < 0.5
    minutes = 18 * 60 + 15 * draw.randrange(21) if evening else 15 * draw.randrange(96)
    start = day + timedelta(minutes=minutes)
    return start, start + timedelta(minutes=30 * draw.randint(2, 8))


def make_freezes(draw: random.Random, number: int) -> None:
    """Make freezes that come again each week, month or day, each for the components of a team that are of one tier."""
    now, teams = clock.now(), list(Team.objects.order_by("pk"))
    periods = [
        freeze(n, draw.choice(RULES), draw.randint(2, 36), draw.choice(teams).slug, draw.randint(1, 4), now)
        for n in range(1, number + 1)
    ]
    fill.in_batches(Period, periods)
    fill.in_batches(
        Occurrence,
        (
            Occurrence(period=period, start=start, end=end)
            for period in periods
            for start, end in worked_out(recurrence_of(period), now)
        ),
    )


def freeze(number: int, rule: str, hours: int, team: str, tier: int, now: datetime) -> Period:
    """Return a freeze whose first instance was some days ago."""
    days, begins = timedelta(days=1 + number % 28), time(number % 24)
    start = datetime.combine(now.date() - days, begins)
    end = start + timedelta(hours=hours if rule != "FREQ=DAILY" else 1)
    local = [f"{moment:%Y-%m-%dT%H:%M}" for moment in (start, end)]
    zone = ZONES[number % len(ZONES)]
    span = span_from_local(*local, zone)
    return Period(
        number=number,
        name=f"Freeze {number}",
        reason="Figures are being closed.",
        start=span.start,
        end=span.end,
        time_zone=zone,
        local_start=span.local_start,
        local_end=span.local_end,
        rrule=rule,
        scope=scope_from({"covers": {"team": [team], "tier": [str(tier)]}}).document(),
    )
