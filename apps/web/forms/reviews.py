"""Forms of a review: what happened, and what will be done about it."""

from collections.abc import Iterable
from typing import Any

from django import forms

from apps.accounts.models import User
from apps.calendar.rules.spans import instant_from_local
from apps.reviews.enums import Felt, Outcome, Theme
from apps.reviews.models import Factor, Review
from apps.reviews.selectors import Made, digest_of, possible_owners
from apps.reviews.services.feedback import ANSWER_LIMIT
from apps.reviews.services.timeline import FACTOR_LIMIT, WHAT_LIMIT, WHO_LIMIT
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
        help_text="In a few sentences, for somebody who was not there. What happened at a certain time goes into the "
        "timeline of the review.",
        widget=forms.Textarea(attrs={"rows": 6}),
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


class MomentForm(forms.Form):
    """What happened at a time, by the clock on the wall where the change was planned."""

    at = forms.CharField(
        label="When?", max_length=40, widget=forms.TextInput(attrs={"type": "datetime-local"})
    )
    what = forms.CharField(
        label="What happened?",
        max_length=WHAT_LIMIT,
        help_text="What people saw or did. Nobody is blamed here.",
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": str(WHAT_LIMIT)}),
    )
    who = forms.CharField(
        label="Who or which role acted?",
        max_length=WHO_LIMIT,
        required=False,
        help_text="Such as “on-call engineer”. Leave it blank if a machine did.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="moment_%s", **kwargs)

    def given(self, time_zone: str) -> dict[str, Any]:
        """Return what was typed, with the instant. Raises Invalid at ``at`` for a time that does not exist."""
        return self.cleaned_data | {"at": instant_from_local("at", self.cleaned_data["at"], time_zone)}


class FactorForm(forms.Form):
    """What made the outcome likely, and what kind of thing that is."""

    theme = forms.ChoiceField(label="What kind of thing?", choices=[("", "Choose one"), *Theme.choices])
    text = forms.CharField(
        label="What made it likely?",
        max_length=FACTOR_LIMIT,
        help_text="Look for what in the system made it easy to happen.",
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": str(FACTOR_LIMIT)}),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="factor_%s", **kwargs)


class FeedbackForm(forms.Form):
    """How a change was for one service: three questions."""

    felt = forms.ChoiceField(
        label="How was it for your service?", choices=Felt.choices, widget=forms.RadioSelect
    )
    saw = forms.CharField(
        label="What did you see?",
        required=False,
        max_length=ANSWER_LIMIT,
        help_text="Alerts, complaints, numbers that moved. Needed where it got worse.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    better = forms.CharField(
        label="What should be done differently next time?",
        required=False,
        max_length=ANSWER_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class BecomesForm(forms.Form):
    """Which version an action turned into."""

    made = forms.ChoiceField(label="Which version?")

    def __init__(self, data: Any = None, *, offered: Iterable[Made]) -> None:
        super().__init__(data)
        versions = [(one.name, f"{one.title} ({one.stands.lower()})") for one in offered]
        self.fields["made"].choices = [("", "Choose a version"), *versions]  # type: ignore[attr-defined]


class ActionForm(forms.Form):
    """One action: what, because of what, who, by when."""

    text = forms.CharField(
        label="What will be done?", max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    owner: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label="Who does it?", queryset=None, empty_label="Choose a person"
    )
    due_on = forms.DateField(
        label="By when?", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    factor: "forms.ModelChoiceField[Factor]" = forms.ModelChoiceField(
        label="Because of what?", queryset=None, required=False, empty_label="Nothing in particular"
    )

    def __init__(self, data: Any = None, *, review: Review) -> None:
        super().__init__(data, auto_id="action_%s")
        self.fields["owner"].queryset = possible_owners()  # type: ignore[attr-defined]
        self.fields["factor"].queryset = review.factors.filter(removed_at=None)  # type: ignore[attr-defined]
