"""What a free slot is looked for: a change or some components, how long, and in which hours."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from apps.accounts.models import User
from apps.calendar.rules import YEARS
from apps.calendar.rules.slots import Asked
from apps.catalog.models import Component
from apps.catalog.selectors import component_for, search_components
from apps.changes.models import Change
from apps.changes.selectors import change_for, items_of
from apps.core import clock
from apps.web.forms.ledger import day_field

DAYS = 90
"""How far ahead is looked, as the best of its kind do."""

LONGEST = 14 * 24 * 60
OFFERED = 300
MOST = 50
"""Components that may be named by hand."""


class SlotForm(forms.Form):
    """Reads what is looked for. A change brings its components, its class and its length."""

    change = forms.CharField(
        label="Change",
        required=False,
        max_length=20,
        help_text="A draft or a planned change, such as CHG-1042.",
    )
    components = forms.CharField(
        label="Or what moves",
        required=False,
        max_length=4_000,
        help_text="Keys of components, one a line, such as model:default/credit-risk.",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    minutes = forms.IntegerField(
        label="How long, in minutes", min_value=15, max_value=LONGEST, help_text="With the time to watch it."
    )
    first = day_field("Not before", required=False)
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
        keys = list(dict.fromkeys(self.cleaned_data["components"].split()))
        if len(keys) > MOST:
            raise forms.ValidationError(f"Name at most {MOST} components.")
        found = {key: component_for(self._user, key) for key in keys}
        for key, component in found.items():
            if component is None:
                raise forms.ValidationError(f"There is no component “{key[:80]}”.")
        return [component for component in found.values() if component is not None]

    def clean_first(self) -> date | None:
        """Return the first day, which must be one that can be planned."""
        day: date | None = self.cleaned_data["first"]
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError(f"Choose a year from {YEARS[0]} to {YEARS[-1]}.")
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two, and for hours that hold the length."""
        given = super().clean() or self.cleaned_data
        refused = self.errors.keys() & {"change", "components"}
        if not refused and not given.get("change") and not given.get("components"):
            self.add_error("change", "Name a change, or what moves.")
        opens, closes = given.get("opens"), given.get("closes")
        if opens and closes and closes != time(0) and closes <= opens:
            self.add_error("closes", "The end must be after the start.")
        return given

    def asked(self, zone: ZoneInfo) -> Asked:
        """Return what is looked for, over 90 days from now or from the day that is given."""
        given = self.cleaned_data
        now = clock.now()
        begin = datetime.combine(given["first"], time(0), zone) if given.get("first") else now
        first = max(begin.astimezone(now.tzinfo), now)
        return Asked(
            timedelta(minutes=given["minutes"]),
            first,
            first + timedelta(days=DAYS),
            zone,
            given.get("opens") or time(0),
            given.get("closes") or time(0),
        )
