"""For which days a person exports the ledger."""

from typing import Any

from django import forms

from apps.core.errors import Invalid
from apps.exports.rules.period import Period, period_of
from apps.web.forms.ledger import day_field


class PeriodForm(forms.Form):
    """The first and the last day, both included."""

    start = day_field("First day")
    end = day_field("Last day")
    period: Period

    def clean(self) -> dict[str, Any]:
        """Put what is wrong with the period at its field."""
        given = super().clean() or {}
        if given.get("start") and given.get("end"):
            try:
                self.period = period_of(given["start"], given["end"])
            except Invalid as error:
                for name, texts in error.fields.items():
                    for text in texts:
                        self.add_error(name, text)
        return given
