"""The forms of the wizard's steps. They read what was typed; the services say what is missing or wrong."""

from typing import ClassVar

from django import forms

from apps.calendar.rules import Span, not_plannable, span_from_local
from apps.changes.enums import ChangeClass, Direction, Harm, Likelihood
from apps.changes.rules.judged import judged_by
from apps.core import clock
from apps.core.errors import Invalid
from apps.web.forms.wizard.rows import RowForm

_NUMBER = "Enter a number, such as 0.85."
_WHOLE = "Enter a whole number, such as 15."


def _text(label: str, hint: str = "", **more: object) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=False, **more)  # type: ignore[arg-type]


def _prose(label: str, hint: str = "", lines: int = 3) -> forms.CharField:
    return _text(label, hint, widget=forms.Textarea(attrs={"rows": lines}))


def _number(label: str, hint: str = "") -> forms.FloatField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.FloatField(
        label=label, help_text=hint, required=False, widget=widget, error_messages={"invalid": _NUMBER}
    )


def _judged(hint: str, *places: str) -> str:
    """Return a hint with who judges the field: whoever is named signs again when it changes."""
    return f"{hint} {judged_by(*places)}".strip()


def _whole(label: str, hint: str = "") -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, help_text=hint, required=False, widget=widget, error_messages={"invalid": _WHOLE}
    )


class FindForm(forms.Form):
    """Finding components of the catalog; Enter looks them up."""

    find = _text(
        "Find a component",
        "Its name, or a word from its description. Leave it empty to see all.",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    # What the list of finds below the field was made for, so that Enter after a new word looks it up.
    found = forms.CharField(required=False, widget=forms.HiddenInput)


class ImpactForm(FindForm):
    """Finding a component that the blast radius has missed."""

    find = _text(
        "Add a component we missed",
        "Its name, or a word from its description.",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class WhyForm(forms.Form):
    """The reasons."""

    title = _text("Title", _judged("One line that says what is done, and to what.", "title"))
    summary = _prose(
        "What changes, in plain words",
        _judged("Write for somebody who does not build models.", "summary"),
        lines=4,
    )
    outcome = _prose("What should be better afterwards", _judged("And for whom.", "outcome"))
    cost_of_waiting = _prose(
        "What waiting costs",
        _judged("What happens if this is put off by a month. It may be empty.", "cost_of_waiting"),
        2,
    )


class MetricForm(RowForm):
    """One promise that can be measured."""

    counts = ("name", "unit", "baseline", "target", "bound")
    judged = judged_by("success_metrics[]")

    name = _text("What is measured")
    unit = _text("Unit", "%, ms, £")
    direction = forms.ChoiceField(label="Should be", choices=Direction.choices, required=False)
    baseline = _number("Today", "Empty: not measured")
    target = _number("Target")
    bound = _number("Go back beyond", "It may be empty.")


class NoteForm(RowForm):
    """One component of the blast radius: whether it is reached, and why not (or why, when added by hand)."""

    counts = ("component",)
    main = "reason"
    called = {"component": "reason"}
    judged = judged_by("impact[]")

    component = forms.CharField(required=False, widget=forms.HiddenInput)
    include = forms.BooleanField(required=False)
    by_hand = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = _text("Reason")


class WhenForm(forms.Form):
    """The class of the change and its window, as the clock on the wall shows it."""

    judged: ClassVar = {"window": judged_by("window"), "class": judged_by("class")}

    change_class = forms.ChoiceField(
        label="How it goes through", choices=ChangeClass.choices, required=False, widget=forms.RadioSelect
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="The clock on the wall that you mean.",
        required=False,
        choices=lambda: [(name, name) for name in sorted(clock.zone_names() - {"localtime"})],
    )
    local_start = _text("Starts", widget=forms.TextInput(attrs={"type": "datetime-local"}))
    local_end = _text("Ends", widget=forms.TextInput(attrs={"type": "datetime-local"}))
    late_reason = _prose(
        "If it comes at short notice, why", "Only where its class asks for more notice.", lines=2
    )

    def __init__(self, *args: object, standard: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not standard:
            classes = [
                (value, label) for value, label in ChangeClass.choices if value != ChangeClass.STANDARD
            ]
            self.fields["change_class"].choices = classes  # type: ignore[attr-defined]

    def span(self) -> Span:
        """Return the window. Raises Invalid at the field that is wrong: no such time, has passed, too far ahead."""
        given = self.cleaned_data
        span = span_from_local(given["local_start"], given["local_end"], given["time_zone"])
        wrong = not_plannable(span, clock.now())
        if wrong:
            raise Invalid(wrong)
        return span


class HowBackForm(forms.Form):
    """The way back."""

    rollback_plan = _prose(
        "How the change is undone",
        _judged("The steps back, in order, and who takes them.", "rollback.plan"),
        lines=4,
    )
    rollback_minutes = _whole("Minutes that going back takes", _judged("", "rollback.minutes"))


class CriterionForm(RowForm):
    """One sign that means: go back."""

    counts = ("text",)
    judged = judged_by("rollback.criteria")

    text = _text("Sign")


class RiskForm(RowForm):
    """One thing that could go wrong."""

    counts = ("text", "mitigation")
    judged = judged_by("risks[]")

    text = _text("What could go wrong")
    likelihood = forms.ChoiceField(label="How likely", choices=Likelihood.choices, required=False)
    harm = forms.ChoiceField(label="How bad", choices=Harm.choices, required=False)
    mitigation = _text("What is done about it")


class StepForm(RowForm):
    """One step of the plan. ``after`` names earlier steps by number: "1, 3"."""

    counts = ("text", "way_back")
    judged = judged_by("plan[]")

    text = _text("What is done")
    lead = forms.ChoiceField(label="Who leads it", required=False)
    minutes = _whole("Minutes")
    after = _text("After steps", "Such as 1, 3")
    way_back = _text("Way back from here")

    def __init__(self, *args: object, people: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        lead = self.fields["lead"]
        assert isinstance(lead, forms.ChoiceField)
        lead.choices = [("", "Choose a person"), *people]

    def clean_after(self) -> tuple[int, ...]:
        """Return the numbers of the steps that this one waits for."""
        parts = self.cleaned_data["after"].replace(",", " ").split()
        if not all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts):
            raise forms.ValidationError("Give the numbers of steps, with commas between: 1, 3.")
        return tuple(int(part) for part in parts)
