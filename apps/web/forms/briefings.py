"""The form on which a briefing is written."""

from typing import Any

from django import forms

from apps.insights.rules.paper import HEADINGS, Briefing
from apps.insights.rules.writing import LONGEST, LONGEST_LINE, Words, words_of


def _text(label: str, rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}))


class BriefingForm(forms.Form):
    """The words of a briefing. Its numbers come from the facts: they can be left out, and not typed."""

    title = forms.CharField(label="Title", max_length=LONGEST_LINE)
    heading = forms.CharField(label="The decision, as a question or in a line", max_length=LONGEST_LINE)
    decision = _text("What to know about it", 2)
    figures = forms.MultipleChoiceField(
        label="Numbers", required=False, widget=forms.CheckboxSelectMultiple, choices=[]
    )
    because = forms.CharField(
        label="Why it must go out as hard to read as it is",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, generated: Briefing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["figures"].choices = [  # type: ignore[attr-defined]
            (str(index), f"{one.value} {one.label} ({one.comparator})")
            for index, one in enumerate(generated.figures)
        ]
        for key, heading in HEADINGS.items():
            self.fields[key] = _text(heading)
        self.order_fields(["title", "heading", "decision", *HEADINGS, "figures", "because"])

    def words(self) -> Words:
        """Return the words that were given, as far as they can be read."""
        given = self.cleaned_data
        return Words(
            given.get("title", ""),
            given.get("heading", ""),
            given.get("decision", ""),
            {key: given.get(key, "") for key in HEADINGS},
            tuple(sorted(int(one) for one in given.get("figures", []))),
        )


def initial_of(written: Briefing, generated: Briefing) -> dict[str, Any]:
    """Return what the form shows of a draft. A number is kept when the draft had one with its label."""
    words, kept = words_of(written), {one.label for one in written.figures}
    return {
        "title": words.title,
        "heading": words.heading,
        "decision": words.decision,
        **words.parts,
        "figures": [str(index) for index, one in enumerate(generated.figures) if one.label in kept],
    }
