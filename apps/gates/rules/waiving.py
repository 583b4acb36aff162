"""Waivers of rules and checks: who grants one, and what becomes of a check that is set aside."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.evidence.enums import Stage as Checkpoint
from apps.evidence.rules.checks import Checked, State
from apps.policy.enums import Severity, Stage
from apps.policy.rules import Waived


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


def set_aside(checked: Checked, waivers: Iterable[Waived], refs: Collection[str]) -> Checked:
    """Return a check as it counts for whatever has these references: set aside where a waiver covers it.

    One that lets through by itself needs none.
    """
    by = next((one for one in waivers if one.rule == checked.check.id and one.scope in refs), None)
    if by is None or checked.lets_through:
        return checked
    return replace(checked, state=State.WAIVED, reason=f"{by.ref} sets it aside. {checked.reason}".strip())
