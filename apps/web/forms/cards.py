"""The form that writes a model card, and the filter of the list of models."""

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from apps.accounts.selectors import teams
from apps.cards.models import ModelCard
from apps.cards.rules import FIELDS, TEXT_FIELDS
from apps.cards.selectors import people_for

BLANK_ROWS = 3
BY_NAME = {field.name: field for field in FIELDS}


class ModelFilter(forms.Form):
    """Narrows the list of models."""

    q = forms.CharField(required=False, max_length=200, label="Name")
    team = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(team.slug, team.name) for team in teams()]
        self.fields["team"].choices = [("", "All teams"), *choices]  # type: ignore[attr-defined]


class CardForm(forms.Form):
    """The fields of a card that are text, lists and people; metrics are rows of their own."""

    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, card: ModelCard, **kwargs: Any) -> None:
        held = {name: getattr(card, name) for name in TEXT_FIELDS}
        held |= {
            "edition": card.edition,
            "retraining_triggers": "\n".join(card.retraining_triggers),
            "owners": [owner.pk for owner in card.owners.all()],
        }
        kwargs["initial"] = held
        super().__init__(*args, **kwargs)
        for name in TEXT_FIELDS:
            self.fields[name] = forms.CharField(**_described(name), widget=forms.Textarea(attrs={"rows": 4}))
        triggers = _described("retraining_triggers")
        triggers["help_text"] += " One a line."
        self.fields["retraining_triggers"] = forms.CharField(
            **triggers, widget=forms.Textarea(attrs={"rows": 4})
        )
        self.fields["owners"] = forms.ModelMultipleChoiceField(
            queryset=people_for(card), widget=forms.CheckboxSelectMultiple, **_described("owners")
        )

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        given = dict(self.cleaned_data)
        given.pop("edition")
        given["owners"] = list(given["owners"])
        given["retraining_triggers"] = given["retraining_triggers"].splitlines()
        return given


def _described(name: str) -> dict[str, Any]:
    field = BY_NAME[name]
    return {"required": False, "label": field.label, "help_text": field.ask}


class MetricForm(forms.Form):
    """One metric. A row without a name is no metric; a value left empty was not measured."""

    name = forms.CharField(required=False, max_length=200)
    slice = forms.CharField(required=False, max_length=200, label="Group")
    value = forms.FloatField(required=False)
    low = forms.FloatField(required=False, label="From")
    high = forms.FloatField(required=False, label="To")
    source = forms.CharField(required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Ask for a name where anything else was given."""
        given = super().clean() or {}
        filled = any(value not in (None, "") for name, value in given.items() if name != "name")
        if filled and not given.get("name"):
            self.add_error("name", "Give the metric a name.")
        return given


MetricRows = formset_factory(MetricForm, extra=BLANK_ROWS, max_num=200)


def metric_rows_of(card: ModelCard, data: Any = None) -> "BaseFormSet[MetricForm]":
    """Return the rows of a card's metrics, with some empty ones to fill in."""
    return MetricRows(data, initial=card.metrics, prefix="metrics")


def metrics_given(rows: "BaseFormSet[MetricForm]") -> list[dict[str, Any]]:
    """Return the metrics of the rows that have a name."""
    return [row.cleaned_data for row in rows.forms if row.cleaned_data.get("name")]
