"""Checking and writing the parts of a draft. Everything is checked before anything is written."""

from collections.abc import Sequence

from apps.accounts.models import User
from apps.calendar.rules import span_from_local, zone_named
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.selectors import versions_in_use
from apps.catalog.services import add_version
from apps.changes.enums import ChangeClass, Direction, Harm, Likelihood
from apps.changes.models import (
    Change,
    ChangeItem,
    ImpactNote,
    PlanStep,
    RiskScenario,
    RollbackCriterion,
    SuccessMetric,
)
from apps.changes.rules.fields import Problems
from apps.changes.rules.inputs import ItemInput, MetricInput, NoteInput, RiskInput, StepInput
from apps.changes.rules.plan import check_order
from apps.changes.selectors import beyond_reach
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid

MOST_ITEMS, MOST_ROWS, MOST_NOTES = 50, 50, 1000
LONG_TEXT = 5000


def write_items(
    draft: Change, items: Sequence[ItemInput], *, actor: Actor, complete: bool
) -> list[dict[str, str]]:
    """Write what moves and return it as the ledger keeps it: component, from, to."""
    problems = Problems()
    if not items and complete:
        problems.add("items", "Choose at least one component to move.")
    _at_most(problems, "items", items, MOST_ITEMS)
    problems.raise_any()
    keys = [item.component.strip() for item in items]
    components = {one.key: one for one in Component.objects.filter(key__in=keys, retired_at=None)}
    _within_reach(problems, actor, keys, components)
    versions = _versions(components)
    wanted = {
        components[key].pk: item.to_version
        for key, item in zip(keys, items, strict=True)
        if key in components
    }
    in_use = versions_in_use([one.pk for one in components.values()], other_than=wanted)
    rows = [
        _item(draft, place, item, keys, components, versions, in_use, problems)
        for place, item in enumerate(items)
    ]
    problems.raise_any()
    made = [row for row in rows if row is not None]
    for row, item in zip(made, items, strict=True):
        if not hasattr(row, "to_version"):
            row.to_version = add_version(
                actor=actor, component=row.component, version=item.to_version.strip()
            )
    draft.items.all().delete()
    ChangeItem.objects.bulk_create(made)
    return [
        {
            "component": row.component.key,
            "from": row.from_version.version if row.from_version else "",
            "to": row.to_version.version,
        }
        for row in made
    ]


def _within_reach(
    problems: Problems, actor: Actor, keys: Sequence[str], components: dict[str, Component]
) -> None:
    if not isinstance(actor.user, User):
        return
    for component in beyond_reach(actor.user, components.values()):
        problems.add(f"items.{keys.index(component.key)}.component", not_reached(component))


def not_reached(component: Component) -> str:
    """Return why somebody may not propose to move a component."""
    return f"No role of yours to propose changes reaches {component}. Ask a Change Manager for it."


def _versions(components: dict[str, Component]) -> dict[tuple[int, str], ComponentVersion]:
    rows = ComponentVersion.objects.filter(component__in=list(components.values()))
    return {(row.component_id, row.version): row for row in rows}


def _item(
    draft: Change,
    place: int,
    item: ItemInput,
    keys: Sequence[str],
    components: dict[str, Component],
    versions: dict[tuple[int, str], ComponentVersion],
    in_use: dict[int, ComponentVersion],
    problems: Problems,
) -> ChangeItem | None:
    at, key = f"items.{place}", keys[place]
    component = components.get(key)
    if not key:
        problems.add(f"{at}.component", "Choose a component.")
    elif component is None:
        problems.add(f"{at}.component", f"The catalog has no component “{key[:200]}”.")
    elif key in keys[:place]:
        problems.add(f"{at}.component", f"{component} is here twice. A change moves each component once.")
    difference = problems.text(f"{at}.difference", item.difference, longest=200)
    to = problems.text(
        f"{at}.to_version", item.to_version, longest=80, missing="Say which version it moves to."
    )
    if component is None:
        return None
    to_version = versions.get((component.pk, to))
    if to and to_version is None and not item.register:
        known = _known(component, versions)
        problems.add(f"{at}.to_version", f"{component} has no version {to}. {known}")
    if to_version is not None and to_version.retired_at is not None:
        known = _known(component, versions)
        problems.add(
            f"{at}.to_version", f"{component} {to} is retired: nothing moves to it any more. {known}"
        )
    from_version = _from(item, component, versions, in_use, at, problems)
    if to and from_version is not None and from_version.version == to:
        problems.add(f"{at}.to_version", f"{component} is at {to} already, so it does not move.")
    row = ChangeItem(change=draft, component=component, from_version=from_version, difference=difference)
    if to_version is not None:
        row.to_version = to_version
    return row


def _from(
    item: ItemInput,
    component: Component,
    versions: dict[tuple[int, str], ComponentVersion],
    in_use: dict[int, ComponentVersion],
    at: str,
    problems: Problems,
) -> ComponentVersion | None:
    if item.from_version is None:
        return in_use.get(component.pk)
    name = item.from_version.strip()
    if not name:
        return None
    found = versions.get((component.pk, name))
    if found is None:
        problems.add(
            f"{at}.from_version", f"{component} has no version {name[:80]}. {_known(component, versions)}"
        )
    return found


def _known(component: Component, versions: dict[tuple[int, str], ComponentVersion]) -> str:
    names = [
        row.version
        for (owner, _), row in versions.items()
        if owner == component.pk and row.retired_at is None
    ]
    if not names:
        return "The catalog knows none yet. Add it to the catalog first, or register it here."
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"The catalog knows {', '.join(names[:5])}{more}."


def write_why(
    draft: Change, texts: dict[str, str], metrics: Sequence[MetricInput], *, complete: bool
) -> None:
    """Write the reasons and the promises."""
    problems = Problems()
    missing = {
        "title": "Give the change a title.",
        "summary": "Say in plain words what changes.",
        "outcome": "Say what should be better afterwards.",
    }
    for name, text in texts.items():
        longest = 200 if name == "title" else LONG_TEXT
        asked = missing.get(name, "") if complete else ""
        setattr(draft, name, problems.text(name, text, longest=longest, missing=asked))
    if not metrics and complete:
        problems.add("metrics", "Name at least one success metric with its target.")
    _at_most(problems, "metrics", metrics, MOST_ROWS)
    rows = [_metric(draft, place, metric, problems) for place, metric in enumerate(metrics)]
    problems.once("metrics", "name", [row.name for row in rows])
    problems.raise_any()
    draft.success_metrics.all().delete()
    SuccessMetric.objects.bulk_create(rows)


def _metric(draft: Change, place: int, metric: MetricInput, problems: Problems) -> SuccessMetric:
    at = f"metrics.{place}"
    row = SuccessMetric(
        change=draft,
        name=problems.text(f"{at}.name", metric.name, longest=120, missing="Name what is measured."),
        unit=problems.text(f"{at}.unit", metric.unit, longest=20),
        direction=problems.choice(f"{at}.direction", metric.direction, Direction),
        baseline=problems.number(f"{at}.baseline", metric.baseline),
        bound=problems.number(f"{at}.bound", metric.bound),
    )
    target = problems.number(f"{at}.target", metric.target, missing="Give the target, as a number.")
    row.target = target if target is not None else 0.0
    if row.bound is not None and target is not None:
        beyond = row.bound > row.target if row.direction == Direction.AT_LEAST else row.bound < row.target
        if beyond:
            side = "below" if row.direction == Direction.AT_LEAST else "above"
            problems.add(
                f"{at}.bound", f"The bound must be {side} the target: beyond it the change is rolled back."
            )
    return row


def write_notes(draft: Change, notes: Sequence[NoteInput]) -> None:
    """Write the corrections of the impact."""
    problems = Problems()
    _at_most(problems, "notes", notes, MOST_NOTES)
    problems.raise_any()
    keys = [note.component.strip() for note in notes]
    components = {one.key: one for one in Component.objects.filter(key__in=keys, retired_at=None)}
    moved = set(draft.items.values_list("component__key", flat=True))
    rows = []
    for place, (key, note) in enumerate(zip(keys, notes, strict=True)):
        at = f"notes.{place}"
        if key not in components:
            problems.add(f"{at}.component", f"The catalog has no component “{key[:200]}”.")
        elif key in keys[:place]:
            problems.add(f"{at}.component", f"{components[key]} is here twice.")
        elif key in moved:
            problems.add(f"{at}.component", f"{components[key]} is among what moves. It needs no note.")
        asked = "Say why it is reached." if note.included else "Say why it is not reached."
        reason = problems.text(f"{at}.reason", note.reason, longest=300, missing=asked)
        if key in components:
            row = ImpactNote(change=draft, component=components[key], included=note.included, reason=reason)
            rows.append(row)
    problems.raise_any()
    draft.impact_notes.all().delete()
    ImpactNote.objects.bulk_create(rows)


def write_window(
    draft: Change, change_class: str, time_zone: str, local_start: str, local_end: str, *, complete: bool
) -> None:
    """Write the class and the window. Half a window may be kept when the draft need not be complete."""
    problems = Problems()
    draft.change_class = problems.choice("change_class", change_class, ChangeClass)
    if change_class == ChangeClass.STANDARD and draft.standard_id is None:
        problems.add("change_class", "A standard change is made from an approved one. Choose another class.")
    start, end = local_start.strip(), local_end.strip()
    try:
        zone_named(time_zone)
    except Invalid as error:
        problems.fields |= error.fields
        problems.raise_any()
    if not (start and end):
        if complete:
            for name, value, word in (("local_start", start, "starts"), ("local_end", end, "ends")):
                if not value:
                    problems.add(name, f"Choose when the change {word}.")
        problems.raise_any()
        draft.time_zone, draft.local_start, draft.local_end = time_zone, start[:16], end[:16]
        draft.planned_start = draft.planned_end = None
        return
    try:
        span = span_from_local(start, end, time_zone)
    except Invalid as error:
        problems.fields |= error.fields
        problems.raise_any()
        raise
    if complete and span.start <= clock.now():
        problems.add("local_start", "This time has passed. Choose a later one.")
    problems.raise_any()
    draft.time_zone, draft.local_start, draft.local_end = span.time_zone, span.local_start, span.local_end
    draft.planned_start, draft.planned_end = span.start, span.end


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
    _at_most(problems, "criteria", criteria, MOST_ROWS)
    _at_most(problems, "risks", risks, MOST_ROWS)
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
    _at_most(problems, "steps", steps, MOST_ROWS)
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


def _at_most(problems: Problems, name: str, rows: Sequence[object], most: int) -> None:
    if len(rows) > most:
        problems.add(name, f"Name at most {most:,}. There are {len(rows):,}.")
