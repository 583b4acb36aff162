"""What the rules do: the answers of the gate that named one, and the open changes that one stops now."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from apps.accounts.models import User
from apps.changes.enums import OPEN, ChangeState
from apps.changes.models import Change
from apps.changes.selectors import Snapshot, changes_visible_to, facts_of, facts_of_many, measured_of
from apps.gates.models import GateDecision
from apps.gates.selectors.decisions import seen_by
from apps.policy.rules import Result, Rules, result_of, sheet_of
from apps.policy.selectors import rules_as_of_each, waivers_in_force

MOST_LOOKED_AT = 200
"""So many open changes a page looks at while a person waits, the soonest first."""


@dataclass(frozen=True)
class StoppedNow:
    """The open changes that a rule stops, each with what came of it, and how many were looked at, of how many."""

    rows: list[tuple[Snapshot, Result]]
    looked_at: int
    total: int


def answers_naming(user: User, rule: str) -> QuerySet[GateDecision]:
    """Return the answers of the gate in which a rule kept it closed, the newest first, as a person may see them."""
    named = GateDecision.objects.filter(seen_by(user), reasons__contains=[{"rule": rule}])
    return named.filter(change__in=changes_visible_to(user)).select_related("change").order_by("-pk")


def known_of(change: Change, rules: Rules) -> dict[str, Any]:
    """Return the facts of a change that the person was given, as rules would judge it now."""
    return facts_of(change, measured_of(change), rules.prior)


def stopped_now(user: User, name: str, current: Rules) -> StoppedNow:
    """Return the open changes, as a person may see them, that a rule stops now and no waiver lets through.

    Each is held to the version of its submission, as at the gate. A constant number of queries.
    """
    states = sorted(OPEN - {ChangeState.DRAFT})
    asked = changes_visible_to(user).filter(state__in=states, revision__isnull=False)
    soonest = asked.order_by(F("planned_start").asc(nulls_last=True), "number")
    rule = next(one for one in current.rules if one.id == name)
    groups = {fact.partition(".")[0] for fact in rule.facts}
    facts = facts_of_many(soonest[:MOST_LOOKED_AT], current.prior, groups)
    versions = rules_as_of_each({change.submitted_at for change, _ in facts})
    scopes = set(waivers_in_force(user).filter(rule=name).values_list("scope", flat=True))
    rows = []
    for change, known in facts:
        held = next((one for one in versions[change.submitted_at].rules if one.id == name), None)
        if held is not None and scopes.isdisjoint([change.ref, *change.components]):
            result = result_of(held, sheet_of(known))
            rows += [(change, result)] if result.stops else []
    total = len(facts) if len(facts) < MOST_LOOKED_AT else asked.count()
    return StoppedNow(rows, len(facts), total)
