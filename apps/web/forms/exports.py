"""What a person exports: its scope, its fields, its form. The answers stand in the address, so nothing is lost."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from apps.core.errors import Invalid
from apps.exports.enums import Column, ExportFormat, ExportSubject, Withheld
from apps.exports.rules.orders import FORMATS, Order, Scope
from apps.exports.services.jobs import refuse_wrong
from apps.exports.services.writers import WRITERS
from apps.web.errors import add_to_form
from apps.web.forms.ledger import KINDS, day_field

_SAID = {
    ExportFormat.BUNDLE: "Bundle that verifies offline: entries, proofs and the program that checks them",
    ExportFormat.PDF: "PDF report, to read and print",
    ExportFormat.XLSX: "Excel workbook",
    ExportFormat.CSV: "CSV, a table as plain text",
    ExportFormat.JSONL: "JSON lines, one entry a line, for programs",
}
_SUBJECT_SAID = {
    ExportSubject.ENTRIES: "Ledger entries: every step that anyone took",
    ExportSubject.POPULATION: "Every change of the period, one a row",
    ExportSubject.SAMPLE: "A sample of the changes, drawn by a seed",
}


@dataclass(frozen=True)
class Step:
    """A step of the wizard: the name in its address, its title, and the fields that it asks for."""

    name: str
    title: str
    fields: tuple[str, ...]


SCOPE = Step("scope", "Scope", ("subject", "start", "end", "component", "change", "person", "kind"))
FIELDS = Step("fields", "Fields and redaction", ("fields", "withheld"))
FORM = Step("format", "Format", ("format", "seed"))
STEPS = (SCOPE, FIELDS, FORM)


def formats_of(subject: ExportSubject) -> list[ExportFormat]:
    """Return the forms that a subject can take and that someone writes."""
    return [form for form in FORMATS[subject] if (subject, form) in WRITERS]


def _text(label: str, hint: str, length: int) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, help_text=hint, max_length=length, required=False, widget=widget)


def _several(label: str, hint: str, choices: list[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, help_text=hint, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class OrderForm(forms.Form):
    """All the answers of the wizard. Each page shows those of its step."""

    subject = forms.ChoiceField(label="What", required=False, widget=forms.RadioSelect)
    start = day_field("First day", help_text="From 00:00 UTC")
    end = day_field("Last day", help_text="To the end of the day, UTC")
    component = _text("Component", "Its key, such as model:default/credit-risk. Empty: any", 250)
    change = _text("Change", "Its number, such as CHG-1042. Empty: any", 20)
    person = _text("Done by", "A user name. Empty: anyone, and Countersign itself", 150)
    kind = _several(
        "Kinds of entries", "Tick none for all of them", [(name, said) for name, (said, _) in KINDS.items()]
    )
    withheld = _several(
        "Leave out",
        "The entries stand and prove the same: they hold digests in place of texts, and numbers in place of names",
        [
            (Withheld.TEXTS, "Free texts, such as reasons and notes"),
            (Withheld.NAMES, "Names and e-mail addresses of people. Free texts can still name someone"),
        ],
    )
    format = forms.ChoiceField(label="Form of the file", required=False, widget=forms.RadioSelect)
    seed = _text("Seed", "For a sample: the same seed draws the same changes again", 60)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # ``fields`` is taken on the class, which keeps its own fields there.
        self.fields["fields"] = _several(
            "Columns",
            "For Excel and CSV. Tick none for all of them. Other forms hold each entry whole",
            [(column.value, column.label) for column in Column],
        )
        subjects = [subject for subject in ExportSubject if formats_of(subject)]
        self._choose("subject", [(each, _SUBJECT_SAID[each]) for each in subjects])
        asked = self.data.get("subject") or self.initial.get("subject")
        subject = ExportSubject(asked) if asked in subjects else ExportSubject.ENTRIES
        forms_of_it = formats_of(subject)
        self._choose("format", [(each, _SAID[each]) for each in forms_of_it])
        self.initial["subject"] = subject
        if self.initial.get("format") not in forms_of_it:
            self.initial["format"] = forms_of_it[0]
        if self.is_bound:
            # An address without these means the first of each, and the page shows it so.
            first = {name: self.initial[name] for name in ("subject", "format") if not self.data.get(name)}
            assert isinstance(self.data, QueryDict)
            given = self.data.copy()
            given.update(first)
            self.data = given

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Put what is wrong with the order at its field."""
        given = super().clean() or {}
        if given.get("start") and given.get("end"):
            try:
                refuse_wrong(self.order())
            except Invalid as error:
                add_to_form(self, error)
        return given

    def order(self) -> Order:
        """Return what was asked for."""
        given = self.cleaned_data
        subject = ExportSubject(given.get("subject") or ExportSubject.ENTRIES)
        kinds = given.get("kind", [])
        scope = Scope(
            start=given["start"],
            end=given["end"],
            component=given.get("component", ""),
            change=given.get("change", ""),
            person=given.get("person", "").strip(),
            events=tuple(event for kind in kinds for event in KINDS[kind][1]),
        )
        return Order(
            scope=scope,
            subject=subject,
            format=ExportFormat(given.get("format") or formats_of(subject)[0]),
            fields=tuple(given.get("fields", [])),
            withheld=tuple(given.get("withheld", [])),
            seed=given.get("seed", "").strip(),
        )

    def wrong_step(self, before: int) -> Step | None:
        """Return the first of so many steps whose answers are wrong."""
        steps = STEPS[:before]
        return next((step for step in steps if any(name in self.errors for name in step.fields)), None)


def answers(given: QueryDict) -> dict[str, Any]:
    """Return the answers in an address, and what the ledger's own filters stand for."""
    plain: dict[str, Any] = {name: given[name] for name in given}
    for name in ("kind", "fields", "withheld"):
        plain[name] = given.getlist(name)
    component, change = _named(given)
    plain["component"] = plain.get("component") or component
    plain["change"] = plain.get("change") or change
    return plain


def _named(given: QueryDict) -> tuple[str, str]:
    """Return the component and the change that the filters of the ledger's page name, each empty if none does."""
    ref, about = given.get("q", "").strip().upper(), given.get("about", "").strip()
    change = ref if ref.startswith("CHG-") else ""
    return (about.lower(), change) if ":" in about else ("", change or about.upper())


def unmet(given: QueryDict) -> bool:
    """Tell whether the address carries a filter of the ledger's page that an export does not have."""
    ref, about = given.get("q", "").strip().upper(), given.get("about", "").strip().upper()
    is_other = bool(ref) and (not ref.startswith("CHG-") or (about not in ("", ref) and ":" not in about))
    return bool(given.get("by") or given.get("text") or is_other)


def address_of(plain: dict[str, Any]) -> str:
    """Return the answers that gave a job's order, as the query of an address."""
    scope = plain["scope"]
    query = QueryDict(mutable=True)
    single = {name: scope[name] for name in ("start", "end", "component", "change", "person")}
    single |= {name: plain[name] for name in ("subject", "format", "seed")}
    for name, value in single.items():
        if value:
            query[name] = value
    query.setlist(
        "kind", [kind for kind, (_, events) in KINDS.items() if set(events) <= set(scope["events"])]
    )
    query.setlist("fields", plain["fields"])
    query.setlist("withheld", plain["withheld"])
    return query.urlencode()


def said_of(order: Order) -> str:
    """Return in words which records an order holds."""
    scope = order.scope
    parts = [_SUBJECT_SAID[order.subject].partition(":")[0]]
    parts += [f"about {scope.component}"] if scope.component else []
    parts += [f"about {scope.change}"] if scope.change else []
    parts += [f"done by {scope.person}"] if scope.person else []
    kinds = [said for said, events in KINDS.values() if set(events) <= set(scope.events)]
    parts += [f"of these kinds: {', '.join(kinds)}"] if kinds else []
    if len(parts) == 1 and order.subject == ExportSubject.ENTRIES:
        return "Every ledger entry of these days"
    return ", ".join(parts)


def period_said(start: date, end: date) -> str:
    """Return a period of days in words."""
    last = f"{end.day} {end:%B %Y}"
    if start == end:
        return last
    if start.year != end.year:
        return f"{start.day} {start:%B %Y} to {last}"
    return f"{start.day} to {last}" if start.month == end.month else f"{start.day} {start:%B} to {last}"
