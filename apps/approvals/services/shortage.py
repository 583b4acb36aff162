"""What nobody can sign: refused at once, and told at once to those who can name somebody."""

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import Team, User
from apps.accounts.selectors import people_with_role
from apps.approvals.rules import Need, Subject
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import PolicyBlocked
from apps.outbox.services import notify


class NobodyToSign(PolicyBlocked):
    """Too few people can meet a need, so nobody was asked anything. Whoever catches it calls ``tell_shortage``."""

    def __init__(self, subject: Subject, need: Need) -> None:
        wanted = "nobody" if need.quorum == 1 else f"fewer than {need.quorum} people"
        super().__init__(
            f"There is {wanted} who can sign as {need.label}, apart from those who may not sign or who are "
            "needed for another role.",
            remedy="Ask a Change Manager to name someone for this role.",
        )
        self.subject = subject
        self.need = need


@transaction.atomic
def tell_shortage(*, actor: Actor, refused: NobodyToSign) -> PolicyBlocked:
    """Record that something could not be asked, tell who can mend it, and return the refusal that names them.

    That is the contact of the team that is asked, and the Change Managers, who give roles. Call it after the refused
    write has rolled back. Within one hour each of them is told once.
    """
    subject, need = refused.subject, refused.need
    teams = Team.objects.select_related("escalation_contact")
    team = teams.filter(pk=need.team_id).first() if need.team_id else None
    told = contact_and_managers(team)
    record_event(
        event="approval.nobody",
        actor=actor,
        obj=(subject.type, subject.ref),
        data={
            "role": need.role,
            "component": need.component_key,
            "quorum": need.quorum,
            "rule": need.rule,
            "told": [f"person:{user.pk}" for user in told],
        },
    )
    for user in told:
        notify(
            user=user,
            rule="approval.nobody",
            subject=(subject.type, f"{subject.ref}/{need.role}/{need.component_key}"),
            due=clock.now().replace(minute=0, second=0, microsecond=0),
            title=f"Nobody can sign {subject.ref} as {need.label}",
            body=(
                f"{subject.title}\n\n{refused.reason} So it could not be sent out for approval.\n"
                "A Change Manager can give somebody the role."
            ),
            url=f"/catalog/{need.component_key}/" if need.component_key else "/policy/",
        )
    names = [str(user) for user in told[:3]] + ([f"{len(told) - 3} more"] if len(told) > 3 else [])
    listed = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    said = f" {listed} {'was' if len(told) == 1 else 'were'} told." if told else ""
    return PolicyBlocked(refused.reason, remedy=refused.remedy + said)


def contact_and_managers(team: Team | None) -> list[User]:
    """Return who can mend it that nobody signs: the team's contact, then the Change Managers, each once."""
    contact = team.escalation_contact if team else None
    told = [contact] if contact is not None and contact.is_active else []
    return list({user.pk: user for user in [*told, *people_with_role(Role.CHANGE_MANAGER)]}.values())
