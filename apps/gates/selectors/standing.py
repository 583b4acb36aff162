"""How a change stands before a stage: each check with what was measured, and all else that keeps it closed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.accounts.enums import Role
from apps.calendar.selectors import Found, conflicts_of
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors import Measured, facts_of, measured_of
from apps.core import clock
from apps.evidence.enums import Stage
from apps.evidence.rules.checks import Checked, judged
from apps.evidence.selectors import PlanInForce, plan_as_of
from apps.gates.rules import counting, set_aside, waived_rules
from apps.policy.rules import Rules, Verdict, Waived, judge, sheet_of
from apps.policy.selectors import rules_as_of, waivers_now


@dataclass(frozen=True)
class Part:
    """One item of a change with its checks. ``champion`` names the version in use now; empty: there is none."""

    item: ChangeItem
    champion: str
    checks: tuple[Checked, ...]


@dataclass(frozen=True)
class GateStanding:
    """How a change stands: the plan that it is held to, each item with its checks, and what the rules say of it.

    ``measured`` and ``conflicts`` are what that rests on: its evidence, and what is in its way. ``facts`` are those
    that the rules looked at, as far as they are known.
    """

    plan: PlanInForce
    parts: tuple[Part, ...]
    rules_version: int
    rules: Rules
    facts: Mapping[str, Any]
    verdict: Verdict
    measured: tuple[Measured, ...]
    conflicts: tuple[Found, ...]
    waivers: tuple[Waived, ...] = ()
    """What is set aside for the change or for something that it moves."""

    def checks_of(self, stage: Stage) -> list[tuple[Part, Checked]]:
        return [(part, one) for part in self.parts for one in part.checks if one.check.stage == stage]

    def owner_of(self, stage: Stage) -> Role | None:
        return self.plan.plan.owners.get(stage)


def anchor_of(part: Part, one: Checked) -> str:
    """Return where a check of an item stands on the page of gates: two items may be held to the same check."""
    return f"{one.check.id}-{part.item.component_id}"


def plan_for(change: Change) -> PlanInForce:
    """Return the plan that a change is held to: that of its submission, or the one in force for a draft."""
    return plan_as_of(_held_since(change))


def rules_for(change: Change) -> tuple[int, Rules]:
    """Return the version of the rules that a change is held to, and its rules: as with the checks."""
    return rules_as_of(_held_since(change))


def _held_since(change: Change) -> datetime | None:
    """Return when what it is held to was fixed: at its submission; not yet for a draft in hand, also a revised one."""
    return None if change.is_in_hand or change.revision is None else change.revision.submitted_at


def standing_at(change: Change, *, component_key: str = "", artifact: str = "") -> GateStanding:
    """Return how each check of a change stands now. ``artifact`` is what is to run of the component named."""
    plan, number, rules = plan_for(change), *rules_for(change)
    now = clock.now()
    measured = measured_of(change, {check.metric for check in plan.plan.checks if check.judges_a_number})
    keys = [one.item.component.key for one in measured]
    waivers = counting(waivers_now([change.ref, *keys]), _theirs(change, measured))
    parts = []
    for one in measured:
        component = one.item.component
        held_to = artifact if component.key == component_key else ""
        checks = tuple(
            set_aside(
                judged(check, one.pieces, now=now, champion=one.champion, artifact=held_to),
                waivers,
                (change.ref, component.key),
            )
            for check in plan.plan.checks
            if check.applies_to(component.kind, component.tier)
        )
        parts.append(Part(one.item, one.champion, checks))
    conflicts = conflicts_of(change.ref)
    about = [_about(one, artifact) if one.item.component.key == component_key else one for one in measured]
    sheet = sheet_of(facts_of(change, about, rules.prior, conflicts=conflicts, looked_at=rules.facts))
    verdict = judge(rules, sheet, waived=waived_rules(rules.rules, waivers, change.ref, keys))
    return GateStanding(
        plan=plan,
        parts=tuple(parts),
        rules_version=number,
        rules=rules,
        facts=sheet.values,
        verdict=verdict,
        measured=tuple(measured),
        conflicts=tuple(conflicts),
        waivers=tuple(waivers),
    )


def _about(one: Measured, artifact: str) -> Measured:
    """Return an item with the evidence about an artifact alone, so that the rules judge what is to run."""
    if not artifact:
        return one
    return replace(one, pieces=tuple(piece for piece in one.pieces if piece.artifact == artifact))


def _theirs(change: Change, measured: Iterable[Measured]) -> set[int]:
    """Return who asked for a change, and who made or recorded what it moves to."""
    versions = [one.item.to_version for one in measured]
    made = {pk for one in versions for pk in (one.author_id, one.committer_id) if pk is not None}
    return {change.requester_id, *made}
