"""The forms on which rules are written: a draft, one rule of it, its examples, and a waiver of one."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from apps.calendar.rules.spans import instant_from_local
from apps.core.errors import Invalid
from apps.policy.enums import Effect, Outcome, Severity, Stage
from apps.policy.rules.documents import MOST_EXAMPLES, Problem

LONGEST_EXPRESSION = 2_000
LONGEST_FACTS = 10_000
_CODE = {
    "class": "code-edit",
    "spellcheck": "false",
    "autocapitalize": "off",
    "autocomplete": "off",
    "data-facts": "expression",  # static/rules.js completes them
}


def _area(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class DraftForm(forms.Form):
    """What a draft says beside its rules."""

    reason = forms.CharField(label="Why should the rules change?", max_length=2000, widget=_area(3))


class SetForm(DraftForm):
    """The title, the bands of risk and the prior of a draft, and why it is written."""

    title = forms.CharField(label="What the set is called", max_length=120)
    moderate = forms.FloatField(label="Moderate from, in points")
    high = forms.FloatField(label="High from, in points")
    severe = forms.FloatField(label="Severe from, in points")
    failures = forms.FloatField(label="Failures that anyone starts with")
    changes = forms.FloatField(label="Changes that anyone starts with")
    field_order = ["title", "reason", "moderate", "high", "severe", "failures", "changes"]

    def document(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with what the form says."""
        given = self.cleaned_data
        return {
            **held,
            "title": given["title"],
            "bands": {name: given[name] for name in ("moderate", "high", "severe")},
            "prior": {name: given[name] for name in ("failures", "changes")},
        }


class RuleForm(forms.Form):
    """One rule of a draft. What is wrong with it is said by ``policy.rules``, at the field."""

    title = forms.CharField(
        label="Title",
        help_text="What must be true, in one sentence.",
        max_length=120,
        widget=forms.TextInput(),
    )
    id = forms.CharField(label="Short name", help_text="It stays: urgent-window-short", max_length=60)
    stage = forms.ChoiceField(label="Where is it judged?", choices=Stage.choices)
    effect = forms.ChoiceField(label="What does it do?", choices=Effect.choices)
    severity = forms.ChoiceField(label="How grave is it?", choices=Severity.choices)
    when = forms.CharField(
        label="Where it applies",
        help_text="Empty is everywhere.",
        max_length=LONGEST_EXPRESSION,
        required=False,
        strip=False,
        widget=_area(2, **_CODE),
    )
    expression = forms.CharField(
        label="The expression",
        help_text="What must be true, what stops it, or a number of points or days, in CEL.",
        max_length=LONGEST_EXPRESSION,
        strip=False,
        widget=_area(5, **_CODE),
    )
    message = forms.CharField(
        label="What people read when it is not met",
        help_text="A fact in braces is its value: {change.window_hours}.",
        max_length=300,
        required=False,
        widget=_area(2),
    )
    remedy = forms.CharField(label="What they can do", max_length=500, required=False, widget=_area(2))
    label = forms.CharField(
        label="Name of its points", help_text="For a rule that adds points.", max_length=80, required=False
    )
    source = forms.CharField(
        label="Why the rule is there", help_text="An incident, a clause.", max_length=200, required=False
    )

    def clean_when(self) -> str:
        return _lines(self.cleaned_data["when"]).strip("\n")

    def clean_expression(self) -> str:
        return _lines(self.cleaned_data["expression"]).strip("\n")

    def clean_message(self) -> str:
        return _lines(self.cleaned_data["message"])

    def clean_remedy(self) -> str:
        return _lines(self.cleaned_data["remedy"])


class ExampleForm(forms.Form):
    """Facts, and what must come of the rule with them. A row that says nothing is left out."""

    given = forms.CharField(label="Given", max_length=200, required=False)
    facts = forms.CharField(
        label="Facts",
        help_text="One a line: change.tier: 1",
        max_length=LONGEST_FACTS,
        required=False,
        widget=_area(3, **_CODE | {"data-facts": "example"}),
    )
    expected = forms.ChoiceField(label="What must come of it", choices=Outcome.choices, required=False)

    def clean_facts(self) -> dict[str, Any]:
        """Return the facts by name; each value is JSON, or else a text."""
        found: dict[str, Any] = {}
        for number, line in enumerate(self.cleaned_data["facts"].splitlines(), start=1):
            name, colon, value = line.partition(":")
            if not line.strip():
                continue
            if not colon or not value.strip():
                raise forms.ValidationError(
                    f"Line {number}: write a fact and its value, as in change.tier: 1."
                )
            found[name.strip()] = _value(value.strip())
        return found

    @property
    def said(self) -> dict[str, Any] | None:
        """Return the example as a document keeps it, or None for a row that says nothing."""
        given = self.cleaned_data
        if not given.get("given") and not given.get("facts"):
            return None
        return {
            "given": given.get("given", ""),
            "facts": given.get("facts", {}),
            "expected": given.get("expected", ""),
        }


Examples = forms.formset_factory(
    ExampleForm, extra=2, max_num=MOST_EXAMPLES, absolute_max=MOST_EXAMPLES, validate_max=True
)


class RuleWaiverForm(forms.Form):
    """Which rule, for what, until when, why, and what is done instead."""

    rule = forms.ChoiceField(label="Which rule or check?")
    scope = forms.CharField(
        label="For which change or component?",
        help_text="CHG-1042, or model:default/credit-risk",
        max_length=200,
    )
    until = forms.CharField(
        label="Until when?",
        help_text="By your own clock. At most 90 days ahead. After that it counts again.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    reason = forms.CharField(label="Why should it not hold here?", max_length=2000, widget=_area(3))
    compensating = forms.CharField(
        label="What do you do instead?",
        help_text="So that it is safe: two people watch it.",
        max_length=2000,
        widget=_area(3),
    )

    def __init__(
        self, *args: object, rules: list[tuple[str, list[tuple[str, str]]]], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["rule"].choices = [("", "Choose one"), *rules]  # type: ignore[attr-defined]

    def until_in(self, zone: str) -> datetime:
        """Return the end as an instant, from the clock on the reader's wall. Raises Invalid (``until``)."""
        try:
            found = datetime.fromisoformat(self.cleaned_data["until"])
        except ValueError as error:
            raise Invalid({"until": ["Give a day and a time such as 2026-11-19T06:00."]}) from error
        return instant_from_local("until", found, zone) if found.tzinfo is None else found


def add_rule_problems(form: RuleForm, examples: Any, problems: list[Problem], place: str) -> None:
    """Put what is wrong with a rule at its fields, and what is wrong with an example at its row."""
    rows = [row for row in examples.forms if row.said is not None]
    for one in problems:
        name = one.place.removeprefix(f"{place}.")
        if name.startswith("examples[") and "]." in name:
            row, _, field = name.removeprefix("examples[").partition("].")
            rows[int(row)].add_error(field if field in ("given", "facts", "expected") else None, one.words)
        else:
            form.add_error(name if name in form.fields else None, one.words)


def facts_text(facts: Mapping[str, Any]) -> str:
    """Return facts as a person writes them, one a line."""
    return "\n".join(
        f"{name}: {value if _plain(value) else json.dumps(value, ensure_ascii=False)}"
        for name, value in facts.items()
    )


def _plain(value: Any) -> bool:
    """Return whether a text reads back as the same text without its quotes."""
    return isinstance(value, str) and value.splitlines() == [value.strip()] and _value(value) == value


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
