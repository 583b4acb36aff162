"""Playbooks and their versions, for whoever holds any role."""

from django.db.models import F, QuerySet

from apps.accounts.enums import GrantScope
from apps.accounts.models import User
from apps.accounts.selectors import grants_of, teams, with_any_role
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision
from apps.playbooks.models import Playbook, PlaybookVersion
from apps.playbooks.rules import may_write_playbooks
from apps.playbooks.selectors.naming import number_in


def playbooks_visible_to(user: User) -> QuerySet[PlaybookVersion]:
    """Return each playbook's version in force, retired ones last; none without a role."""
    versions = PlaybookVersion.objects.filter(with_any_role(user), number=F("playbook__version"))
    return versions.select_related("playbook", "written_by").order_by("playbook__state", "playbook__number")


def playbook_for(user: User, ref: str) -> Playbook | None:
    """Return a playbook by its reference ("PB-1"), or None when there is none that the person may see."""
    found = Playbook.objects.filter(with_any_role(user), number__in=number_in(ref, Playbook.PREFIX))
    return found.select_related("retired_by").first()


def playbook_exists(ref: str) -> bool:
    """Return whether there is such a playbook, whoever may see it; for the record of a denial alone."""
    return Playbook.objects.filter(number__in=number_in(ref, Playbook.PREFIX)).exists()


def playbook_versions(playbook: Playbook) -> QuerySet[PlaybookVersion]:
    """Return all versions of a playbook, newest first, with who wrote them."""
    return playbook.versions.select_related("written_by")


def playbook_in_force(playbook: Playbook) -> PlaybookVersion:
    """Return the version in force."""
    return playbook.versions.select_related("playbook", "written_by").get(number=playbook.version)


def teams_to_call() -> list[str]:
    """Return the names of the teams to whom a step can be escalated, in their order."""
    return [team.name for team in teams()]


def write_playbooks_decision(actor: Actor) -> Decision:
    """Say whether an actor may write and retire playbooks. The portal's own jobs may."""
    if not isinstance(actor.user, User):
        return ALLOWED
    held = {grant.role for grant in grants_of(actor.user) if grant.scope == GrantScope.EVERYTHING}
    return may_write_playbooks(held)
