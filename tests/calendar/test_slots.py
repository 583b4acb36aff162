"""The next free slot against a look at every quarter of an hour."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.calendar.enums import PeriodKind
from apps.calendar.rules import EVERYTHING, Limit, Rulebook, Span, scope_of_one
from apps.calendar.rules.slots import STEP, Asked, Obstacle, first_of_each_day, holders, reasons
from apps.calendar.selectors import find_conflicts, next_slots
from apps.calendar.services import write_rulebook
from apps.catalog.selectors import forget_graph
from apps.core import actors
from tests.planning import DAY, SYSTEM, booked, component, declared, frozen, person, relies, span

LONDON = ZoneInfo("Europe/London")
EVE = datetime(2030, 3, 30, tzinfo=UTC)
"""The day before the clocks go forward in London."""

minutes = st.integers(0, 3 * 24 * 60).map(lambda at: timedelta(minutes=at))
obstacles = st.lists(
    st.tuples(minutes, st.integers(1, 30).map(lambda quarters: quarters * STEP)).map(
        lambda pair: Obstacle(EVE + pair[0], EVE + pair[0] + pair[1], "x")
    ),
    max_size=12,
)
asks = st.builds(
    Asked,
    st.integers(1, 12).map(lambda quarters: quarters * STEP),
    minutes.map(lambda at: EVE + at / 3),
    st.just(EVE + timedelta(days=3)),
    st.just(LONDON),
    st.sampled_from([time(0), time(9), time(22, 30)]),
    st.sampled_from([time(0), time(23), time(23, 45)]),
)


def by_hand(asked: Asked, held: list[Obstacle]) -> dict[date, datetime | None]:
    """Look at each quarter of an hour of each day."""
    found: dict[date, datetime | None] = {}
    day = asked.first.astimezone(LONDON).date()
    while day <= asked.last.astimezone(LONDON).date():
        found[day] = None
        close = datetime.combine(
            day + timedelta(days=asked.closes == time(0)), asked.closes, LONDON
        ).astimezone(UTC)
        opens = datetime.combine(day, asked.opens, LONDON).astimezone(UTC)
        at = EVE
        while at < asked.last and found[day] is None:
            local = at.astimezone(LONDON)
            short = opens + asked.length <= close
            if local.date() == day and local.time() >= asked.opens and asked.first <= at:
                inside = at + asked.length <= close if short else at < close
                if inside and not any(each.start < at + asked.length and at < each.end for each in held):
                    found[day] = at
            at += STEP
        day += timedelta(days=1)
    return found


@given(asks, obstacles)
def test_first_of_each_day_is_what_a_look_at_every_quarter_finds(asked: Asked, held: list[Obstacle]) -> None:
    assert first_of_each_day(asked, held) == by_hand(asked, held)


@given(asks, obstacles, obstacles)
def test_holders_of_a_day_are_named_by_the_time_that_windows_allow(
    asked: Asked, held: list[Obstacle], closed: list[Obstacle]
) -> None:
    outside = [replace(each, name="outside", outside=True) for each in closed]
    named = [replace(each, name=f"x{place % 3}") for place, each in enumerate(held)]
    allowed, possible = by_hand(asked, outside), by_hand(asked, [])
    for day, start in by_hand(asked, named + outside).items():
        found = holders(day, asked, named + outside) if start is None else None
        assert (found is None) == (start is not None or possible[day] is None)
        if found is None:
            continue
        assert ("outside" in found.names) <= (allowed[day] is None)
        blamed = [each for each in named + outside if each.name in found.names]
        assert by_hand(asked, blamed + (outside if allowed[day] else []))[day] is None
        if found.whole:
            for name in found.names:
                alone = [each for each in blamed if each.name == name] + (outside if allowed[day] else [])
                assert by_hand(asked, alone)[day] is None


def test_reasons_when_a_freeze_holds_the_window_names_the_freeze_and_not_the_window() -> None:
    monday = datetime(2030, 11, 18, tzinfo=UTC)
    weeks = [monday + timedelta(days=6 + 7 * week) for week in range(-1, 4)]
    opened = [(sunday + 2 * STEP, sunday + 12 * STEP) for sunday in weeks]
    closed = [
        Obstacle(one[1], two[0], "the time outside the maintenance windows of checkout-api", outside=True)
        for one, two in pairwise(opened)
    ]
    nights = [
        Obstacle(sunday - timedelta(hours=1), sunday + timedelta(hours=7), "Overnight settlement")
        for sunday in weeks
    ]
    asked = Asked(timedelta(minutes=90), monday, monday + timedelta(days=20, hours=12), ZoneInfo("UTC"))
    empty = [day for day, start in first_of_each_day(asked, closed + nights).items() if start is None]
    assert reasons(asked, closed + nights, empty) == [
        "Every Monday, Tuesday, Wednesday, Thursday, Friday and Saturday is held by "
        "the time outside the maintenance windows of checkout-api.",
        "Every Sunday inside its maintenance window is held by Overnight settlement.",
    ]


def test_first_of_each_day_when_a_gap_fits_exactly_is_taken() -> None:
    held = [Obstacle(EVE, EVE + 4 * STEP, "x"), Obstacle(EVE + 8 * STEP, EVE + timedelta(days=2), "y")]
    asked = Asked(4 * STEP, EVE, EVE + timedelta(hours=20), LONDON)
    assert first_of_each_day(asked, held) == {EVE.date(): EVE + 4 * STEP}


SIZE = 5
plans = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 12), st.integers(0, SIZE - 1)), max_size=6)
periods = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.integers(1, 40),
        st.integers(0, SIZE - 1),
        st.sampled_from([PeriodKind.FREEZE, PeriodKind.MAINTENANCE, PeriodKind.EVENT, PeriodKind.BLACKOUT]),
    ),
    max_size=2,
)
ties = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.sampled_from(["reads", "writes"])),
    max_size=4,
)


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans, periods, ties, st.booleans(), st.booleans(), st.integers(1, 8))
def test_slot_is_the_first_time_that_meets_nothing_that_blocks(
    planned: list, times: list, tied: list, limited: bool, strict: bool, quarters: int
) -> None:
    with transaction.atomic():
        leila = person("leila", Role.CHANGE_MANAGER)
        things = [component(f"c{number}", tier=1 + number % 2) for number in range(SIZE)]
        for one, two, kind in {(one, two, kind) for one, two, kind in tied if one != two}:
            relies(things[one], things[two], kind)
        for number, (start, length, moved) in enumerate(planned):
            booked(f"CHG-{number}", span(start / 4, (start + length) / 4), things[moved])
        for start, length, thing, kind in times:
            scope = scope_of_one("component", things[thing].key)
            declared(actors.person(leila), span(start / 4, (start + length) / 4), scope, kind=kind)
        if limited or strict:
            document = Rulebook(limits=(Limit("two", EVERYTHING, 2),) if limited else ()).document()
            if strict:
                document["severities"]["reaches_frozen"] = "blocking"
            write_rulebook(actor=actors.person(leila), document=document, reason="Fewer at once.")
        length = quarters * STEP
        asked = Asked(length, DAY, DAY + timedelta(days=1), ZoneInfo("UTC"))
        found = next_slots([things[0].pk], asked)
        free = (
            at
            for at in (DAY + step * STEP for step in range(96))
            if not any(each.blocking for each in find_conflicts([things[0].pk], _span(at, length)))
        )
        first = next(free, None)
        # The day after is looked at for its first moment alone, which is not before the end.
        assert [slot.start for slot in found.slots] == ([first] if first else [])
        if first is None:
            assert found.reasons
        transaction.set_rollback(True)
    forget_graph()


def _span(at: datetime, length: timedelta) -> Span:
    return Span(at, at + length, "UTC", f"{at:%Y-%m-%dT%H:%M}", f"{at + length:%Y-%m-%dT%H:%M}")


def test_reasons_when_each_tuesday_is_held_by_one_says_so() -> None:
    monday = datetime(2030, 11, 18, tzinfo=UTC)
    held = [
        Obstacle(monday + timedelta(days=1 + 7 * week), monday + timedelta(days=2 + 7 * week), "Settlement")
        for week in range(3)
    ]
    asked = Asked(timedelta(hours=1), monday, monday + timedelta(days=20), ZoneInfo("UTC"))
    empty = [day for day, start in first_of_each_day(asked, held).items() if start is None]
    assert reasons(asked, held, empty) == ["Every Tuesday is held by Settlement."]
    always = [Obstacle(monday - timedelta(days=1), monday + timedelta(days=40), "Peak trading")]
    every = list(first_of_each_day(asked, always))
    assert reasons(asked, always, every) == ["Every day is held by Peak trading."]


@pytest.mark.django_db
def test_slots_come_with_what_to_look_out_for_the_calmest_first() -> None:
    data, model = component("sales", "dataset"), component("credit-risk")
    relies(model, data)
    booked("CHG-1", span(0, 24), data)
    asked = Asked(timedelta(hours=2), DAY, DAY + timedelta(days=2), ZoneInfo("UTC"))
    found = next_slots([model.pk], asked)
    assert [(slot.start, slot.warnings) for slot in found.slots] == [(DAY + timedelta(days=1), 0), (DAY, 1)]
    assert (
        found.slots[1].beside[0].sentence
        == "CHG-1 moves sales at the same time, and that reaches credit-risk."
    )


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_slots_cost_the_same_however_much_is_planned(count: int) -> None:
    leila = person(f"leila{count}", Role.CHANGE_MANAGER)
    model, data = component("credit-risk"), component("sales", "dataset")
    relies(model, data)
    frozen(leila, span(30, 31), scope_of_one("component", component("other").key))
    for number in range(count):
        booked(f"CHG-{number}", span(24 * number, 24 * number + 3), model)
        booked(f"CHG-1{number}", span(24 * number, 24 * number + 3), data)
        frozen(leila, span(24 * number + 4, 24 * number + 6))
    asked = Asked(timedelta(hours=2), DAY, DAY + timedelta(days=5), ZoneInfo("UTC"))
    with CaptureQueriesContext(connection) as queries:
        assert next_slots([model.pk], asked).slots
    assert len(queries) == 11
    assert SYSTEM
