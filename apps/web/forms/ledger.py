"""What a person looks for in the ledger, and for which days they export it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from apps.accounts.models import User
from apps.accounts.selectors import active_person
from apps.audit.selectors import Filters

KINDS = {
    "changes": ("Changes and revisions", ("change.",)),
    "signatures": ("Signatures", ("approval.",)),
    "calendar": ("Calendar", ("booking.", "conflict.", "freeze.", "period.", "calendar")),
    "reviews": ("Reviews", ("review.",)),
    "cards": ("Model cards", ("card.",)),
    "catalog": ("Catalog", ("component.", "contract.")),
    "refused": ("Refused attempts", ("access.",)),
    "people": (
        "People, roles and tokens",
        ("person.", "role.", "team.", "token.", "feed.", "cover.", "ownership."),
    ),
    "exports": ("Exports", ("export.",)),
    "policy": ("Approval policy", ("policy.",)),
    "evidence": ("Evidence, checks and the gate", ("evidence.", "checks.", "gate.")),
    "rules": ("Rules and their waivers", ("rules.", "rule_waiver.")),
    "standards": ("Standard changes", ("standard.",)),
    "waivers": ("Waivers of conflicts", ("waiver.",)),
    "briefings": ("Briefings", ("briefing.",)),
}
ACTORS = {"person": "People", "token": "Tokens of CI and services", "system": "Countersign"}
_TYPES = {
    "CHG": "change",
    "CARD": "card",
    "PIR": "review",
    "CAL": "period",
    "FRZ": "freeze",
    "EXP": "export",
    "POLICY": "policy",
    "STD": "standard",
    "WVR": "waiver",
    "EV": "evidence",
    "CHECKS": "checks",
    "RULES": "rules",
    "RWV": "rule_waiver",
    "BRF": "briefing",
}
_CHANGE = re.compile(r"chg-\d{1,9}", re.IGNORECASE | re.ASCII)
_A_DAY = timedelta(days=1)
_REF = re.compile(r"(chg|card|pir|cal|frz|exp|policy|std|wvr|ev|checks|rules|rwv|brf)-\d+", re.IGNORECASE)


def day_field(label: str, **options: Any) -> forms.DateField:
    """Return a field for a day, in the browser's own picker."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    wrong = {"invalid": f"{label}: give a date such as 2026-11-19."}
    return forms.DateField(label=label, widget=widget, error_messages=wrong, **options)


class LedgerForm(forms.Form):
    """The facets. Every one may stay empty."""

    text = forms.CharField(
        label="Find",
        help_text="Words of a reason or a note, a title, a name, an event",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    about = forms.CharField(
        label="Everything about",
        help_text="A change with its window, review and cards; or a component with the changes that move it",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    q = forms.CharField(
        label="One record",
        help_text="Its whole name, such as CHG-1042",
        max_length=250,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    start = day_field("First day (UTC)", required=False)
    end = day_field("Last day (UTC)", required=False)
    kind = forms.MultipleChoiceField(
        label="Kind",
        choices=[(name, label) for name, (label, _) in KINDS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    by = forms.MultipleChoiceField(
        label="Who", choices=list(ACTORS.items()), widget=forms.CheckboxSelectMultiple, required=False
    )
    person = forms.CharField(
        label="One person",
        help_text="Their user name",
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_q(self) -> str:
        """Return the record's name as the ledger writes it."""
        ref: str = self.cleaned_data["q"].strip()
        return ref.upper() if _REF.fullmatch(ref) else ref

    def clean_about(self) -> str:
        """Return the name of a change or a component as the ledger writes it."""
        name: str = self.cleaned_data["about"].strip()
        if not name or ":" in name:
            return name.lower()
        if not _CHANGE.fullmatch(name):
            raise forms.ValidationError("Name a change, such as CHG-1042, or a component by its whole key.")
        return name.upper()

    def clean_person(self) -> User | None:
        """Return the person named, if any."""
        name = self.cleaned_data["person"].strip()
        if not name:
            return None
        found = active_person(name)
        if found is None:
            raise forms.ValidationError("Nobody here has this user name.")
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts."""
        given = super().clean() or {}
        start, end = given.get("start"), given.get("end")
        if start and end and end < start:
            self.add_error("end", "The last day must not come before the first day.")
        return given

    def filters(self) -> Filters:
        """Return what to look for; of a form with errors, what is valid in it."""
        given = self.cleaned_data
        person = given.get("person")
        kinds = given.get("kind", [])
        about = given.get("about", "")
        return Filters(
            text=given.get("text", ""),
            component=about if ":" in about else "",
            change=about if ":" not in about else "",
            start=_midnight(given.get("start")),
            end=_midnight(given.get("end"), 1),
            object_id=given.get("q", ""),
            events=tuple(event for kind in kinds for event in KINDS[kind][1]),
            actors=(f"person:{person.pk}",) if person else tuple(f"{kind}:" for kind in given.get("by", [])),
        )


def _midnight(day: date | None, later: int = 0) -> datetime | None:
    if day is None or day >= date.max:
        return None
    return datetime.combine(day + timedelta(days=later), time.min, UTC)


class AsAtForm(forms.Form):
    """A record, and the moment at which it is looked at: in UTC, now when none is given."""

    record = forms.CharField(
        label="Record",
        help_text="Its whole name, such as CHG-1042 or model:default/credit-risk",
        max_length=250,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # Read by hand: Django would take the time for one on the reader's own clock, which may not exist there.
    at = forms.CharField(
        label="As at (UTC)",
        help_text="Empty means now",
        required=False,
        widget=forms.TextInput(attrs={"type": "datetime-local", "step": "1"}),
    )

    def clean_record(self) -> tuple[str, str]:
        """Return the type and the name of a record as the ledger writes them."""
        name: str = self.cleaned_data["record"].strip()
        if not name.isprintable():
            raise forms.ValidationError("Name a record in one line, without marks that show nothing.")
        kind = _TYPES.get(name.upper().partition("-")[0]) if _REF.fullmatch(name) else None
        if kind is not None:
            return kind, name.upper()
        if ":" in name:
            return ("contract" if name.lower().startswith(("api:", "data:")) else "component"), name.lower()
        raise forms.ValidationError("Name a record, such as CHG-1042, or a component by its whole key.")

    def clean_at(self) -> datetime | None:
        """Return the moment that was given, on a clock that shows UTC."""
        return moment_from(self.cleaned_data["at"])


def moment_from(text: str) -> datetime | None:
    """Return the instant that a text such as ``2026-11-10T09:44:07Z`` names, None for an empty one.

    Raises:
        ValidationError: it names none.
    """
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        moment = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        # At the ends of the calendar the reader's own clock has no such day.
        moment - _A_DAY, moment + _A_DAY
        return moment
    except (ValueError, OverflowError):
        raise forms.ValidationError("As at: give a day and time such as 2026-11-10T09:44.") from None
