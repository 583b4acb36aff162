"""Forms of a review: what happened, and what will be done about it."""

from typing import Any

from django import forms

from apps.accounts.models import User
from apps.reviews.enums import Outcome
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of, possible_owners
from apps.web.forms.proving import ProofForm

PREFIX = "realised_"


class ReviewForm(forms.Form):
    """What a person says of a change, with one field for the realised value of each measure.

    ``digest`` is the review that they read.
    """

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    outcome = forms.ChoiceField(
        label="How did it turn out?", choices=Outcome.choices, widget=forms.RadioSelect, required=False
    )
    what_happened = forms.CharField(
        label="What happened?",
        help_text="One step a line, each with its time: “10:48 The bound broke”. Say what people saw, "
        "not who was at fault.",
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
    )
    contributing_factors = forms.CharField(
        label="What made it likely?",
        help_text="One cause a line. Look for what in the system made it easy to happen.",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    went_well = forms.CharField(
        label="What went well?",
        help_text="One thing a line.",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )

    def __init__(self, data: Any = None, *, review: Review) -> None:
        super().__init__(
            data,
            initial={
                "digest": digest_of(review),
                "outcome": review.outcome,
                "what_happened": review.what_happened,
                "contributing_factors": review.contributing_factors,
                "went_well": review.went_well,
            },
        )
        self._metrics = list(review.metrics.all())
        for metric in self._metrics:
            self.fields[f"{PREFIX}{metric.pk}"] = forms.FloatField(
                label=f"{metric.name}, {metric.unit}" if metric.unit else metric.name,
                help_text="Leave it blank if it was not measured.",
                initial=_written(metric.realised),
                required=False,
            )

    @property
    def measures(self) -> list[forms.BoundField]:
        """Return the fields of the measures, in the order of the change."""
        return [self[f"{PREFIX}{metric.pk}"] for metric in self._metrics]

    @property
    def said_now(self) -> list[tuple[str, str]]:
        """Return (label, what the review says now) for each field where something else was typed."""
        labels = dict(Outcome.choices)
        fields = [self[name] for name in self.changed_data]
        now = [labels.get(field.initial) if field.name == "outcome" else field.initial for field in fields]
        return [
            (str(field.label), "" if value is None else str(value))
            for field, value in zip(fields, now, strict=True)
        ]

    def realised(self) -> dict[int, float | None]:
        """Return each metric's value; None for one that was not measured."""
        return {metric.pk: self.cleaned_data[f"{PREFIX}{metric.pk}"] for metric in self._metrics}


def _written(value: float | None) -> float | int | None:
    """Return a whole number without its decimal point."""
    return int(value) if value is not None and value.is_integer() else value


class SignForm(ProofForm):
    """Proof of who signs. ``digest`` is what the person was shown."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ActionForm(forms.Form):
    """One action: what, who, by when."""

    text = forms.CharField(
        label="What will be done?", max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    owner: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label="Who does it?", queryset=None, empty_label="Choose a person"
    )
    due_on = forms.DateField(
        label="By when?", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="action_%s")
        self.fields["owner"].queryset = possible_owners()  # type: ignore[attr-defined]
