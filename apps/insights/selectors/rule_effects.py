"""What each rule did: what it stopped, and what it let through that went wrong after all."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, QuerySet

from apps.accounts.models import User
from apps.changes.models import Change
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.selectors.decisions import seen_by
from apps.insights.rules.scope import Scope
from apps.insights.selectors.counting import FAILED, ended, waivers_granted
from apps.insights.selectors.populations import Rows, changes_in, during
from apps.policy.enums import STOPPING, Outcome
from apps.policy.rules import Rule
from apps.policy.selectors import rules_in_force


@dataclass(frozen=True)
class Effect:
    """What one rule in force did in a period. ``counts`` are numbers of changes; of ``waived``, of waivers."""

    rule: str
    title: str
    counts: dict[str, int]


def effects(user: User, scope: Scope) -> list[Effect]:
    """Return what each rule in force that can stop a change did, in their order; three statements and the rules'."""
    rules = [rule for rule in rules_in_force()[1].rules if rule.effect in STOPPING]
    names = [rule.id for rule in rules]
    stopped = _by_rule(_stops(user, scope), "reasons", names)
    let_through = _by_rule(_passes(user, scope), "rules", names, met=True)
    granted = waivers_granted(user, scope).order_by().values_list("rule")
    waived = dict(granted.annotate(number=Count("pk")))
    return [_effect(rule, stopped, let_through, waived) for rule in rules]


def _effect(
    rule: Rule,
    stopped: dict[str, tuple[int, int]],
    let_through: dict[str, tuple[int, int]],
    waived: dict[str, int],
) -> Effect:
    all_, fixed = stopped.get(rule.id, (0, 0))
    judged, failed = let_through.get(rule.id, (0, 0))
    counts = {
        "stopped": all_,
        "fixed": fixed,
        "waived": waived.get(rule.id, 0),
        "judged": judged,
        "failed": failed,
    }
    return Effect(rule.id, rule.title, counts)


def effect_records(user: User, scope: Scope, count: str, rule: str) -> Rows:
    """Return the records behind one number of one rule, in no order."""
    if count == "waived":
        return waivers_granted(user, scope).order_by().filter(rule=rule)
    if count in ("stopped", "fixed"):
        named = _stops(user, scope).filter(reasons__contains=[{"rule": rule}])
        found = changes_in(user, scope).order_by()
        found = found.filter(actual_start__isnull=False) if count == "fixed" else found
    else:
        named = _passes(user, scope).filter(rules__contains=[{"rule": rule, "outcome": Outcome.MET}])
        found = ended(user, scope).order_by()
        found = found.filter(FAILED) if count == "failed" else found
    return found.filter(Exists(named.filter(change=OuterRef("pk"))))


def _stops(user: User, scope: Scope) -> QuerySet[GateDecision]:
    """Return the answers of the period that were no pass."""
    asked = GateDecision.objects.filter(seen_by(user), **during("asked_at", scope)).exclude(
        answer=Answer.PASS
    )
    return asked.filter(change__in=changes_in(user, scope)).order_by()


def _passes(user: User, scope: Scope) -> QuerySet[GateDecision]:
    """Return the passes of the changes that ended in the period."""
    passed = GateDecision.objects.filter(seen_by(user), answer=Answer.PASS)
    return passed.filter(change__in=ended(user, scope)).order_by()


def _by_rule(
    decisions: QuerySet[GateDecision], column: str, names: Collection[str], *, met: bool = False
) -> dict[str, tuple[int, int]]:
    """Return by rule how many changes some answers name it for, and how many of them went out, or failed."""
    flag = Exists(Change.objects.filter(FAILED, pk=OuterRef("change"))) if met else F("change__actual_start")
    asked = decisions.annotate(flag=flag).values("change_id", "flag", column)
    try:
        sql, params = asked.query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking: a person without a role sees no change
        return {}
    marked = "flag" if met else "flag IS NOT NULL"
    only = "AND named.part->>'outcome' = 'met'" if met else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT named.part->>'rule', count(DISTINCT change_id),"
            f" count(DISTINCT change_id) FILTER (WHERE {marked})"
            f' FROM ({sql}) asked, jsonb_array_elements(asked."{column}") named(part)'
            f" WHERE named.part->>'rule' = ANY(%s) {only} GROUP BY 1",
            [*params, list(names)],
        )
        return {rule: (all_, some) for rule, all_, some in cursor.fetchall()}
