"""The filters of the dashboards. All of them stand in the address."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from apps.accounts.selectors import teams
from apps.catalog.enums import ComponentKind
from apps.changes.enums import ChangeClass
from apps.core import clock
from apps.insights.rules.measures import Span
from apps.insights.rules.scope import Scope
from apps.web.forms.ledger import day_field

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
LONGEST = 5
"""Years."""
RECENT = timedelta(days=90)
"""What the numbers on top look back on."""


class DashboardFilter(forms.Form):
    """A period, its first and last day included, and which changes of it. Without days: the last twelve months."""

    start = day_field("First day", required=False)
    end = day_field("Last day", required=False)
    team = forms.ChoiceField(label="Team", required=False)
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "All kinds"), *ComponentKind.choices]
    )
    tier = forms.ChoiceField(
        label="Tier",
        required=False,
        choices=[("", "All tiers"), *((str(n), f"Tier {n}") for n in (1, 2, 3, 4))],
    )
    change_class = forms.ChoiceField(
        label="Class", required=False, choices=[("", "All classes"), *ChangeClass.choices]
    )

    def __init__(self, given: Mapping[str, str], *, zone: ZoneInfo) -> None:
        self._zone = zone
        whole = (
            {}
            if given.get("start") or given.get("end")
            else dict(zip(("start", "end"), self._days({}), strict=True))
        )
        super().__init__({**given, **whole})
        named = [(team.slug, team.name) for team in teams().select_related(None).only("slug", "name")]
        self.fields["team"].choices = [("", "All teams"), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts, is longer than five years, or lies far away."""
        given = super().clean() or {}
        for name in ("start", "end"):
            day = given.get(name)
            if day and not EARLIEST <= day < LATEST:
                self.add_error(name, "Choose a day between the years 2000 and 2099.")
        if not self.errors:
            start, end = self._days(given)
            if end < start:
                self.add_error("end", "The last day must not come before the first day.")
            elif end >= _years_after(start, LONGEST):
                self.add_error("end", f"Choose at most {LONGEST} years at once.")
        return given

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day of a form without errors."""
        return self._days(self.cleaned_data)

    @property
    def scope(self) -> Scope:
        """Return what a form without errors asks for."""
        return self._scope(*self.days)

    @property
    def recent(self) -> tuple[date, date] | None:
        """Return the first and the last of the last days that have begun; of a period ahead there are none."""
        start, end = self.days
        end = min(end, clock.now().astimezone(self._zone).date())
        return (max(start, end - RECENT + timedelta(days=1)), end) if start <= end else None

    @property
    def halves(self) -> tuple[Scope, Scope] | None:
        """Return the recent days, and as many before them, under the same filters."""
        if self.recent is None:
            return None
        first, last = self.recent
        before = first - (last - first) - timedelta(days=1)
        return self._scope(first, last), self._scope(before, first - timedelta(days=1))

    @property
    def query(self) -> dict[str, str]:
        """Return a form without errors as it stands in an address."""
        start, end = self.days
        return {"start": f"{start}", "end": f"{end}"} | self._narrowed

    @property
    def kept(self) -> dict[str, str]:
        """Return what a saved view keeps: the filters, and the days unless they are those that a page opens with."""
        usual = self.days == self._days({})
        return self._narrowed if usual else self.query

    @property
    def _narrowed(self) -> dict[str, str]:
        chosen = {name: self.cleaned_data[name] for name in ("team", "kind", "tier", "change_class")}
        return {name: value for name, value in chosen.items() if value}

    def _scope(self, first: date, last: date) -> Scope:
        given = self.cleaned_data
        return Scope(
            Span(self._midnight(first), self._midnight(last + timedelta(days=1))),
            self._zone,
            team=given["team"],
            kind=given["kind"],
            tier=int(given["tier"] or 0),
            change_class=given["change_class"],
        )

    def _days(self, given: dict[str, Any]) -> tuple[date, date]:
        today = clock.now().astimezone(self._zone).date()
        start, end = given.get("start"), given.get("end")
        if end is None:
            end = max(today, start) if start else today
        if start is None:
            start = (_years_after(end.replace(day=28), -1) + timedelta(days=4)).replace(day=1)
        return start, end

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self._zone).astimezone(UTC)


def _years_after(day: date, years: int) -> date:
    return (day + timedelta(days=1 if (day.month, day.day) == (2, 29) else 0)).replace(year=day.year + years)
