"""The form on which a standard change is written."""

from typing import Any

from django import forms

from apps.changes.models import StandardVersion
from apps.changes.rules.standards import StandardInput, StandardStep
from apps.playbooks.enums import TemplateKind

_WHOLE = {"invalid": "Enter a whole number, such as 15."}


def _prose(label: str, hint: str = "", lines: int = 3, *, code: bool = False) -> forms.CharField:
    attrs: dict[str, Any] = {"rows": lines} | ({"spellcheck": "false", "class": "mono"} if code else {})
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=12_000, widget=forms.Textarea(attrs=attrs)
    )


def _whole(label: str, hint: str = "") -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, help_text=hint, required=False, widget=widget, error_messages=_WHOLE
    )


class StandardForm(forms.Form):
    """What is done, its bounds, the way back, and its end. The service says what is missing or wrong."""

    title = forms.CharField(
        label="Title", help_text="What is done, and to what.", required=False, max_length=200
    )
    summary = _prose("What is done, in plain words", "Write for somebody who does not build models.")
    outcome = _prose("What it is good for", "And for whom.", 2)
    components = _prose(
        "Components it may move",
        "One key a line, as in the catalog: model:default/credit-risk. A change may move some of them, and no other.",
        code=True,
    )
    steps = _prose(
        "The plan",
        "One step a line, with its minutes after a bar: Switch the alias | 10. Without a bar it is 15 minutes.",
        4,
    )
    most_minutes = _whole("Longest window, in minutes")
    rollback_plan = _prose("How it is undone", "The steps back, in order.")
    rollback_minutes = _whole("Minutes that going back takes, at most")
    criteria = _prose("It goes back when", "One sign a line.", 2)
    risks = _prose("What could go wrong", "One thing a line.", 2)
    documents = forms.MultipleChoiceField(
        label="Documents that each change needs",
        help_text="Finished, before it is submitted. None is fine.",
        required=False,
        choices=TemplateKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    most_uses = _whole("How often it may be used", "Leave it empty for any number of times.")
    review_by = forms.DateField(
        label="Until when it may be used",
        help_text="Then people look at it again. Give a day, a number of times above, or both.",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Give a date such as 2027-06-30."},
    )

    def given(self) -> StandardInput:
        """Return what was written; only after ``is_valid``."""
        data = self.cleaned_data
        lines = {name: tuple(_lines(data[name])) for name in ("components", "criteria", "risks")}
        steps = tuple(_step(line) for line in _lines(data["steps"]))
        return StandardInput(**data | lines | {"steps": steps, "documents": tuple(data["documents"])})


def starting_from(version: StandardVersion) -> dict[str, Any]:
    """Return the fields of a form as a version says them."""
    content, back = version.content, version.content["rollback"]
    lines = {name: "\n".join(content[name]) for name in ("components", "risks")}
    plain = ("title", "summary", "outcome", "most_minutes", "documents", "most_uses", "review_by")
    return {
        **{name: content[name] for name in plain},
        **lines,
        "steps": "\n".join(f"{step['text']} | {step['minutes']}" for step in content["steps"]),
        "rollback_plan": back["plan"],
        "rollback_minutes": back["minutes"],
        "criteria": "\n".join(back["criteria"]),
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _step(line: str) -> StandardStep:
    """Return a step: what stands behind the last bar is its minutes, when that is a whole number."""
    text, bar, minutes = line.rpartition("|")
    digits = minutes.strip()
    if bar and digits.isascii() and digits.isdecimal() and len(digits) <= 6:
        return StandardStep(text.strip(), int(digits))
    return StandardStep(line)
