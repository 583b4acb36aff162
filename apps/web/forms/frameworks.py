"""The period of a framework map."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from apps.core import clock
from apps.insights.rules.measures import Span
from apps.web.forms.ledger import day_field

QUARTERS = 4


class MapForm(forms.Form):
    """The first and the last day, both included, in UTC. Without either it is the present quarter."""

    start = day_field("First day (UTC)", required=False)
    end = day_field("Last day (UTC)", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts, or at the end of the calendar."""
        given = super().clean() or {}
        start, end = given.get("start"), given.get("end")
        if start and end and end < start:
            self.add_error("end", "The last day must not come before the first day.")
        if end == date.max:
            self.add_error("end", "Choose an earlier last day.")
        return given

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day; of a form with errors, or half empty, the present quarter."""
        self.is_valid()
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        return (start, end) if start and end and self.is_valid() else quarters()[0]

    @property
    def span(self) -> Span:
        """Return the period of these days."""
        start, end = self.days
        return Span(_midnight(start), _midnight(end + timedelta(days=1)))


def quarters() -> list[tuple[date, date]]:
    """Return the first and last day of the present quarter and of those before it, newest first."""
    today = clock.now().astimezone(UTC).date()
    first = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    found = []
    for _ in range(QUARTERS):
        after = (first + timedelta(days=95)).replace(day=1)
        found.append((first, after - timedelta(days=1)))
        before = first - timedelta(days=1)
        first = before.replace(month=before.month - 2, day=1)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
