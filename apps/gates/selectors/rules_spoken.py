"""What the rules did and would do: the answers of the gate that named one, and a draft over past changes."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.changes.enums import ENDED, ChangeState
from apps.changes.models import Change
from apps.changes.selectors import changes_visible_to, facts_of, measured_of
from apps.changes.selectors.facts import YEAR
from apps.core import clock
from apps.gates.models import GateDecision
from apps.policy.rules import DryRun, Rules, dry_run
from apps.policy.selectors import rules_in_force

MOST_LOOKED_AT = 50
"""So many changes a dry run looks at while a person waits: the facts of each take their queries."""
_WENT_OUT = (*ENDED, ChangeState.CLOSED)


@dataclass(frozen=True)
class History:
    """A dry run over the last changes of a year. ``total`` went out in it; ``changes`` are those by reference."""

    run: DryRun
    changes: dict[str, Change]
    total: int


def answers_naming(user: User, rule: str) -> QuerySet[GateDecision]:
    """Return the answers of the gate in which a rule kept it closed, the newest first, as a person may see them."""
    named = GateDecision.objects.filter(reasons__contains=[{"rule": rule}])
    return named.filter(change__in=changes_visible_to(user)).select_related("change").order_by("-pk")


def known_of(change: Change, rules: Rules) -> dict[str, Any]:
    """Return the facts of a change that the person was given, as rules would judge it now."""
    return facts_of(change, measured_of(change), rules.prior)


def history_under(user: User, draft: Rules) -> History:
    """Judge the last changes of the year that went out by a draft and by what is in force, as a person may see them."""
    ended = changes_visible_to(user).filter(
        state__in=_WENT_OUT, revision__submitted_at__gte=clock.now() - YEAR
    )
    rows = ended.select_related("requester", "revision", "round", "booking", "standard")
    last = list(rows.order_by("-revision__submitted_at")[:MOST_LOOKED_AT])
    current = rules_in_force()[1]
    facts = [(change.ref, known_of(change, current)) for change in last]
    run = dry_run(facts, before=current, after=draft)
    return History(run, {change.ref: change for change in last}, ended.count())
