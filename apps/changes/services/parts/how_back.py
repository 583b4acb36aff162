"""How a draft is undone, what could go wrong, and the plan that leads through it."""

from collections.abc import Sequence

from apps.accounts.models import User
from apps.changes.enums import Harm, Likelihood
from apps.changes.models import Change, PlanStep, RiskScenario, RollbackCriterion
from apps.changes.rules.fields import LONG_TEXT, MOST_ROWS, Problems
from apps.changes.rules.inputs import RiskInput, StepInput
from apps.changes.rules.plan import check_order


def write_rollback(
    draft: Change,
    plan: str,
    minutes: int | None,
    criteria: Sequence[str],
    risks: Sequence[RiskInput],
    *,
    complete: bool,
) -> None:
    """Write how the change is undone and what could go wrong."""
    problems = Problems()
    asked = "Say how the change is undone." if complete else ""
    draft.rollback_plan = problems.text("rollback_plan", plan, longest=LONG_TEXT, missing=asked)
    asked = "Say how many minutes going back takes." if complete else ""
    draft.rollback_minutes = problems.whole("rollback_minutes", minutes, missing=asked)
    if complete and not criteria:
        problems.add("criteria", "Name at least one sign that means: go back.")
    if complete and not risks:
        problems.add("risks", "Name at least one thing that could go wrong.")
    problems.at_most("criteria", criteria, MOST_ROWS)
    problems.at_most("risks", risks, MOST_ROWS)
    texts = [
        problems.text(f"criteria.{place}", text, longest=300, missing="Name the sign, or take the row away.")
        for place, text in enumerate(criteria)
    ]
    rows = [_risk(draft, place, risk, problems) for place, risk in enumerate(risks)]
    problems.once("criteria", "", texts)
    problems.once("risks", "text", [row.text for row in rows])
    problems.raise_any()
    draft.rollback_criteria.all().delete()
    draft.risk_scenarios.all().delete()
    RollbackCriterion.objects.bulk_create([RollbackCriterion(change=draft, text=text) for text in texts])
    RiskScenario.objects.bulk_create(rows)


def _risk(draft: Change, place: int, risk: RiskInput, problems: Problems) -> RiskScenario:
    at = f"risks.{place}"
    return RiskScenario(
        change=draft,
        text=problems.text(f"{at}.text", risk.text, longest=300, missing="Say what could go wrong."),
        likelihood=problems.choice(f"{at}.likelihood", risk.likelihood, Likelihood),
        harm=problems.choice(f"{at}.harm", risk.harm, Harm),
        mitigation=problems.text(f"{at}.mitigation", risk.mitigation, longest=300),
    )


def write_plan(draft: Change, steps: Sequence[StepInput], *, complete: bool) -> None:
    """Write the ordered plan. A step comes after steps that stand above it."""
    problems = Problems()
    if complete and not steps:
        problems.add("steps", "Plan at least one step.")
    problems.at_most("steps", steps, MOST_ROWS)
    problems.raise_any()
    leads = {
        user.username: user
        for user in User.objects.filter(username__in=[step.lead.strip() for step in steps], is_active=True)
    }
    rows = []
    for place, step in enumerate(steps):
        at = f"steps.{place}"
        lead = leads.get(step.lead.strip())
        if lead is None:
            name = step.lead.strip()[:80]
            problems.add(
                f"{at}.lead", f"There is nobody here called “{name}”." if name else "Say who leads this step."
            )
        row = PlanStep(
            change=draft,
            position=place + 1,
            text=problems.text(
                f"{at}.text", step.text, longest=300, missing="Say what is done in this step."
            ),
            way_back=problems.text(f"{at}.way_back", step.way_back, longest=300),
        )
        row.minutes = (
            problems.whole(f"{at}.minutes", step.minutes, missing="Say how many minutes it takes.") or 0
        )
        if lead is not None:
            row.lead = lead
        rows.append(row)
    check_order(steps, problems)
    problems.raise_any()
    draft.plan_steps.all().delete()
    PlanStep.objects.bulk_create(rows)
    ties = [
        PlanStep.after.through(from_planstep=rows[place], to_planstep=rows[other - 1])
        for place, step in enumerate(steps)
        for other in sorted(set(step.after))
    ]
    PlanStep.after.through.objects.bulk_create(ties)
