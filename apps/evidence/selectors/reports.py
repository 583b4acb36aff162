"""Reports and their results, as a person may see them: whoever holds a role sees evidence, as they see the catalog."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.accounts.models import RoleGrant, User
from apps.accounts.rules import reaches
from apps.accounts.selectors import grants_of, teams_of, with_any_role
from apps.catalog.models import Component
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.evidence.enums import Outcome
from apps.evidence.models import Report, Result
from apps.evidence.rules.sending import Sender, may_send

SEEN_WITH = ("component", "version", "file", "champion", "sent_by")


def reports_of(user: User, version_ids: Collection[int] | QuerySet) -> QuerySet[Report]:
    """Return the reports about these versions that a person may see, the newest first, without their files."""
    found = Report.objects.filter(with_any_role(user), version__in=version_ids)
    return found.select_related(*SEEN_WITH).defer("file__content")


def report_for(user: User, ref: str) -> Report | None:
    """Return the report with this reference ("EV-12"), or None when there is none that the person may see."""
    number = _number_in(ref)
    if number is None:
        return None
    found = Report.objects.filter(with_any_role(user), pk=number)
    return found.select_related(*SEEN_WITH, "component__owner_team").defer("file__content").first()


def whole_lineages(refs: Iterable[str]) -> set[str]:
    """Return those of these reports that did not fail and name both the code and each set of data; one query at most.

    For the portal's own judgement.
    """
    numbers = [int(ref.removeprefix("EV-")) for ref in refs]
    if not numbers:
        return set()
    held = Report.objects.filter(pk__in=numbers).exclude(outcome__in=(Outcome.FAILED, Outcome.ERROR))
    return {f"EV-{pk}" for pk, lineage in held.values_list("pk", "lineage") if _is_whole(lineage)}


def _is_whole(lineage: dict[str, Any]) -> bool:
    datasets = lineage.get("datasets", [])
    return bool(lineage.get("code_commit") and datasets) and all(one["digest"] for one in datasets)


def report_exists(ref: str) -> bool:
    """Return whether there is such a report, whoever may see it; for the record of a denial alone."""
    number = _number_in(ref)
    return number is not None and Report.objects.filter(pk=number).exists()


def file_of(report: Report) -> bytes:
    """Return the bytes of the file as it came. ``report`` is one that the person was given."""
    return bytes(report.file.content)


def results_of(report: Report) -> QuerySet[Result]:
    """Return the results of a report that the person was given, in the order of the file."""
    return report.results.all()


def sender_decision(actor: Actor, components: Iterable[Component], *, carries: bool = False) -> Decision:
    """Return whether an actor may send evidence about any of these components, which come with their teams.

    ``carries`` is what the floor of changes says of the actor (``Sender``). Two queries for any number. With none of
    them it is allowed: there is nothing yet to refuse it for.
    """
    if not isinstance(actor.user, User):
        return denied("Evidence is sent in a person's name.")
    held = grants_of(actor.user)
    teams = set(teams_of(actor.user).values_list("pk", flat=True))
    said = [_sender_decision(held, teams, component, carries) for component in components]
    return next((one for one in said if one), said[0] if said else ALLOWED)


def _sender_decision(held: list[RoleGrant], teams: set[int], component: Component, carries: bool) -> Decision:
    team = component.owner_team
    roles = {one.role for one in held if reaches(one, component.key, component.owner_team_id)}
    sender = Sender(
        carries=carries,
        judges=not roles.isdisjoint(APPROVING_ROLES),
        in_team=component.owner_team_id in teams,
        manages=Role.CHANGE_MANAGER in roles,
    )
    return may_send(sender, team.name if team else "")


def _number_in(ref: str) -> int | None:
    digits = ref.strip().upper().removeprefix("EV-")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 15 else None
