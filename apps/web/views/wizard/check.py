"""Check and submit: every answer once more, what follows from it, and what is still missing."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse

from apps.catalog.models import Contract
from apps.changes.enums import WizardStep
from apps.changes.models import Change, PlanStep
from apps.changes.rules.completeness import Missing
from apps.changes.selectors import (
    Shown,
    contracts_shown,
    items_of,
    missing_of,
    offered_by,
)
from apps.core.errors import PortalError
from apps.web.views.wizard.again import Again, again_of
from apps.web.views.wizard.forecast import Forecast, forecast
from apps.web.views.wizard.when import Checked, checked, span_of


class SubmitForm(forms.Form):
    """Nothing to type: it carries what stands in the way of submitting."""


@dataclass(frozen=True)
class Gap:
    """Something that is missing, and where it is asked."""

    message: str
    label: str
    url: str


@dataclass(frozen=True)
class Answers:
    """All that a draft says, with what follows from it."""

    change: Change
    items: list[Any]
    metrics: list[Any]
    criteria: list[Any]
    risks: list[Any]
    steps: list[Any]
    forecast: Forecast
    checked: Checked | None
    gaps: list[Gap]
    offered: list[str]
    """Names of the components that the standard change of the draft names, while no version of any is chosen."""
    again: Again | None
    contracts: list[Contract]
    """What the components that move have promised to others, of which the change may bring new versions."""
    brought: list[Shown]

    @property
    def next_revision(self) -> int:
        """Return the number that the revision gets when this is submitted."""
        return self.change.revision.number + 1 if self.change.revision else 1


def answers_of(change: Change) -> Answers:
    """Return all answers of a draft. The number of queries does not grow with what it moves."""
    span = span_of(change)
    lists = ("success_metrics", "rollback_criteria", "risk_scenarios")
    steps = PlanStep.objects.select_related("lead").prefetch_related("after")
    # What is read here once is not asked again when we look for what is missing.
    prefetch_related_objects([change], *lists, Prefetch("plan_steps", steps))
    items = items_of(change)
    told = forecast(change)
    return Answers(
        change=change,
        items=items,
        metrics=list(change.success_metrics.all()),
        criteria=list(change.rollback_criteria.all()),
        risks=list(change.risk_scenarios.all()),
        steps=list(change.plan_steps.all()),
        forecast=told,
        checked=checked(change, span) if span else None,
        gaps=[gap(change, one) for one in missing_of(change)],
        offered=[] if items else offered_by(change),
        again=again_of(change, told),
        contracts=told.contracts,
        brought=contracts_shown(change, most=1),
    )


FIELDS = {"items": "id_find", "metrics": "id_metrics-0-name", "window": "id_local_start",
          "criteria": "id_criteria-0-text", "risks": "id_risks-0-text", "steps": "id_steps-0-text"}  # fmt: skip
"""Where a list begins on its page; other fields have an id of their own name."""


def gap(change: Change, missing: Missing) -> Gap:
    """Return what is missing with the address of its field."""
    step = WizardStep(missing.step)
    if missing.field == "contracts":
        return Gap(missing.message, "Contracts", reverse("web:change-contracts", args=[change.ref]))
    place = FIELDS.get(missing.field, f"id_{missing.field}")
    if missing.field == "items" and offered_by(change):
        place = "id_items-0-to_version"
    url = reverse("web:change-edit", args=[change.ref, step.value])
    return Gap(missing.message, step.label, f"{url}#{place}")


def refused(error: PortalError) -> SubmitForm:
    """Return a form that says why the draft could not be submitted."""
    form = SubmitForm({})
    form.full_clean()
    fields = getattr(error, "fields", None)
    texts = [text for each in fields.values() for text in each] if fields else [error.reason]
    for text in [*texts, error.remedy] if error.remedy and not fields else texts:
        form.add_error(None, text)
    return form
