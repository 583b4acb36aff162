"""Dry runs, as a person may read them: whoever holds a role reads the rules, and what a draft of them would do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Func, QuerySet, Sum, TextField

from apps.accounts.models import User
from apps.accounts.selectors import holds_any_role
from apps.changes.selectors import changes_visible_to
from apps.gates.models import Rehearsal, Rehearsed
from apps.policy.enums import Way
from apps.policy.models import PolicySet


@dataclass(frozen=True)
class Counted:
    """How far a dry run is, and what it found so far: how many went each way, and which rules made them."""

    looked_at: int
    stopped_by_both: int
    let_through_by_both: int
    ways: dict[Way, int]
    rules: list[tuple[str, dict[Way, int]]]


def rehearsals_for(user: User) -> QuerySet[Rehearsal]:
    """Return the dry runs that a person may read, the newest first: all of them for whoever holds a role."""
    rows = Rehearsal.objects.select_related("asked_by", "policy_set").defer(
        "document", "policy_set__document"
    )
    return rows if holds_any_role(user) else rows.none()


def rehearsals_of(user: User, policy_set: PolicySet) -> QuerySet[Rehearsal]:
    """Return the dry runs of a version, the newest first, as a person may read them."""
    return rehearsals_for(user).filter(policy_set=policy_set)


def counted(rehearsal: Rehearsal) -> Counted:
    """Return how far a dry run is that the person was given, with its counts; three queries."""
    sums = rehearsal.parts.aggregate(
        **{name: Sum(name, default=0) for name in ("looked_at", "stopped_by_both", "let_through_by_both")}
    )
    ways = dict(rehearsal.rows.order_by().values_list("way").annotate(Count("pk")))
    rules: dict[str, dict[Way, int]] = {}
    named = rehearsal.rows.order_by().annotate(rule=_Each(F("because"))).values_list("rule", "way")
    for rule, way, count in named.annotate(Count("pk")):
        rules.setdefault(rule, {})[Way(way)] = count
    gravest = sorted(rules.items(), key=lambda row: (-sum(row[1].values()), row[0]))
    return Counted(**sums, ways={way: ways.get(way, 0) for way in Way}, rules=gravest)


def ways_of(rehearsals: Iterable[Rehearsal]) -> dict[int, dict[Way, int]]:
    """Return how many changes went each way in dry runs that the person was given, by the run; one query."""
    found: dict[int, dict[Way, int]] = {one.pk: {} for one in rehearsals}
    rows = Rehearsed.objects.filter(rehearsal__in=found).order_by().values_list("rehearsal", "way")
    for run, way, count in rows.annotate(Count("pk")):
        found[run][Way(way)] = count
    return found


class _Each(Func):
    function = "jsonb_array_elements_text"
    output_field = TextField()
    set_returning = True


def rehearsed_for(user: User, rehearsal: Rehearsal) -> QuerySet[Rehearsed]:
    """Return the changes of a dry run that would have gone another way and that a person may see, the newest first."""
    seen = rehearsal.rows.filter(change__in=changes_visible_to(user))
    return seen.select_related("change__requester").order_by("-change_id")
