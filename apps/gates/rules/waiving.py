"""Who grants a waiver of a rule."""

from collections.abc import Mapping

from apps.accounts.enums import Role
from apps.evidence.enums import Stage as Checked
from apps.policy.enums import Severity, Stage


def waiver_roles(stage: Stage, severity: Severity, owners: Mapping[Checked, Role]) -> list[Role]:
    """Return the roles that grant a waiver: who owns the rule's stage in the checks, and for a critical rule one more.

    Where nobody owns the stage, Model Validators answer for models, and Change Sponsors for the rest.
    """
    owner = owners.get(Checked(stage)) if stage in Checked.values else None
    first = owner or (Role.VALIDATOR if stage == Stage.MODEL else Role.SPONSOR)
    if severity != Severity.CRITICAL:
        return [first]
    return [first, Role.CHANGE_MANAGER if first != Role.CHANGE_MANAGER else Role.SPONSOR]
