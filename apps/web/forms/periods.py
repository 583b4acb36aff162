"""The form on which a period is planned: what it is, when, over what, and who answers for it."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from apps.accounts.models import User
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Period
from apps.calendar.rules import Recurrence, checked_recurrence, span_from_local
from apps.calendar.rules.rrules import DAYS, read_rule
from apps.calendar.selectors import recurrence_of, scope_of
from apps.calendar.services import PeriodPlan
from apps.core.clock import zone_names
from apps.core.errors import Invalid
from apps.web.forms.coverage import COVERED, LEFT_OUT, CoverageForm, list_field, several_field, texts_of
from apps.web.forms.ledger import day_field

ONCE, WEEKLY, RULE = "once", "weekly", "rule"
REPEATS = [(ONCE, "Once"), (WEEKLY, "Every week"), (RULE, "Another rule")]
SHORT_DAYS = list(zip(DAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
FIELDS = {"local_start": "starts", "local_end": "ends", "exdates": "except_on", "rdates": "also_on"}
"""Where the form asks for what the rules call otherwise."""


def _time(label: str, hint: str = "") -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    wrong = {"invalid": f"{label}: give a time such as 23:00."}
    return forms.TimeField(label=label, help_text=hint, widget=widget, error_messages=wrong)


class PeriodForm(CoverageForm):
    """What a period is to be. The rules and services judge it; this only reads it."""

    field_order = ("kind", "name", "reason", "time_zone", "repeats", "days", "rrule", "first_day", "starts")

    kind = forms.ChoiceField(label="Kind", choices=PeriodKind.choices, initial=PeriodKind.FREEZE)
    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    reason = forms.CharField(
        max_length=2000,
        help_text="Shown on the calendar, and to whomever it holds back.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    time_zone = forms.CharField(
        label="Time zone",
        help_text="The clock on the wall that you mean. It stays 23:00 in summer and winter.",
        widget=forms.Select(),
    )
    repeats = forms.ChoiceField(label="Repeats", choices=REPEATS, widget=forms.RadioSelect, initial=ONCE)
    days = several_field("On", SHORT_DAYS)
    rrule = forms.CharField(
        label="The rule",
        help_text="As in RFC 5545. The third Saturday of each month: FREQ=MONTHLY;BYDAY=3SA",
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )
    first_day = day_field("Starts on")
    starts = _time("Starts at")
    last_day = day_field("Ends on", required=False)
    ends = _time("Ends at")
    until = day_field(
        "Runs until",
        required=False,
        help_text="The last day of the whole series; that day counts. Leave it empty to run on.",
    )
    except_on = list_field("Except on", "Dates on which it does not happen, such as 26 Dec 2026, 2 Jan 2027.")
    also_on = list_field("And also on", "Dates on top, at the same time of day.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(zone_names())]
        self.fields["time_zone"].widget.choices = zones
        self.fields["time_zone"].initial = user.time_zone

    def clean_except_on(self) -> list[str]:
        """Return the days on which it does not happen."""
        return [f"{day:%Y-%m-%d}" for day in _days(self.cleaned_data["except_on"])]

    def clean_also_on(self) -> list[date]:
        """Return the days on top."""
        return _days(self.cleaned_data["also_on"])

    def plan(self) -> PeriodPlan:
        """Return what the service takes. Raises Invalid at the field that is wrong; only after ``is_valid``."""
        given = self.cleaned_data
        kind = PeriodKind(given["kind"])
        return PeriodPlan(
            name=given["name"],
            reason=given["reason"],
            recurrence=self.recurrence(),
            kind=kind,
            scope=self.scope(),
            owner=given["owner"],
            on_call=given["on_call"] if kind == PeriodKind.ON_CALL else (),
        )

    def recurrence(self) -> Recurrence:
        """Return when it is. Raises Invalid at the field."""
        given = self.cleaned_data
        start, end = _first(given)
        repeats = given["repeats"]
        if repeats == RULE and not given["rrule"]:
            raise Invalid({"rrule": ["Give the rule, or choose another way to repeat."]})
        try:
            # A first time that its zone does not have is a slip, whatever the rule makes of it.
            span_from_local(start, end, given["time_zone"])
            return checked_recurrence(
                local_start=start,
                local_end=end,
                time_zone=given["time_zone"],
                rrule={WEEKLY: _weekly(given), RULE: given["rrule"]}.get(repeats, ""),
                exdates=given["except_on"] if repeats != ONCE else (),
                rdates=[
                    f"{datetime.combine(day, given['starts']):%Y-%m-%dT%H:%M}" for day in given["also_on"]
                ],
            )
        except Invalid as refusal:
            texts = {FIELDS.get(name, name): said for name, said in refusal.fields.items()}
            raise Invalid(texts, remedy=refusal.remedy) from None


class LiftForm(forms.Form):
    """Why a period ends before its time."""

    reason = forms.CharField(
        label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"})
    )


class SkipForm(forms.Form):
    """Which coming time of a series to leave out, and why."""

    reason = forms.CharField(
        label="Why it is left out", max_length=2000, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, times: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"] = forms.ChoiceField(
            label="Which one",
            choices=list(times),
            error_messages={"invalid_choice": "None of its coming times starts then. Choose again."},
        )
        self.order_fields(("start", "reason"))


def _first(given: dict[str, Any]) -> tuple[datetime, datetime]:
    """Return the first start and end; what runs by the week starts on the first of its days. Raises Invalid."""
    day: date = given["first_day"]
    starts, ends = given["starts"], given["ends"]
    if given["repeats"] == WEEKLY and given["days"]:
        day = next(
            each
            for each in (day + timedelta(days=ahead) for ahead in range(7))
            if _name(each) in given["days"]
        )
    last = given["last_day"] or day + timedelta(days=int(ends <= starts))
    if last < day:
        said = f"The first one starts on {day:%A} {day.day} {day:%B %Y}. Give the day on which that one ends, or none."
        raise Invalid({"last_day": [said]})
    return datetime.combine(day, starts), datetime.combine(last, ends)


def _name(day: date) -> str:
    return DAYS[day.weekday()]


def _weekly(given: dict[str, Any]) -> str:
    days = given["days"] or [_name(given["first_day"])]
    rule = f"FREQ=WEEKLY;BYDAY={','.join(day for day in DAYS if day in days)}"
    if not given["until"] or given["time_zone"] not in zone_names():
        return rule
    # RFC 5545 wants the end in UTC where the start has a zone: it is the last minute of that day there.
    last = datetime.combine(given["until"], time(23, 59), ZoneInfo(given["time_zone"])).astimezone(UTC)
    return f"{rule};UNTIL={last:%Y%m%dT%H%M%SZ}"


def _days(text: str) -> list[date]:
    return [_day(part) for part in texts_of(text)]


def _day(text: str) -> date:
    plain = re.sub(r"^[A-Za-z]+ (?=\d)", "", text)
    for pattern in ("%Y-%m-%d", "%d %b %Y", "%d %B %Y"):
        try:
            return datetime.strptime(plain, pattern).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    raise forms.ValidationError(f"“{text[:40]}” is not a date. Write 26 Dec 2026 or 2026-12-26.")


def starting_from(period: Period) -> dict[str, Any]:
    """Return the fields of a form as a period says them."""
    recurrence, scope = recurrence_of(period), scope_of(period)
    start, end = (datetime.fromisoformat(text) for text in (recurrence.local_start, recurrence.local_end))
    next_day = start.date() + timedelta(days=int(end.time() <= start.time()))
    lists = {
        field: facets.get(facet, ())
        for fields, facets in ((COVERED, scope.covers_all_of), (LEFT_OUT, scope.leaves_out))
        for facet, field in fields.items()
    }
    boxes = ("kinds", "tiers", "not_classes")
    return {
        "kind": period.kind,
        "name": period.name,
        "reason": period.reason,
        "time_zone": period.time_zone,
        "first_day": start.date(),
        "starts": start.time(),
        "ends": end.time(),
        "last_day": end.date() if end.date() != next_day else None,
        "except_on": ", ".join(text[:10] for text in recurrence.exdates),
        "also_on": ", ".join(text[:10] for text in recurrence.rdates),
        "owner": period.owner.username if period.owner else "",
        "on_call": ", ".join(shift.user.username for shift in period.people.select_related("user")),
        **{
            field: sorted(values) if field in boxes else ", ".join(sorted(values))
            for field, values in lists.items()
        },
        **_repeats(recurrence),
    }


def _repeats(recurrence: Recurrence) -> dict[str, Any]:
    if not recurrence.rrule:
        return {"repeats": ONCE}
    rule = read_rule(recurrence.rrule)
    plain = rule.frequency == "WEEKLY" and rule.interval == 1 and rule.count is None
    if not plain or set(rule.by) - {"byweekday"} or rule.week_start:
        return {"repeats": RULE, "rrule": recurrence.rrule}
    until = rule.until
    if until and rule.until_utc:
        until = until.replace(tzinfo=UTC).astimezone(ZoneInfo(recurrence.time_zone))
    days = [DAYS[day.weekday] for day in rule.by.get("byweekday", ())]
    return {"repeats": WEEKLY, "days": days, "until": until.date() if until else None}
