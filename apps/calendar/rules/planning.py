"""Who may plan a period."""

from collections.abc import Iterable, Mapping

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant
from apps.accounts.rules import reaches
from apps.calendar.rules.scopes import Scope
from apps.core.decisions import ALLOWED, Decision, denied


def may_plan(grants: Iterable[RoleGrant], scope: Scope, team_of: Mapping[str, int | None]) -> Decision:
    """Return whether someone with these grants may plan or lift a period of this scope.

    A Change Manager may, within what their grant reaches; a Service Owner may for teams or components that they
    answer for. ``team_of`` gives the team's id for each component's key and each team's slug that the scope names.
    """
    held = [grant for grant in grants if grant.role in (Role.CHANGE_MANAGER, Role.OWNER)]
    named = [(key, team_of.get(key)) for key in scope.named("component")]
    whole = [("", team_of.get(slug)) for slug in scope.named("team")]
    # A scope matches all of its facets, so the one that is easiest to answer for is enough.
    for members in (named, whole):
        if members and all(any(reaches(grant, key, team) for grant in held) for key, team in members):
            return ALLOWED
    if named or whole:
        return _refused("component" if named else "team")
    if any(grant.role == Role.CHANGE_MANAGER and reaches(grant, "", None) for grant in held):
        return ALLOWED
    return denied(
        "Only a Change Manager may freeze more than one team's components.",
        "Ask a Change Manager, or freeze a team or a component that you own.",
    )


def _refused(what: str) -> Decision:
    return denied(
        f"Only a Change Manager or an owner of this {what} may freeze it.", "Ask a Change Manager to do it."
    )
