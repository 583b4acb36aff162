"""The ``calendar`` section: blast radius, checks for conflicts and the pages, on 50,000 components with 250,000 ties.

Ratios compare like with like, in the same process and on the same rows: rustworkx finds what can be reached in a graph
that it already holds; PostgreSQL finds the same by a recursive query; and a check for conflicts stands beside one query
for the bookings in a range of time, which it cannot do without.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import rustworkx
from django.core.management import call_command
from django.db import connection

from apps.calendar.enums import Duty
from apps.calendar.models import Conflict
from apps.calendar.rules import Needed, Span, span_from_local
from apps.calendar.rules.slots import Asked
from apps.calendar.selectors import find_conflicts, next_slots
from apps.calendar.services import recheck_all
from apps.catalog.models import Component
from apps.catalog.selectors import blast_radius, graph
from apps.core import actors, clock
from tests.bench.__main__ import say
from tests.bench.calendar_fill import DAYS, WHOLE, Estate, fill_calendar
from tests.bench.calendar_pages import pages
from tests.bench.pages import percentile_95
from tests.bench.rows import vacuum

Figures = dict[str, float]
T = TypeVar("T")
CTE = """
WITH RECURSIVE reached(id) AS (
    SELECT %s::bigint
    UNION
    SELECT near.id FROM reached CROSS JOIN LATERAL (
        SELECT consumer_id FROM catalog_dependency
        WHERE provider_id = reached.id AND kind <> 'writes' AND retired_at IS NULL
        UNION ALL
        SELECT provider_id FROM catalog_dependency
        WHERE consumer_id = reached.id AND kind = 'writes' AND retired_at IS NULL
    ) AS near(id)
)
SELECT count(*) FROM reached
"""
RANGE = """
SELECT id FROM calendar_booking WHERE tstzrange("start", "end") && tstzrange(%s, %s) AND NOT state = 'released'
"""
SYSTEM = actors.system("bench")


def measure() -> Figures:
    """Fill a portal, and return the figures."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    estate = fill_calendar(WHOLE)
    vacuum()
    figures = measured(estate, calls=200) | pages(estate.person)
    figures = {key: round(value, 2) for key, value in figures.items()}
    say("  ".join(f"{key} {value}" for key, value in figures.items()))
    return figures


def measured(estate: Estate, *, calls: int) -> Figures:
    """Return the figures of everything that needs no server. ``calls`` says how often each is called."""
    figures = blast(estate, calls)
    figures |= nightly()
    return figures | check(estate, calls) | slot(estate, max(2, calls // 4))


# ---------------------------------------------------------------- blast radius


def blast(estate: Estate, calls: int) -> Figures:
    """The blast radius without a bound, of components that much relies on, beside a library and a recursive query."""
    known, rival = graph(), rustworkx.PyDiGraph()
    rival.add_nodes_from(known.ids.tolist())
    rival.add_edges_from_no_data(
        [(known.place_of[tie.source], known.place_of[tie.target]) for tie in known.ties]
    )
    draw = random.Random(1)
    some = [component for component in estate.components if component.kind in ("dataset", "feature_set")]
    asked = draw.sample(some, min(len(some), calls))
    ours = timed(lambda one: blast_radius([one]).ids, asked)
    walked = timed(lambda one: known.reach([one.pk]).ids, asked)
    theirs = timed(lambda one: rustworkx.descendants(rival, known.place_of[one.pk]), asked)
    queried = timed(reached_by_query, asked[: max(2, calls // 20)])
    sizes = [len(known.reach([one.pk])) for one in asked]
    say(f"blast radius of {statistics.median(sizes):,.0f} components, {max(sizes):,} at most")
    return {
        "blast_p95_ms": percentile_95(ours),
        "blast_ratio_rustworkx": percentile_95(walked) / percentile_95(theirs),
        "blast_speedup_cte": statistics.median(queried) / statistics.median(ours),
    }


def reached_by_query(component: Component) -> int:
    with connection.cursor() as cursor:
        cursor.execute(CTE, [component.pk])
        found: int = cursor.fetchone()[0]
    return found - 1


# ---------------------------------------------------------------- conflicts


def nightly() -> Figures:
    """A check of everything: once when nothing is known yet, and then as each night, when it must find nothing new."""
    began = time.perf_counter()
    recheck_all(actor=SYSTEM)
    first = time.perf_counter() - began
    began = time.perf_counter()
    news = recheck_all(actor=SYSTEM)
    taken = time.perf_counter() - began
    say(
        f"{Conflict.objects.count():,} conflicts found in {first:.1f} s, and {len(news)} more in {taken:.1f} s"
    )
    assert not news, "the second check found what the first did not"
    return {"nightly_first_s": first, "nightly_s": taken}


def check(estate: Estate, calls: int) -> Figures:
    """Check proposed changes that nobody has booked yet, beside the bookings in the same range of time."""
    draw = random.Random(2)
    asked = [(draw.sample(estate.components, 3), span(draw)) for _ in range(calls)]
    # As a worker does it that has read the graph: the first check of a process reads it.
    find_conflicts([one.pk for one in asked[0][0]], asked[0][1])
    found = 0

    def ours(one: tuple[list[Component], Span]) -> None:
        nonlocal found
        found += len(find_conflicts([component.pk for component in one[0]], one[1]))

    taken = timed(ours, asked)
    ranged = timed(lambda one: in_range(one[1]), asked)
    say(f"{found / calls:.1f} conflicts in a proposed change")
    return {
        "check_p50_ms": statistics.median(taken),
        "check_p95_ms": percentile_95(taken),
        "check_ratio_gist": percentile_95(taken) / percentile_95(ranged),
    }


def slot(estate: Estate, calls: int) -> Figures:
    """Look for the next free slot of two hours for some components and whoever leads, over all the days."""
    draw, now = random.Random(3), clock.now()
    days = Asked(timedelta(hours=2), now, now + timedelta(days=DAYS), ZoneInfo("Europe/Berlin"))
    lead = (Needed(estate.person.pk, Duty.LEAD),)
    asked = [[component.pk for component in draw.sample(estate.components, 3)] for _ in range(calls)]
    next_slots(asked[0], days, people=lead)
    taken = timed(lambda one: next_slots(one, days, people=lead), asked)
    return {"slot_p50_ms": statistics.median(taken), "slot_p95_ms": percentile_95(taken)}


def span(draw: random.Random) -> Span:
    """Return an evening within the days in which changes are planned."""
    day = clock.now().date() + timedelta(days=1 + draw.randrange(DAYS))
    start = datetime(day.year, day.month, day.day, draw.randrange(24), tzinfo=ZoneInfo("UTC"))
    end = start + timedelta(hours=draw.randint(1, 4))
    return span_from_local(f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}", "UTC")


def in_range(one: Span) -> int:
    with connection.cursor() as cursor:
        cursor.execute(RANGE, [one.start, one.end])
        return len(cursor.fetchall())


# ---------------------------------------------------------------- the clock


def timed(work: Callable[[T], object], asked: Iterable[T]) -> list[float]:
    """Return how many milliseconds each piece of work takes."""
    taken = []
    for one in asked:
        began = time.perf_counter()
        work(one)
        taken.append((time.perf_counter() - began) * 1000)
    return taken
