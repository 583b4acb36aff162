"""What a free slot is looked for: a change or some components, how long, and in which hours."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from apps.accounts.models import User
from apps.calendar.rules import YEARS
from apps.calendar.rules.horizon import PLANNED_AHEAD, PLANNED_YEARS
from apps.calendar.rules.slots import STEP, Asked
from apps.catalog.models import Component
from apps.catalog.selectors import components_visible_to, search_components
from apps.changes.models import Change
from apps.changes.selectors import change_for, items_of, plannable_changes
from apps.core import clock
from apps.web.forms.coverage import keys_named, list_field, texts_of
from apps.web.forms.ledger import day_field

DAYS = 90
"""How far ahead is looked, as the best of its kind do."""

LONGEST = 14 * 24 * 60
LEAST = 15
USUAL = 120
"""Minutes of a change that has no window yet."""
OFFERED = 300
MOST = 50
"""Components that may be named by hand."""


class SlotForm(forms.Form):
    """Reads what is looked for. A change brings its components, its class and its length."""

    change = forms.CharField(
        label="Change",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"list": "changes", "autocomplete": "off"}),
        help_text="A draft or a planned change, such as CHG-1042.",
    )
    components = list_field(
        "Or what moves", "Components by name, such as credit-risk, with commas between them.", "components"
    )
    minutes = forms.IntegerField(
        label="How long, in minutes",
        required=False,
        min_value=LEAST,
        max_value=LONGEST,
        help_text="With the time to watch it. Empty: as long as the change is planned for, or two hours.",
    )
    first = day_field(
        "From", required=False, help_text=f"We look at {DAYS} days from this day. Empty: from now."
    )
    opens = forms.TimeField(
        label="Starts from", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    closes = forms.TimeField(label="Ends by", required=False, widget=forms.TimeInput(attrs={"type": "time"}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Return the keys and names of components to choose from."""
        found = search_components(self._user, "").order_by("name", "key")[:OFFERED]
        return [(component.key, str(component)) for component in found]

    @property
    def changes(self) -> list[tuple[str, str]]:
        """Return the changes that can be planned anew, the soonest first, by reference and title."""
        return [(change.ref, change.title) for change in plannable_changes(self._user)[:OFFERED]]

    def clean_change(self) -> Change | None:
        """Return the change: this person must be able to see it, and it must move something."""
        ref = self.cleaned_data["change"].strip().upper()
        if not ref:
            return None
        found = change_for(self._user, ref)
        if found is None:
            raise forms.ValidationError(f"There is no change “{ref}”.")
        if not items_of(found):
            raise forms.ValidationError(f"{ref} moves nothing yet. Say first what it moves.")
        return found

    def clean_components(self) -> list[Component]:
        """Return the components: each must be one that this person can see."""
        text = self.cleaned_data["components"]
        if len(texts_of(text)) > MOST:
            raise forms.ValidationError(f"Name at most {MOST} components.")
        keys = keys_named(self._user, text)
        return list(components_visible_to(self._user).filter(key__in=keys)) if keys else []

    def clean_first(self) -> date | None:
        """Return the first day, which must be one that can be planned."""
        day: date | None = self.cleaned_data["first"]
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError(f"Choose a year from {YEARS[0]} to {YEARS[-1]}.")
        if day is not None and day > (clock.now() + PLANNED_AHEAD).date() - timedelta(days=DAYS):
            raise forms.ValidationError(f"Plan at most {PLANNED_YEARS} years ahead.")
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two, and for hours that hold the length."""
        given = super().clean() or self.cleaned_data
        refused = self.errors.keys() & {"change", "components"}
        if not refused and not given.get("change") and not given.get("components"):
            self.add_error("change", "Name a change, or what moves.")
        if "minutes" not in self.errors and given.get("minutes") is None:
            given["minutes"] = self._planned_minutes(given.get("change"))
        opens, closes = given.get("opens"), given.get("closes")
        if opens and closes and closes != time(0) and closes <= opens:
            self.add_error("closes", "The end must be after the start.")
        return given

    def _planned_minutes(self, change: Change | None) -> int | None:
        """Return how long the change is planned for, or ask for the length."""
        if change is None:
            self.add_error("minutes", "Say how long it takes.")
            return None
        if change.planned_start is None or change.planned_end is None:
            return USUAL
        minutes = int((change.planned_end - change.planned_start) / timedelta(minutes=1))
        if minutes > LONGEST:
            days = LONGEST // (24 * 60)
            self.add_error("minutes", f"{change.ref} is planned for longer than {days} days. Give a length.")
        return max(LEAST, minutes)

    def asked(self, zone: ZoneInfo) -> Asked:
        """Return what is looked for, over 90 days from now or from the day that is given."""
        given = self.cleaned_data
        now = clock.now()
        begin = datetime.combine(given["first"], time(0), zone) if given.get("first") else now
        # A start in this very minute would have passed before anybody could take it.
        first = max(begin.astimezone(now.tzinfo), now + STEP)
        return Asked(
            timedelta(minutes=given["minutes"]),
            first,
            first + timedelta(days=DAYS),
            zone,
            given.get("opens") or time(0),
            given.get("closes") or time(0),
        )
