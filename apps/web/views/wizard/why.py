"""Why: the reasons, and what is promised in numbers."""

from apps.changes.enums import Direction, WizardStep
from apps.changes.models import Change
from apps.changes.rules.inputs import MetricInput
from apps.changes.services import save_why
from apps.core.actors import Actor
from apps.web.forms.wizard import MetricForm, Row, WhyForm
from apps.web.views.wizard.base import Page


class WhyPage(Page):
    """Say what changes and why, and promise something that can be measured."""

    step = WizardStep.WHY
    heading = "Why it is worth doing"
    lede = "The sponsor and the briefing read this first. Short sentences help."
    form = WhyForm
    lists = {"metrics": MetricForm}

    def saved_values(self) -> Row:
        """Return the texts."""
        return {name: getattr(self.change, name) for name in WhyForm.base_fields} if self.change else {}

    def saved_rows(self) -> dict[str, list[Row]]:
        """Return the metrics."""
        fields = MetricForm.base_fields
        metrics = self.change.success_metrics.all() if self.change else []
        return {"metrics": [{name: _plain(getattr(one, name)) for name in fields} for one in metrics]}

    def blank(self, name: str, place: int) -> Row:
        """Return a new metric."""
        return {"direction": Direction.AT_LEAST}

    def write(self, actor: Actor, change: Change, *, complete: bool) -> None:
        """Save the texts and the metrics."""
        rows = self.rows("metrics")
        metrics = [
            MetricInput(**{**row, "direction": row["direction"] or Direction.AT_LEAST}) for row in rows
        ]
        texts = {name: self.answers.form.cleaned_data[name] for name in WhyForm.base_fields}
        save_why(actor=actor, change=change, metrics=metrics, complete=complete, **texts)


def _plain(value: object) -> object:
    """Return a number as people type it: 3 rather than 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
