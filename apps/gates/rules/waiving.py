"""Waivers of rules and checks: who grants one, and what becomes of a check that is set aside."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.evidence.enums import Stage as Checkpoint
from apps.evidence.rules.checks import Checked, State
from apps.policy.enums import Severity, Stage
from apps.policy.rules import Rule, Waived


def waiver_roles(stage: Stage, severity: Severity, owners: Mapping[Checkpoint, Role]) -> list[Role]:
    """Return the roles that grant a waiver: who owns the rule's stage in the checks, and for a critical rule one more.

    Where nobody who approves owns the stage, Model Validators answer for models, and Change Sponsors for the rest:
    whoever asks for changes waives nothing.
    """
    owner = owners.get(Checkpoint(stage)) if stage in Checkpoint.values else None
    first = owner if owner in APPROVING_ROLES else None
    first = first or (Role.VALIDATOR if stage == Stage.MODEL else Role.SPONSOR)
    if severity != Severity.CRITICAL:
        return [first]
    return [first, Role.CHANGE_MANAGER]


def counting(waivers: Iterable[Waived], theirs: Collection[int]) -> list[Waived]:
    """Return the waivers that count for a change: none that was signed by who asked for it or made what it moves to.

    Of a waiver for a component that is barred when it is asked for only as far as the change is there then.
    """
    return [one for one in waivers if one.granted_by.isdisjoint(theirs)]


def set_aside(checked: Checked, waivers: Iterable[Waived], refs: Collection[str]) -> Checked:
    """Return a check as it counts for whatever has these references: set aside where a waiver covers what it asks.

    One that lets through by itself needs none.
    """
    check = checked.check
    by = next((one for one in _over(waivers, check.id, check.says) if one.scope in refs), None)
    if by is None or checked.lets_through:
        return checked
    return replace(checked, state=State.WAIVED, reason=f"{by.ref} sets it aside. {checked.reason}".strip())


def waived_rules(
    rules: Iterable[Rule], waivers: Collection[Waived], change: str, components: Collection[str]
) -> frozenset[str]:
    """Return the ids of the rules that are set aside for a change.

    A rule is about the change as a whole, so a waiver for one component frees it only with one for each other that it
    moves: whoever answers for one does not answer for the rest.
    """
    found = set()
    for rule in rules if waivers else ():
        scopes = {one.scope for one in _over(waivers, rule.id, rule.says)}
        if change in scopes or (components and scopes.issuperset(components)):
            found.add(rule.id)
    return frozenset(found)


def _over(waivers: Iterable[Waived], name: str, says: str) -> list[Waived]:
    return [one for one in waivers if (one.rule, one.says) == (name, says)]
