"""What a draft still misses before it can be submitted, and on which step of the wizard it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from apps.changes.enums import WizardStep


@dataclass(frozen=True)
class Missing:
    """A field that is not filled in yet, the step that asks for it, and what to do."""

    step: str
    field: str
    message: str


@dataclass(frozen=True)
class Filled:
    """What of a draft is there."""

    items: bool
    title: bool
    summary: bool
    outcome: bool
    metrics: bool
    window: bool
    rollback_plan: bool
    rollback_minutes: bool
    criteria: bool
    risks: bool
    steps: bool


_ASKED = [
    Missing(WizardStep.WHAT, "items", "Choose at least one component to move."),
    Missing(WizardStep.WHY, "title", "Give the change a title."),
    Missing(WizardStep.WHY, "summary", "Say in plain words what changes."),
    Missing(WizardStep.WHY, "outcome", "Say what should be better afterwards."),
    Missing(WizardStep.WHY, "metrics", "Name at least one success metric with its target."),
    Missing(WizardStep.WHEN, "window", "Choose when the change starts and ends."),
    Missing(WizardStep.HOW_BACK, "rollback_plan", "Say how the change is undone."),
    Missing(WizardStep.HOW_BACK, "rollback_minutes", "Say how many minutes going back takes."),
    Missing(WizardStep.HOW_BACK, "criteria", "Name at least one sign that means: go back."),
    Missing(WizardStep.HOW_BACK, "risks", "Name at least one thing that could go wrong."),
    Missing(WizardStep.HOW_BACK, "steps", "Plan at least one step."),
]


def missing_from(filled: Filled) -> list[Missing]:
    """Return what is not there yet, in the order of the wizard."""
    return [one for one in _ASKED if not getattr(filled, one.field)]


def version_asked(missing: Missing, offered: Sequence[str]) -> Missing:
    """Return what is missing as someone reads it who began from a standard change: it has named the components."""
    if missing.field != "items" or not offered:
        return missing
    which = offered[0] if len(offered) == 1 else f"at least one of {', '.join(offered)}"
    return replace(missing, message=f"Choose the new version of {which}.")
