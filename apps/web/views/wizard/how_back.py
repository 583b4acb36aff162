"""How back: undoing it, what could go wrong, and the plan."""

from collections.abc import Mapping

from apps.accounts.selectors import active_people
from apps.changes.enums import Harm, Likelihood, WizardStep
from apps.changes.models import Change
from apps.changes.rules.inputs import RiskInput, StepInput
from apps.changes.services import save_how_back
from apps.core.actors import Actor
from apps.web.forms.wizard import CriterionForm, HowBackForm, RiskForm, Row, StepForm
from apps.web.views.wizard.base import Page


class HowBackPage(Page):
    """Say how to go back, when, and who does what in which order."""

    step = WizardStep.HOW_BACK
    heading = "How we go back"
    lede = "What undoes this change, what would tell us to, and who does what on the day."
    form = HowBackForm
    lists = {"criteria": CriterionForm, "risks": RiskForm, "steps": StepForm}

    def saved_values(self) -> Row:
        """Return the way back."""
        return {name: getattr(self.change, name) for name in HowBackForm.base_fields} if self.change else {}

    def saved_rows(self) -> dict[str, list[Row]]:
        """Return the signs, the risks and the plan."""
        if self.change is None:
            return {}
        return {
            "criteria": [{"text": one.text} for one in self.change.rollback_criteria.all()],
            "risks": [
                {name: getattr(one, name) for name in RiskForm.base_fields}
                for one in self.change.risk_scenarios.all()
            ],
            "steps": [
                {
                    "text": one.text,
                    "lead": one.lead.username,
                    "minutes": one.minutes,
                    "way_back": one.way_back,
                    "after": _listed(other.position for other in one.after.all()),
                }
                for one in self.change.plan_steps.select_related("lead").prefetch_related("after")
            ],
        }

    def kwargs(self, rows: Mapping[str, list[Row]]) -> dict[str, Row]:
        """Return who may lead a step; one query."""
        people = [(one.username, str(one)) for one in active_people()]
        return {"steps": {"people": people}}

    def blank(self, name: str, place: int) -> Row:
        """Return a new row. A new step follows the one before."""
        if name == "steps":
            after = str(place) if place else ""
            return {"lead": self.user.username, "minutes": 15, "after": after}
        if name == "risks":
            return {"likelihood": Likelihood.UNLIKELY, "harm": Harm.MODERATE}
        return {}

    def take_away(self, name: str, place: int, rows: list[Row]) -> None:
        """Take a row away. The steps behind it move up, and those that waited for it no longer do."""
        super().take_away(name, place, rows)
        if name == "steps":
            for row in rows:
                row["after"] = _without(str(row["after"]), place + 1)

    def write(self, actor: Actor, change: Change, *, complete: bool) -> None:
        """Save the way back and the plan."""
        given = self.answers.form.cleaned_data
        criteria = [row["text"] for row in self.rows("criteria")]
        risks = [RiskInput(**row) for row in self.rows("risks")]
        save_how_back(
            actor=actor,
            change=change,
            rollback_plan=given["rollback_plan"],
            rollback_minutes=given["rollback_minutes"],
            criteria=criteria,
            risks=risks,
            steps=self._steps(),
            complete=complete,
        )

    def _steps(self) -> list[StepInput]:
        """Return the plan, with "after" told in the numbers that are left when empty rows are passed over."""
        rows = self.rows("steps")
        number = {place + 1: position for position, place in enumerate(self.places["steps"], start=1)}
        # A number that names no step keeps naming none.
        beyond = len(rows) + 1
        return [
            StepInput(**{**row, "after": tuple(number.get(one, max(one, beyond)) for one in row["after"])})
            for row in rows
        ]


def _listed(numbers: object) -> str:
    return ", ".join(str(number) for number in sorted(numbers))  # type: ignore[call-overload]


def _without(after: str, gone: int) -> str:
    """Return a list of step numbers after step ``gone`` was taken away; what is not a number stays as it is."""
    kept = []
    for part in after.replace(",", " ").split():
        if part.isascii() and part.isdecimal():
            if int(part) != gone:
                kept.append(str(int(part) - (int(part) > gone)))
        else:
            kept.append(part)
    return ", ".join(kept)
