"""The forms that write a model card, a section at a time, and the filter of the list of models."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.urls import reverse

from apps.accounts.selectors import teams
from apps.cards.models import ModelCard
from apps.cards.rules import WRITTEN, CardField, Column, Fault, Kind, check
from apps.cards.selectors import content_of, people_for

BLANK_ROWS = 2
MOST_ROWS = 500
IN_ROWS = (Kind.ROWS, Kind.METRICS)


class ModelFilter(forms.Form):
    """Narrows the list of models."""

    q = forms.CharField(required=False, max_length=200, label="Name")
    team = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(team.slug, team.name) for team in teams()]
        self.fields["team"].choices = [("", "All teams"), *choices]  # type: ignore[attr-defined]


class SectionForm(forms.Form):
    """The fields of one section of a card. Fields of rows are formsets of their own, in ``rows`` by name.

    What a value may be, the rules of cards say alone; their faults are put at the fields and rows.
    """

    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, card: ModelCard, section: str) -> None:
        content = content_of(card)
        self.parts = [field for field in WRITTEN if field.section == section]
        initial = {field.name: _initial(field, content[field.name]) for field in self.parts}
        super().__init__(data, initial=initial | {"edition": card.edition})
        self.rows: dict[str, BaseFormSet[forms.Form]] = {}
        for field in self.parts:
            if field.kind in IN_ROWS:
                self.rows[field.name] = _rows_of(field)(data, initial=content[field.name], prefix=field.name)
            else:
                self.fields[field.name] = _control(field, card)

    def clean(self) -> dict[str, Any]:
        """Say at the top what is wrong with the edition that was read: its field shows nothing."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors.pop("edition", None):
            self.add_error(None, "This page was not sent whole. Reload it, then write again.")
        return cleaned

    def is_valid(self) -> bool:
        """Return whether every value can be taken as it stands."""
        sound = [super().is_valid(), *(rows.is_valid() for rows in self.rows.values())]
        if not all(sound):
            return False
        faults = check(self.values()).faults
        for fault in faults:
            self._place(fault)
        return not faults

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {field.name: self._value(field) for field in self.parts}

    def shown(self) -> list[tuple[CardField, Any]]:
        """Return each field with its control or its rows, in their order."""
        return [
            (field, self.rows[field.name] if field.name in self.rows else self[field.name])
            for field in self.parts
        ]

    def _value(self, field: CardField) -> Any:
        if field.kind in IN_ROWS:
            return [_row_given(field, row.cleaned_data) for row in self.rows[field.name].forms]
        given = self.cleaned_data[field.name]
        if field.kind is Kind.PEOPLE:
            return sorted(person.pk for person in given)
        return given.splitlines() if field.kind is Kind.LIST else given

    def _place(self, fault: Fault) -> None:
        rows = self.rows.get(fault.field)
        if rows is None or fault.row is None:
            self.add_error(fault.field if fault.field in self.fields else None, fault.sentence)
            return
        column = fault.column or self._first_column(fault.field)
        rows.forms[fault.row - 1].add_error(column, fault.says)

    def _first_column(self, name: str) -> str:
        return next(field.columns[0].name for field in self.parts if field.name == name)


def _initial(field: CardField, value: Any) -> Any:
    return "\n".join(value) if field.kind is Kind.LIST else value


def _control(field: CardField, card: ModelCard) -> forms.Field:
    described: dict[str, Any] = {"required": False, "label": field.label, "help_text": field.ask}
    if field.kind is Kind.PEOPLE:
        return forms.ModelMultipleChoiceField(
            queryset=people_for(card), widget=forms.CheckboxSelectMultiple, **described
        )
    if field.kind is Kind.CHOICE:
        return forms.ChoiceField(choices=[("", "Not chosen"), *field.choices], **described)
    widget = _previewed(field.name, card.ref) if field.kind is Kind.MARKDOWN else _widget(field.kind)
    return forms.CharField(strip=False, widget=widget, **described)


def _previewed(name: str, ref: str) -> forms.Textarea:
    """Return a text area whose Markdown is shown below it as it is typed."""
    return forms.Textarea(
        attrs={
            "rows": 5,
            "hx-post": reverse("web:card-preview", args=[ref]),
            "hx-trigger": "input changed delay:500ms",
            "hx-target": f"#{name}-preview",
            "hx-params": f"csrfmiddlewaretoken,{name}",
            "hx-swap": "innerHTML",
        }
    )


def _widget(kind: Kind) -> forms.Widget:
    if kind is Kind.DATE:
        return forms.DateInput(attrs={"type": "date"})
    if kind in (Kind.MARKDOWN, Kind.LIST):
        return forms.Textarea(attrs={"rows": 3})
    return forms.TextInput(attrs={"inputmode": "decimal"} if kind in (Kind.NUMBER, Kind.COUNT) else {})


@lru_cache(maxsize=64)
def _rows_of(field: CardField) -> "type[BaseFormSet[forms.Form]]":
    """Return the formset of a field's rows, with some empty ones to fill in."""
    controls: dict[str, Any] = {column.name: _cell(column) for column in field.columns}
    form = type(f"{field.name.title()}Row", (_RowForm,), controls | {"columns": field.columns})
    return formset_factory(form, extra=BLANK_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS + BLANK_ROWS)


class _RowForm(forms.Form):
    columns: tuple[Column, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = kwargs.get("initial") or {}
        lists = [column.name for column in self.columns if column.kind is Kind.LIST]
        kwargs["initial"] = initial | {name: "\n".join(initial.get(name, [])) for name in lists}
        super().__init__(*args, **kwargs)


def _cell(column: Column) -> forms.Field:
    described: dict[str, Any] = {"required": False, "label": column.label}
    if column.kind is Kind.CHOICE:
        return forms.ChoiceField(choices=[("", "Not chosen"), *column.choices], **described)
    hint = "One a line." if column.kind is Kind.LIST else ""
    return forms.CharField(strip=False, help_text=hint, widget=_widget(column.kind), **described)


def _row_given(field: CardField, given: Mapping[str, Any]) -> dict[str, Any]:
    lists = {column.name for column in field.columns if column.kind is Kind.LIST}
    return {
        name: value.splitlines() if name in lists else value
        for name, value in ((column.name, given.get(column.name, "")) for column in field.columns)
    }


class CompareForm(forms.Form):
    """Chooses two versions of one model to lay beside each other."""

    before = forms.ChoiceField(label="First version")
    after = forms.ChoiceField(label="Second version")

    def __init__(self, *args: Any, family: list[ModelCard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.ref, f"Version {each.version.version}") for each in family]
        for name in ("before", "after"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
