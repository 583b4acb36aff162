"""The bench of the calendar fills in and measures what it says, here on a small estate."""

import pytest

from apps.calendar.models import Booking
from apps.catalog.models import Component, Dependency
from tests.bench.calendar import measured
from tests.bench.calendar_fill import Size, fill_calendar

SMALL = Size(components=400, ties=1_600, changes=60, freezes=5)


@pytest.mark.django_db
def test_bench_on_a_small_estate_gives_every_figure() -> None:
    estate = fill_calendar(SMALL)
    assert Component.objects.count() == SMALL.components
    assert Dependency.objects.count() == SMALL.ties
    assert Booking.objects.count() == SMALL.changes
    figures = measured(estate, calls=4)
    assert figures.keys() == {
        "blast_p95_ms",
        "blast_ratio_rustworkx",
        "blast_speedup_cte",
        "check_p50_ms",
        "check_p95_ms",
        "check_ratio_gist",
        "nightly_first_s",
        "nightly_s",
        "slot_p50_ms",
        "slot_p95_ms",
    }
    assert all(value > 0 for value in figures.values())
